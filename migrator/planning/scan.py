"""Every Service of type LoadBalancer, of one or several clusters: whose it is, what leads to it, what `plan` would say.

Each list is read once, however many Services there are: Services in pages and without what is not needed of them, load
balancers and record sets in pages, tags by the score and only of load balancers that matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from migrator.errors import OperatorError, OutsideError
from migrator.model.balancers import LoadBalancer
from migrator.model.cluster import Service
from migrator.model.records import bare_name
from migrator.model.scanned import Outlook, Scan, Scanned, Unread
from migrator.model.units import Unknown
from migrator.planning.found import looked
from migrator.planning.lbc import running
from migrator.planning.ownership import Ownership, legacy_name, not_applicable, ownership
from migrator.planning.prices import PUBLIC, Prices
from migrator.planning.scan_names import NameIndex, name_index
from migrator.ports.looks import ClusterLook
from migrator.ports.outside import Outside
from migrator.ports.survey import ClusterSurvey

_REGION = re.compile(r"\.(?:elb\.([a-z0-9-]+)|([a-z0-9-]+)\.elb)\.amazonaws\.com(?:\.cn)?$")


@dataclass(frozen=True)
class Site:
    """One cluster to look through, and what it is called."""

    context: str
    cluster: ClusterLook
    survey: ClusterSurvey


class Narrowed(msgspec.Struct, frozen=True):
    """Which Services: of a namespace, by labels as `kubectl -l` takes them; all where both are empty."""

    namespace: str = ""
    selector: str = ""


class Gathered(msgspec.Struct, frozen=True):
    """The Services of one cluster, light, and the class that its LBC answers to."""

    context: str
    lbc_class: str
    services: tuple[Service, ...]


def scan(sites: tuple[Site, ...], outside: Outside, narrowed: Narrowed = Narrowed(), prices: Prices = PUBLIC) -> Scan:
    """The clusters one after the other, then AWS and Route 53 once for all of them.

    A cluster that cannot be read is no reason to leave out the others: it is in `unread`; where it is the only one, its
    error passes. Nothing of AWS is asked where
    no Service is of type LoadBalancer.
    """
    gathered, unread = gather(sites, narrowed)
    services = [each for one in gathered for each in one.services]
    if not services:
        return Scan((), unread, True, prices.told)
    stock = Stock.of(outside, services)
    index = name_index(outside.records)
    rows = [_row(each, one, stock, index, prices) for one in gathered for each in one.services]
    rows.sort(key=lambda each: (each.context, each.namespace, each.name))
    return Scan(tuple(rows), (*unread, *stock.unread, *index.unread), not index.unread, prices.told)


def gather(sites: tuple[Site, ...], narrowed: Narrowed) -> tuple[tuple[Gathered, ...], tuple[Unread, ...]]:
    """The LoadBalancer Services of each cluster, a call for 500 of them and one for its LBC; and the clusters unread."""
    found, unread = [], []
    for site in sites:
        try:
            controller = looked(site.cluster.controller)
            services = tuple(site.survey.services(narrowed.namespace or None, narrowed.selector))
        except (OutsideError, OperatorError) as trouble:
            if len(sites) == 1:
                raise
            unread.append(Unread(f"cluster {site.context}", trouble.message))
            continue
        known = None if isinstance(controller, Unknown) else controller
        found.append(Gathered(site.context, running(known).balancer_class, services))
    return tuple(found), tuple(unread)


class Stock(msgspec.Struct, frozen=True):
    """The load balancers of the account and region that matter to some Services, or why they are not known."""

    by_host: dict[str, LoadBalancer]
    by_name: dict[str, tuple[LoadBalancer, ...]]
    region: str
    unknown: Unknown | None = None

    @staticmethod
    def of(outside: Outside, services: Iterable[Service]) -> Stock:
        """A call for 400 load balancers of each API, one for the tags of 20 that these Services may be about."""
        try:
            return _stocked(outside, services)
        except OutsideError as trouble:
            return Stock({}, {}, "", Unknown(trouble.message))

    @property
    def unread(self) -> tuple[Unread, ...]:
        """The one line that says it is not known."""
        return () if self.unknown is None else (Unread("load balancers", self.unknown.why),)

    def shown(self, service: Service) -> LoadBalancer | Unknown | None:
        """What is behind a Service's status; unknown where its hostname is of a region that was not asked."""
        host = bare_name(service.hostname or "")
        if self.unknown is not None or host in self.by_host or not host:
            return self.unknown or self.by_host.get(host)
        if (region := region_of(host)) not in ("", self.region):
            return Unknown(f"its load balancer is in region {region}, and AWS was asked in {self.region}")
        return None

    def named(self, service: Service) -> tuple[LoadBalancer, ...] | Unknown:
        """The load balancers that carry legacy's name for a Service."""
        return self.unknown or self.by_name.get(legacy_name(service.uid), ())


def _stocked(outside: Outside, services: Iterable[Service]) -> Stock:
    region, listed = outside.network.caller().region, outside.inventory.balancers_listed()
    hosts, names = set(), set()
    for each in services:
        hosts.add(bare_name(each.hostname or ""))
        names.add(legacy_name(each.uid))
    near = [each for each in listed if each.name in names or bare_name(each.dns_name) in hosts]
    tags = outside.inventory.tags_of(tuple(each.arn for each in near))
    whole = [msgspec.structs.replace(each, tags=tags.get(each.arn, {})) for each in near]
    by_name: dict[str, tuple[LoadBalancer, ...]] = {}
    for lb in whole:
        by_name[lb.name] = (*by_name.get(lb.name, ()), lb)
    return Stock({bare_name(each.dns_name): each for each in whole}, by_name, region)


def region_of(hostname: str) -> str:
    """The region in a load balancer's DNS name; empty where it has none."""
    found = _REGION.search(bare_name(hostname))
    return (found[1] or found[2]) if found else ""


def _row(service: Service, of: Gathered, stock: Stock, index: NameIndex, prices: Prices) -> Scanned:
    shown = stock.shown(service)
    owned = ownership(service, shown, stock.named(service), of.lbc_class)
    verdict, reason, seen, do = outlook(service, owned)
    lb = shown if isinstance(shown, LoadBalancer) else None
    return Scanned(
        context=of.context,
        namespace=service.namespace,
        name=service.name,
        owner=owned.owner,
        evidence=owned.evidence,
        verdict=verdict,
        reason=reason,
        seen=seen,
        do=do,
        balancer=lb.name if lb else "",
        kind=lb.kind if lb else "",
        scheme=lb.scheme if lb else "",
        arn=lb.arn if lb else "",
        hostname=service.hostname or "",
        names=index.leading_to(service.hostname) if service.hostname else (),
        monthly=prices.monthly(lb.arn.split(":")[3], lb.kind) if lb else None,
    )


def outlook(service: Service, owned: Ownership) -> tuple[Outlook, str, str, str]:
    """What `plan` would say as far as it is known: the verdict, its id, what was seen, what to do."""
    if service.deleting:
        return "BLOCKED", "being-deleted", "it is being deleted", "nothing: it is on its way out"
    if owned.trouble is not None:
        verdict: Outlook = "UNKNOWN" if owned.trouble.id == "owner-unknown" else "BLOCKED"
        return verdict, owned.trouble.id, owned.trouble.seen, owned.trouble.do
    if owned.legacy:
        return "plan", "", "", f"migrate plan {service.namespace}/{service.name}"
    return ("NOT_APPLICABLE", "not-legacy", *not_applicable(owned))
