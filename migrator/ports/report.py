"""Who is told what happens; told, never asked."""

from __future__ import annotations

from typing import Protocol

import msgspec

from migrator.model.events import Entry
from migrator.model.units import Instant


class Waiting(msgspec.Struct, frozen=True):
    """What a step waits for: since when, when it looks again, and when the wait can end (None: cannot be said)."""

    step: str
    reason: str
    at: Instant
    next_look: Instant
    until: Instant | None = None


class Reporter(Protocol):
    """Hears of every journal line as it is written, and of every wait."""

    def entry(self, entry: Entry) -> None:
        """A line was written."""
        ...

    def waiting(self, waiting: Waiting) -> None:
        """A step is not done yet."""
        ...


class Silent:
    """A reporter for those who read the journal instead."""

    def entry(self, entry: Entry) -> None:
        """Nothing to do."""

    def waiting(self, waiting: Waiting) -> None:
        """Nothing to do."""
