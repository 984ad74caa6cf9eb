"""Where processes die, and what dies: the journal while it writes, the effector around a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.errors import JournalMoved, OutsideError, Unclear
from migrator.model.cluster import Lease
from migrator.model.effects import Effect, Result
from migrator.model.events import Entry, Event
from migrator.model.units import Instant
from migrator.ports.doing import Fence
from migrator.simulation.doors import HOST
from migrator.simulation.memory import MemoryJournal
from migrator.simulation.promises.watch import Watch


class Crash(BaseException):
    """The process is gone: nothing after this line happens, and nobody may catch it but who started the process."""


class CrashPlan:
    """Where processes die: one after the other, each at a boundary counted from the death before it, by kind.

    A boundary is an `append`, an `effect`, or a `fence` (the Lease is moved on, right before an effect); `how` says what
    had happened when the process died: before (nothing), torn (half the line), after (all of it, and nobody heard), lost
    (no death: the answer is lost and the process lives on). One plan goes through all processes of a journey.

    `waited` are the appends before which time had passed since the line before, `fenced` the effects before which the
    Lease was moved on; both are counted as the boundaries are, from the last death.
    """

    counts: dict[str, int]  # since the last death, or the beginning
    waited: set[int]
    fenced: set[int]
    _fence: bool  # whether the last boundary was one

    def __init__(self, point: int = -1, how: str = "before", kind: str = "append", *then: tuple[int, str, str]) -> None:
        self._due = [(point, how, kind), *then] if point > 0 else list(then)
        self.struck = 0
        self._anew()

    def strikes(self, kind: str, *, waited: bool = False) -> str:
        """How a process dies at this boundary, before which time had passed or not; empty where it does not."""
        count = self.counts[kind] = self.counts[kind] + 1
        if waited:
            self.waited.add(count)
        if kind == "effect" and self._fence:
            self.fenced.add(count)
        self._fence = kind == "fence"
        if not self._due or self._due[0] != (count, self._due[0][1], kind):
            return ""
        how = self._due.pop(0)[1]
        self.struck += 1
        self._anew()
        return how

    def over(self) -> None:
        """An append is over, durable or refused; for those who take notes."""

    def _anew(self) -> None:
        self.counts, self.waited, self.fenced, self._fence = {"append": 0, "effect": 0, "fence": 0}, set(), set(), False


class DyingJournal:
    """A journal whose process may die while it writes; `heard` is told of every line that is durable."""

    def __init__(self, inner: MemoryJournal, crash: CrashPlan, heard: Callable[[Entry], None] = lambda entry: None) -> None:
        self.inner, self.crash, self._heard = inner, crash, heard

    def read(self) -> tuple[Entry, ...]:
        """As the journal inside."""
        return self.inner.read()

    def append(self, event: Event, *, at: Instant, after: int) -> Entry:
        """Write, and perhaps die before, meanwhile or after."""
        last = self.inner.last
        struck = self.crash.strikes("append", waited=last is not None and at > last.at)
        if struck == "before":
            raise Crash
        try:
            entry = self.inner.append(event, at=at, after=after)
        except JournalMoved as moved:  # a person wrote beside it: nothing of this is written, and it may die all the same
            self.crash.over()
            if struck:
                raise Crash from moved
            raise
        if struck == "torn":
            self.inner = self.inner.torn(len(self.inner.lines[-1]) // 2)
            raise Crash
        self._heard(entry)
        self.crash.over()
        if struck:
            raise Crash
        return entry

    def unwatched(self) -> None:
        """From here on it is a copy that counts for nobody, written by a process that was overtaken."""
        self._heard = lambda entry: None


class DyingEffector:
    """An effector whose process may die around a call, or whose answer may be lost."""

    def __init__(self, inner: Any, crash: CrashPlan, watch: Watch | None = None, host: str = HOST) -> None:
        self.inner, self.crash, self._watch, self._host = inner, crash, watch, host

    def apply(self, effect: Effect) -> Result:
        """Do it, and perhaps die before or after, or lose the answer."""
        struck = self.crash.strikes("effect")
        if struck == "before":
            raise Crash
        try:
            result = self._watched(effect)
        except OutsideError:
            if struck == "after":
                raise Crash from None  # it was refused, and nobody heard that either
            raise
        if struck == "lost":
            raise Unclear("no answer came")
        if struck:
            raise Crash
        return result

    def _watched(self, effect: Effect) -> Result:
        over = self._watch.calling(effect, self._host) if self._watch is not None else None
        try:
            result: Result = self.inner.apply(effect)
        finally:
            if over is not None:
                over()
        return result

    def found(self, effect: Effect) -> Result | None:
        """As the effector inside."""
        found: Result | None = self.inner.found(effect)
        return found


class LosingFence:
    """A fence whose answer may be lost; dying around it is dying after the intent, or before the effect."""

    def __init__(self, inner: Fence, crash: CrashPlan) -> None:
        self.inner, self.crash = inner, crash

    def advance(self, lease: Lease) -> Lease:
        """Move the Lease on, and perhaps lose the answer."""
        struck = self.crash.strikes("fence")
        moved = self.inner.advance(lease)
        if struck:
            raise Unclear("no answer came")
        return moved
