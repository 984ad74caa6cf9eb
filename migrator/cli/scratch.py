"""A journal for a dry run: begins with the real lines, forgets what is appended."""

from __future__ import annotations

from migrator.model.events import Entry, Event
from migrator.model.units import Instant


class ScratchJournal:
    """Implements `ports.doing.Journal` in memory; there is one writer, so nothing moves beside it."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self._entries = list(entries)

    def read(self) -> tuple[Entry, ...]:
        """The real lines, and what this run would have written."""
        return tuple(self._entries)

    def append(self, event: Event, *, at: Instant, after: int) -> Entry:
        """One more line, in memory."""
        self._entries.append(Entry(after + 1, at, event, ""))
        return self._entries[-1]
