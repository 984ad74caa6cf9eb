"""One plan, made on a replica of its world over and over: each journey by its case, judged by every promise."""

from __future__ import annotations

import traceback
from functools import cached_property
from random import Random

import msgspec

from migrator.model.effects import DeleteService, DemoteService
from migrator.model.events import Applied, Entry, Intended, Seen
from migrator.model.migration import Migration
from migrator.simulation.certificate.cases import AT_ONCE, FORWARD, WAYS, Case
from migrator.simulation.certificate.replica import Replica, replicated
from migrator.simulation.certificate.replica_ground import not_simulated
from migrator.simulation.copies import KeptStage
from migrator.simulation.crashes.crash_points import Arrival, Point, Sweep, arrived
from migrator.simulation.crashes.dying import CrashPlan
from migrator.simulation.journey import Voyage
from migrator.simulation.traveller import Traveller
from migrator.simulation.troubles.mix import drawn_mix
from migrator.steps import JOURNEY

STANDARD_SEED = 0  # of the replica in which crash points are swept
CLIENTS_EVERY_S = 120.0  # enough to notice a loss; what is promised in between is worked out
LONGEST_S = 4 * 86400.0  # the deadlines after which a person is asked are a day each
SHOWN = 3  # breaches of one journey that are kept


class Ran(msgspec.Struct, frozen=True):
    """How one journey went, in virtual time. `retired_s` is None where it did not come to retire legacy.

    `reached` says whether its crash point was; `steps` are told for journeys on which nobody died.
    """

    case: str
    outcome: str
    breaches: tuple[str, ...]
    took_s: float
    retired_s: float | None
    reached: bool = True
    steps: tuple[tuple[str, float], ...] = ()


class Endless(Exception):
    """A journey waits for what never comes."""


class Rehearsal:
    """Sets out as often as it is asked, on copies of one replica; keeps what an undisturbed journey of each way ends like."""

    def __init__(self, plan: Migration) -> None:
        self.plan = plan
        self.voyage: Voyage | None = None  # the last one that set out
        self._began = 0.0
        self._sweeps: dict[str, Sweep] = {}

    def set_out(self, seed: int = STANDARD_SEED) -> Voyage:
        """The same plan on the same replica, every promise watched; what is left to chance from here on is the seed's."""
        stage = self._kept.copy()
        stage.world.random.seed(seed)
        self.voyage = Voyage(stage, promises=True, migration=self.replica.migration)
        self._began = stage.world.now
        return self.voyage

    @cached_property
    def replica(self) -> Replica:
        """The replica that every journey begins on a copy of. Raises OperatorError `not-simulated`."""
        return replicated(self.plan, seed=STANDARD_SEED, every_s=CLIENTS_EVERY_S)

    @cached_property
    def _kept(self) -> KeptStage:
        return KeptStage(self.replica.stage)

    def ran(self, case: Case) -> Ran:
        """One journey, judged. What raises is told as a breach: then the engine, or the simulation, has a bug."""
        try:
            return self._seed(case.seed) if case.seed is not None else self._crashed(case)
        except Exception as raised:
            told = "".join(traceback.format_exception_only(raised)).strip()
            return Ran(str(case), "raised", (f"raised: {told}",), self._took_s(), None, steps=self._steps())

    def points(self, way: str) -> tuple[Point, ...]:
        """The crash points of a way: forward every one of them; back those that leave a state of their own, as `firsts`
        has them, and on the way back from a step only those that come after it."""
        sweep, step = self._sweep(way), WAYS[way].back_from
        if way == FORWARD:
            return sweep.singles
        if not step:
            return sweep.firsts
        before = CrashPlan()
        self._bounded().sail(before, until=step)
        return tuple(each for each in sweep.firsts if each.number > before.counts.get(each.kind, 0))

    def _crashed(self, case: Case) -> Ran:
        if case.point is None:
            return self._told(case, arrived(self._bounded(), WAYS[case.way], ()))
        sweep = self._sweep(case.way)
        return self._told(case, sweep.judged(case.point))

    def _told(self, case: Case, arrival: Arrival) -> Ran:
        reached = case.point is None or arrival.struck > 0
        entries = self.entries
        steps = self._steps() if case.point is None else ()
        retired_s = retired(entries, self._began)
        return Ran(str(case), arrival.outcome, arrival.breaches[:SHOWN], arrival.virtual_s, retired_s, reached, steps)

    def _seed(self, seed: int) -> Ran:
        voyage = self.set_out(seed)
        told = Traveller(voyage, drawn_mix(seed, Random(seed))).travelled()
        retired_s = retired(self.entries, self._began)
        return Ran(str(Case(seed=seed)), told.outcome, told.breaches[:SHOWN], told.virtual_s, retired_s)

    def _sweep(self, way: str) -> Sweep:
        if way not in self._sweeps:
            self._sweeps[way] = Sweep(self._bounded, WAYS[way])
        return self._sweeps[way]

    def _bounded(self) -> Voyage:
        """A voyage that ends by itself where it would never do so."""
        voyage = self.set_out()

        def end() -> None:
            raise Endless(f"a process still waits after {LONGEST_S / 86400:.0f} days")

        voyage.stage.world.after(LONGEST_S, end)
        return voyage

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The journal of the last journey."""
        return () if self.voyage is None else self.voyage.journal.read()

    def _took_s(self) -> float:
        return 0.0 if self.voyage is None else self.voyage.stage.world.now - self._began

    def _steps(self) -> tuple[tuple[str, float], ...]:
        """Each step with how long it took, by the lines that say that its end was seen."""
        found, before = [], self._began
        for entry in self.entries:
            if isinstance(entry.event, Seen):
                found.append((entry.event.step, entry.at - before))
                before = entry.at
        return tuple(found)


def retired(entries: tuple[Entry, ...], began: float) -> float | None:
    """How long after the start the legacy Service was deleted or demoted, as the journal has it; None where it never was."""
    asked = False
    for entry in entries:
        match entry.event:
            case Intended(step=JOURNEY.no_return, effect=DeleteService() | DemoteService()):
                asked = True
            case Applied(step=JOURNEY.no_return) if asked:
                return entry.at - began
    return None


def refuse_unlike(plan: Migration, undisturbed: Ran, rehearsal: Rehearsal) -> None:
    """Raises OperatorError `not-simulated` where the journey cannot even begin in the replica: then that is unlike."""
    if undisturbed.breaches and undisturbed.outcome != "raised" and not rehearsal.entries:
        raise not_simulated(plan, "its journey does not begin in the virtual world", *undisturbed.breaches)


def undisturbed(rehearsal: Rehearsal) -> tuple[Ran, ...]:
    """The journey without deaths on each way, forward first."""
    forward = rehearsal.ran(Case(FORWARD))
    refuse_unlike(rehearsal.plan, forward, rehearsal)
    return (forward, *(rehearsal.ran(Case(each)) for each in WAYS if each not in (FORWARD, AT_ONCE)))
