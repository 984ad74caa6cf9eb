"""Who still talks to a load balancer, judged by flows and never by TTLs."""

from __future__ import annotations

import msgspec

from migrator.model.balancers import FlowMinute
from migrator.model.migration import Migration
from migrator.model.units import Unknown
from migrator.model.verdict import Wait
from migrator.ports.outside import Outside
from migrator.steps.asking import asked


class Flows(msgspec.Struct, frozen=True):
    """One load balancer's flows over the quiet window, a period each."""

    periods: tuple[FlowMinute, ...]


def seen(arn: str, migration: Migration, outside: Outside) -> Flows | Unknown:
    """The last `quiet_s` that CloudWatch has settled; one call."""
    waits = migration.waits
    period_s = waits.metric_period_s
    end = (outside.clock.now() - waits.metric_lag_s) // period_s * period_s
    periods = -(-waits.quiet_s // period_s)
    return asked(lambda: Flows(outside.metrics.flows(arn, end - periods * period_s, end, period_s)))


def busiest_per_min(flows: Flows, period_s: int) -> float | None:
    """New flows a minute in the busiest period; None where a period says nothing at all.

    Without requests NewFlowCount is not reported: a missing point is zero only where another metric has one.
    """
    rates = []
    for each in flows.periods:
        if each.new is None and each.active is None and each.hosts is None:
            return None
        rates.append((each.new or 0.0) * 60 / period_s)
    return max(rates, default=None)


def busy(flows: Flows | Unknown, migration: Migration) -> Wait | None:
    """The wait for a load balancer that is not quiet, or of which nothing is known; None when it is quiet."""
    waits = migration.waits
    every = max(waits.look_every_s, waits.metric_period_s / 2)
    if isinstance(flows, Unknown):
        return Wait(f"flows unread: {flows.why}", every)
    rate = busiest_per_min(flows, waits.metric_period_s)
    if rate is None:
        return Wait("CloudWatch has no point for part of the window, which is not the same as no flows", every)
    active = flows.periods[-1].active or 0.0
    if rate > waits.noise_flows_per_min:
        return Wait(f"{rate:.0f} new flows a minute in the last {waits.quiet_s:.0f} s, {noise(migration)}", every)
    if active > 0:
        return Wait(f"{active:.0f} flows are still open", every)
    return None


def noise(migration: Migration) -> str:
    """The plan's noise figure in words."""
    return f"at most {migration.waits.noise_flows_per_min:.0f} count as noise"
