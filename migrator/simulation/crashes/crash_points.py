"""Crash points: the journey is run once to number every append, call and mark, then killed at each and resumed.

Where a process can die, and what stands for it here:

    before the intent is durable                    append, before
    after it, before our mark is moved on to it     append, after
    after that, before the call                     effect, before
    the call is done, its answer never comes        effect, lost (the process lives on)
    its answer came, the outcome is not durable     effect, after
    while a line is written                         append, torn
    the answer of moving our mark on never comes    fence, lost (the process lives on)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from migrator.errors import OperatorError
from migrator.machine.tick import Machine, Over, Standstill
from migrator.scheduler.run import Reached
from migrator.simulation.crashes.by_hand import Deed, Person, begun_anew, retired
from migrator.simulation.crashes.dying import CrashPlan
from migrator.simulation.doors import HOST
from migrator.simulation.journey import Voyage

HOWS = {"append": ("before", "torn", "after"), "effect": ("before", "after", "lost"), "fence": ("lost",)}
MOST_PROCESSES = 12
A_PERSON_LIFTS = ("hold-before", "operator-hold")  # holds that are part of a way; the next process is started by `release`
Kind = Literal["append", "effect", "fence"]
Recipe = Callable[[], Voyage]  # the same planned migration each time, in a world of its own, its promises watched


class Point(msgspec.Struct, frozen=True, order=True):
    """A process dies at its `number`-th append, effect or fence, counted from the last death; `how` as `CrashPlan` has it."""

    kind: Kind
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
    return Point(next(each for each in KINDS if each == kind), int(number), how)


class Way(msgspec.Struct, frozen=True):
    """Which way a journey is told to take.

    back_from    the step after which it is taken back; empty for none
    back_at_once whether it is taken back after the first death, wherever that was
    host         whose processes go on after the first death; empty for the same
    hold_before  steps before which it holds; the next process is started by `release`
    by_hand      what people do meanwhile
    back_held    whether it is taken back once it is held
    journal_lost whether the journal goes with the first process that dies, and a person begins anew
    """

    back_from: str = ""
    back_at_once: bool = False
    host: str = ""
    hold_before: tuple[str, ...] = ()
    by_hand: tuple[Deed, ...] = ()
    back_held: bool = False
    journal_lost: bool = False


FORWARD = Way()


class Arrival(msgspec.Struct, frozen=True):
    """How a journey over these points ended. `counts` are the boundaries after the last death.

    outcome  as the journal says; "untouched" where it was taken back before it began, "by-hand" where the journal was
             lost past the point of no return: the engine refuses, and what is left is a person's
    """

    points: tuple[Point, ...]
    outcome: str
    end: dict[str, Any]
    breaches: tuple[str, ...]
    counts: dict[str, int]
    virtual_s: float
    struck: int  # how many of the points were reached
    waited: frozenset[int] = frozenset()  # of `counts`: appends before which time had passed
    fenced: frozenset[int] = frozenset()  # of `counts`: effects right before which the Lease was moved on


def arrived(voyage: Voyage, way: Way, points: Sequence[Point] = (), crash: CrashPlan | None = None) -> Arrival:
    """Make the journey over as many processes as it takes; `breaches` are the promises that were not kept on the way.

    `crash` says when processes die, where the points do not.
    """
    crash = crash or CrashPlan(-1, "", "", *((each.number, each.how, each.kind) for each in points))
    trip = Trip(voyage, way, crash)
    began = voyage.stage.world.now
    trip.made()
    account = voyage.stage.ledger.account()
    complaints = (*trip.breaches, account.complaint) if account.complaint else trip.breaches
    return Arrival(
        tuple(points),
        trip.outcome,
        voyage.end(),
        (*voyage.breaches, *complaints),
        dict(crash.counts),
        voyage.stage.world.now - began,
        crash.struck,
        frozenset(crash.waited),
        frozenset(crash.fenced),
    )


class Trip:
    """One journey and the person who starts its processes, one after the other."""

    def __init__(self, voyage: Voyage, way: Way, crash: CrashPlan) -> None:
        self.voyage, self.way, self.crash = voyage, way, crash
        self.breaches: list[str] = []
        self.outcome, self._back, self._host = "", False, HOST
        self._lost = self._refused = False
        self._clones: set[str] = set()
        voyage.beside = Person(voyage, way.by_hand).reads
        voyage.stage.world.kube.subscribe("Service", self._service)

    def made(self) -> None:
        """Start processes until one ends the journey."""
        for _ in range(MOST_PROCESSES):
            if self._back and self.voyage.standing.began is None:
                self.outcome = "untouched"
                break
            if self._over():
                break
        else:
            self.breaches.append(f"no end after {MOST_PROCESSES} processes")
        if self.outcome == "migrated" and len(self._clones) != 1:
            self.breaches.append(f"{len(self._clones)} new Services were made")

    def _over(self) -> bool:
        """One process; whether the journey is at its end, or cannot go on."""
        if self.way.back_held and self.voyage.standing.held is not None:
            self._back = True
        try:
            finish = self.voyage.sail(
                self.crash,
                before=_turned if self._back else _released,
                host=self._host,
                until="" if self._back else self.way.back_from,
                anew=False,
                hold_before=self.way.hold_before,
            )
        except OperatorError as error:
            if error.code != "past-no-return":
                self.breaches.append(f"refused: {error.message}")
                return True
            self._back = False  # what is past return goes on
            self.way = replace(self.way, back_at_once=False)
            return False
        match finish:
            case None:
                self._died()
            case Reached():
                self._back = True
            case Over(outcome):
                self.outcome = outcome
                return True
            case Standstill(code, reason) if code not in A_PERSON_LIFTS:
                return self._stood(code, reason)
        return False

    def _died(self) -> None:
        self._back, self._host = self._back or self.way.back_at_once, self.way.host or self._host
        if self.way.journal_lost and not self._lost:
            self._lost = True
            self.voyage.lose_journal()

    def _stood(self, code: str, reason: str) -> bool:
        """A hold that is no part of the way, unless the journal was lost: then nothing may go on before a person acted."""
        unwritten = self._lost and self.voyage.journal.read() == ()
        if unwritten and retired(self.voyage) and code in ("journal-lost", "plan-stale"):
            self.outcome = "by-hand"
            return True
        if unwritten and not self._refused and code in ("journal-lost", "plan-stale"):
            self._refused = True
            begun_anew(self.voyage)
            return False
        self.breaches.append(f"it held: {code}: {reason}")
        return True

    def _service(self, event: str, service: dict[str, Any], old: dict[str, Any] | None) -> None:
        if event == "ADDED" and service["metadata"]["name"] == self.voyage.migration.new.name:
            self._clones.add(service["metadata"]["uid"])


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

    @property
    def firsts(self) -> tuple[Point, ...]:
        """Those of `singles` that leave a state of their own, as `distinct` has it."""
        return distinct(self.uncrashed)

    def seconds(self, first: Arrival) -> tuple[Point, ...]:
        """Where the process may die that goes on after a first death, each in every way that leaves a state of its own."""
        return distinct(first)

    def judged(self, *deaths: Point) -> Arrival:
        """The journey with these deaths; its breaches tell too where it ends otherwise than an uncrashed one."""
        return self.verdict(arrived(self.recipe(), self.way, deaths))

    def verdict(self, arrival: Arrival) -> Arrival:
        """An arrival held against the uncrashed one, or against the world as it was before, where it was taken back."""
        wanted = self.uncrashed.end if arrival.outcome == self.uncrashed.outcome else self._before
        breaches = list(arrival.breaches)
        if not breaches and arrival.outcome not in self._known():
            breaches.append(f"it ended {arrival.outcome or 'nowhere'}, not {self.uncrashed.outcome}")
        elif not breaches and arrival.outcome != "by-hand":
            breaches += [
                f"{part} are {arrival.end[part]}, {wanted[part]} without a death"
                for part in wanted
                if arrival.end[part] != wanted[part]
            ]
        return replace(arrival, breaches=tuple(breaches))

    def _known(self) -> tuple[str, ...]:
        """How the journey may end."""
        back = ("rolled-back", "untouched") if self.way.back_at_once or self.way.back_held else ()
        return (self.uncrashed.outcome, *back, *(("by-hand",) if self.way.journal_lost else ()))


KINDS: tuple[Kind, ...] = ("append", "effect", "fence")


def points(counts: Mapping[str, int], hows: Mapping[str, Sequence[str]]) -> Iterator[Point]:
    """Each boundary up to these counts, in each of these ways."""
    for kind in KINDS:
        for number in range(1, counts[kind] + 1):
            for how in hows[kind]:
                yield Point(kind, number, how)


def distinct(arrival: Arrival) -> tuple[Point, ...]:
    """The boundaries of the last process, each in every way to die there that leaves a state of its own."""
    every = points(arrival.counts, HOWS)
    return tuple(
        each for each in every if own_state(each.kind, each.how, each.number in arrival.waited, each.number in arrival.fenced)
    )


def own_state(kind: str, how: str, waited: bool, fenced: bool) -> bool:
    """Whether dying so leaves journal, world or clock otherwise than every other way to die does.

    A torn line is cut off when it is read, which leaves what dying before it left. Dying before an append leaves what
    dying after the boundary before it left, unless time passed in between; dying before an effect leaves what dying
    after its intent left, unless the Lease was moved on in between.
    """
    if how == "torn":
        return False
    return waited if (kind, how) == ("append", "before") else fenced if (kind, how) == ("effect", "before") else True
