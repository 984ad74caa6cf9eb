"""One tick: look, decide, write, and make at most one call.

Everything that happens is in the journal before the next thing happens. A tick never sleeps; it says when to come back.
"""

from __future__ import annotations

from typing import assert_never

from migrator.errors import JournalMoved, OperatorError
from migrator.machine.calls import Calls
from migrator.machine.logbook import Logbook
from migrator.machine.outcome import Again, Orders, Outcome, Over, Standstill
from migrator.model import events
from migrator.model.effects import ChangeRecords, Effect, TakeLease
from migrator.model.migration import Migration
from migrator.model.standing import Standing, fold
from migrator.model.verdict import Done, Fail, Hold, Wait
from migrator.ports.doing import Journal
from migrator.ports.journey import Journey, Step
from migrator.ports.outside import Outside
from migrator.ports.report import Reporter

WORST_FIRST = (Fail, Hold, Wait)

__all__ = ["Again", "Machine", "Orders", "Outcome", "Over", "Standstill", "standing_of"]


class Machine:
    """One migration's journey. Owns nothing but the fold of the journal as last read."""

    def __init__(
        self,
        migration: Migration,
        journey: Journey,
        journal: Journal,
        outside: Outside,
        reporter: Reporter,
        orders: Orders,
    ) -> None:
        self.migration, self.journey, self.outside, self.orders = migration, journey, outside, orders
        self.log = Logbook(migration, journal, outside.clock, reporter, orders)
        self.calls = Calls(migration, outside, self.log)
        self._rechecked = False  # seen steps looked at again since this process started
        self._looked = 0.0  # when this tick began to look
        self._due = 0.0  # when the next one should
        self._details: tuple[tuple[str, ...], str] = ((), "")  # of the last hold: what was seen, what to do

    @property
    def standing(self) -> Standing:
        """Where the journey stands."""
        return self.log.standing

    def tick(self) -> Outcome:
        """One look and at most one call. Raises JournalError, and OperatorError when another one is at work."""
        try:
            outcome = self._tick()
        except JournalMoved:
            # `hold` or `release` wrote beside us: read again, decide again.
            self.log.read()
            outcome = Again(0)
        self._due += outcome.after_s if isinstance(outcome, Again) else 0.0
        return outcome

    def turn_back(self, code: str, reason: str, by: str) -> None:
        """Fix the direction: from here on the way leads back. Raises OperatorError past the point of no return."""
        if self.journey.past_return(self.log.read()):
            raise OperatorError(
                f"cannot roll back {self.migration.service}: the legacy Service was retired, or may have been",
                seen=(f"journal of {self.standing.sequence} lines: `{self.journey.no_return}` is past its point of no return",),
                do="finish the migration with `migrate apply PLAN --resume`",
                code="past-no-return",
            )
        if not self.standing.back:
            self.log.record(events.TurnedBack(code, reason, by))

    def release(self, by: str) -> None:
        """Lift the hold that stands, if one does."""
        if self.log.read().held is not None:
            self.log.record(events.Released(by))

    def _tick(self) -> Outcome:
        now = self.outside.clock.now()
        self.calls.late(now - self._due if self._due else 0.0)
        self._looked = self._due = now
        standing = self.log.read()
        if standing.ended is not None:
            if standing.ended != "rolled-back" or standing.began is None or standing.began.journal == self.orders.journal:
                return Over(standing.ended)
            # Another run after a rollback: it begins anew, with the first line that it writes.
            blank = Standing(standing.sequence, standing.checksum, standing.last_at, resumed=standing.resumed)
            standing = self.log.standing = blank
        if standing.held is not None:
            return Standstill(standing.held.code, standing.held.reason, *self._details)
        self.calls.meet()
        if standing.pending is not None:
            if unresolved := self.calls.resolve():
                at = self.journey.order[self.journey.position(standing.pending.step)]
                return self._hold(at, unresolved) if isinstance(unresolved, Hold) else unresolved
            standing = self.log.standing
        step = self.journey.cursor(standing)
        if step is None:
            outcome = "rolled-back" if standing.back else "migrated"
            self.log.write(events.Ended(outcome))
            return Over(outcome)
        return self._take_back(step) if standing.back else self._go_on(step)

    def _go_on(self, step: Step) -> Outcome:
        log = self.log
        if step.NAME in self.orders.hold_before and (step.NAME, "hold-before") not in log.standing.released:
            return self._hold(step, Hold("hold-before", f"told to stop before {step.NAME}", do="`migrate release PLAN`"))
        if not self._rechecked and step.NAME != self.journey.no_return:
            # Not at the step of no return: it may be done already, with what came before it gone. It rechecks before it acts.
            if (waiting := self._recheck(step)) is not None:
                return waiting
            if (wrong := self._surroundings(step)) is not None:
                return self._act(step, wrong)
            self._rechecked = True
        sight = step.look(self.migration, log.standing, self.outside)
        log.notice(step.NAME, step.facts(sight))
        verdict = step.decide(self.migration, log.standing, sight, self.outside.clock.now())
        if isinstance(verdict, Done):
            return self._seen(step, verdict)
        if (tripped := self._guarded(step)) is not None:
            verdict = tripped
        elif isinstance(verdict, Wait) and verdict.effect is not None and step.NAME == self.journey.no_return:
            # What was seen on the way must be so at this very moment: from here nothing leads back.
            if (waiting := self._recheck(step)) is not None:
                return waiting
        return self._act(step, verdict)

    def _surroundings(self, step: Step) -> Wait | Hold | None:
        """What is wrong with cluster, account or clock; asked where the first step is no longer looked at again."""
        first = self.journey.order[0]
        if first.NAME not in self.standing.seen or first in self.journey.still_held(self.standing, step):
            return None
        return self.journey.surroundings(self.migration, self.standing, self.outside)

    def _take_back(self, step: Step) -> Outcome:
        if (late := self.calls.doubt(step.NAME, self.standing.doubtful)) is not None:
            return late
        if not self._rechecked:
            if (wrong := self.journey.surroundings(self.migration, self.standing, self.outside)) is not None:
                return self._act(step, wrong)
            self._rechecked = True
        sight = step.look(self.migration, self.standing, self.outside)
        self.log.notice(step.NAME, step.facts(sight))
        verdict = step.undo(self.migration, self.standing, sight, self.outside.clock.now())
        return self._seen(step, verdict) if isinstance(verdict, Done) else self._act(step, verdict)

    def _guarded(self, step: Step) -> Wait | Hold | Fail | None:
        """Every guard that is up is asked; the worst trip counts."""
        tripped: list[Wait | Hold | Fail] = []
        log, migration, outside = self.log, self.migration, self.outside
        for guard in self.journey.guarding(step):
            sight = guard.look(migration, log.standing, outside)
            if guard.facts is not None:
                log.count(guard.name, guard.facts(sight))
            if (trip := guard.trip(migration, log.standing, sight)) is not None:
                tripped.append(trip)
        return min(tripped, key=lambda each: WORST_FIRST.index(type(each))) if tripped else None

    def _recheck(self, cursor: Step) -> Outcome | None:
        """Look again at every seen step that must still hold; None when all of them are done."""
        for step in self.journey.still_held(self.standing, cursor):
            repaired = step.NAME in self.standing.repaired
            sight = step.look(self.migration, self.standing, self.outside)
            (self.log.notice if repaired else self.log.count)(step.NAME, step.facts(sight))
            verdict = step.decide(self.migration, self.standing, sight, self.outside.clock.now())
            if isinstance(verdict, Done):
                if repaired:
                    self._seen(step, verdict)
                continue
            if isinstance(verdict, Wait) and (verdict.effect is None or self._may_repair(step, verdict.effect)):
                return self._act(step, verdict)
            return self._act(step, drifted(step, verdict, back=not self.journey.past_return(self.standing)))
        return None

    def _may_repair(self, step: Step, effect: Effect) -> bool:
        # Our mark may always be set again, and the identical batch made; anything else only after a person released the drift.
        harmless = isinstance(effect, TakeLease) or (isinstance(effect, ChangeRecords) and effect.affirms)
        return harmless or (step.NAME, "drift") in self.standing.released

    def _act(self, step: Step, verdict: Wait | Hold | Fail) -> Outcome:
        match verdict:
            case Wait():
                if verdict.effect is None:
                    self.log.tell(step.NAME, verdict)
                    return Again(verdict.after_s)
                made = self.calls.make(step.NAME, verdict.effect, self._looked)
                return self._hold(step, made) if isinstance(made, Hold) else made
            case Hold():
                return self._hold(step, verdict)
            case Fail():
                return self._fail(step, verdict)
            case _:
                assert_never(verdict)

    def _seen(self, step: Step, verdict: Done) -> Outcome:
        # What this very process saw first needs no second look.
        self._rechecked = self._rechecked or not self.standing.seen
        self.log.write(events.Seen(step.NAME, verdict.seen))
        return Again(0)

    def _hold(self, step: Step, hold: Hold) -> Outcome:
        self._details = (hold.seen, hold.do)
        if self.standing.began is not None:
            self.log.write(events.Held(step.NAME, hold.code, hold.reason, measure=hold.measure))
        return Standstill(hold.code, hold.reason, hold.seen, hold.do)

    def _fail(self, step: Step, failure: Fail) -> Outcome:
        """Turn back where the plan says so, nothing is past the point of no return, and there is something to undo."""
        wanted = self.migration.on_failure == "rollback" and bool(self.standing.intents)
        if wanted and not self.standing.back and not self.journey.past_return(self.standing):
            self.log.write(events.TurnedBack(failure.code, failure.reason, "migrate"))
            return Again(0)
        return self._hold(step, Hold(failure.code, failure.reason, failure.seen, failure.do))


def drifted(step: Step, verdict: Wait | Hold | Fail, *, back: bool) -> Hold | Fail:
    """What to do about a step that was done and is no longer; a step's own hold or failure keeps its code.

    `back` is whether there is a way back that can be named.
    """
    reason = f"{step.NAME} was done, and is no longer: {verdict.reason}"
    if isinstance(verdict, Hold | Fail):
        return type(verdict)(verdict.code, reason, verdict.seen, verdict.do)
    do = "`migrate release PLAN` to let it be done again" + (", or `migrate rollback PLAN`" if back else "")
    return Hold("drift", reason, (), do)


def standing_of(journal: Journal) -> Standing:
    """Where a journal stands, for those who only read."""
    return fold(journal.read())
