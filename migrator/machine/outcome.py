"""What a tick tells the loop, and what the operator asked of a run beyond the plan."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Again:
    """Come back after `after_s`; 0 is at once."""

    after_s: float


@dataclass(frozen=True)
class Standstill:
    """Nothing more happens by itself: held, or refused before anything began."""

    code: str
    reason: str
    seen: tuple[str, ...] = ()
    do: str = ""


@dataclass(frozen=True)
class Over:
    """The journey ended: `migrated` or `rolled-back`."""

    outcome: str


Outcome = Again | Standstill | Over


@dataclass(frozen=True)
class Orders:
    """Who runs, with which signed plan, and where to stop. `journal` is the id of a journal that begins now."""

    journal: str
    tool: str
    host: str
    digest: str
    hold_before: tuple[str, ...] = ()
