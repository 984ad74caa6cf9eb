"""One journal line as bytes: how it is written, and what makes it trustworthy."""

from __future__ import annotations

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


_encoder = msgspec.json.Encoder()  # fields in their own order: people read the sequence first
_form = msgspec.json.Decoder(_Form)
_line = msgspec.json.Decoder(_Line)
_event = msgspec.json.Decoder(Event)


def written(event: Event, at: Instant, before: Entry | None) -> tuple[Entry, bytes]:
    """The entry that follows `before`, and its line with a line feed.

    The entry went through bytes, so that no value lives on in this process that the next one would not find.
    """
    sequence, at, told = before.sequence + 1 if before else 1, float(at), msgspec.Raw(canonical(event))
    checksum = chained(before.checksum if before else "", [sequence, at, told, SCHEMA])
    line = _encoder.encode(_Line(sequence, at, told, checksum, SCHEMA))
    return Entry(sequence, at, _event.decode(told), checksum, SCHEMA), line + b"\n"


def checked(line: bytes, before: Entry | None, where: object) -> Entry:
    """The entry of a line that follows `before`; `where` the journal is, for people.

    Raises JournalError `journal-newer` or `journal-damaged`.
    """
    number = before.sequence + 1 if before else 1
    try:
        if (schema := _form.decode(line).schema) > SCHEMA:
            raise _newer(where, number, f"schema {schema}, this version knows {SCHEMA}")
        read = _line.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _damaged(where, number, str(error)) from error
    if read.sequence != number:
        raise _damaged(where, number, f"it says it is line {read.sequence}")
    told = [read.sequence, read.at, read.event, read.schema]
    if read.checksum != chained(before.checksum if before else "", told):
        raise _damaged(where, number, "its checksum does not follow from the line before")
    try:
        return Entry(read.sequence, read.at, _event.decode(read.event), read.checksum, read.schema)
    except msgspec.DecodeError as error:
        # The line is as it was written, so whoever wrote it knew more than we do.
        raise _newer(where, number, str(error)) from error


def _damaged(where: object, number: int, why: str) -> JournalError:
    return JournalError(
        f"cannot trust the journal {where}: line {number} is damaged",
        seen=(f"line {number}: {why}",),
        do="change nothing by hand; restore the file from a backup, or compare `migrate status` and AWS by the runbook",
    )


def _newer(where: object, number: int, why: str) -> JournalError:
    return JournalError(
        f"cannot read the journal {where}: a newer migrate wrote it",
        seen=(f"line {number}: {why}",),
        do="use the version that wrote it, or a newer one",
        code="journal-newer",
    )
