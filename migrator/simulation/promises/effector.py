"""Law 6: one effector. Every call is made by whoever holds the Lease, moved on to that very intent, and not long after it."""

from __future__ import annotations

from typing import Any

from migrator.model.effects import TakeLease
from migrator.model.events import Applied, Began, Intended
from migrator.model.waits import PROTECTED_S
from migrator.simulation.doors.objects import journal_of
from migrator.simulation.promises.course import Call, Course

NAME = "effector"
LAW = "one effector: each call carries the newest line of the journal that holds the Lease, within 60 s of its intent"


class Effector:
    """Looks at the Lease as it was when a call was made."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._overwritten = ""
        self._followed = 0  # lines up to the one that the last call was made on
        self._branched = False  # whether one of them does not follow the one before it
        self._began: str | None = None  # the journal that had begun by then
        self._epoch = ""  # the last one told by then
        course.world.kube.subscribe("Lease", self._lease_changed)

    def look(self) -> str:
        """What is wrong with the last call; empty while the promise is kept."""
        if not self._course.calls:
            return ""
        if self._overwritten:
            return self._overwritten
        call = self._course.calls[-1]
        if isinstance(call.effect, TakeLease):
            return self._taken(call)
        self._follow(call.lines)
        return self._late(call) or self._not_ours(call) or self._older()

    def _follow(self, count: int) -> None:
        """Take in the lines up to the one that the last call was made on."""
        lines, at = self._course.lines, self._followed
        before = lines[at - 1] if at else None
        for entry in lines[at:count]:
            if before is not None and entry.sequence != before.sequence + 1:
                self._branched = True
            event, before = entry.event, entry
            if isinstance(event, Began):
                self._began = event.journal
            elif isinstance(event, Applied):
                self._epoch = event.result.get("epoch", self._epoch)
        self._followed = max(at, count)

    def _older(self) -> str:
        """Whether a copy of the journal acts that has not every line on which a call was made before."""
        if not self._branched:
            return ""  # every line knows all before it
        *before, call = self._course.calls
        lines, journal = self._course.lines, call.lease and call.lease.journal
        parents, newest = list[int](), dict[int, int]()  # the place of the line before each line; by number
        for at, entry in enumerate(lines[: call.lines]):
            parents.append(newest.get(entry.sequence - 1, -1))
            newest[entry.sequence] = at
        known, at = set(), call.lines - 1
        while at >= 0:
            known.add(at)
            at = parents[at]
        acted = (each.lines - 1 for each in before if each.lines and each.lease and each.lease.journal == journal)
        for each in acted:
            if each not in known:
                return f"{call.effect.summary}: called by a copy of the journal without its line {lines[each].sequence}"
        return ""

    def _lease_changed(self, event: str, obj: dict[str, Any], old: dict[str, Any] | None) -> None:
        """Our mark is never written over another journal's."""
        if old is None or obj["metadata"]["name"] != self._course.migration.lease_name:
            return
        mark, before = journal_of(obj), journal_of(old)
        if mark == before:
            return
        began = next((each.event for each in reversed(self._course.lines) if isinstance(each.event, Began)), None)
        if began is not None and mark == began.journal:
            self._overwritten = f"the lease of journal {before} was written over"

    def _taken(self, call: Call) -> str:
        """Taking over from another host waits until no call of that host can still arrive."""
        before = call.lease
        if before is None or call.host == before.host:
            return ""
        waited_s, wanted_s = call.at - before.renewed, max(self._course.migration.waits.unclear_s, PROTECTED_S)
        return f"took over from {before.host} after {waited_s:.0f} s, {wanted_s:.0f} s wanted" if waited_s < wanted_s else ""

    def _late(self, call: Call) -> str:
        last = self._course.lines[call.lines - 1] if call.lines else None
        if last is None or not isinstance(last.event, Intended) or call.at - last.at <= PROTECTED_S:
            return ""
        return f"{call.effect.summary}: called {call.at - last.at:.0f} s after its intent"

    def _not_ours(self, call: Call) -> str:
        lease = call.lease
        if lease is None:
            return f"{call.effect.summary}: called without our mark"
        if self._began is None or lease.journal != self._began:
            return f"{call.effect.summary}: called while journal {lease.journal} holds the lease"
        if str(lease.epoch) != self._epoch:
            return f"{call.effect.summary}: called in epoch {self._epoch or 'none'}, the lease is in {lease.epoch}"
        if lease.host != call.host:
            return f"{call.effect.summary}: called by {call.host}, the lease is held by {lease.host}"
        taken = next((each.host for each in reversed(self._course.calls) if isinstance(each.effect, TakeLease)), call.host)
        if taken != call.host:
            return f"{call.effect.summary}: called by {call.host}, which never took over from {taken}"
        last = self._course.lines[call.lines - 1]
        if (lease.sequence, lease.checksum) != (last.sequence, last.checksum):
            return f"{call.effect.summary}: called at line {last.sequence}, the lease was moved on to line {lease.sequence}"
        return ""
