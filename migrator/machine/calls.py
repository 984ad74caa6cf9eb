"""Making one call: our mark first, intent before it, outcome after it; and finding out what became of a lost one."""

from __future__ import annotations

from msgspec.structs import replace

from migrator.errors import Conflict, Denied, JournalError, Missing, OperatorError, OutsideError, Rejected, Unclear
from migrator.machine.logbook import Logbook
from migrator.machine.outcome import Again
from migrator.model import events
from migrator.model.cluster import Lease
from migrator.model.effects import Effect, ReleaseLease, TakeLease
from migrator.model.migration import Migration
from migrator.model.verdict import Hold, Wait
from migrator.model.waits import PROTECTED_S
from migrator.ports.outside import Outside

REFUSALS_ALLOWED = 5  # in a row, for reasons that another look may mend
LONGEST_PAUSE_S = 60.0


class Calls:
    """The one place that makes calls. Nothing is ever repeated here: the step looks and decides again."""

    def __init__(self, migration: Migration, outside: Outside, log: Logbook) -> None:
        self.migration, self.outside, self.log = migration, outside, log

    def make(self, step: str, effect: Effect) -> Again | Hold:
        """Make one call, or set our mark again where it is gone.

        Raises OperatorError when somebody else holds the Lease, JournalError when our memory is not the newest.
        """
        self.log.begin()
        try:
            lease = None if isinstance(effect, TakeLease) else self._marked()
        except OutsideError as trouble:
            return self._wait(step, f"cannot read our lease: {trouble.message}")
        if lease is None and not isinstance(effect, TakeLease):
            # Somebody removed our mark. Nobody else has set theirs, so ours is set again before anything else.
            effect = TakeLease(self.migration.legacy.service.namespace, self.migration.lease_name)
        intended = self.log.write(events.Intended(step, effect))
        try:
            if lease is not None:
                self._move_on(lease)
            late_s = self.outside.clock.now() - intended.at
            if late_s > PROTECTED_S:
                self.log.write(events.Refused(step, "rejected", f"{late_s:.0f} s passed since the intent"))
                return Again(0)
            result = self.outside.effector.apply(effect)
        except Unclear as trouble:
            self.log.write(events.Unclear(step, trouble.message))
            return Again(0)
        except OutsideError as trouble:
            return self._refused(step, trouble)
        self.log.write(events.Applied(step, result))
        return Again(0)

    def resolve(self) -> Again | None:
        """Look for the after-image of the call without an outcome; None when the journey may go on."""
        pending = self.log.standing.pending
        assert pending is not None
        step, effect = pending.step, pending.effect
        try:
            found = self.outside.effector.found(effect)
        except OutsideError as trouble:
            return self._wait(step, f"cannot see whether it was done: {trouble.message}")
        if found is not None:
            self.log.write(events.Applied(step, found, found=True))
            return None
        rest_s = pending.at + self.migration.waits.unclear_s - self.outside.clock.now()
        if self.log.standing.back and rest_s > 0 and not isinstance(effect, TakeLease | ReleaseLease):
            # "Not there" proves nothing yet: a late write must not land behind a finished rollback.
            return self._wait(step, f"no answer came to: {effect.summary}; it may still be done", rest_s)
        self.log.write(events.Refused(step, "unclear", "no answer came, and it is not there; the guard decides"))
        return None

    def _marked(self) -> Lease | None:
        """Our Lease, or None when there is none. Raises OperatorError or JournalError when it is not ours to move on."""
        name, namespace = self.migration.lease_name, self.migration.legacy.service.namespace
        lease, began = self.outside.cluster.lease(namespace, name), self.log.standing.began
        assert began is not None
        if lease is None:
            return None
        if lease.journal != began.journal or lease.epoch != self.log.standing.epoch:
            raise OperatorError(
                f"cannot go on with {self.migration.service}: another journal holds its lease",
                seen=(f"lease {name} is held by journal {lease.journal} (epoch {lease.epoch}) on {lease.host}",),
                do="run `migrate apply` there, or end that run before starting one here",
                code="foreign-lease",
            )
        if not self.log.has(lease.sequence, lease.checksum):
            raise JournalError(
                f"the journal of {self.migration.service} is not the one that acted last",
                seen=(f"lease {namespace}/{name} was last moved on at line {lease.sequence}, which is not in this journal",),
                do="put the newest copy of the journal in place; an older one must not act",
                code="journal-behind",
            )
        return lease

    def _move_on(self, lease: Lease) -> None:
        """Write our last line's number over the Lease: nobody else can then act on an older view of it."""
        standing, now = self.log.standing, self.outside.clock.now()
        self.outside.fence.advance(replace(lease, sequence=standing.sequence, checksum=standing.checksum, renewed=now))

    def _refused(self, step: str, trouble: OutsideError) -> Again | Hold:
        """It was not done, and we know it: look again, later, or ask a person."""
        self.log.write(events.Refused(step, trouble.code, trouble.message))
        refusals = self.log.standing.refusals
        looks_help = isinstance(trouble, Conflict | Missing)
        if isinstance(trouble, Denied | Rejected) or (looks_help and refusals >= REFUSALS_ALLOWED):
            do = trouble.do or "mend the cause, then `migrate apply PLAN --resume`"
            return Hold(trouble.code, trouble.message, trouble.seen, do)
        return Again(0 if looks_help else min(LONGEST_PAUSE_S, 2.0 ** min(refusals, 6)))

    def _wait(self, step: str, reason: str, rest_s: float | None = None) -> Again:
        every_s = self.migration.waits.look_every_s
        after_s = every_s if rest_s is None else min(rest_s, every_s)
        self.log.tell(step, Wait(reason, after_s))
        return Again(after_s)
