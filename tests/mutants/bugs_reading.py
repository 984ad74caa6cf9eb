"""Mutants that take what is read for what it is not."""

from __future__ import annotations

from migrator.model.standing import Standing
from migrator.steps import drain, flows, health, records, retire, sweep, warm
from tests.mutants import hunts, reading, strangers
from tests.mutants.hunts import forward
from tests.mutants.mutant import Mutant, done, empty, mutant, nothing
from tests.mutants.troubled import lost, lost_late, slow_private, unread_sweep

READING: tuple[Mutant, ...] = (
    mutant(
        "unknown-read-as-gone",
        "anchors 4.3: connection error read as copy complete",
        unread_sweep,
        (sweep, "asked", reading.taken_for_gone),
        (sweep, "unread", nothing),
        (sweep, "leftovers", reading.none_left(sweep.leftovers)),
    ),
    mutant(
        "throttled-read-taken-as-healthy",
        "anchors 4.9: done under ELB throttling",
        hunts.unread,
        (warm, "look", reading.taken_for_healthy(warm.look)),
    ),
    mutant(
        "warm-counts-one-zone-only",
        "anchors R3: targets flapping per zone",
        hunts.uneven,
        (health, "short_of", reading.one_zone),
    ),
    mutant(
        "pending-taken-as-insync",
        "controllers: GetChange PENDING",
        forward,
        (records, "seen", reading.synced_at_once(records.seen)),
    ),
    mutant(
        "lost-change-id-taken-as-insync",
        "design 3: a lost change id",
        (lost, lost_late),
        (records, "seen", reading.lost_is_fine(records.seen)),
    ),
    mutant(
        "change-id-of-another-zone",
        "design 3: each zone has its own change",
        slow_private,
        (Standing, "changes", reading.of_any_zone(Standing.changes)),
    ),
    mutant(
        "insync-judged-by-one-zone",
        "needs 2: private zones answer later",
        slow_private,
        (records, "seen", reading.lagging_one(records.seen)),
    ),
    mutant("drain-is-skipped", "anchors 5.3: then also flows", forward, (drain, "decide", done)),
    mutant("drain-trusts-missing-metrics", "anchors 4.12: no traffic, no metric", forward, (flows, "busy", nothing)),
    mutant(
        "metric-gap-read-as-zero",
        "anchors 4.12, design 3: neither is unknown",
        strangers.unmetered,
        (flows, "busiest_per_min", reading.none_is_zero),
    ),
    mutant(
        "open-flows-do-not-count",
        "anchors 5.3: then also flows",
        strangers.lingering,
        (flows, "busy", reading.without_open(flows.busy)),
    ),
    mutant("quiet-from-before-the-move-counts", "anchors 5.3", forward, (flows, "before", nothing)),
    mutant(
        "unread-zone-ignored-at-retire",
        "law 3, anchors 5.15: names nobody manages",
        strangers.added_unread,
        (retire, "pointing", reading.of_readable_zones(retire.pointing)),
    ),
    mutant(
        "retire-sees-only-planned-records", "anchors 5.15: names nobody manages", strangers.added, (retire, "pointing", empty)
    ),
)
