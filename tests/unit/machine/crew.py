"""A short journey for the machine: marks, moves two record sets, cuts; and what a test does to it.

mark    our Lease
one     api.example.com. leads to the new load balancer
two     www.example.com. does
cut     the legacy Service is gone                      <- from here nothing leads back
rest    done at once
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from migrator.machine.tick import Machine, Orders, Outcome
from migrator.model import effects, events
from migrator.model.events import Entry, Event
from migrator.model.migration import Migration
from migrator.model.records import RecordSet, Swap
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant
from migrator.model.verdict import Done, Fail, Verdict, Wait
from migrator.model.waits import Waits
from migrator.ports.journey import Guard, Journey
from migrator.ports.outside import Outside
from migrator.ports.report import Waiting
from migrator.simulation.memory import MemoryJournal
from tests.unit import given
from tests.unit.world import World

LEASE = given.lease().name
API, WWW = "api.example.com.", "www.example.com."


def record(name: str, to: str = "old") -> RecordSet:
    return RecordSet(name, "CNAME", 60, (to,))


class Mark:
    """Our Lease, and nothing else."""

    NAME, HOLDS_UNTIL = "mark", "rest"

    def look(self, migration: Migration, standing: Standing, outside: Outside) -> Any:
        return outside.cluster.lease("shop", LEASE)

    def facts(self, sight: Any) -> Facts:
        return {}

    def decide(self, migration: Migration, standing: Standing, sight: Any, now: Instant) -> Verdict:
        return Wait("marking", 0, effects.TakeLease("shop", LEASE)) if sight is None else Done("marked")

    def undo(self, migration: Migration, standing: Standing, sight: Any, now: Instant) -> Verdict:
        return Done("unmarked") if sight is None else Wait("unmarking", 0, effects.ReleaseLease("shop", LEASE))


class Move:
    """One record set, there and back. `verdict` overrides what it decides on the way forward."""

    def __init__(self, name: str, record: str, holds_until: str = "rest") -> None:
        self.NAME, self.HOLDS_UNTIL, self.record = name, holds_until, record
        self.verdict: Verdict | None = None
        self.during_look: Callable[[], None] = lambda: None

    def look(self, migration: Migration, standing: Standing, outside: Outside) -> Any:
        (seen,) = (each for each in outside.records.at("ZPUB", (self.record,)))
        self.during_look()
        return seen.values[0]

    def facts(self, sight: Any) -> Facts:
        return {"leads": sight, "good": True}

    def decide(self, migration: Migration, standing: Standing, sight: Any, now: Instant) -> Verdict:
        return self.verdict or self._towards(sight, "new")

    def undo(self, migration: Migration, standing: Standing, sight: Any, now: Instant) -> Verdict:
        return self._towards(sight, "old")

    def _towards(self, sight: str, to: str) -> Verdict:
        if sight == to:
            return Done(f"{self.record} leads to {to}")
        swap = Swap(record(self.record, sight), record(self.record, to))
        return Wait(f"moving {self.record}", 0, effects.ChangeRecords("ZPUB", (swap,), "move"))


class Cut:
    """The legacy Service, gone for good."""

    NAME, HOLDS_UNTIL = "cut", "rest"

    def look(self, migration: Migration, standing: Standing, outside: Outside) -> Any:
        return outside.cluster.service("shop", "web")

    def facts(self, sight: Any) -> Facts:
        return {"there": sight is not None}

    def decide(self, migration: Migration, standing: Standing, sight: Any, now: Instant) -> Verdict:
        if sight is None:
            return Done("gone")
        return Wait("cutting", 0, effects.DeleteService("shop", "web", sight.uid, sight.resource_version))

    def undo(self, migration: Migration, standing: Standing, sight: Any, now: Instant) -> Verdict:
        return Fail("past-no-return", "it was cut")


class Rest:
    """Done at once, or what `verdict` says."""

    NAME, HOLDS_UNTIL = "rest", ""

    def __init__(self) -> None:
        self.verdict: Verdict = Done("rested")

    def look(self, migration: Migration, standing: Standing, outside: Outside) -> Any:
        return None

    def facts(self, sight: Any) -> Facts:
        return {}

    def decide(self, migration: Migration, standing: Standing, sight: Any, now: Instant) -> Verdict:
        return self.verdict

    def undo(self, migration: Migration, standing: Standing, sight: Any, now: Instant) -> Verdict:
        return Fail("past-no-return", "it was cut")


@dataclass
class Told:
    """A reporter that remembers."""

    entries: list[Entry] = field(default_factory=list)
    waits: list[Waiting] = field(default_factory=list)

    def entry(self, entry: Entry) -> None:
        self.entries.append(entry)

    def waiting(self, waiting: Waiting) -> None:
        self.waits.append(waiting)


class Crew:
    """The journey, its journal and the world it is in; `process` is a new process over the same journal."""

    def __init__(self, *guards: Guard, on_failure: Any = "hold") -> None:
        self.world = World()
        self.world.sets["ZPUB"] = [record(API), record(WWW)]
        self.one, self.two, self.rest = Move("one", API), Move("two", WWW), Rest()
        self.journey = Journey((Mark(), self.one, self.two, Cut(), self.rest), guards, "cut")
        self.migration = given.migration(on_failure=on_failure, waits=Waits(streak=2, unclear_s=390))
        self.journal: Any = MemoryJournal()
        self.told = Told()
        self.machine = self.process()

    def process(self, host: str = given.HOST, journal: str = given.JOURNAL, **orders: Any) -> Machine:
        """A new process: what only lived in memory is gone."""
        self.journal = MemoryJournal(self.journal.lines)
        outside = self.world.outside(host, journal)
        given_orders = Orders(journal, "0", host, "sha256:digest", **orders)
        self.machine = Machine(self.migration, self.journey, self.journal, outside, self.told, given_orders)
        return self.machine

    def tick(self, times: int = 1) -> Outcome:
        """So many ticks, with the pauses that they ask for in between; what the last one said."""
        for _ in range(times):
            outcome = self.machine.tick()
            self.world.clock.sleep(getattr(outcome, "after_s", 0))
        return outcome

    def until(self, step: str) -> None:
        """Tick until a step was seen."""
        for _ in range(100):
            if step in self.machine.standing.seen:
                return
            self.tick()
        raise AssertionError(f"{step} was not seen; {self.told.waits[-3:]}")

    def write(self, event: Event) -> Entry:
        """Somebody else appends beside the machine."""
        entry: Entry = self.journal.append(event, at=self.world.clock.now(), after=len(self.journal.read()))
        return entry

    @property
    def events(self) -> list[Event]:
        return [each.event for each in self.journal.read()]

    def kinds(self, *but: type) -> list[str]:
        """The journal in words: `one Intended`; facts left out."""
        left_out = (events.Noticed, *but)
        kept = [each for each in self.events if not isinstance(each, left_out)]
        return [f"{getattr(each, 'step', '')} {type(each).__name__}".strip() for each in kept]

    def leads(self, name: str) -> str:
        """Where a record set leads."""
        return next(each.values[0] for each in self.world.sets["ZPUB"] if each.name == name)


def marked(**changes: Any) -> Crew:
    """A crew whose next call is that of `one`."""
    crew = Crew(**changes)
    crew.until("mark")
    return crew


def released(crew: Crew) -> Machine:
    """The next process, after `migrate release`."""
    machine = crew.process()
    machine.release("a person")
    return machine
