"""Every record set that the plan moves is as the plan lists it."""

from __future__ import annotations

from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.migration import Dns, Migration
from migrator.model.records import Move, RecordSet
from migrator.ports.outside import Outside

NAME = "records"
HOLDS_UNTIL = "lower"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(migration: Migration, outside: Outside) -> Result:
    """One call a name, or pages of the zone where that is fewer."""
    lines = [line for move, seen in current(migration.dns, outside) if (line := difference(move, seen))]
    if lines:
        do = f"migrate plan {migration.service}"
        return failed(NAME, "plan-stale", "record sets changed since the plan", do, *lines)
    return ok(NAME, f"every record set ({len(migration.dns.moves)}) as planned")


def current(dns: Dns, outside: Outside) -> tuple[tuple[Move, RecordSet | None], ...]:
    """Each move with its record set as listed now; one look per zone."""
    at, listed = outside.records.at, {}
    for zone_id, names in dns.names.items():
        for record in at(zone_id, names):
            if not record.routing:
                listed[zone_id, record.name, record.type] = record
    found = listed.get
    return tuple([(move, found(move.key)) for move in dns.moves])


def difference(move: Move, seen: RecordSet | None) -> str:
    """What differs from the plan's listing, in a line; empty when nothing does."""
    if seen == move.listed:
        return ""
    return f"{move.listed.name} {move.listed.type} is {shown(seen)}, planned {shown(move.listed)}"


def shown(record: RecordSet | None) -> str:
    """A record set in a few words, for people."""
    if record is None:
        return "absent"
    if record.alias is not None:
        health = ", evaluates health" if record.alias.evaluate_health else ""
        return f"alias {record.alias.name} (zone {record.alias.zone_id}{health})"
    return f"{' '.join(record.values)} (TTL {record.ttl_s} s)"
