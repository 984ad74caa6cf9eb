"""The clone's target groups, reproduced from the live ones: attributes for all of them or by port, and which nodes."""

from __future__ import annotations

import msgspec

from migrator.model.balancers import TargetGroup
from migrator.planning.found import Live
from migrator.planning.pieces import LB, Piece, as_live, blocked
from migrator.planning.settings_classic_form import DELAY, PRESERVE, PROXY_V2
from migrator.planning.settings_health import health_pieces
from migrator.planning.values import items

ATTRIBUTES = LB + "target-group-attributes"
PROXY_PORTS = LB + "proxy-protocol-per-target-group"
_CUT = "deregistration_delay.connection_termination.enabled"
_ALWAYS = (PRESERVE, PROXY_V2, DELAY)
# What AWS gives a new target group of a network load balancer. Source: ELBv2 TargetGroupAttribute.
_DEFAULTS = {
    DELAY: "300",
    _CUT: "false",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    PRESERVE: "true",
    PROXY_V2: "false",
    "stickiness.enabled": "false",
    "stickiness.type": "source_ip",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
    "target_health_state.unhealthy.connection_termination.enabled": "true",
    "target_health_state.unhealthy.draining_interval_seconds": "0",
}


class Attributes(msgspec.Struct, frozen=True):
    """Target group attributes as LBC takes them: for all ports, by port, and the ports that get PROXY v2 while others do not."""

    every: dict[str, str]
    by_port: dict[int, dict[str, str]] = {}
    proxied: tuple[int, ...] = ()


def group_pieces(live: Live, wanted: Live) -> tuple[Piece, ...]:
    """Health checks, attributes, node labels; a load balancer without target groups cannot be reproduced."""
    if not live.groups:
        found = blocked(
            "no-target-groups",
            f"load balancer {live.balancer.name} has no target group: there is nothing to reproduce",
            "look at the Service's events and mend it first, then plan again",
        )
        return (Piece(findings=found), _node_labels(live))
    return (*health_pieces(live, wanted), *_attributes(live, wanted), _node_labels(live))


def _attributes(live: Live, wanted: Live) -> tuple[Piece, ...]:
    """One list for all ports, and what differs by port in LBC's own words for it."""
    if adrift := [each for each in wanted.groups if not ports_of(each, wanted)]:
        names = ", ".join(each.name for each in adrift)
        found = blocked(
            "target-groups-differ",
            f"no listener forwards to target group {names}, so that no port of the clone can stand for it",
            "remove it from the load balancer, or give it a listener, then plan again",
        )
        return (Piece(findings=found),)
    sorted_out = attributes_of(wanted)
    new = _listed(sorted_out.every)
    shown = new
    if live.balancer.classic:
        shown = _listed({key: value for each in live.groups for key, value in each.attributes.items()})
    pieces = [as_live("target groups", shown, new, ATTRIBUTES)]
    for port, attributes in sorted(sorted_out.by_port.items()):
        key, text = f"{ATTRIBUTES}.{port}", _listed(attributes)
        pieces.append(msgspec.structs.replace(as_live(f"target group of {port}", text, text, key, "as live"), reads=(key,)))
    ports = ",".join(str(each) for each in sorted_out.proxied)
    if ports or PROXY_PORTS in live.service.annotations:
        uniform = sorted_out.every.get(PROXY_V2, "false")
        pieces.append(as_live("PROXY ports", ports or f"all {uniform}", ports or f"all {uniform}", PROXY_PORTS if ports else ""))
    return tuple(pieces)


def attributes_of(wanted: Live) -> Attributes:
    """What differs from AWS's own, and what is always said, in the shortest form."""
    every: dict[str, str] = {}
    by_port: dict[int, dict[str, str]] = {}
    proxied: tuple[int, ...] = ()
    for key in sorted({key for each in wanted.groups for key in each.attributes}):
        values = {each.arn: each.attributes.get(key) or default_of(key, each) for each in wanted.groups}
        usual = all(values[each.arn] == default_of(key, each) for each in wanted.groups)
        if len(set(values.values())) == 1:
            value = next(iter(values.values()))
            every |= {key: value} if value and (key in _ALWAYS or not usual) else {}
        elif key == PROXY_V2:
            proxied = tuple(
                sorted(port for each in wanted.groups if values[each.arn] == "true" for port in ports_of(each, wanted))
            )
        elif not usual:
            for each in wanted.groups:
                for port in ports_of(each, wanted) if values[each.arn] else ():
                    by_port.setdefault(port, {})[key] = values[each.arn]
    if every.get("stickiness.enabled") == "true":
        every["stickiness.type"] = wanted.groups[0].attributes.get("stickiness.type", "source_ip")
    return Attributes(every, by_port, proxied)


def ports_of(group: TargetGroup, wanted: Live) -> tuple[int, ...]:
    """The ports whose listeners forward to a target group."""
    return tuple(each.port for each in wanted.listeners if group.arn in each.groups)


def default_of(key: str, group: TargetGroup) -> str:
    """What AWS gives a new target group; one of UDP ends connections when a target goes."""
    if key == _CUT and group.protocol in ("UDP", "TCP_UDP"):
        return "true"
    return _DEFAULTS.get(key, "")


def _listed(attributes: dict[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(attributes.items()))


def _node_labels(live: Live) -> Piece:
    """LBC compares values, legacy takes a bare key for any value."""
    key = LB + "target-node-labels"
    asked = live.service.annotations.get(key)
    if asked is None:
        return Piece()
    labels = items(asked)
    bare = [each for each in labels if not each.partition("=")[2]]
    found = blocked(
        "node-labels",
        f"target-node-labels {', '.join(bare)} means any value to legacy and cannot be said to LBC",
        "write the values, then plan again",
    )
    piece = as_live("node labels", ",".join(labels) or "all nodes", ",".join(labels), key)
    return msgspec.structs.replace(piece, findings=found if bare else ())
