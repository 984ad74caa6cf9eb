"""Answers from a while ago: AWS's lists trail its changes, and CloudWatch may have no points.

Two faults strike here, where "stale": an operation named as the port answers as `delay_s` ago or earlier, "points" leaves
out those of the last `delay_s`.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from migrator.model.balancers import FlowMinute
from migrator.model.units import Instant
from migrator.ports.looks import MetricLook
from migrator.ports.outside import Outside
from migrator.sandbox.world import World

KEPT_S = 120.0  # an answer older than this is never given again
Asked = tuple[Any, ...]


def trailing(world: World, outside: Outside) -> Outside:
    """The ports of one process, whose looks at AWS may be old and whose metrics may have gaps."""
    ports: Any = {name: TrailingPort(world, name, getattr(outside, name)) for name in ("balancers", "network", "records")}
    return outside._replace(**ports, metrics=GappyMetrics(world, outside.metrics))


class TrailingPort:
    """Any port of looks: passes questions on, and while a fault is armed may answer what was so before."""

    def __init__(self, world: World, name: str, inner: Any) -> None:
        self._world, self._name, self._inner = world, name, inner
        self._told: dict[Asked, list[tuple[Instant, Any]]] = {}

    def __getattr__(self, method: str) -> Any:
        ask = getattr(self._inner, method)
        if method == "caller":  # its date is the time of the answer, never an older one
            setattr(self, method, ask)
            return ask

        def asked(*given: Any, **named: Any) -> Any:
            said = ask(*given, **named)
            told = self._told.setdefault((method, given, *named.items()), [])
            now = self._world.now
            faults = self._world.faults
            fault = faults.strike("stale", self._name, method, now=now) if faults.armed else None
            if fault is not None:
                before = [each for at, each in told if now - KEPT_S <= at <= now - fault.delay_s]
                said = before[-1] if before else said
            else:
                told.append((now, said))
                del told[:-4]
            return said

        setattr(self, method, asked)
        return asked


class GappyMetrics:
    """Implements MetricLook: leaves out points while a fault is armed."""

    def __init__(self, world: World, inner: MetricLook) -> None:
        self._world, self._inner = world, inner

    def flows(self, balancer_arn: str, start: Instant, end: Instant, period_s: int) -> tuple[FlowMinute, ...]:
        """As the port inside, with the last points unknown where there is a gap."""
        said = self._inner.flows(balancer_arn, start, end, period_s)
        faults = self._world.faults
        fault = faults.strike("stale", "points", balancer_arn, now=self._world.now) if faults.armed else None
        if fault is None:
            return said
        gap = end - fault.delay_s
        return tuple(replace(each, new=None, active=None, hosts=None) if each.start >= gap else each for each in said)
