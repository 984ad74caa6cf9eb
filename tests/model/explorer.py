"""Walks through every state of a model, breadth first, so that the first breach found is one of the shortest."""

from __future__ import annotations

from collections import deque
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
    """`states` by the move and the state that first led to each; `stuck` are those from which no end can be reached."""

    states: dict[S, tuple[str, S] | None]
    moves: int
    breaches: tuple[Breach, ...]
    stuck: tuple[S, ...]

    def way(self, state: S) -> tuple[str, ...]:
        """The moves from the beginning to a state."""
        return way_to(self.states, state)


def explore(begin: S, moves: Moves[S], wrong: Callable[[S], str], ended: Callable[[S], bool], *, most: int = 3) -> Explored[S]:
    """Every state from `begin` on.

    moves   what can happen in a state, by name
    wrong   what is not as it must be in a state; empty where all is well. The walk ends after `most` of them
    ended   whether nothing more needs to happen; from every state some end must be within reach
    """
    states: dict[S, tuple[str, S] | None] = {begin: None}
    before: dict[S, list[S]] = {begin: []}
    breaches: list[Breach] = []
    pending = deque([begin])
    count = 0
    while pending and len(breaches) < most:
        state = pending.popleft()
        if what := wrong(state):
            breaches.append(Breach(what, way_to(states, state)))
            continue
        for name, after in moves(state):
            count += 1
            if after not in states:
                states[after] = (name, state)
                before[after] = []
                pending.append(after)
            before[after].append(state)
    if breaches:
        return Explored(states, count, tuple(breaches), ())
    ends = [each for each in states if ended(each)]
    reaching = _reaching(before, ends)
    return Explored(states, count, (), tuple(each for each in states if each not in reaching))


def way_to(states: dict[S, tuple[str, S] | None], state: S) -> tuple[str, ...]:
    """The moves that first led to a state."""
    names: list[str] = []
    while (step := states[state]) is not None:
        name, state = step
        names.append(name)
    return tuple(reversed(names))


def _reaching(before: dict[S, list[S]], goals: list[S]) -> set[S]:
    """Every state from which one of the goals can be reached."""
    reached = set(goals)
    pending = list(goals)
    while pending:
        for each in before[pending.pop()]:
            if each not in reached:
                reached.add(each)
                pending.append(each)
    return reached
