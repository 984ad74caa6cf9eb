"""Time that passes only when somebody sleeps."""

from __future__ import annotations

from migrator.model.units import Instant
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
