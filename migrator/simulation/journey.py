"""A whole journey in virtual time: plan, ticks, crashes where they are wanted, and the end state to compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator import __version__
from migrator.machine.tick import Machine, Orders, Standstill
from migrator.model.events import Entry, Event
from migrator.model.migration import Migration, signed_digest
from migrator.model.standing import Standing
from migrator.planning.plan import Wishes, plan
from migrator.ports.doing import Journal
from migrator.ports.outside import Outside
from migrator.ports.report import Reporter, Silent
from migrator.scheduler.run import Finish, run
from migrator.simulation.crashes.dying import Crash, CrashPlan, DyingEffector, DyingJournal, LosingFence
from migrator.simulation.crashes.ending import left
from migrator.simulation.doors import HOST
from migrator.simulation.memory import MemoryJournal
from migrator.simulation.promises.watch import Watch
from migrator.simulation.stage import Stage
from migrator.simulation.troubles.aboard import Aboard
from migrator.simulation.virtual import Late
from migrator.steps import JOURNEY


class Voyage:
    """One migration on one stage, over as many processes as it takes. `lines` survive each of them.

    With `promises` every promise is checked after every event; `breaches` are those that were not kept. What moves the
    stage's first Service is planned here, unless `migration` is a plan that was made for this very stage; `signed` is its
    digest, where that is known.
    """

    def __init__(
        self,
        stage: Stage,
        wishes: Wishes | None = None,
        reporter: Reporter | None = None,
        *,
        promises: bool = False,
        migration: Migration | None = None,
        signed: str = "",
    ) -> None:
        self.stage, self.reporter = stage, reporter or Silent()
        legacy = stage.legacy
        self.migration: Migration = migration or plan(
            legacy.namespace, legacy.name, stage.outside, stage.survey, wishes or Wishes()
        )
        self.late = 1.0  # how many times longer than asked a process sleeps between ticks, as `Late` has it
        self.journal = MemoryJournal()
        self.watch = Watch(stage.world, self.migration) if promises else None
        self.crashes = self._lost = 0
        self._broken: tuple[str, ...] = ()  # before the journal was lost
        self.beside: Callable[[Entry], None] = lambda entry: None
        self._standing = Standing()
        self._signed = self.migration, signed or signed_digest(self.migration)
        self.aboard: Aboard | None = None  # the machine that its processes run on, where something is wrong with it

    @property
    def breaches(self) -> tuple[str, ...]:
        """Promises that were not kept so far, a sentence each; empty where nobody checks."""
        return self._broken if self.watch is None else (*self._broken, *self.watch.breaches)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The journal as it is now, in the middle of a process, too."""
        return self._dying.inner.read()

    @property
    def standing(self) -> Standing:
        """What the journal says; each line is folded once."""
        entries, known = self.journal.read(), self._standing
        if known.sequence > len(entries) or (known.sequence and entries[known.sequence - 1].checksum != known.checksum):
            known = Standing()  # another journal, or one whose last line never became durable; checksums are chained
        for entry in entries[known.sequence :]:
            known = known.after(entry)
        self._standing = known
        return known

    @property
    def signed(self) -> str:
        """The digest of the plan as it is applied now."""
        if self._signed[0] is not self.migration:
            self._signed = self.migration, signed_digest(self.migration)
        return self._signed[1]

    def lose_journal(self) -> None:
        """The machine's disk is gone, and every line with it."""
        self.journal, self._lost = MemoryJournal(), self._lost + 1
        self.watch_anew()

    def watch_anew(self) -> None:
        """From here on it is another journey, as its journal is another one: checkers begin with what is there now."""
        if self.watch is not None:
            self._broken, self.watch = self.breaches, Watch(self.stage.world, self.migration)

    def write_beside(self, event: Event) -> None:
        """Append what a person says, beside the process that runs."""
        journal = self._dying.inner
        self._heard(journal.append(event, at=self.stage.world.now, after=len(journal.read())))

    def _heard(self, entry: Entry) -> None:
        if self.watch is not None:
            self.watch.wrote(entry)
        self.beside(entry)

    def process(
        self, crash: CrashPlan | None = None, *, host: str = HOST, anew: bool = True, **orders: Any
    ) -> tuple[Machine, Outside]:
        """A new process over the lines that the last one left; with `anew` it begins again after a rollback."""
        began, self.journal = self.standing, self.journal.reopened()
        crash = crash or CrashPlan()
        if self.watch is not None:
            self.watch.planned(self.migration)
        self._dying = DyingJournal(self.journal, crash, self._heard)
        goes_on = began.began is not None and (began.ended is None or not anew)
        id = began.began.journal if began.began is not None and goes_on else f"journal-{began.sequence + self._lost + 1}"
        outside = self.stage.joined(id, migration=self.migration.id, host=host)
        dying = DyingEffector(outside.effector, crash, self.watch, host)
        outside = outside._replace(effector=dying, fence=LosingFence(outside.fence, crash))
        given = Orders(id, __version__, host, self.signed, **orders)
        journal: Journal = self._dying
        if self.aboard is not None:
            journal, outside = self.aboard.journal(self._dying), self.aboard.outside(outside)
        return Machine(self.migration, JOURNEY, journal, outside, self.reporter, given), outside

    def sail(
        self,
        crash: CrashPlan | None = None,
        *,
        before: Callable[[Machine], None] = lambda machine: None,
        host: str = HOST,
        until: str = "",
        **orders: Any,
    ) -> Finish | None:
        """Run one process to its end; None when it crashed. `before` acts on the machine first (turn_back, release)."""
        machine, outside = self.process(crash, host=host, **orders)
        if self.watch is not None:
            self.watch.runs(True)
        try:
            before(machine)
            most_s = self.migration.waits.look_every_s + Late.MOST_S  # so that streaks of looks still count
            clock = Late(outside.clock, self.late, most_s) if self.late > 1 else outside.clock
            finish = run(machine, clock, until=until, interrupted=self.interrupted)
            overtaken = self.aboard is not None and self.aboard.overtaken
            if self.watch is not None and isinstance(finish, Standstill) and not overtaken:
                self.watch.stood_still(finish.code)
            return finish
        except Crash:
            self.crashes += 1
            return None
        finally:
            if self.watch is not None:
                self.watch.runs(False)
            self.journal = self._dying.inner

    def interrupted(self) -> bool:
        """Whether somebody pressed ^C."""
        return self.aboard is not None and self.aboard.stopping

    def back(self, crash: CrashPlan | None = None, **given: Any) -> Finish | None:
        """Run one process on the way back to its end."""

        def turn(machine: Machine) -> None:
            machine.turn_back("asked", "told to roll back", "a test")

        return self.sail(crash, before=turn, anew=False, **given)

    def end(self) -> dict[str, Any]:
        """What is left in the world, ids and times aside, as `ending.left` has it."""
        return left(self.stage.world, self.migration)
