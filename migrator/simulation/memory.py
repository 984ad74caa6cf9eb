"""A journal in memory, kept as the very lines that a disk would hold.

What is read back went through bytes, so that a value which does not survive a restart does not survive here either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from migrator.adapters.disk.lines import checked, written
from migrator.errors import JournalMoved
from migrator.model.events import Entry, Event
from migrator.model.units import Instant


class MemoryJournal:
    """Append-only lines; a second one over the same `lines` is what a new process would find.

    `cut` says what was cut off the end when the lines were taken over, None where nothing was. `read` are the entries of
    the first lines where these were read back before. Taking lines over raises JournalError when they cannot be trusted.
    """

    def __init__(self, lines: Iterable[bytes] = (), read: Sequence[Entry] = ()) -> None:
        self.cut: str | None = None
        self._lines = self._whole(list(lines))
        self._entries = list(read)
        self._known: tuple[Entry, ...] | None = None
        last = self.last
        for line in self._lines[len(read) :]:
            last = checked(line, last, "in memory")
            self._entries.append(last)
        self._read = len(self._entries)

    @property
    def lines(self) -> tuple[bytes, ...]:
        """Every line as written, each with its line feed."""
        return tuple(self._lines)

    def read(self) -> tuple[Entry, ...]:
        """Every entry from the first; empty when nothing has begun."""
        if self._known is None:
            self._known = tuple(self._entries)
        return self._known

    def append(self, event: Event, *, at: Instant, after: int) -> Entry:
        """Write one entry after sequence `after` (0 for the first). Raises JournalMoved when that is not the last."""
        if after != len(self._entries):
            raise JournalMoved(
                "cannot append to the journal: somebody appended since it was read",
                seen=(f"the last sequence is {len(self._entries)}, {after} was expected",),
                do="nothing; it is read again and decided again",
            )
        entry, line = written(event, at, self.last)
        self._lines.append(line)
        self._entries.append(entry)
        self._known = None
        return entry

    def reopened(self) -> MemoryJournal:
        """What a new process finds. A line is read back by the first one that finds it; then it is known for what it is."""
        return MemoryJournal(self._lines, self._entries[: self._read])

    def torn(self, kept: int) -> MemoryJournal:
        """What a new process finds when only `kept` bytes of the last line reached the disk."""
        whole, last = self._lines[:-1], self._lines[-1:]
        return MemoryJournal([*whole, *(line[:kept] for line in last)])

    @property
    def last(self) -> Entry | None:
        """The entry at the end; None when nothing has begun."""
        return self._entries[-1] if self._entries else None

    def _whole(self, lines: list[bytes]) -> list[bytes]:
        if lines and not lines[-1].endswith(b"\n"):
            torn = lines.pop()
            self.cut = f"the last line was torn after {len(torn)} bytes and is cut off" if torn else None
        return lines
