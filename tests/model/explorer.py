"""Walks through every state of a model, breadth first, so that the first breach found is one of the shortest."""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)
Moves = Callable[[S], Iterable[tuple[str, S]]]


@dataclass(frozen=True)
class Breach:
    """A state in which something is not as it must be: what, and the moves that led there."""

    what: str
    moves: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.what}, after: {'; '.join(self.moves) or 'nothing'}"


@dataclass(frozen=True)
class Explored(Generic[S]):
    """How many states and moves there are; `stuck` are the moves to each state from which no end can be reached."""

    states: int
    moves: int
    breaches: tuple[Breach, ...]
    stuck: tuple[tuple[str, ...], ...]


def explore(begin: S, moves: Moves[S], wrong: Callable[[S], str], ended: Callable[[S], bool], *, most: int = 3) -> Explored[S]:
    """Every state from `begin` on.

    moves   what can happen in a state, by name
    wrong   what is not as it must be in a state; empty where all is well. The walk ends after `most` of them
    ended   whether nothing more needs to happen; from every state some end must be within reach
    """
    gc.disable()  # nothing is given back before the end, and looking for it takes a third of the time
    try:
        return _explored(begin, moves, wrong, ended, most)
    finally:
        gc.enable()


def _explored(begin: S, moves: Moves[S], wrong: Callable[[S], str], ended: Callable[[S], bool], most: int) -> Explored[S]:
    places = {begin: 0}  # states are told apart by their places from here on: to hash one costs more than all else
    reached: list[tuple[str, int]] = [("", -1)]  # the move that first led to each, and from where
    before: list[list[int]] = [[]]
    breaches: list[Breach] = []
    ends: list[int] = []
    pending, count = [begin], 0
    while pending and len(breaches) < most:
        later: list[S] = []
        at = len(places) - len(pending)
        for state in pending:
            if what := wrong(state):
                breaches.append(Breach(what, way_to(reached, at)))
            else:
                if ended(state):
                    ends.append(at)
                for name, after in moves(state):
                    count += 1
                    place = places.setdefault(after, len(reached))
                    if place == len(reached):
                        reached.append((name, at))
                        before.append([])
                        later.append(after)
                    before[place].append(at)
            at += 1
        pending = later
    if breaches:
        return Explored(len(places), count, tuple(breaches[:most]), ())
    reaching = _reaching(before, ends)
    return Explored(len(places), count, (), tuple(way_to(reached, at) for at, can in enumerate(reaching) if not can))


def way_to(reached: list[tuple[str, int]], at: int) -> tuple[str, ...]:
    """The moves that first led to a state."""
    names: list[str] = []
    while at:
        name, at = reached[at]
        names.append(name)
    return tuple(reversed(names))


def _reaching(before: list[list[int]], ends: list[int]) -> bytearray:
    """For each state whether one of the ends can be reached from it."""
    reaching = bytearray(len(before))
    pending = list(ends)
    for each in pending:
        reaching[each] = 1
    while pending:
        for each in before[pending.pop()]:
            if not reaching[each]:
                reaching[each] = 1
                pending.append(each)
    return reaching
