"""Wait until nobody talks to the legacy load balancer any more, judged by its flows."""

from __future__ import annotations

import msgspec

from migrator.model.migration import Migration
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant, Unknown
from migrator.model.verdict import Done, Hold, Verdict
from migrator.ports.outside import Outside
from migrator.steps import flows, records
from migrator.steps.flows import Flows
from migrator.steps.returning import or_back

NAME = "drain"
SPREAD = 2.0  # noise comes and goes: up to so many times what a person accepted is still the same noise
HOLDS_UNTIL = "sweep"  # where there is nothing left to look at


class Sight(msgspec.Struct, frozen=True):
    legacy: Flows | Unknown
    new: Flows | Unknown  # the noise that any public address gets is seen here too


def look(migration: Migration, standing: Standing, outside: Outside) -> Sight:
    legacy = flows.seen(migration.legacy.balancer.arn, migration, outside)
    return Sight(legacy, flows.seen(standing.fact("clone", "arn", ""), migration, outside))


def facts(sight: Sight) -> Facts:
    return {"read": isinstance(sight.legacy, Flows)}


def decide(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    waits = migration.waits
    busy = flows.busy(sight.legacy, migration, records.insync_since("shift", standing))
    if busy is None:
        return Done(f"no more than noise on legacy for {waits.quiet_s:.0f} s, and no open flow")
    reason = f"legacy: {busy.reason}{beside(migration, sight.new)}"
    accepted = standing.accepted.get((NAME, "still-draining"))
    overdue = now >= standing.waiting_since(NAME, now) + waits.drain_deadline_s
    if isinstance(sight.legacy, Unknown) or (accepted is None and not overdue):
        return msgspec.structs.replace(busy, reason=reason)
    measure = level(migration, sight.legacy)
    if accepted is not None and measure is not None and measure <= accepted * SPREAD:
        return Done(f"{reason}; a person took as much for noise")
    if not overdue:
        return msgspec.structs.replace(busy, reason=reason)
    do = "flow logs say who it is; `migrate release PLAN` takes it for noise and goes on"
    return Hold("still-draining", reason, (), or_back(do, standing, ", `migrate rollback PLAN` goes back"), measure or 0.0)


def level(migration: Migration, legacy: Flows) -> float | None:
    """The figure that a person accepts or not: new flows a minute, or open ones where those are more; None is unknown."""
    rate = flows.busiest_per_min(legacy, migration.waits.metric_period_s)
    return None if rate is None else max(rate, *[each.active or 0.0 for each in legacy.periods])


def beside(migration: Migration, new: Flows | Unknown) -> str:
    """The new load balancer's rate, to judge legacy's by."""
    rate = None if isinstance(new, Unknown) else flows.busiest_per_min(new, migration.waits.metric_period_s)
    return "" if rate is None else f" (the new load balancer: {rate:.0f})"


def undo(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    return Done("nothing was changed")
