"""One journal line as bytes: how it is written, and what makes it trustworthy."""

from __future__ import annotations

from pathlib import Path

import msgspec

from migrator.errors import JournalError
from migrator.model.events import Entry, Event
from migrator.model.fingerprints import canonical, chained
from migrator.model.units import Instant

SCHEMA = 1


class _Form(msgspec.Struct):
    """What every version of a line has."""

    schema: int


class _Line(msgspec.Struct):
    """A line whose event stays as it was written: a newer tool may give events fields that this one had not."""

    sequence: int
    at: Instant
    event: msgspec.Raw
    checksum: str
    schema: int


_form = msgspec.json.Decoder(_Form)
_line = msgspec.json.Decoder(_Line)
_event = msgspec.json.Decoder(Event)


def written(event: Event, at: Instant, before: Entry | None) -> tuple[Entry, bytes]:
    """The entry that follows `before`, and its line with a line feed."""
    sequence = before.sequence + 1 if before else 1
    checksum = chained(before.checksum if before else "", [sequence, float(at), event, SCHEMA])
    line = canonical(Entry(sequence, float(at), event, checksum, SCHEMA))
    # What is handed back went through bytes, so that no value lives on that a restart would not find.
    return Entry(sequence, float(at), _event.decode(canonical(event)), checksum, SCHEMA), line + b"\n"


def checked(line: bytes, before: Entry | None, path: Path) -> Entry:
    """The entry of a line that follows `before`. Raises JournalError `journal-newer` or `journal-damaged`."""
    number = before.sequence + 1 if before else 1
    try:
        if (schema := _form.decode(line).schema) > SCHEMA:
            raise _newer(path, number, f"schema {schema}, this version knows {SCHEMA}")
        read = _line.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _damaged(path, number, str(error)) from error
    if read.sequence != number:
        raise _damaged(path, number, f"it says it is line {read.sequence}")
    told = [read.sequence, read.at, read.event, read.schema]
    if read.checksum != chained(before.checksum if before else "", told):
        raise _damaged(path, number, "its checksum does not follow from the line before")
    try:
        return Entry(read.sequence, read.at, _event.decode(read.event), read.checksum, read.schema)
    except msgspec.DecodeError as error:
        # The line is as it was written, so whoever wrote it knew more than we do.
        raise _newer(path, number, str(error)) from error


def _damaged(path: Path, number: int, why: str) -> JournalError:
    return JournalError(
        f"cannot trust the journal {path}: line {number} is damaged",
        seen=(f"line {number}: {why}",),
        do="change nothing by hand; restore the file from a backup, or compare `migrate status` and AWS by the runbook",
    )


def _newer(path: Path, number: int, why: str) -> JournalError:
    return JournalError(
        f"cannot read the journal {path}: a newer migrate wrote it",
        seen=(f"line {number}: {why}",),
        do="use the version that wrote it, or a newer one",
        code="journal-newer",
    )
