"""Asleep, a run sees within a second that somebody wrote into its journal."""

from __future__ import annotations

from migrator.cli.attention import AttentiveClock
from migrator.cli.scratch import ScratchJournal
from migrator.model.events import Released


class Clock:
    """Time that passes only in sleep; `deed` happens during the nap that reaches `at`."""

    def __init__(self) -> None:
        self.time, self.at, self.deed, self.stopped = 0.0, 0.0, lambda: None, False

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        if self.stopped:
            return
        before, self.time = self.time, self.time + seconds
        if before < self.at <= self.time:
            self.deed()


def test_it_sleeps_as_long_as_it_is_told() -> None:
    clock = Clock()

    AttentiveClock(clock, ScratchJournal(())).sleep(7.5)

    assert clock.now() == 7.5


def test_it_wakes_when_somebody_writes() -> None:
    clock, journal = Clock(), ScratchJournal(())
    clock.at, clock.deed = 3.0, lambda: journal.append(Released("ann"), at=3.0, after=0)

    AttentiveClock(clock, journal).sleep(30)

    assert clock.now() == 3.0


def test_it_does_not_turn_in_circles_when_nothing_sleeps_any_more() -> None:
    clock = Clock()
    clock.at, clock.deed = 2.0, lambda: setattr(clock, "stopped", True)

    AttentiveClock(clock, ScratchJournal(())).sleep(30)

    assert clock.now() == 2.0
