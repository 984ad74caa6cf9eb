"""What the record sets have to say before they move: what stops them, what a person must answer, what is worth knowing."""

from __future__ import annotations

from migrator.model.migration import Decision, Finding
from migrator.model.records import Move
from migrator.model.units import Unknown
from migrator.model.waits import Waits
from migrator.planning.found import Names, Placed
from migrator.planning.zones import ALL_ZONES

DAY_S = 86400


def moves_of(names: Names, waits: Waits) -> tuple[Move, ...]:
    """The record sets that move, each with its TTL while moving; an alias has none of its own."""
    return tuple(Move(each.zone, each.record, _moving(each, waits)) for each in names.leading)


def record_findings(
    names: Names, busiest_per_min: float | Unknown | None = None
) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
    """Findings and decisions about the names, in a fixed order; `busiest_per_min` is new flows where no name leads there."""
    findings = (
        *(_routed(each) for each in names.routed),
        *(_slow(each) for each in names.leading if (each.record.ttl_s or 0) > DAY_S),
        *(_follows(each) for each in names.following),
    )
    decisions = _unread(names)
    if not names.leading and not names.routed:
        decisions += (_no_record(names, busiest_per_min),)
    return findings, decisions


def _moving(each: Placed, waits: Waits) -> int | None:
    return None if each.record.ttl_s is None else min(each.record.ttl_s, waits.moving_ttl_s)


def _routed(each: Placed) -> Finding:
    record = each.record
    how = ", ".join(f"{key} {value}" for key, value in sorted(record.routing.items()))
    seen = f"{record.name} {record.type} in zone {each.zone.id} is routed by {how}; migrate moves simple record sets only"
    do = "make it a simple record set, or move this one by hand, then plan again"
    own = record.routing.get("SetIdentifier", "")
    return Finding(f"routing/{each.zone.id}/{record.name}/{record.type}/{own}".rstrip("/"), "blocked", seen, do)


def _slow(each: Placed) -> Finding:
    record = each.record
    seen = f"{record.name} {record.type} has a TTL of {record.ttl_s} s, more than a day: `lower` waits that long"
    do = "lower it now, then plan again, to save the wait"
    return Finding(f"long-ttl/{each.zone.id}/{record.name}/{record.type}", "note", seen, do)


def _follows(each: Placed) -> Finding:
    record = each.record
    goal = record.alias.name if record.alias else record.values[0]
    seen = f"{record.name} {record.type} in zone {each.zone.id} leads to {goal}, which moves; it needs no change"
    return Finding(f"follows/{each.zone.id}/{record.name}/{record.type}", "note", seen)


def _unread(names: Names) -> tuple[Decision, ...]:
    if not names.unread:
        return ()
    zones = "; ".join("all zones" if each.id == ALL_ZONES else f"{each.name} {each.id}" for each in names.unread)
    why = "; ".join(sorted({each.why for each in names.unread}))
    question = (
        f"hosted zones could not be read ({zones}: {why}): does no record set in them lead to the legacy load balancer? "
        "A zone of another account is read with credentials of that account"
    )
    return (Decision("unread-zones", question, ("none-leads-there",)),)


def _no_record(names: Names, busiest_per_min: float | Unknown | None) -> Decision:
    where = "in any zone that could be read" if names.unread else "in any zone of this account"
    question = (
        f"no record set {where} leads to the legacy load balancer{_used(busiest_per_min)}: do its clients get the new hostname "
        "by another way? `drain` then waits until legacy has no traffic left"
    )
    return Decision("no-record", question, ("i-move-the-clients",))


def _used(busiest_per_min: float | Unknown | None) -> str:
    """Whether somebody comes all the same, as far as CloudWatch was asked and tells."""
    if busiest_per_min is None:
        return ""
    if isinstance(busiest_per_min, Unknown):
        return f", and whether anybody uses it could not be read ({busiest_per_min.why})"
    if not busiest_per_min:
        return ", and it had no new flow in the last 15 minutes"
    return f", yet it had up to {busiest_per_min:.0f} new flows a minute in the last 15 minutes, which no record explains"
