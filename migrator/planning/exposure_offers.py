"""What LBC can be told about who may connect to the clone, and whom it would admit then."""

from __future__ import annotations

from typing import Literal

import msgspec

from migrator.planning.exposure import owned, preserves
from migrator.planning.exposure_sources import Sources, everyone, shared, sources, united, within, without
from migrator.planning.found import Live
from migrator.planning.lbc import Lbc

# named: the live security groups; own: one of LBC's own, from ranges; none: no group, the nodes' rules decide
Mode = Literal["named", "own", "none"]
GROUPS_SINCE, LISTS_SINCE, PRIVATE_LINK_SINCE = (2, 6, 0), (2, 8, 0), (2, 8, 0)
_NODE_PORTS = (30000, 32767)  # what the API server hands out unless it was told otherwise


class Change(msgspec.Struct, frozen=True):
    """What becomes other for one listener's clients."""

    port: int
    wider: Sources
    narrower: Sources


def mode(live: Live, lbc: Lbc) -> Mode:
    """How the clone's clients are told apart.

    Groups that people chose go along as they are, where LBC can manage the nodes' rules beside them. Those that legacy made
    go when legacy deletes its load balancer. Source: kubernetes-sigs/aws-load-balancer-controller:
    pkg/service/model_build_load_balancer.go, buildLoadBalancerSecurityGroups.
    """
    if lbc.has(GROUPS_SINCE) is False or not lbc.gate("NLBSecurityGroup", True):
        return "none"
    theirs = bool(live.balancer.security_groups) and not owned(live.security_groups)
    manages = lbc.flag("--enable-backend-security-group", "true").lower() != "false"
    return "named" if theirs and manages else "own"


def offered(who: Sources, way: Mode, lbc: Lbc) -> Sources:
    """As much of a set as LBC can be told: ranges, and prefix lists for a group of its own; never security groups."""
    lists = who.lists() if way == "own" and lbc.has(LISTS_SINCE) is not False else ()
    return Sources(who.ranges, lists)


def after(live: Live, now: dict[int, Sources], told: Sources, way: Mode) -> dict[int, Sources]:
    """By listener port, who will get through once LBC was told this; LBC has one list for all ports.

    Groups that go along (`named`) let the same clients through, and are not asked about.
    """
    kind = live.balancer.address_type
    if way == "own":
        return dict.fromkeys(now, within(told or everyone(kind), kind))
    if live.balancer.classic or not all(preserves(each) for each in live.groups):
        return dict.fromkeys(now, everyone(kind))  # the nodes see the load balancer, and admit it
    return dict.fromkeys(now, within(united((told or everyone(kind), _open_anyway(live))), kind))


def _open_anyway(live: Live) -> Sources:
    """Whom the nodes admit on whatever port the clone will get."""
    first, last = _NODE_PORTS
    every = [each for each in live.node_rules if each.protocol == "-1" or (each.from_port <= first and last <= each.to_port)]
    return sources(each.source for each in every if not each.source.startswith("sg-"))


def changes(now: dict[int, Sources], then: dict[int, Sources]) -> tuple[Change, ...]:
    """A change for each listener whose clients would be others."""
    every = (Change(port, without(then[port], now[port]), without(now[port], then[port])) for port in now)
    return tuple(each for each in every if each.wider or each.narrower)


def in_all(now: dict[int, Sources]) -> Sources:
    """Those whom every listener admits."""
    first, *rest = now.values()
    for each in rest:
        first = shared(first, each)
    return first
