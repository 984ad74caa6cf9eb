"""A journal in memory, kept as the very lines that a disk would hold.

What is read back went through bytes, so that a value which does not survive a restart does not survive here either.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from migrator.errors import JournalError, JournalMoved
from migrator.model.events import Entry, Event
from migrator.model.fingerprints import chained
from migrator.model.units import Instant

SCHEMA = 1

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)


class _Form(msgspec.Struct):
    """What every version of a line has."""

    schema: int = SCHEMA


_form_decoder = msgspec.json.Decoder(_Form)


class MemoryJournal:
    """Append-only lines; a second one over the same `lines` is what a new process would find.

    `cut` says what was cut off the end when the lines were taken over, None where nothing was.
    """

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        self.cut: str | None = None
        self._lines = self._whole(list(lines))
        self._entries: list[Entry] = []
        self._known: tuple[Entry, ...] | None = ()
        for line in self._lines:
            self._entries.append(self._checked(line))
            self._known = None

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
        last = len(self._entries)
        if after != last:
            raise JournalMoved(
                "cannot append to the journal: somebody appended since it was read",
                seen=(f"the last sequence is {last}, {after} was expected",),
                do="read it again and decide again",
            )
        entry = Entry(last + 1, at, event, self._checksum(last + 1, at, event, SCHEMA), SCHEMA)
        line = _encoder.encode(entry) + b"\n"
        self._lines.append(line)
        self._entries.append(_decoder.decode(line))
        self._known = None
        return self._entries[-1]

    def torn(self, kept: int) -> MemoryJournal:
        """What a new process finds when only `kept` bytes of the last line reached the disk."""
        whole, last = self._lines[:-1], self._lines[-1:]
        return MemoryJournal([*whole, *(line[:kept] for line in last)])

    def _whole(self, lines: list[bytes]) -> list[bytes]:
        if lines and not lines[-1].endswith(b"\n"):
            torn = lines.pop()
            self.cut = f"the last line was torn after {len(torn)} bytes and was cut off" if torn else None
        return lines

    def _checksum(self, sequence: int, at: Instant, event: Event, schema: int) -> str:
        before = self._entries[-1].checksum if self._entries else ""
        return chained(before, [sequence, at, event, schema])

    def _checked(self, line: bytes) -> Entry:
        sequence = len(self._entries) + 1
        try:
            if (schema := _form_decoder.decode(line).schema) > SCHEMA:
                raise _newer(sequence, schema)
            entry = _decoder.decode(line)
        except msgspec.DecodeError as error:
            raise _damaged(sequence, str(error)) from error
        if entry.sequence != sequence:
            raise _damaged(sequence, f"it says sequence {entry.sequence}")
        if entry.checksum != self._checksum(sequence, entry.at, entry.event, entry.schema):
            raise _damaged(sequence, "its checksum does not follow from the line before")
        return entry


def _damaged(sequence: int, why: str) -> JournalError:
    return JournalError(
        "cannot trust the journal: it was damaged in the middle",
        seen=(f"line {sequence}: {why}",),
        do="look at what AWS and the cluster have before anything else is changed",
    )


def _newer(sequence: int, schema: int) -> JournalError:
    return JournalError(
        "cannot read the journal: a newer migrate wrote it",
        seen=(f"line {sequence} has schema {schema}, {SCHEMA} is known here",),
        do="use the version that wrote it",
        code="journal-newer",
    )
