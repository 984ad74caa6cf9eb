"""Numbers and addresses that the API server hands out to Services, each to one at a time."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import chain

from migrator.sandbox.world.trouble import KubeError


class Pool:
    """A range of whole numbers, both ends included.

    The first `set_aside` of them are drawn only when the rest is used up, so that people can ask for one of them by
    number without meeting one already drawn (KEP-3070, KEP-3668).
    """

    def __init__(self, first: int, last: int, set_aside: int, full: Callable[[], KubeError]) -> None:
        self.first, self.last = first, last
        self._drawn_from = first + set_aside
        self._full = full
        self._taken: set[int] = set()

    def __contains__(self, number: int) -> bool:
        return self.first <= number <= self.last

    def taken(self, number: int) -> bool:
        """Whether somebody holds this number."""
        return number in self._taken

    def take(self, number: int) -> None:
        """Hold this very number."""
        self._taken.add(number)

    def release(self, number: int) -> None:
        """Let go of it; unknown numbers are ignored."""
        self._taken.discard(number)

    def draw(self, chance: random.Random) -> int:
        """Hold a free number and say which. Raises KubeError 500 when none is left."""
        start = chance.randrange(self._drawn_from, self.last + 1)
        if start not in self._taken:
            self._taken.add(start)
            return start
        nearby = range(start + 1, min(start + 16, self.last + 1))
        for number in chain(nearby, range(self._drawn_from, self.last + 1), range(self.first, self._drawn_from)):
            if number not in self._taken:
                self._taken.add(number)
                return number
        raise self._full()


class Claims:
    """What one write takes from the pools and gives back, so that all of it can be undone."""

    def __init__(self) -> None:
        self._took: list[tuple[Pool, int]] = []
        self._gives: list[tuple[Pool, int]] = []

    def take(self, pool: Pool, number: int) -> None:
        """Hold a number from now on."""
        pool.take(number)
        self._took.append((pool, number))

    def draw(self, pool: Pool, chance: random.Random) -> int:
        """Hold a free number from now on."""
        number = pool.draw(chance)
        self._took.append((pool, number))
        return number

    def give(self, pool: Pool, number: int) -> None:
        """Let go of a number once the write is stored."""
        self._gives.append((pool, number))

    def settle(self) -> None:
        """The write is stored."""
        for pool, number in self._gives:
            pool.release(number)

    def undo(self) -> None:
        """The write was refused, or a dry run."""
        for pool, number in self._took:
            pool.release(number)
