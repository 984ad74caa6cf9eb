"""A clock whose sleep ends early when somebody writes into the journal: a hold is obeyed within a second."""

from __future__ import annotations

from migrator.model.units import Instant
from migrator.ports.doing import Clock, Journal

GLANCE_S = 1.0


class AttentiveClock:
    """The same clock; asleep it looks at the journal once a second. Implements `ports.doing.Clock`."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self._clock, self._journal = clock, journal

    def now(self) -> Instant:
        """As the clock's."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Let time pass until it is over, an operator interrupts, or a line was written by somebody else."""
        lines, end = len(self._journal.read()), self.now() + seconds
        while (left_s := end - self.now()) > 0:
            before = self.now()
            self._clock.sleep(min(left_s, GLANCE_S))
            if len(self._journal.read()) != lines or self.now() - before < min(left_s, GLANCE_S) / 2:
                return  # the second: the clock does not sleep any more, as somebody interrupts
