"""Killed at any instant and resumed, the journey ends as if it had not been."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from migrator.machine.tick import Over
from migrator.simulation.journey import CrashPlan, Voyage
from migrator.simulation.stage import stage

pytestmark = pytest.mark.crash_points

SEED = 7
QUIET: dict[str, Any] = {"every_s": 30.0}  # enough clients to notice a loss, few enough to sweep every point


@cache
def uncrashed(back_from: str) -> tuple[dict[str, Any], int, int]:
    """The end state of a journey that nothing disturbs, and how many appends and effects it has."""
    appends = effects = 0
    voyage = Voyage(stage(seed=SEED, **QUIET), promises=True)
    for crash in legs(voyage, back_from, CrashPlan(kind="effect")):
        effects += crash.count
    appends = len(voyage.journal.lines)
    assert voyage.stage.ledger.account().lost_by_us == 0
    assert voyage.breaches == ()
    return voyage.end(), appends, effects


def legs(voyage: Voyage, back_from: str, crash: CrashPlan) -> list[CrashPlan]:
    """Sail to the end, or to a step and back; after a crash the same command is given again."""
    if not back_from:
        return [finish(voyage, crash)]
    forward = CrashPlan(crash.point, crash.how, crash.kind)
    reached = voyage.sail(forward, until=back_from)
    if reached is None:
        reached = voyage.sail(until=back_from)
    back = CrashPlan(crash.point - forward.count if crash.point > forward.count else -1, crash.how, crash.kind)
    outcome = voyage.back(back)
    if outcome is None:
        outcome = voyage.back()
    assert outcome == Over("rolled-back")
    return [forward, back]


def finish(voyage: Voyage, crash: CrashPlan) -> CrashPlan:
    """Forward to the end over as many processes as it takes."""
    outcome = voyage.sail(crash)
    if outcome is None:
        outcome = voyage.sail()
    assert outcome == Over("migrated")
    return crash


def swept(back_from: str, kind: str, how: str) -> None:
    """Crash at every boundary of one kind; each time the end state is that of the undisturbed journey."""
    end, appends, effects = uncrashed(back_from)
    for point in range(1, (appends if kind == "append" else effects) + 1):
        voyage = Voyage(stage(seed=SEED, **QUIET), promises=True)
        legs(voyage, back_from, CrashPlan(point, how, kind))
        account = voyage.stage.ledger.account()
        assert voyage.end() == end, f"crash {how} {kind} {point}"
        assert account.lost_by_us == 0, f"crash {how} {kind} {point}: {account.complaint}"
        assert voyage.breaches == (), f"crash {how} {kind} {point}"


CRASHES = [
    ("append", "before"),
    ("append", "torn"),
    ("append", "after"),
    ("effect", "before"),
    ("effect", "after"),
    ("effect", "lost"),
]


@pytest.mark.parametrize(("kind", "how"), CRASHES, ids=["-".join(each) for each in CRASHES])
@pytest.mark.parametrize(
    "back_from", ["", "lower", "clone", "shift", "drain"], ids=lambda each: f"back-from-{each}" if each else "forward"
)
def test_a_crash_at_any_point_changes_nothing_in_the_end(back_from: str, kind: str, how: str) -> None:
    """Law 10; and law 8 where the way leads back."""
    swept(back_from, kind, how)
