"""Making one call: our mark first, intent before it, outcome after it; and finding out what became of a lost one."""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from migrator.errors import Conflict, Denied, JournalError, Missing, OperatorError, OutsideError, Rejected, Unclear
from migrator.machine.logbook import Logbook
from migrator.machine.outcome import Again
from migrator.model import events
from migrator.model.cluster import Lease
from migrator.model.effects import Effect, ReleaseLease, Result, TakeLease
from migrator.model.migration import Migration
from migrator.model.units import Instant
from migrator.model.verdict import Hold, Wait
from migrator.model.waits import PROTECTED_S
from migrator.ports.outside import Outside

REFUSALS_ALLOWED = 5  # in a row, for reasons that another look may mend
LONGEST_PAUSE_S = 60.0
VIEW_S = 300.0  # a call is not made on a view older than this


class Calls:
    """The one place that makes calls. Nothing is ever repeated here: the step looks and decides again."""

    def __init__(self, migration: Migration, outside: Outside, log: Logbook) -> None:
        self.migration, self.outside, self.log = migration, outside, log
        self._old_views = 0  # in a row
        self._absent_s = 0.0  # for how long this process was stopped since it last met our mark

    def late(self, late_s: float) -> None:
        """A tick begins so much later than it should: whoever was stopped for long may have been given up meanwhile."""
        if late_s > PROTECTED_S:
            self._absent_s = max(self._absent_s, late_s)

    def meet(self) -> None:
        """Where this process was stopped for long, look who holds our mark: another host may have gone on with the journal.

        Raises OperatorError and JournalError as `make` does. What cannot be read now is met before the next call.
        """
        if self._absent_s and self.log.standing.began is not None:
            with suppress(OutsideError):
                self._marked()

    def make(self, step: str, effect: Effect, looked: Instant) -> Again | Hold:
        """Make one call, or set our mark again where it is gone. `looked` is when what it was decided on was looked at.

        Raises OperatorError when somebody else holds the Lease, JournalError when our memory is not the newest.
        """
        if (old := self._too_old(step, looked)) is not None:
            return old
        if (rest := self._just_done(step, effect)) is not None:
            return rest
        self.log.begin()
        try:
            lease = None if isinstance(effect, TakeLease) else self._marked()
        except OutsideError as trouble:
            return self._wait(step, f"cannot read our lease: {trouble.message}")
        if lease is not None and (lease.host != self.outside.host or lease.epoch != self.log.standing.epoch):
            if lease.host != self.outside.host and (rest := self._anothers(step, lease)) is not None:
                return rest
            effect, lease = TakeLease(lease.namespace, lease.name, lease.resource_version), None
        if lease is None and (lost := self._lost(effect)) is not None:
            return lost
        if lease is None and not isinstance(effect, TakeLease):
            # Somebody removed our mark. Nobody else has set theirs, so ours is set again before anything else.
            namespace, name = self.migration.legacy.service.namespace, self.migration.lease_name
            effect = TakeLease(namespace, name, epoch=self.log.standing.epoch + 1)
        intended = self.log.write(events.Intended(step, effect))
        try:
            if lease is not None:
                self._move_on(lease)
        except OutsideError as trouble:
            return self._not_moved_on(step, trouble)
        try:
            late_s = self.outside.clock.now() - intended.at
            if late_s > PROTECTED_S:
                self.late(late_s)
                self.log.record(events.Refused(step, "rejected", f"{late_s:.0f} s passed since the intent"))
                return Again(0)
            result = self.outside.effector.apply(effect)
        except Unclear as trouble:
            self.log.record(events.Unclear(step, trouble.message))
            return Again(0)
        except OutsideError as trouble:
            return self._refused(step, effect, trouble)
        self.log.record(events.Applied(step, result))
        return Again(0)

    def resolve(self) -> Again | Hold | None:
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
        if self.log.standing.back and not isinstance(effect, TakeLease | ReleaseLease):
            if (rest := self.doubt(step, pending.at)) is not None:
                return rest
        self.log.write(events.Refused(step, "unclear", "no answer came, and it is not there; the guard decides"))
        refusals = self.log.standing.refusals
        if refusals >= REFUSALS_ALLOWED:
            reason = f"{effect.summary}: {refusals} times in a row no answer came, and it was not done"
            return Hold("unclear", reason, (), "find out what loses the answers, then `migrate apply PLAN --resume`")
        return Again(2.0**refusals) if refusals > 1 else None

    def doubt(self, step: str, intended: Instant) -> Again | None:
        """The wait until a call whose answer was lost can no longer be done; None when that has passed.

        "Not there" proves nothing before: a late write must not land behind a finished rollback.
        """
        rest_s = intended + self.migration.waits.unclear_s - self.outside.clock.now()
        return self._wait(step, "a call whose answer was lost may still be done", rest_s) if rest_s > 0 else None

    def _marked(self) -> Lease | None:
        """Our Lease, or None when there is none; in another epoch only where we may not have heard that we set it.

        Raises OperatorError or JournalError when it is not ours to move on.
        """
        name, namespace = self.migration.lease_name, self.migration.legacy.service.namespace
        lease, began = self.outside.cluster.lease(namespace, name), self.log.standing.began
        assert began is not None
        if lease is None:
            return None
        standing = self.log.standing
        if lease.journal != began.journal or (lease.epoch != standing.epoch and not standing.unheard):
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
        if lease.epoch == standing.epoch:
            self._absent_s = 0.0
        return lease

    def _lost(self, effect: Effect) -> Hold | None:
        """The hold where our mark went, or may be another host's, since we were away: that host may have gone on, or ended it."""
        standing = self.log.standing
        if not self._absent_s:
            return None
        if isinstance(effect, TakeLease) and effect.takeover:
            if not standing.unheard:
                return None
            reason = (
                f"lease {effect.name} was set, and this process was stopped for {self._absent_s:.0f} s: it may be another host's"
            )
            do = "make sure that no other machine goes on with this journal, then `migrate apply PLAN --resume`"
            return Hold("lease-unclear", reason, (), do)
        if not standing.epoch:
            return None
        reason = f"our lease {self.migration.lease_name} is gone, and this process was stopped for {self._absent_s:.0f} s"
        do = "make sure that no other machine went on with this journal or ended it, then `migrate apply PLAN --resume`"
        return Hold("lease-gone", reason, (), do)

    def _anothers(self, step: str, lease: Lease) -> Again | None:
        """The wait until no call of the host that had the journal before can still arrive; None when that has passed."""
        rest_s = lease.renewed + self.migration.waits.silent_s - self.outside.clock.now()
        return self._wait(step, f"waiting until no call of {lease.host} can still arrive", rest_s) if rest_s > 0 else None

    def _move_on(self, lease: Lease) -> None:
        """Write our last line's number over the Lease: nobody else can then act on an older view of it."""
        standing, now = self.log.standing, self.outside.clock.now()
        self.outside.fence.advance(replace(lease, sequence=standing.sequence, checksum=standing.checksum, renewed=now))

    def _not_moved_on(self, step: str, trouble: OutsideError) -> Again | Hold:
        """Nothing was sent but the mark; whoever moved it on is met at the next look."""
        code = "unreachable" if isinstance(trouble, Unclear) else trouble.code
        reason = f"could not move our lease on: {trouble.message}"
        self.log.record(events.Refused(step, code, reason))
        if isinstance(trouble, Denied | Rejected) or self.log.standing.refusals >= REFUSALS_ALLOWED:
            return Hold(code, reason, trouble.seen, trouble.do or "mend the cause, then `migrate apply PLAN --resume`")
        return self._wait(step, reason)

    def _refused(self, step: str, effect: Effect, trouble: OutsideError) -> Again | Hold:
        """It was not done, and we know it: look again, later, or ask a person."""
        if isinstance(trouble, Conflict) and (found := self._earlier(effect)) is not None:
            self.log.record(events.Applied(step, found, found=True))
            return Again(0)
        self.log.record(events.Refused(step, trouble.code, trouble.message))
        refusals = self.log.standing.refusals
        looks_help = isinstance(trouble, Conflict | Missing)
        if isinstance(trouble, Denied | Rejected) or (looks_help and refusals >= REFUSALS_ALLOWED):
            do = trouble.do or "mend the cause, then `migrate apply PLAN --resume`"
            return Hold(trouble.code, trouble.message, trouble.seen, do)
        return Again(0 if looks_help else min(LONGEST_PAUSE_S, 2.0 ** min(refusals, 6)))

    def _too_old(self, step: str, looked: Instant) -> Again | Hold | None:
        """Nothing is done on an old view: we may have been frozen since, or looking takes too long."""
        age_s = self.outside.clock.now() - looked
        self._old_views = self._old_views + 1 if age_s > VIEW_S else 0
        if not self._old_views:
            return None
        if self._old_views >= REFUSALS_ALLOWED:
            reason = f"looking takes {age_s:.0f} s, and nothing is done on a view older than {VIEW_S:.0f} s"
            return Hold("unread", reason, (), "mend what answers so slowly, then `migrate apply PLAN --resume`")
        return self._wait(step, f"what was seen is {age_s:.0f} s old: looking again")

    def _just_done(self, step: str, effect: Effect) -> Again | None:
        """The wait before the very same call is made again: what we read may trail what we did."""
        calls = self.log.standing.done(step)
        if not calls or calls[-1].effect != effect:
            return None
        rest_s = calls[-1].at + self.migration.waits.look_every_s - self.outside.clock.now()
        return self._wait(step, f"done, and not to be seen yet: {effect.summary}", rest_s) if rest_s > 0 else None

    def _earlier(self, effect: Effect) -> Result | None:
        """A conflict may be with our own call, whose answer was lost and which landed since."""
        try:
            return self.outside.effector.found(effect)
        except OutsideError:
            return None

    def _wait(self, step: str, reason: str, rest_s: float | None = None) -> Again:
        every_s = self.migration.waits.look_every_s
        after_s = every_s if rest_s is None else min(rest_s, every_s)
        self.log.tell(step, Wait(reason, after_s))
        return Again(after_s)
