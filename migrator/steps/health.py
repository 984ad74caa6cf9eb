"""How load balancers do, port by port and zone by zone; shared by warm, shift, guards and the way back."""

from __future__ import annotations

from collections import Counter

import msgspec

from migrator.errors import Missing
from migrator.model.balancers import Listener, Target
from migrator.model.migration import Migration
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
        return len([each for targets in self.ports.values() for each in targets if each.state == "healthy"])

    @property
    def sick_ports(self) -> tuple[int, ...]:
        """Ports without a single healthy target."""
        serving = {port for port, targets in self.ports.items() for each in targets if each.state == "healthy"}
        return tuple(sorted(self.ports.keys() - serving))

    def lines(self) -> tuple[str, ...]:
        """Each target that is not healthy, a line each."""
        return tuple(
            f"port {port}: {each.id}:{each.port} {each.state} {each.reason}".rstrip()
            for port in sorted(self.ports)
            for each in self.ports[port]
            if each.state != "healthy"
        )


def zones(targets: tuple[Target, ...]) -> Counter[str]:
    """Healthy targets in each zone."""
    return Counter(each.zone for each in targets if each.state == "healthy")


def legacy_health(migration: Migration, outside: Outside) -> Health | Unknown:
    """Legacy's targets, by the listeners that the plan lists; one call a target group.

    Its controller exchanges target groups when somebody changes the Service: then by the listeners that it has now.
    """

    def question() -> Health:
        try:
            return behind(migration.legacy.listeners, outside)
        except Missing:
            there = behind(outside.balancers.listeners(migration.legacy.balancer.arn), outside)
            # A port that the plan lists and nobody listens on any more has nothing healthy; absent is not well.
            return Health({each.port: () for each in migration.legacy.listeners} | there.ports)

    return asked(question)


def new_health(arn: str, outside: Outside) -> Health | Unknown:
    """The new load balancer's targets by its listeners now; one call, and one a target group."""
    return asked(lambda: behind(outside.balancers.listeners(arn), outside))


def behind(listeners: tuple[Listener, ...], outside: Outside) -> Health:
    """The targets behind each listener; one call a target group. Raises OutsideError."""
    arns = sorted({arn for each in listeners for arn in each.groups})
    targets = {arn: outside.balancers.targets(arn) for arn in arns}
    ports: PortTargets = {}
    for each in listeners:
        ports[each.port] = ports.get(each.port, ())
        for arn in each.groups:
            ports[each.port] += targets[arn]
    return Health(ports)


def short_of(legacy: Health, new: Health, pct: int) -> str:
    """Where the new load balancer has fewer healthy targets than it needs, in words; empty when nowhere.

    On each port, in each zone where legacy has healthy targets: at least one, and `pct` of legacy's number.
    """
    for port in sorted(legacy.ports):
        ready = zones(new.ports.get(port, ()))
        for zone, count in sorted(zones(legacy.ports[port]).items()):
            needed = max(1, -(-count * pct // 100))
            if ready[zone] < needed:
                return f"port {port} in {zone}: {ready[zone]} healthy targets, {needed} needed"
    return ""
