"""Every record set, in every zone that can be read, that leads to a load balancer."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial
from typing import Any

import msgspec

from migrator.model.balancers import LoadBalancer
from migrator.model.migration import UnreadZone
from migrator.model.records import AliasTarget, RecordSet, bare_name, leads_to
from migrator.model.units import Unknown
from migrator.planning.claims import claimed
from migrator.planning.found import Names, Placed, looked
from migrator.ports.looks import RecordLook

ALL_ZONES = "*"  # stands for every zone, where not even their list could be read


class Listing(msgspec.Struct, frozen=True):
    """Every record set of every zone that could be read, by zone id, name and type, and the claims among them."""

    placed: tuple[Placed, ...] = ()
    claims: tuple[tuple[Placed, str], ...] = ()
    unread: tuple[UnreadZone, ...] = ()


class ReadOnce:
    """A RecordLook whose zones are listed and sorted once, when they are first asked for: for many plans in a row."""

    def __init__(self, records: RecordLook) -> None:
        self._records = records

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)

    @cached_property
    def listing(self) -> Listing:
        """Everything as it was when it was first asked for."""
        return listing(self._records)


def survey(records: RecordLook, dns_name: str, addresses: frozenset[str] = frozenset()) -> Names:
    """One list of zones, then every record set of each; nothing where they were read once for several plans.

    `addresses` are the load balancer's own, which a record set may hold instead of its name.
    """
    read = records.listing if isinstance(records, ReadOnce) else listing(records)
    there = [each for each in read.placed if leads_to(each.record, dns_name)]
    return Names(
        leading=tuple(each for each in there if each.record.simple),
        routed=tuple(each for each in there if not each.record.simple),
        following=tuple(_following(read.placed, there)),
        addressed=tuple(each for each in read.placed if holds(each.record, addresses)),
        claims=read.claims,
        unread=read.unread,
    )


def addresses_of(balancer: LoadBalancer) -> frozenset[str]:
    """Every address that clients may have been given instead of a name."""
    return frozenset(address for zone in balancer.zones for address in zone.addresses)


def holds(record: RecordSet, addresses: frozenset[str]) -> bool:
    """Whether a record set answers with one of these addresses itself."""
    return record.type in ("A", "AAAA") and not addresses.isdisjoint(record.values)


def listing(records: RecordLook) -> Listing:
    """One list of zones, then every record set of each."""
    zones = looked(records.zones)
    if isinstance(zones, Unknown):
        return Listing(unread=(UnreadZone(ALL_ZONES, ALL_ZONES, zones.why),))
    placed: list[Placed] = []
    unread: list[UnreadZone] = []
    for zone in sorted(zones, key=lambda each: each.id):
        listed = looked(partial(records.listed, zone.id))
        if isinstance(listed, Unknown):
            unread.append(UnreadZone(zone.id, zone.name, listed.why))
        else:
            placed += [Placed(zone, record) for record in listed]
    placed.sort(key=_place)
    return Listing(tuple(placed), claimed(placed), tuple(unread))


def _following(placed: Iterable[Placed], there: list[Placed]) -> list[Placed]:
    """Record sets that lead to a name in `there`, over any number of others; those of `there` are left out."""
    reached = {bare_name(each.record.name) for each in there}
    found: list[Placed] = []
    known = {id(each) for each in there}
    pending = [(each, led) for each in placed if id(each) not in known and (led := goal(each.record))]
    while more := [each for each, led in pending if led in reached]:
        found += more
        reached |= {bare_name(each.record.name) for each in more}
        known |= {id(each) for each in more}
        pending = [(each, led) for each, led in pending if id(each) not in known]
    return sorted(found, key=_place)


def goal(record: RecordSet) -> str:
    """The name that a record set leads on to; empty where it holds an answer itself."""
    if isinstance(record.alias, AliasTarget):
        return bare_name(record.alias.name)
    return bare_name(record.values[0]) if record.type == "CNAME" and record.values else ""


def _place(each: Placed) -> tuple[str, str, str, str]:
    return each.zone.id, each.record.name, each.record.type, each.record.routing.get("SetIdentifier", "")
