"""The world at this very instant, held still for one operation."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.sandbox.world import World


class Present:
    """`with present as world:` takes the world's lock and brings it up to now. Keep what is inside short."""

    def __init__(self, world: World, clock: Callable[[], float]) -> None:
        self.world, self.clock = world, clock

    def __enter__(self) -> World:
        self.world.lock.acquire()
        try:
            self.world.advance(self.clock())
        except BaseException:
            self.world.lock.release()
            raise
        return self.world

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.world.lock.release()
