"""How a load balancer picks the target for a new connection: listener, group by weight, zone, health."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from migrator.sandbox.world.balancers import is_classic
from migrator.sandbox.world.network_flows import Lost

if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import Listener, LoadBalancer, Target, TargetGroup

OVER_UDP = ("UDP", "QUIC")


class Choice(msgspec.Struct):
    """Before a target is drawn: the zone, the listener and the group that were chosen, and the targets to draw from.

    `preserves_client_ip` says whether these see the client's own address. Not frozen: copies of a world share what is.
    """

    zone: str
    listener: Listener
    group: TargetGroup
    usable: tuple[Target, ...]
    preserves_client_ip: bool


def choice(world: World, lb: LoadBalancer, address: str, port: int) -> Choice | Lost:
    """The targets among which a connection to one of the load balancer's addresses is spread, or why there are none.

    Healthy targets of the zone (all zones with cross-zone), else all of them: it fails open. Source: Network Load
    Balancers user guide, "Target group health" and "Cross-zone load balancing". A Classic Load Balancer does not: without
    an instance in service it turns clients away. Source: its user guide, "Troubleshoot": HTTP 503, capacity.
    """
    zone = next(each.zone for each in lb.zones if each.address == address)
    listener = listening(world, lb.arn, port)
    if listener is None:
        return Lost(f"{lb.name} does not listen on port {port}")
    group = _drawn_group(world, listener)
    if group is None:
        return Lost(f"the listener on port {port} of {lb.name} forwards to no target group")
    targets = in_reach(group.targets.values(), zone, world.elb.crosses_zones(group))
    if not targets:
        return Lost(f"{lb.name} has no target for {zone}")
    healthy = [each for each in targets if each.state == "healthy"]
    if lb.kind == "classic" and not healthy:
        return Lost(f"{lb.name} has no instance in service for {zone}")
    return Choice(zone, listener, group, tuple(healthy or targets), preserves_client_ip(group))


def in_reach(targets: Iterable[Target], zone: str, cross_zone: bool) -> list[Target]:
    """The registered targets that a zone's address may use; those that drain get no new connections."""
    return [
        each
        for each in targets
        if each.state not in ("draining", "unused") and (cross_zone or each.zone is None or each.zone == zone)
    ]


def listening(world: World, lb_arn: str, port: int) -> Listener | None:
    """The listener that takes TCP connections on a port, or None."""
    for each in world.elb.listeners_of(lb_arn):
        if each.port == port and each.protocol not in OVER_UDP:
            return each
    return None


def preserves_client_ip(group: TargetGroup) -> bool:
    """Whether targets see the client's own address; a Classic Load Balancer makes connections of its own.

    Source: ELBv2 target group attribute preserve_client_ip.enabled; off unless set for ip targets over TCP and TLS.
    """
    if is_classic(group.arn):
        return False
    default = "false" if group.target_type == "ip" and group.protocol in ("TCP", "TLS") else "true"
    return group.attributes.get("preserve_client_ip.enabled", default) == "true"


def cuts_unhealthy(group: TargetGroup) -> bool:
    """Whether connections to a target end when it turns unhealthy.

    On unless it is switched off: ELBv2 target_health_state.unhealthy.connection_termination.enabled. A Classic Load
    Balancer keeps them where it drains connections. Source: its user guide, "Configure connection draining".
    """
    if is_classic(group.arn):
        return group.attributes["deregistration_delay.timeout_seconds"] == "0"
    return group.attributes.get("target_health_state.unhealthy.connection_termination.enabled", "true") == "true"


def _drawn_group(world: World, listener: Listener) -> TargetGroup | None:
    """One of the groups that a listener forwards to, drawn by weight."""
    live = [(world.elb.groups[arn], weight) for arn, weight in listener.forwards if arn in world.elb.groups and weight > 0]
    if len(live) <= 1:
        return live[0][0] if live else None
    groups, weights = zip(*live, strict=True)
    chosen: TargetGroup = world.random.choices(groups, weights)[0]
    return chosen
