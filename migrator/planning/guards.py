"""Fixed verdicts on what a Service of this shape meets on the way, whatever its settings translate to.

Each has a fixed id. What a single setting loses is said where that setting is translated.
"""

from __future__ import annotations

from collections.abc import Callable

from migrator.model.balancers import LoadBalancer
from migrator.model.cluster import Reader
from migrator.model.migration import Finding
from migrator.model.units import Unknown
from migrator.planning.exposure import preserves
from migrator.planning.found import Live, Names
from migrator.planning.hygiene_reading import shared_ports
from migrator.planning.lbc import Lbc
from migrator.planning.ownership import full_name
from migrator.planning.pieces import LB, blocked

Users = tuple[Reader, ...] | Unknown  # pods that use a name of the load balancer

BOTH_SINCE = (2, 13, 0)
_SHOWN = 5


def guards(live: Live, lbc: Lbc, users: Users = ()) -> tuple[Finding, ...]:
    """Every verdict that applies; `users` are the workloads inside the cluster that name the load balancer."""
    found = tuple(each for guard in _GUARDS for each in guard(live))
    return found + _mixed(live, lbc) + _hairpin(live, users)


def hosts(balancer: LoadBalancer, names: Names) -> tuple[str, ...]:
    """The host names that lead to a load balancer, its own first; a wildcard is no name that anybody writes down."""
    found = (each.record.name.rstrip(".") for each in (*names.leading, *names.routed, *names.following))
    return tuple(dict.fromkeys((balancer.dns_name, *(each for each in found if not each.startswith(("*", "\\052"))))))


def _local(live: Live) -> tuple[Finding, ...]:
    if live.service.spec.get("externalTrafficPolicy") != "Local":
        return ()
    seen = (
        "externalTrafficPolicy is Local: only nodes with a ready pod pass their checks, the others fail them on purpose, on "
        "both load balancers alike. `warm` asks for healthy targets in each zone where legacy has some"
    )
    return (Finding("traffic-local", "note", seen),)


def _affinity(live: Live) -> tuple[Finding, ...]:
    """Source: kubernetes/cloud-provider-aws pkg/providers/v1/aws.go, "unsupported load balancer affinity"."""
    affinity = live.service.spec.get("sessionAffinity", "None")
    if affinity == "None":
        return ()
    seen = (
        f"sessionAffinity is {affinity}, which legacy refuses at each pass: it was set after the load balancer was made, and "
        "node changes have not reached the load balancer since. LBC takes it, and kube-proxy goes on to honour it"
    )
    do = f"kubectl describe service {live.service.name} -n {live.service.namespace}, and see what else legacy has not done since"
    return (Finding("session-affinity", "warning", seen, do),)


def _not_ready(live: Live) -> tuple[Finding, ...]:
    if not live.service.spec.get("publishNotReadyAddresses"):
        return ()
    seen = "publishNotReadyAddresses is set: kube-proxy sends to pods that are not ready, through either load balancer"
    return (Finding("not-ready-addresses", "note", seen),)


def _unallocated(live: Live) -> tuple[Finding, ...]:
    """Legacy passes over such ports without a word."""
    ports = [str(each["port"]) for each in live.service.spec.get("ports") or () if not each.get("nodePort")]
    if not ports:
        return ()
    seen = (
        f"port {', '.join(ports)} has no node port: legacy has no listener for it. The clone gets node ports for all of its "
        "ports, as instance targets need them, and would listen there, too"
    )
    do = "take the ports off the Service if nobody is to be served there, then plan again"
    return (Finding("unallocated-node-ports", "warning", seen, do),)


def _address_count(live: Live) -> tuple[Finding, ...]:
    """Addresses that were asked for and not all given: what is live is not what the Service says."""
    wanted = [each for each in live.service.annotations.get(LB + "eip-allocations", "").split(",") if each.strip()]
    zones = len(live.balancer.zones)
    if not wanted or len(wanted) == zones or live.balancer.classic:  # which takes none
        return ()
    seen = f"{len(wanted)} EIP allocations are named for {zones} subnets; there must be one for each"
    return blocked("fixed-addresses-count", seen, "name one allocation for each subnet, or none, then plan again")


def _gates(live: Live) -> tuple[Finding, ...]:
    if all(each.target_type != "ip" for each in live.groups):
        return ()
    seen = (
        f"targets of {live.balancer.name} are pods: in a namespace with pod readiness gates new pods would wait for the new "
        "load balancer, and stay out of the legacy one meanwhile"
    )
    do = f"kubectl get namespace {live.service.namespace} --show-labels: elbv2.k8s.aws/pod-readiness-gate-inject"
    return (Finding("readiness-gates", "warning", seen, do),)


def _mixed(live: Live, lbc: Lbc) -> tuple[Finding, ...]:
    """Legacy refuses a Service of two protocols; LBC takes it, and since 2.13.0 on one port, too."""
    ports = live.service.spec.get("ports") or ()
    if len({each.get("protocol", "TCP") for each in ports}) < 2:
        return ()
    shared = ", ".join(map(str, shared_ports(live.service.spec)))
    if shared and lbc.has(BOTH_SINCE) is False:
        seen = f"port {shared} speaks TCP and UDP, which LBC merges into one listener since 2.13.0 only"
        return blocked("mixed-protocols", seen, "upgrade LBC, or split the Service by protocol, then plan again")
    seen = (
        f"{full_name(live.service)} speaks TCP and UDP, which legacy refuses at each pass: a port was added after the load "
        "balancer was made, and nobody is served there. The new load balancer will serve all of them"
    )
    return (Finding("mixed-protocols", "warning", seen, "see that the added ports are meant to be served"),)


def _hairpin(live: Live, users: Users) -> tuple[Finding, ...]:
    """A pod that comes back to its own node through a load balancer that keeps its address is never answered.

    A Classic Load Balancer hides addresses, so this is new there. Source: kubernetes/cloud-provider-aws#1160.
    """
    if not live.balancer.classic and not any(preserves(each) for each in live.groups):
        return ()
    if isinstance(users, Unknown):
        seen = f"whether pods of this cluster use a name of the load balancer could not be seen: {users.why}"
        return (Finding("hairpin", "note", seen, "see that none does, or let it use the Service's name in the cluster"),)
    if not users:
        return ()
    named = ", ".join(f"{each.what} {each.how}" for each in users[:_SHOWN])
    more = f" and {len(users) - _SHOWN} more" if len(users) > _SHOWN else ""
    same = "which they do with the legacy one" if not live.balancer.classic else "which they do not with the legacy one"
    seen = (
        f"pods of this cluster use a name of the load balancer ({named}{more}): where client addresses are preserved, a "
        f"connection that comes back to the pod's own node times out, {same}"
    )
    do = "let them use the Service's name in the cluster" + (
        ", or answer client-address with keep-hidden" * live.balancer.classic
    )
    return (Finding("hairpin", "warning" if live.balancer.classic else "note", seen, do),)


_GUARDS: tuple[Callable[[Live], tuple[Finding, ...]], ...] = (
    _local,
    _affinity,
    _not_ready,
    _unallocated,
    _address_count,
    _gates,
)
