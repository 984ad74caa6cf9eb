"""How load balancers do, port by port and zone by zone; shared by warm, shift, guards and the way back."""

from __future__ import annotations

import msgspec

from migrator.errors import Missing
from migrator.model.balancers import Listener, Target
from migrator.model.migration import Legacy, Migration
from migrator.model.units import Unknown
from migrator.ports.outside import Outside
from migrator.steps.asking import asked

PortTargets = dict[int, tuple[Target, ...]]  # listener port -> the targets behind it


class Health(msgspec.Struct, frozen=True):
    """The targets behind each listener port of one load balancer."""

    ports: PortTargets

    @property
    def healthy(self) -> int:
        """Healthy targets over all ports."""
        count = 0
        for targets in self.ports.values():
            for each in targets:
                count += each.state == "healthy"
        return count

    @property
    def alive(self) -> bool:
        """Whether any target is healthy, on whichever port."""
        for targets in self.ports.values():
            for each in targets:
                if each.state == "healthy":
                    return True
        return False

    @property
    def sick_ports(self) -> tuple[int, ...]:
        """Ports without a single healthy target."""
        return tuple(sorted([port for port in self.ports if not self.serves(port)]))

    def serves(self, port: int) -> bool:
        """Whether a port has a healthy target."""
        return "healthy" in [each.state for each in self.ports.get(port, ())]

    def lines(self) -> tuple[str, ...]:
        """Each target that is not healthy, a line each."""
        return tuple(
            f"port {port}: {each.id}:{each.port} {each.state} {each.reason}".rstrip()
            for port in sorted(self.ports)
            for each in self.ports[port]
            if each.state != "healthy"
        )


def zones(targets: tuple[Target, ...]) -> dict[str, int]:
    """How many healthy targets there are in each zone; zones without one are not in it."""
    counts: dict[str, int] = {}
    for each in targets:
        if each.state == "healthy":
            counts[each.zone] = counts.get(each.zone, 0) + 1
    return counts


def legacy_health(migration: Migration, outside: Outside) -> Health | Unknown:
    """Legacy's targets, by the listeners that the plan lists; one call a target group.

    Its controller exchanges target groups when somebody changes the Service: then by the listeners that it has now.
    """

    return asked(_behind_legacy, migration.legacy, outside)


def _behind_legacy(legacy: Legacy, outside: Outside) -> Health:
    try:
        return behind(legacy.listeners, outside)
    except Missing:
        there = _behind_all(legacy.balancer.arn, outside)
        # A port that the plan lists and nobody listens on any more has nothing healthy; absent is not well.
        return Health({each.port: () for each in legacy.listeners} | there.ports)


def new_health(arn: str, outside: Outside) -> Health | Unknown:
    """The new load balancer's targets by its listeners now; one call, and one a target group."""
    return asked(_behind_all, arn, outside)


def _behind_all(arn: str, outside: Outside) -> Health:
    return behind(outside.balancers.listeners(arn), outside)


def behind(listeners: tuple[Listener, ...], outside: Outside) -> Health:
    """The targets behind each listener; one call a target group. Raises OutsideError."""
    groups: set[str] = set()
    for each in listeners:
        groups.update(each.groups)
    look, targets = outside.balancers, {}
    for arn in sorted(groups):
        targets[arn] = look.targets(arn)
    ports: PortTargets = {}
    for each in listeners:
        there = ports.get(each.port, ())
        for arn in each.groups:
            there += targets[arn]
        ports[each.port] = there
    return Health(ports)


def short_of(legacy: Health, new: Health, pct: int) -> str:
    """Where the new load balancer has fewer healthy targets than it needs, in words; empty when nowhere.

    On each port, in each zone where legacy has healthy targets: at least one, and `pct` of legacy's number.
    """
    for port in sorted(legacy.ports):
        ready = zones(new.ports.get(port, ()))
        for zone, count in sorted(zones(legacy.ports[port]).items()):
            needed = max(1, -(-count * pct // 100))
            if (there := ready.get(zone, 0)) < needed:
                return f"port {port} in {zone}: {there} healthy targets, {needed} needed"
    return ""
