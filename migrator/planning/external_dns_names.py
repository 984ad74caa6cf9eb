"""Which names each external-dns writes, and so are not ours to move until somebody takes them from it.

Handing a name over without a gap is not done here: whoever owns it has to let go of it first. The order counts. Under
policy `sync` a source that goes takes the name along, unless the TXT claim went before it.
"""

from __future__ import annotations

import re

from migrator.model.cluster import Ingress, Service
from migrator.model.migration import Decision, Finding
from migrator.planning.external_dns import NEW_PREFIX, OLD_PREFIX, ExternalDns
from migrator.planning.found import Names, Placed
from migrator.planning.ownership import full_name

HOSTNAMES = ("hostname", "internal-hostname")
_OWNER, _RESOURCE = re.compile(r"external-dns/owner=([^,\"]*)"), re.compile(r"external-dns/resource=([^,\"]*)")
# Sources that make names of the address of a Service that is not annotated itself.
_INDIRECT = ("istio-", "gateway-", "contour-", "traefik-", "ambassador-", "gloo-", "kong-", "openshift-", "f5-", "skipper-")


def claimed_names(names: Names, running: tuple[ExternalDns, ...] | None) -> list[Finding]:
    """A finding for each TXT claim on a name that moves; `running` is None where the cluster could not be searched."""
    moving = {(each.zone.id, each.record.name) for each in (*names.leading, *names.routed)}
    return [_claim(claim, name, running) for claim, name in names.claims if (claim.zone.id, name) in moving]


def _claim(claim: Placed, name: str, running: tuple[ExternalDns, ...] | None) -> Finding:
    """What one TXT record set says, and which of those that run here is meant by it."""
    text = claim.record.values[0]
    owner, resource = _found(_OWNER, text), _found(_RESOURCE, text)
    writer = next((each for each in running or () if each.owner == owner), None)
    who = writer.called if writer else f"an external-dns with owner {owner or 'unknown'}{_absent(running)}"
    source = f" for {resource}" if resource else ""
    seen = f"external-dns writes {name}{source}: TXT {claim.record.name} in zone {claim.zone.id} is the claim of {who}"
    do = (
        f"take the name from it: delete TXT {claim.record.name} first, so that it owns the name no longer, "
        f"then remove the hostname from {resource or 'its source'}; {_order(writer)}; the record set stays; plan again"
    )
    return Finding(f"external-dns/{claim.zone.id}/{name}/{claim.record.name}", "blocked", seen, do)


def _absent(running: tuple[ExternalDns, ...] | None) -> str:
    return ", which this cluster does not run: another cluster's, or gone" if running is not None else ""


def _order(writer: ExternalDns | None) -> str:
    if writer is None or writer.policy == "sync":
        return "the other way round policy sync deletes the record set"
    return f"under policy {writer.policy} it deletes nothing"


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


def annotated_names(service: Service, running: tuple[ExternalDns, ...] | None) -> list[Finding]:
    """A finding for each annotation that asks for a name, by any prefix that is known or has external-dns in it."""
    prefixes = {prefix for each in running or () for prefix in each.prefixes} | {OLD_PREFIX, NEW_PREFIX}
    found = []
    for key, value in sorted(service.annotations.items()):
        prefix, _, word = key.rpartition("/")
        if word in HOSTNAMES and (prefix + "/" in prefixes or "external-dns" in prefix):
            found.append(_annotation(service, key, value, running))
    return found


def _annotation(service: Service, key: str, value: str, running: tuple[ExternalDns, ...] | None) -> Finding:
    """Blocked where somebody acts on it; a warning where nobody does who can be seen."""
    asks = f"annotation {key}: {value} on {full_name(service)}"
    writers = [each for each in running or () if not each.passes_over(service, key)]
    if writers:
        who = "; ".join(each.called for each in writers)
        limit = "".join(f"; annotation filter {each.annotation_filter}" for each in writers if each.annotation_filter)
        do = (
            f"take the names from it: delete its TXT record sets of {value} first, then remove {key}; {_order(writers[0])}; "
            f"wait two of its intervals ({writers[0].interval} each), see that the names still answer, then plan again"
        )
        return Finding(f"external-dns/{key}", "blocked", f"{asks}: read by {who}{limit}", do)
    return Finding(f"external-dns/{key}", "warning", f"{asks}: {_nobody(service, key, running)}", _ELSEWHERE)


_ELSEWHERE = "make sure that no external-dns of another cluster reads it; the clone does not carry it"


def _nobody(service: Service, key: str, running: tuple[ExternalDns, ...] | None) -> str:
    if running is None:
        return "who reads it could not be searched"
    if not running:
        return "no external-dns runs in this cluster"
    return "; ".join(f"external-dns {each.where} passes it over, as {each.passes_over(service, key)}" for each in running)


def made_names(running: tuple[ExternalDns, ...]) -> list[Finding]:
    """Names that come without an annotation: from a template, or from what stands behind the Service."""
    found = []
    for each in running:
        if each.template:
            told = f"external-dns {each.where} runs with --fqdn-template={each.template}"
            seen = f"{told}: it may write names for Services without annotation"
            do = "make sure that no name of this plan comes from the template; the clone may get a name of its own from it"
            found.append(Finding(f"fqdn-template/{each.where}", "warning", seen, do))
        indirect = [source for source in each.sources if source.startswith(_INDIRECT)]
        if indirect:
            told = f"external-dns {each.where} has sources {', '.join(indirect)}"
            seen = f"{told}: names of what stands behind a Service follow its address"
            do = "its TXT claims tell which names; those that move and are claimed are blocked"
            found.append(Finding(f"external-dns-sources/{each.where}", "note", seen, do))
    return found


def untold(names: Names, running: tuple[ExternalDns, ...]) -> list[Decision]:
    """A question for each external-dns whose claims cannot be read, where it could write a name that moves."""
    asked = []
    for each in running:
        covered = sorted({placed.record.name for placed in (*names.leading, *names.routed) if each.covers(placed.record.name)})
        if not each.tells and not each.dry and covered:
            why = "its TXT claims are encrypted" if each.registry == "txt" else f"registry {each.registry} leaves no TXT claims"
            question = f"{each.called} may write {', '.join(covered)}, and {why}: does it write none of them?"
            asked.append(Decision(f"external-dns-claims/{each.where}", question, ("none-of-them",)))
    return asked


def shown_by(ingress: Ingress, hostname: str, running: tuple[ExternalDns, ...] | None) -> Finding:
    """An Ingress whose status shows the load balancer: names made from it follow the legacy Service."""
    where = f"{ingress.namespace}/{ingress.name}"
    seen = f"the status of Ingress {where} ({', '.join(ingress.hosts) or 'no host'}) shows {hostname}"
    readers = [each for each in running or () if not each.sources or "ingress" in each.sources]
    if running is not None and not readers:
        do = "make sure that nothing elsewhere makes records from it; after `retire` its controller shows another address"
        return Finding(f"ingress-status/{where}", "warning", f"{seen}; no external-dns in this cluster reads Ingresses", do)
    who = f" by {'; '.join(each.called for each in readers)}" if readers else ""
    do = "let its controller publish a name that you write, so that its status no longer shows this one, then plan again"
    return Finding(f"ingress-status/{where}", "blocked", f"{seen}: names made from it{who} follow the legacy Service", do)
