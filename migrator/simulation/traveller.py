"""One drawn journey from its seed to its verdict, in virtual time, with an operator who mends and goes on."""

from __future__ import annotations

from collections import Counter
from random import Random

import msgspec

from migrator.errors import MigrateError
from migrator.machine.tick import Machine, Over, Standstill
from migrator.model.effects import TakeLease
from migrator.model.events import Intended
from migrator.scheduler.run import Finish, Interrupted, Reached
from migrator.simulation.crashes.dying import Crash, CrashPlan
from migrator.simulation.doors import HOST
from migrator.simulation.journey import Voyage
from migrator.simulation.judged import Judge
from migrator.simulation.scenario import drawn, set_out
from migrator.simulation.story import story
from migrator.simulation.troubles.aboard import Aboard
from migrator.simulation.troubles.ground import Ground
from migrator.simulation.troubles.happenings import Happenings
from migrator.simulation.troubles.mix import RETURNING, Death, Mix

MOST_PROCESSES = 40
HOLDS_ENDURED = 3  # with one code; then the operator takes it back, where there is a way
MENDED_FOR_GOOD = 4  # holds after which nothing goes wrong any more: from here on it has to come to an end
MENDING_S = 900.0  # a hold costs a person so long; controllers' back-offs run out meanwhile
AFTERWARDS_S = 900.0  # clients go on so long after the end: a loss may come late
LONGEST_S = 30_000.0  # of one process in virtual time; nothing that ever ends takes longer


class Told(msgspec.Struct, frozen=True):
    """How a journey went. `breaches` is empty where every promise was kept; `kinds` are the troubles that came to pass."""

    seed: int
    outcome: str
    breaches: tuple[str, ...]
    requests: int
    processes: int
    crashes: int
    holds: dict[str, int]
    virtual_s: float
    kinds: tuple[str, ...] = ()


class Stranded(Exception):
    """A journey waits for what never comes."""


def travelled(seed: int) -> Told:
    """The journey of a seed. What is not a breach but a bug in the simulation raises."""
    scenario = drawn(seed)
    return Traveller(set_out(scenario), scenario.mix).travelled()


class Traveller:
    """The operator of one journey: starts processes, mends after a hold, goes on or back as drawn."""

    def __init__(self, voyage: Voyage, mix: Mix) -> None:
        self.voyage, self.stage, self.mix = voyage, voyage.stage, mix
        self.judge = Judge(voyage)
        self.holds: Counter[str] = Counter()
        self.breaches: list[str] = []
        self.processes = 0
        self._host, self._back = HOST, False
        self._running = 0  # the number of the process that lives now; 0 between two of them
        self._chance = Random(f"deeds {mix.seed}")
        trails = any(blow.where == "stale" for each in mix.troubles for blow in each.blows)
        self.aboard = voyage.aboard = Aboard(self.stage.world, self._elsewhere, trails=trails)
        self.ground = Ground(voyage, self.aboard, self._chance)
        self.happenings = Happenings(self.ground, mix.troubles)
        voyage.beside = self.happenings.heard

    def travelled(self) -> Told:
        """The whole journey, judged."""
        began, outcome = self.stage.world.now, ""
        if self.voyage.migration.readiness not in ("READY", "READY_WITH_CHANGES"):
            findings = "; ".join(f"{each.id}: {each.seen}" for each in self.voyage.migration.findings)
            self.breaches.append(f"the plan is {self.voyage.migration.readiness}: {findings}")
        else:
            try:
                outcome = self._sailed()
            except Stranded:
                last = self.voyage.journal.read()[-1:]
                self.breaches.append(f"a process still waits after {LONGEST_S / 3600:.0f} h; the last journal line is {last}")
        took_s = self.stage.world.now - began
        self.happenings.quiet = True
        self.happenings.mend()
        self.stage.run(AFTERWARDS_S)
        self._judge(outcome)
        account = self.stage.ledger.account()
        if account.complaint:
            self.breaches.append(account.complaint)
        return Told(
            self.mix.seed,
            outcome,
            (*self.voyage.breaches, *self.judge.witness.breaches, *self.ground.wrong, *self.breaches),
            account.requests,
            self.processes,
            self.voyage.crashes,
            dict(self.holds),
            took_s,
            tuple(sorted(self.happenings.happened)),
        )

    def _sailed(self) -> str:
        """Processes until one ends the journey; the outcome, empty where none did."""
        deaths = list(self.mix.deaths)
        while self.processes < MOST_PROCESSES:
            standing = self.voyage.standing
            if standing.ended is not None:
                return standing.ended  # a process died after the last line; another one would have nothing to do
            if self._back and standing.began is None:
                return "untouched"  # nothing ever began, and there is nothing to take back
            self.processes += 1
            death = deaths.pop(0) if deaths else None
            try:
                finish = self._process(death)
            except MigrateError as error:
                if not self.aboard.overtaken:
                    self._hold(f"refused/{error.code}")
                continue
            if self.aboard.overtaken:
                continue  # what counts is the journal on the other machine
            match finish:
                case Over(outcome):
                    return outcome
                case Reached():
                    self._back = True
                case Interrupted():
                    self._back = self._back or self.aboard.turning
                case Standstill(code):
                    self._hold(code)
                case None if death is None:
                    pass  # a frozen process that was killed
                case None:
                    # While clients lose requests, as the new Service was taken away, nobody waits before starting another one.
                    self.stage.run(0.0 if self.ground.pruned else death.down_s)
                    self._host = f"{self._host.partition('/')[0]}/boot-{self.processes + 1}" if death.reboot else self._host
        self.breaches.append(f"no end after {self.processes} processes: {dict(self.holds)}")
        return ""

    def _process(self, death: Death | None) -> Finish | None:
        crash = CrashPlan() if death is None else CrashPlan(death.point, death.how, death.kind)
        until = "" if self._back else self.mix.back_from
        self._running = number = self.processes

        def strand() -> None:
            if self._running == number:
                raise Stranded

        self.stage.world.after(LONGEST_S, strand)
        try:
            return self.voyage.sail(crash, before=self._set_out, host=self._host, until=until)
        finally:
            self._running = 0

    def _elsewhere(self, meanwhile: str) -> bool:
        """While a process is frozen, a person takes a copy of the journal to another machine and goes on there."""
        lines = self.voyage.journal.read()
        standing = self.voyage.standing
        if standing.began is None or standing.ended is not None:
            return False
        self._back = self._back or meanwhile == "rollback"
        self._host = f"elsewhere-{self.processes}/boot-1"
        until = self._chance.choice(("", *(each for each in RETURNING if each not in standing.seen)))
        self.voyage.aboard = None
        try:
            self.voyage.sail(before=self._set_out, host=self._host, until=until, anew=False)
        except MigrateError as error:
            self._hold(f"refused/{error.code}")
        finally:
            self.voyage.aboard = self.aboard
        since = self.voyage.journal.read()[len(lines) :]
        if not any(isinstance(each.event, Intended) and isinstance(each.event.effect, TakeLease) for each in since):
            raise Crash  # it did not come to take over; the person kills the frozen process before it wakes up
        return True

    def _set_out(self, machine: Machine) -> None:
        """As the command line does: turn back where told to, else lift the hold that stands."""
        standing = machine.log.read()
        if standing.began is None or standing.ended is not None:
            return
        if self._back and not standing.back and not machine.journey.past_return(standing):
            machine.turn_back("rolled-back", "asked for", "a person")
        elif standing.held is not None:
            machine.release("a person")

    def _hold(self, code: str) -> None:
        """A person mends the cause and waits; after some holds with one code they take it back."""
        self.holds[code] += 1
        self.happenings.quiet = self.holds.total() >= MENDED_FOR_GOOD
        self.happenings.mend()
        if self.ground.pruned:  # clients are losing requests: what a person does then is done at once
            self._back = True
            return
        self.stage.run(MENDING_S)
        if self.holds[code] >= HOLDS_ENDURED:
            self._back = True

    def _judge(self, outcome: str) -> None:
        """The end state, and that the journal tells the whole story."""
        if self.holds and not self.happenings.happened:
            self.breaches.append(f"nothing went wrong but processes that died, and it held: {dict(self.holds)}")
        if outcome:
            self.breaches += self.judge.judged(outcome, asked_back=self._back, pruned=self.ground.pruned)
        if outcome not in ("", "untouched"):
            self.breaches += story(self.voyage.journal.read(), outcome)
