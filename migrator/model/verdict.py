"""What a step concludes from what it saw."""

from __future__ import annotations

import msgspec

from migrator.model.effects import Effect


class Done(msgspec.Struct, frozen=True, tag=True):
    """It was seen to be as the step wants it; `seen` says what was seen, for the journal."""

    seen: str


class Wait(msgspec.Struct, frozen=True, tag=True):
    """Not yet. Look again after `after_s`; where `effect` is set, do that first. `until` is when the wait can end."""

    reason: str
    after_s: float
    effect: Effect | None = None
    until: float | None = None


class Hold(msgspec.Struct, frozen=True, tag=True):
    """Stop and keep everything as it is until a person acts; `do` is what to type next."""

    code: str
    reason: str
    seen: tuple[str, ...] = ()
    do: str = ""
    measure: float = 0.0  # what a release would accept, where there is a figure


class Fail(msgspec.Struct, frozen=True, tag=True):
    """This can not succeed any more; go back where the plan says so."""

    code: str
    reason: str
    seen: tuple[str, ...] = ()
    do: str = ""


Verdict = Done | Wait | Hold | Fail
