"""Who still talks to a load balancer, judged by flows and never by TTLs."""

from __future__ import annotations

import msgspec

from migrator.model.balancers import FlowMinute
from migrator.model.migration import Migration
from migrator.model.units import Instant, Unknown
from migrator.model.verdict import Wait
from migrator.model.waits import Waits
from migrator.ports.outside import Outside
from migrator.steps.asking import asked


class Flows(msgspec.Struct, frozen=True):
    """One load balancer's flows over the quiet window, a period each; `at` is when they were asked for."""

    periods: tuple[FlowMinute, ...]
    at: Instant = 0.0


def seen(arn: str, migration: Migration, outside: Outside) -> Flows | Unknown:
    """The last `quiet_s` that CloudWatch has settled; one call."""
    waits = migration.waits
    period_s = waits.metric_period_s
    now = outside.clock.now()
    end = (now - waits.metric_lag_s) // period_s * period_s
    periods = -(-waits.quiet_s // period_s)
    found = asked(outside.metrics.flows, arn, end - periods * period_s, end, period_s)
    return found if isinstance(found, Unknown) else Flows(found, now)


def busiest_per_min(flows: Flows, period_s: int) -> float | None:
    """New flows a minute in the busiest period; None where a period says nothing at all.

    Without requests NewFlowCount is not reported: a missing point is zero only where another metric has one.
    """
    busiest = 0.0
    for each in flows.periods:
        new = each.new
        if new is None:
            if each.active is None and each.hosts is None:
                return None
        elif new > busiest:
            busiest = new
    return busiest * 60 / period_s if flows.periods else None


def busy(flows: Flows | Unknown, migration: Migration, moved: Instant | None) -> Wait | None:
    """The wait for a load balancer that is not quiet, or of which nothing is known; None when it is quiet.

    `moved` is when the records that led to it were all seen moved (None: not known): quiet from before that says nothing
    of who still comes.
    """
    waits = migration.waits
    every = max(waits.look_every_s, waits.metric_period_s / 2)
    if isinstance(flows, Unknown):
        return Wait(f"flows unread: {flows.why}", every)
    rate = busiest_per_min(flows, waits.metric_period_s)
    if rate is None:
        return Wait("CloudWatch has no point for part of the window, which is not the same as no flows", every)
    active = flows.periods[-1].active or 0.0
    if rate <= waits.noise_flows_per_min and not active:
        return before(flows, waits, moved, every)
    until = quiet_at(flows, waits)
    reason = f"{active:.0f} flows are still open"
    if rate > waits.noise_flows_per_min:
        reason = f"{rate:.0f} new flows a minute in the last {waits.quiet_s:.0f} s, {noise(migration)}"
    return Wait(reason, max(0.5, min(every, until - flows.at)), until=until)


def before(flows: Flows, waits: Waits, moved: Instant | None, every: float) -> Wait | None:
    """The wait until the window lies wholly behind the move; None once it does."""
    if moved is None:
        return Wait("quiet so far, but when the records moved was not seen", every)
    if flows.periods[0].start >= moved:
        return None
    until = moved + waits.metric_period_s + waits.quiet_s + waits.metric_lag_s
    reason = f"quiet so far, but not for {waits.quiet_s:.0f} s since the records moved"
    return Wait(reason, max(0.5, min(every, until - flows.at)), until=until)


def quiet_at(flows: Flows, waits: Waits) -> Instant:
    """When it can be seen quiet at the earliest: the last loud period has left the window, the next one shows none open."""
    period_s = waits.metric_period_s
    left = 0.0
    for each in reversed(flows.periods):
        if each.new is not None and each.new * 60 / period_s > waits.noise_flows_per_min:
            left = each.start + period_s + waits.quiet_s
            break
    closed = flows.periods[-1].start + 2 * period_s if flows.periods[-1].active else 0.0
    return max(left, closed) + waits.metric_lag_s


def noise(migration: Migration) -> str:
    """The plan's noise figure in words."""
    return f"at most {migration.waits.noise_flows_per_min:.0f} count as noise"
