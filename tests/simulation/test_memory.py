"""The journal in memory has the contract of the one on disk."""

from __future__ import annotations

import pytest

from migrator.errors import JournalError, JournalMoved
from migrator.model.effects import ChangeRecords, CreateService
from migrator.model.events import Began, Entry, Intended, Noticed, Seen
from migrator.model.records import RecordSet, Swap
from migrator.simulation.memory import MemoryJournal

BEGAN = Began("journal-1", "m-1", "sha256:0", "0.1", "here/1")


def written() -> MemoryJournal:
    """Three lines, with values of every shape in them."""
    journal = MemoryJournal()
    journal.append(BEGAN, at=1.0, after=0)
    journal.append(Intended("clone", CreateService("shop", "web-2", {"spec": {"ports": [{"port": 80}]}})), at=2.0, after=1)
    record = RecordSet("api.example.com.", "CNAME", 300, ("a.elb.amazonaws.com.",))
    journal.append(Intended("shift", ChangeRecords("Z1", (Swap(record, record),), "move")), at=3.5, after=2)
    return journal


def test_what_is_read_back_went_through_bytes() -> None:
    """A value that a restart would change must not look unharmed before it."""
    journal = written()

    again = MemoryJournal(journal.lines)

    assert again.read() == journal.read()
    assert [each.sequence for each in again.read()] == [1, 2, 3]
    assert again.cut is None


def test_each_process_finds_what_a_fresh_reading_would_find() -> None:
    """A line that one process read back is not read again by the next, and must not be another one for that."""
    second = written().reopened()
    second.append(Seen("clone", "it is there"), at=4.0, after=3)

    third = second.reopened()

    assert third.lines == second.lines
    assert third.read() == MemoryJournal(second.lines).read()
    third.append(Seen("warm", "it is healthy"), at=5.0, after=4)


def test_an_append_is_a_compare_and_set() -> None:
    """`hold` and `apply` write the same journal; only one of them may be right about what comes next."""
    journal = written()

    with pytest.raises(JournalMoved):
        journal.append(Seen("clone", "late"), at=4.0, after=2)

    assert len(journal.read()) == 3


def test_every_checksum_hangs_on_the_line_before() -> None:
    """Two journals with the same last event differ where their past does."""
    one, other = written(), MemoryJournal()
    other.append(BEGAN, at=1.0, after=0)
    last = one.read()[-1]

    entry = other.append(last.event, at=last.at, after=1)

    assert len({each.checksum for each in (*one.read(), entry)}) == 4


@pytest.mark.parametrize("kept", [0, 1, 40])
def test_a_torn_last_line_is_cut_off(kept: int) -> None:
    """A crash in the middle of an append leaves part of a line, which never counted."""
    torn = written().torn(kept)

    assert len(torn.read()) == 2
    assert (torn.cut is None) == (kept == 0)
    torn.append(Noticed("clone", {"hostname": None}), at=5.0, after=2)


@pytest.mark.parametrize(
    ("line", "text", "code"),
    [
        (1, b'"m-1"', "journal-damaged"),
        (2, b'"web-2"', "journal-damaged"),
        (2, b'"sequence":2', "journal-damaged"),
        (2, b'{"', "journal-damaged"),
        (3, b'"schema":1', "journal-newer"),
    ],
)
def test_any_other_damage_is_refused(line: int, text: bytes, code: str) -> None:
    """What cannot be trusted must not be acted on."""
    lines = list(written().lines)
    assert text in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(text, text.replace(b"2", b"9").replace(b"1", b"9").replace(b"{", b"["))

    with pytest.raises(JournalError) as refused:
        MemoryJournal(lines)

    assert refused.value.code == code


def test_entries_are_never_shared_with_the_writer() -> None:
    """A manifest that its maker changes afterwards stays in the journal as it was."""
    manifest = {"spec": {"ports": [80]}}
    journal = MemoryJournal()

    entry: Entry = journal.append(Intended("clone", CreateService("shop", "web", manifest)), at=1.0, after=0)
    manifest["spec"]["ports"].append(443)

    assert isinstance(entry.event, Intended) and isinstance(entry.event.effect, CreateService)
    assert entry.event.effect.manifest == {"spec": {"ports": [80]}}
