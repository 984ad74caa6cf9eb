"""Where the journey stands: a fold over the journal, and nothing that is not in it (streaks of looks aside)."""

from __future__ import annotations

from typing import Any, assert_never

import msgspec
from msgspec.structs import replace

from migrator.model.cluster import later
from migrator.model.effects import ChangeRecords, Effect, Final, ReleaseLease, Result, TakeLease
from migrator.model.events import (
    Applied,
    Began,
    Ended,
    Entry,
    Held,
    Intended,
    Noticed,
    Refused,
    Released,
    Seen,
    TurnedBack,
    Unclear,
)
from migrator.model.units import Facts, Instant

# Holds that only a person lifts, by `migrate release`; all others are lifted by running again.
FOR_A_PERSON = ("operator-hold", "hold-before", "drift", "resolver-lags", "still-draining")


class Fact(msgspec.Struct, frozen=True):
    """A fact's value and since when we have seen it so."""

    value: Any
    since: Instant


class Done(msgspec.Struct, frozen=True):
    """A call that was made: which, when it was intended, what came back, when."""

    effect: Effect
    result: Result
    intended: Instant
    at: Instant


class Pending(msgspec.Struct, frozen=True):
    """A call whose outcome the journal does not have: the process died, or no answer came."""

    step: str
    effect: Effect
    at: Instant


_NOTHING: dict[str, Fact] = {}
_NO_STREAK: dict[str, tuple[int, Instant]] = {}


class Standing(msgspec.Struct, frozen=True):
    """What the journal says so far. `sequence` and `checksum` are those of its last line."""

    sequence: int = 0
    checksum: str = ""
    last_at: Instant = 0.0
    began: Began | None = None
    turned: TurnedBack | None = None
    ended: str | None = None
    held: Held | None = None
    pending: Pending | None = None
    seen: dict[str, str] = {}  # step -> evidence, in the direction we go
    forward_seen: tuple[str, ...] = ()  # what had been seen when we turned back
    intents: tuple[str, ...] = ()  # steps that intended a change on the way forward, in order
    released: dict[tuple[str, str], Instant] = {}  # (step, hold code) -> when
    refusals: int = 0  # refused calls in a row
    doubtful: Instant = 0.0  # when the last call was intended whose answer was lost and that was not found done
    doubted: tuple[str, ...] = ()  # the steps that intended such calls
    final: bool = False  # a call that nothing leads back from was made on the way forward
    lost: tuple[Final, ...] = ()  # such calls whose answers were lost, and that were not found done
    unheard: bool = False  # the last call that set our mark may have been done: the Lease may be in an epoch we were not told
    repaired: tuple[str, ...] = ()  # seen steps that made a call again since, as what they did was undone
    accepted: dict[tuple[str, str], float] = {}  # (step, hold code) -> the measure released
    resumed: Instant = 0.0  # when this process began to look; not in the journal
    epoch: int = 0  # of the Lease, as we last took it
    taken: Instant = 0.0  # when that was
    entered: dict[str, Instant] = {}  # step -> first look at it, or the last release
    _facts: dict[tuple[str, bool], dict[str, Fact]] = {}
    _done: dict[tuple[str, bool], tuple[Done, ...]] = {}
    streaks: dict[str, dict[str, tuple[int, Instant]]] = {}  # step -> fact -> looks in a row, the last one; lost with the process

    @property
    def back(self) -> bool:
        """Whether we are on the way back."""
        return self.turned is not None

    def past_return(self, step: str) -> bool:
        """Whether nothing leads back: a final call was made or may yet be, or `step` was seen done, whoever did it."""
        pending = self.pending is not None and self._final(self.pending.effect) is not None
        return (
            self.final
            or pending
            or (not self.back and step in self.seen)
            or any(self._may_land(step, each) for each in self.lost)
        )

    def _may_land(self, step: str, effect: Final) -> bool:
        """Whether a lost call may yet be done: it is for one version of the Service, and refused at later ones."""
        witnesses = self.fact(step, "witnesses", {})
        return witnesses.get("uid") != effect.uid or not later(witnesses.get("version", ""), effect.resource_version)

    def fact(self, step: str, name: str, default: Any = None) -> Any:
        """The last value of a fact that a step noticed on the way forward."""
        try:
            return self._facts[step, False][name].value
        except KeyError:
            return default

    def news(self, step: str, facts: Facts) -> Facts:
        """Those of a step's facts that are not as last journalled, in the direction we go."""
        known = self._facts.get((step, self.back), _NOTHING)
        return {name: value for name, value in facts.items() if name not in known or known[name].value != value}

    def noticed(self, step: str, name: str, default: Any = None) -> Any:
        """The last value of a fact that a step noticed in the direction we go."""
        try:
            return self._facts[step, self.back][name].value
        except KeyError:
            return default

    def since(self, step: str, name: str, value: Any = True) -> Instant | None:
        """Since when a step has noticed a fact at this value, in the direction we go; None where it is not so now."""
        known = self._facts.get((step, self.back), _NOTHING).get(name)
        return known.since if known is not None and known.value == value else None

    def done(self, step: str) -> tuple[Done, ...]:
        """The calls that a step made in the direction we go, in order."""
        return self._done.get((step, self.back), ())

    def result(self, step: str) -> Result:
        """What came back from a step's last call on the way forward; empty where it made none."""
        calls = self._done.get((step, False), ())
        return calls[-1].result if calls else {}

    def changes(self, step: str) -> dict[str, Done]:
        """A step's last record change in each zone, in the direction we go."""
        calls = self._done.get((step, self.back), ())
        return {each.effect.zone_id: each for each in calls if isinstance(each.effect, ChangeRecords)}

    def waiting_since(self, step: str, now: Instant) -> Instant:
        """Since when a step is waited for without a break, for deadlines: nobody waited while no process ran."""
        return max(self.entered.get(step, now), self.resumed)

    def streak(self, step: str, name: str) -> int:
        """How many looks in a row, without a gap, saw a fact true; a restart begins anew."""
        return self.streaks.get(step, _NO_STREAK).get(name, (0, 0.0))[0]

    def looked(self, step: str, facts: Facts, at: Instant, gap_s: float) -> Standing:
        """Count this look; more than `gap_s` since the last one breaks every streak of the step."""
        before = self.streaks.get(step, _NO_STREAK)
        streaks = before.copy()
        for name, value in facts.items():
            if value is True:
                count, last = before.get(name, (0, at))
                streaks[name] = (count + 1 if at - last <= gap_s else 1, at)
            else:
                streaks.pop(name, None)
        return replace(self, streaks={**self.streaks, step: streaks})

    def after(self, entry: Entry) -> Standing:
        """The standing once one more line is written."""
        event, at = entry.event, entry.at
        changed: dict[str, Any] = {}
        match event:
            case Noticed():
                changed = self._with_facts(event, at)
            case Intended():
                changed = {"pending": Pending(event.step, event.effect, at), "intents": self._intending(event)}
            case Applied():
                changed = self._with_result(event, at)
            case Refused():
                changed = self._with_refusal(event)
            case Unclear():
                pass
            case Seen():
                changed = self._with_sight(event)
            case Held():
                changed = {"held": event}
            case Released():
                changed = self._lifted(at)
            case Began():
                return Standing(entry.sequence, entry.checksum, at, event, streaks=self.streaks, resumed=self.resumed)
            case TurnedBack():
                changed = {"turned": event, "forward_seen": tuple(self.seen)}
                changed |= {"held": None, "seen": {}, "refusals": 0, "entered": {}}
            case Ended():
                changed = {"ended": event.outcome}
            case _:
                assert_never(event)
        return replace(self, sequence=entry.sequence, checksum=entry.checksum, last_at=at, **changed)

    def _with_facts(self, event: Noticed, at: Instant) -> dict[str, Any]:
        key = (event.step, self.back)
        facts = dict(self._facts.get(key, _NOTHING))
        for name, value in event.facts.items():
            if name not in facts or facts[name].value != value:
                facts[name] = Fact(value, at)
        entered = self.entered if event.step in self.entered else {**self.entered, event.step: at}
        return {"_facts": {**self._facts, key: facts}, "entered": entered}

    def _with_sight(self, event: Seen) -> dict[str, Any]:
        """A step's end was seen, or seen again after a repair: a released drift was that one, the next is asked about."""
        changed: dict[str, Any] = {"seen": {**self.seen, event.step: event.evidence}, "refusals": 0}
        if (drift := (event.step, "drift")) in self.released:
            changed["released"] = {each: when for each, when in self.released.items() if each != drift}
        if event.step in self.repaired:
            changed["repaired"] = tuple([each for each in self.repaired if each != event.step])
        return changed

    def _intending(self, event: Intended) -> tuple[str, ...]:
        """Our mark set again on the way is not the step's own doing."""
        marks_again = isinstance(event.effect, TakeLease) and bool(self.intents)
        known = self.back or marks_again or event.step in self.intents
        return self.intents if known else (*self.intents, event.step)

    def _with_refusal(self, event: Refused) -> dict[str, Any]:
        """A call that was not done leaves nothing to take back; one that may have been done is remembered."""
        refused = {"pending": None, "refusals": self.refusals + 1}
        effect = None if self.pending is None else self.pending.effect
        if event.code == "unclear" and self.pending is not None and not isinstance(effect, ReleaseLease):
            unheard = self.unheard or isinstance(effect, TakeLease)
            final = self._final(self.pending.effect)
            lost = self.lost if final is None else (*self.lost, final)
            doubted = {"doubtful": self.pending.at, "doubted": (*self.doubted, event.step)}
            return {**refused, **doubted, "unheard": unheard, "lost": lost}
        marked = isinstance(effect, TakeLease) and self.epoch > 0
        if self.back or marked or event.step in self.doubted or self._done.get((event.step, False)):
            return refused
        return {**refused, "intents": tuple(each for each in self.intents if each != event.step)}

    def _with_result(self, event: Applied, at: Instant) -> dict[str, Any]:
        if self.pending is None:
            return {}
        applied = {"pending": None, "refusals": 0}
        key = (event.step, self.back)
        done = Done(self.pending.effect, event.result, self.pending.at, at)
        if isinstance(done.effect, TakeLease):
            return {**applied, "epoch": int(event.result["epoch"]), "taken": at, "unheard": False}
        calls = {**self._done, key: (*self._done.get(key, ()), done)}
        again = event.step in self.seen and event.step not in self.repaired
        repaired = (*self.repaired, event.step) if again else self.repaired
        final = self.final or self._final(done.effect) is not None
        return {**applied, "repaired": repaired, "final": final, "_done": calls}

    def _final(self, effect: Effect) -> Final | None:
        """The effect where nothing leads back from it, else None. Back, the clone is deleted by the same one."""
        return effect if isinstance(effect, Final) and not self.back else None

    def _lifted(self, at: Instant) -> dict[str, Any]:
        if self.held is None:
            return {}
        what = (self.held.step, self.held.code)
        released, accepted = {**self.released, what: at}, {**self.accepted, what: self.held.measure}
        entered = {**self.entered, self.held.step: at}
        return {"held": None, "released": released, "accepted": accepted, "refusals": 0, "entered": entered}


def fold(entries: tuple[Entry, ...]) -> Standing:
    """The standing that a journal tells."""
    standing = Standing()
    for entry in entries:
        standing = standing.after(entry)
    return standing
