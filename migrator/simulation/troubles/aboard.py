"""The machine that processes of a journey run on: its clock, its disk, and a scheduler that may stop a process for long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from migrator.errors import JournalError
from migrator.model.cluster import Lease
from migrator.model.events import Entry, Event, Intended
from migrator.model.units import Instant
from migrator.ports.doing import Clock, Fence, Journal
from migrator.ports.outside import Outside
from migrator.sandbox.world import World
from migrator.simulation.doors.stale import trailing

Place = Literal["intent", "fence", "sleep"]
PLACES: tuple[Place, ...] = ("intent", "fence", "sleep")


@dataclass(frozen=True)
class Freeze:
    """A process stops at the next such place, and goes on `for_s` later as if nothing had been.

    place      after an intent is durable, after the Lease was moved on for it, or asleep between two looks
    meanwhile  what a person does elsewhere with a copy of the journal: nothing, "resume" or "rollback"
    """

    place: Place
    for_s: float
    meanwhile: str = ""


class Aboard:
    """What is wrong with the machine now; every process that starts on it meets that.

    off_s      how far its clock is off, as a process reads it at its start and keeps it
    full       why the journal cannot be written: "disk-full" or "state-not-writable"; empty where it can
    stopping   whether somebody has pressed ^C; with `turning` to roll back
    elsewhere  lets another machine go on with a copy of the journal, and says whether it did
    trails     whether looks may answer what was so a while ago
    """

    def __init__(self, world: World, elsewhere: Callable[[str], bool], *, trails: bool = False) -> None:
        self.world, self._elsewhere, self._trails = world, elsewhere, trails
        self.off_s = 0.0
        self.full = ""
        self.stopping = self.turning = False
        self.freezes: list[Freeze] = []
        self.overtaken = False  # another machine went on while the process that runs was frozen
        self._journal: Any = None

    def outside(self, outside: Outside) -> Outside:
        """The ports of a process that starts now."""
        looks = trailing(self.world, outside) if self._trails else outside
        return looks._replace(clock=MachineClock(self, outside.clock), fence=MachineFence(self, outside.fence))

    def journal(self, journal: Any) -> Journal:
        """The journal of a process that starts now, on this machine's disk."""
        self._journal, self.overtaken, self.stopping = journal, False, False
        return MachineJournal(self, journal)

    def passed(self, place: Place) -> None:
        """A process comes by a place; it may stay there for long."""
        if not self.freezes:
            return
        found = next((each for each in self.freezes if each.place == place), None)
        if found is None:
            return
        self.freezes.remove(found)
        wakes_at, journal = self.world.now + found.for_s, self._journal
        if found.meanwhile and self._elsewhere(found.meanwhile):
            # What the frozen one writes from here on stands in a copy that nobody reads any more.
            journal.unwatched()
            self._journal, self.overtaken = journal, True
        self.world.advance(wakes_at)


class MachineClock:
    """Implements Clock: the wall time at the start, as the machine had it, and the boot clock from there on."""

    def __init__(self, aboard: Aboard, inner: Clock) -> None:
        self._world, self._aboard, self._inner, self._off_s = aboard.world, aboard, inner, aboard.off_s

    def now(self) -> Instant:
        """Seconds UTC, as this machine takes them."""
        return self._world.now + self._off_s

    def sleep(self, seconds: float) -> None:
        """Let time pass; a machine may be suspended meanwhile, and ^C ends it."""
        if self._aboard.stopping:
            return
        self._inner.sleep(seconds)
        self._aboard.passed("sleep")


class MachineFence:
    """Implements Fence."""

    def __init__(self, aboard: Aboard, inner: Fence) -> None:
        self._aboard, self._inner = aboard, inner

    def advance(self, lease: Lease) -> Lease:
        """As the fence inside, and perhaps nothing for long after it."""
        advanced = self._inner.advance(lease)
        self._aboard.passed("fence")
        return advanced


class MachineJournal:
    """Implements Journal: refuses while the disk is full, as the one on disk does, with nothing left behind."""

    def __init__(self, aboard: Aboard, inner: Journal) -> None:
        self._aboard, self._inner = aboard, inner
        self.read = inner.read

    def append(self, event: Event, *, at: Instant, after: int) -> Entry:
        """As the journal inside. Raises JournalError while nothing can be written."""
        if self._aboard.full:
            raise JournalError(
                "cannot append to the journal: nothing can be written",
                do="make room, then run the same command with --resume",
                code=self._aboard.full,
            )
        entry = self._inner.append(event, at=at, after=after)
        if isinstance(event, Intended):
            self._aboard.passed("intent")
        return entry
