"""The journal's promises, whoever keeps it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from migrator.adapters.disk.journal import DiskJournal
from migrator.errors import JournalError, JournalMoved
from migrator.model.effects import ChangeRecords, CreateService, TakeLease
from migrator.model.events import Applied, Began, Ended, Entry, Event, Intended, Noticed, Seen
from migrator.model.records import AliasTarget, RecordSet, Swap
from migrator.ports.doing import Journal
from migrator.simulation.memory import MemoryJournal

BEFORE = RecordSet("example.com.", "A", alias=AliasTarget("Z1", "dualstack.lb.", True), routing={"Weight": "10"})
AFTER = RecordSet("api.example.com.", "CNAME", 60, ("lb.example.net",), health_check_id="h-1")

EVENTS: tuple[Event, ...] = (
    Began("journal-1", "m-1", "sha256:0", "0.1.0", "laptop/boot-1"),
    Noticed("lower", {"healthy": 3, "ok": True, "names": ["a", "ü"], "none": None, "share": 0.5}),
    Intended("admit", TakeLease("shop", "migrate-1")),
    Applied("admit", {"epoch": "1"}),
    Intended("lower", ChangeRecords("Z1", (Swap(BEFORE, AFTER),), "lower the TTL")),
    Intended("clone", CreateService("shop", "web-new", {"metadata": {"name": "web-new"}, "spec": {"ports": [{"port": 80}]}})),
    Seen("lower", "2 record sets"),
    Ended("migrated"),
)


class Store(Protocol):
    """Where one kind of journal keeps its bytes; every `open` is a new process."""

    def open(self) -> Journal: ...

    def text(self) -> bytes: ...

    def rewrite(self, text: bytes) -> None: ...


class Disk:
    """A file."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "state" / "m-1" / "journal.jsonl"

    def open(self) -> DiskJournal:
        return DiskJournal(self.path)

    def text(self) -> bytes:
        return self.path.read_bytes()

    def rewrite(self, text: bytes) -> None:
        self.path.write_bytes(text)


class Memory:
    """Lines that outlive the journal they are read into."""

    def __init__(self, directory: Path) -> None:
        self.journal = MemoryJournal()

    def open(self) -> MemoryJournal:
        self.journal = MemoryJournal(self.journal.lines)
        return self.journal

    def text(self) -> bytes:
        return b"".join(self.journal.lines)

    def rewrite(self, text: bytes) -> None:
        broken = text.splitlines(keepends=True)
        self.open = lambda: MemoryJournal(broken)


@pytest.fixture(params=[Disk, Memory])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Each kind by turns."""
    made: Callable[[Path], Store] = request.param
    return made(tmp_path)


def fill(journal: Journal) -> tuple[Entry, ...]:
    """Append every kind of line."""
    return tuple(journal.append(event, at=1000.5 + number, after=number) for number, event in enumerate(EVENTS))


def test_nothing_has_begun_is_an_empty_journal(store: Store) -> None:
    """Not an error: `apply` starts then."""
    assert store.open().read() == ()


def test_what_was_appended_is_read_back_by_the_next_process(store: Store) -> None:
    """Every value survives, whatever its type."""
    written = fill(store.open())

    read = store.open().read()

    assert read == written
    assert tuple(each.event for each in read) == EVENTS
    assert [each.sequence for each in read] == list(range(1, len(EVENTS) + 1))
    assert [each.at for each in read] == [1000.5 + number for number in range(len(EVENTS))]


def test_an_append_names_the_line_that_it_follows(store: Store) -> None:
    """It is a compare-and-set: two views cannot both go on."""
    journal = store.open()
    journal.append(EVENTS[0], at=1, after=0)
    for wrong in (0, 2):
        with pytest.raises(JournalMoved):
            journal.append(EVENTS[1], at=2, after=wrong)

    assert len(journal.read()) == 1
    assert len(store.open().read()) == 1


def test_checksums_are_the_same_in_every_kind_of_journal(tmp_path: Path) -> None:
    """The Lease holds one, and a journal may move to another store."""
    on_disk, in_memory = fill(Disk(tmp_path).open()), fill(Memory(tmp_path).open())

    assert on_disk == in_memory
    assert len({each.checksum for each in on_disk}) == len(EVENTS)


def test_a_torn_last_line_is_cut_off_and_said(store: Store) -> None:
    """A process died while it wrote; nobody acted on that line. True for any number of bytes."""
    fill(store.open())
    whole = store.text()
    last = whole.splitlines(keepends=True)[-1]
    for kept in (1, len(last) // 2, len(last) - 1):
        store.rewrite(whole[: len(whole) - len(last) + kept])
        journal = store.open()

        assert len(journal.read()) == len(EVENTS) - 1
        assert f"after {kept} bytes" in (journal.cut or "")


def test_writing_goes_on_behind_a_torn_line(store: Store) -> None:
    """What was cut leaves no trace."""
    fill(store.open())
    store.rewrite(store.text()[:-5])
    journal = store.open()
    known = len(journal.read())

    journal.append(EVENTS[-1], at=5, after=known)

    assert tuple(each.event for each in journal.read()) == EVENTS


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: [*lines[:2], lines[2].replace(b"migrate-1", b"migrate-2"), *lines[3:]],
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines[:2], b"\n", *lines[2:]],
        lambda lines: [*lines[:2], lines[2][:20] + b"\n", *lines[3:]],
        lambda lines: [*lines[:2], b"\x00" * 40 + b"\n", *lines[3:]],
        lambda lines: [*lines, lines[-1]],
    ],
    ids=["edited", "line-lost", "swapped", "empty-line", "cut-in-the-middle", "zeroes", "repeated"],
)
def test_any_other_damage_is_refused(store: Store, spoil: Callable[[list[bytes]], list[bytes]]) -> None:
    """Our memory cannot be trusted then; the message names the line."""
    fill(store.open())
    store.rewrite(b"".join(spoil(store.text().splitlines(keepends=True))))

    with pytest.raises(JournalError) as caught:
        store.open().read()

    assert caught.value.code == "journal-damaged"
    assert "line" in caught.value.seen[0]
    assert caught.value.do


def test_a_newer_journal_is_left_alone(store: Store) -> None:
    """A version that does not know a line must not act on the rest."""
    fill(store.open())
    store.rewrite(store.text().replace(b'"schema":1', b'"schema":2'))

    with pytest.raises(JournalError) as caught:
        store.open().read()

    assert caught.value.code == "journal-newer"
