"""Time that passes only when somebody sleeps."""

from __future__ import annotations

from migrator.model.units import Instant
from migrator.ports.doing import Clock
from migrator.sandbox.world import World


class VirtualClock:
    """The world's own time as our clock: a sleep runs every timer of the world that falls due in it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.slept_s = 0.0

    def now(self) -> Instant:
        """The world's instant, in seconds UTC."""
        return self._world.now

    def sleep(self, seconds: float) -> None:
        """Advance the world; a span below zero is none."""
        if seconds > 0:
            self.slept_s += seconds
            self._world.advance(self._world.now + seconds)


class Late:
    """A clock whose sleeps last longer than asked, as on a busy machine: so many times, up to `MOST_S` more, `most_s` in all."""

    MOST_S = 50.0  # nobody takes the process for one that was stopped

    def __init__(self, clock: Clock, times: float, most_s: float) -> None:
        self._clock, self._times, self._most_s = clock, times, most_s

    def now(self) -> Instant:
        """As the clock inside."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Sleep at least so long."""
        self._clock.sleep(max(seconds, min(seconds * self._times, seconds + self.MOST_S, self._most_s)))
