"""What happened: the kinds of journal line, and the line itself."""

from __future__ import annotations

import msgspec

from migrator.model.effects import Effect, Result
from migrator.model.units import Facts, Instant


class Began(msgspec.Struct, frozen=True, tag=True):
    """The first line of a run: which plan, with which answers, by which journal and tool."""

    journal: str
    migration: str
    digest: str  # over the plan with its answers
    tool: str
    host: str


class Noticed(msgspec.Struct, frozen=True, tag=True):
    """Facts that changed since the step last looked."""

    step: str
    facts: Facts


class Intended(msgspec.Struct, frozen=True, tag=True):
    """The next call; durable before it is made."""

    step: str
    effect: Effect


class Applied(msgspec.Struct, frozen=True, tag=True):
    """The call was done; `found` where we saw our own after-image instead of a reply."""

    step: str
    result: Result
    found: bool = False


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The call was not done, and we know it."""

    step: str
    code: str
    why: str


class Unclear(msgspec.Struct, frozen=True, tag=True):
    """The call may have been done; look before anything else."""

    step: str
    why: str


class Seen(msgspec.Struct, frozen=True, tag=True):
    """A step's end was seen; `evidence` says what."""

    step: str
    evidence: str


class Held(msgspec.Struct, frozen=True, tag=True):
    """The journey stands still until a person acts."""

    step: str
    code: str
    reason: str
    by: str = "migrate"
    measure: float = 0.0  # what a release accepts, where the code has a figure


class Released(msgspec.Struct, frozen=True, tag=True):
    """A hold was lifted."""

    by: str


class TurnedBack(msgspec.Struct, frozen=True, tag=True):
    """From here on the way leads back."""

    code: str
    reason: str
    by: str


class Ended(msgspec.Struct, frozen=True, tag=True):
    """The journey is over: `outcome` is `migrated` or `rolled-back`."""

    outcome: str


Event = Began | Noticed | Intended | Applied | Refused | Unclear | Seen | Held | Released | TurnedBack | Ended


class Entry(msgspec.Struct, frozen=True):
    """One journal line: sequence from 1, instant, event, and a checksum chained to the line before."""

    sequence: int
    at: Instant
    event: Event
    checksum: str
    schema: int = 1
