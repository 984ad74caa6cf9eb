"""Give every record set that moves a short TTL, and let the long one run out of the caches."""

from __future__ import annotations

from migrator.model.migration import Migration
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant
from migrator.model.verdict import Done, Verdict
from migrator.ports.outside import Outside
from migrator.steps import records
from migrator.steps.records import LISTED, LOWERED, RecordsSeen

NAME = "lower"
HOLDS_UNTIL = "shift"  # which moves the records on


def look(migration: Migration, standing: Standing, outside: Outside) -> RecordsSeen:
    return records.seen(NAME, migration, standing, outside)


def facts(sight: RecordsSeen) -> Facts:
    return sight.facts


def decide(migration: Migration, standing: Standing, sight: RecordsSeen, now: Instant) -> Verdict:
    look_every_s = migration.waits.look_every_s
    if still := records.towards(NAME, sight, LOWERED, "lower the TTL", look_every_s, LISTED):
        return still
    lowering, since = migration.dns.lowering, records.insync_since(NAME, standing)
    if lowering:
        ttl_s = max([move.answer_ttl_s for move in lowering])
        assert since is not None
        reason = f"answers with the TTL of {ttl_s} s are running out of caches"
        if rest := records.waited(since, ttl_s, now, reason, migration.waits.look_every_s):
            return rest
    return Done(f"every record set has its TTL for moving; {len(lowering)} of {len(migration.dns.moves)} needed a shorter one")


def undo(migration: Migration, standing: Standing, sight: RecordsSeen, now: Instant) -> Verdict:
    look_every_s = migration.waits.look_every_s
    if still := records.towards(NAME, sight, LISTED, "restore the TTL", look_every_s, LOWERED):
        return still
    return Done("every record set is as listed in the plan")
