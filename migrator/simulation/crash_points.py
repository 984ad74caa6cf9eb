"""Crash points: the journey is run once to number every journal append and every call, then killed at each and resumed.

Where a process can die, and what stands for it here:

    before the intent is durable                    append, before
    after it, before the call                       append, after; call, before
    the call is done, its answer never comes        call, lost (the process lives on)
    its answer came, the outcome is not durable     call, after
    while a line is written                         append, torn
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from migrator.errors import OperatorError
from migrator.machine.tick import Machine, Over, Standstill
from migrator.model.standing import fold
from migrator.scheduler.run import Reached
from migrator.simulation.doors import HOST
from migrator.simulation.journey import CrashPlan, Voyage

HOWS = {"append": ("before", "torn", "after"), "effect": ("before", "after", "lost")}
MOST_PROCESSES = 12
Recipe = Callable[[], Voyage]  # the same planned migration each time, in a world of its own, its promises watched


class Point(msgspec.Struct, frozen=True, order=True):
    """A process dies at its `number`-th append or call, counted from the last death; `how` as `CrashPlan` has it."""

    kind: Literal["append", "effect"]
    number: int
    how: str

    def __str__(self) -> str:
        """As `parsed` reads it."""
        return f"{self.how}-{self.kind}-{self.number}"


def parsed(text: str) -> Point:
    """A point as a person types it, `after-append-12`. Raises ValueError."""
    how, _, rest = text.partition("-")
    kind, _, number = rest.partition("-")
    if kind not in HOWS or how not in HOWS[kind] or not number.isdigit() or int(number) < 1:
        raise ValueError(f"a crash point reads like after-append-12 or lost-effect-3, not {text!r}")
    return Point("append" if kind == "append" else "effect", int(number), how)


class Way(msgspec.Struct, frozen=True):
    """Which way a journey is told to take.

    back_from    the step after which it is taken back; empty for none
    back_at_once whether it is taken back after the first death, wherever that was
    host         whose processes go on after the first death; empty for the same
    orders       further orders of every process, as `Orders` has them
    """

    back_from: str = ""
    back_at_once: bool = False
    host: str = ""
    hold_before: tuple[str, ...] = ()


FORWARD = Way()


class Arrival(msgspec.Struct, frozen=True):
    """How a journey over these points ended. `counts` are the appends and calls after the last death."""

    points: tuple[Point, ...]
    outcome: str
    end: dict[str, Any]
    breaches: tuple[str, ...]
    counts: dict[str, int]
    virtual_s: float
    struck: int  # how many of the points were reached


def arrived(voyage: Voyage, way: Way, points: Sequence[Point] = ()) -> Arrival:
    """Make the journey over as many processes as it takes; `breaches` are the promises that were not kept on the way."""
    crash = CrashPlan(-1, "", "", *((each.number, each.how, each.kind) for each in points))
    began, breaches, host, back, outcome = voyage.stage.world.now, [], HOST, False, ""
    for _ in range(MOST_PROCESSES):
        if back and fold(voyage.journal.read()).began is None:
            outcome = "untouched"
            break
        try:
            finish = voyage.sail(
                crash,
                before=_turned if back else _released,
                host=host,
                until="" if back else way.back_from,
                anew=False,
                hold_before=way.hold_before,
            )
        except OperatorError as error:
            if error.code != "past-no-return":
                breaches.append(f"refused: {error.message}")
                break
            back = False  # what is past return goes on
            way = replace(way, back_at_once=False)
            continue
        match finish:
            case None:
                back, host = back or way.back_at_once, way.host or host
            case Reached():
                back = True
            case Over(outcome):
                break
            case Standstill(code, reason) if code != "hold-before":
                breaches.append(f"it held: {code}: {reason}")
                break
    else:
        breaches.append(f"no end after {MOST_PROCESSES} processes")
    account = voyage.stage.ledger.account()
    if account.complaint:
        breaches.append(account.complaint)
    took_s = voyage.stage.world.now - began
    told = (*voyage.breaches, *breaches)
    return Arrival(tuple(points), outcome, voyage.end(), told, dict(crash.counts), took_s, crash.struck)


def _released(machine: Machine) -> None:
    machine.release("a person")


def _turned(machine: Machine) -> None:
    machine.release("a person")
    machine.turn_back("asked", "told to roll back", "a person")


class Sweep:
    """Every crash point of one recipe on one way; what a journey without deaths ends like is worked out once."""

    def __init__(self, recipe: Recipe, way: Way = FORWARD) -> None:
        self.recipe, self.way = recipe, way
        self._before = recipe().end()
        self.uncrashed = arrived(recipe(), replace(way, back_at_once=False))
        if self.uncrashed.breaches:
            raise AssertionError(f"nobody died, and still: {'; '.join(self.uncrashed.breaches)}")

    @property
    def singles(self) -> tuple[Point, ...]:
        """Every boundary of the uncrashed journey, each in every way to die there."""
        return tuple(points(self.uncrashed.counts, HOWS))

    def seconds(self, first: Arrival) -> tuple[Point, ...]:
        """Where the process may die that goes on after a first death.

        Dying before an append leaves what dying after the one before it left, and a torn line is cut off when it is
        read: what is durable is the same. So a second death comes after an append, after a call, or loses an answer.
        """
        return tuple(points(first.counts, DISTINCT))

    def judged(self, *deaths: Point) -> Arrival:
        """The journey with these deaths; its breaches tell too where it ends otherwise than an uncrashed one."""
        arrival = arrived(self.recipe(), self.way, deaths)
        wanted = self.uncrashed.end if arrival.outcome == self.uncrashed.outcome else self._before
        known = (self.uncrashed.outcome, "rolled-back", "untouched") if self.way.back_at_once else (self.uncrashed.outcome,)
        breaches = list(arrival.breaches)
        if arrival.outcome not in known and not breaches:
            breaches.append(f"it ended {arrival.outcome or 'nowhere'}, not {self.uncrashed.outcome}")
        elif not breaches:
            breaches += [
                f"{part} are {arrival.end[part]}, {wanted[part]} without a death"
                for part in wanted
                if arrival.end[part] != wanted[part]
            ]
        return replace(arrival, breaches=tuple(breaches))


DISTINCT = {"append": ("after",), "effect": ("after", "lost")}


def points(counts: dict[str, int], hows: Mapping[str, Sequence[str]]) -> Iterator[Point]:
    """Each boundary up to these counts, in each of these ways."""
    kinds: tuple[Literal["append", "effect"], ...] = ("append", "effect")
    for kind in kinds:
        for number in range(1, counts[kind] + 1):
            for how in hows[kind]:
                yield Point(kind, number, how)
