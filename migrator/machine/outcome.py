"""What a tick tells the loop, and what the operator asked of a run beyond the plan."""

from __future__ import annotations

import msgspec


class Again(msgspec.Struct, frozen=True):
    """Come back after `after_s`; 0 is at once."""

    after_s: float


class Standstill(msgspec.Struct, frozen=True):
    """Nothing more happens by itself: held, or refused before anything began."""

    code: str
    reason: str
    seen: tuple[str, ...] = ()
    do: str = ""


class Over(msgspec.Struct, frozen=True):
    """The journey ended: `migrated` or `rolled-back`."""

    outcome: str


Outcome = Again | Standstill | Over


class Orders(msgspec.Struct, frozen=True):
    """Who runs, with which signed plan, and where to stop. `journal` is the id of a journal that begins now."""

    journal: str
    tool: str
    host: str
    digest: str
    hold_before: tuple[str, ...] = ()
