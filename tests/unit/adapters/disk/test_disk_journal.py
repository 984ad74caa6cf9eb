"""What only a journal on a disk can meet: other processes, full disks, rights."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from migrator.adapters.disk.journal import DiskJournal
from migrator.errors import JournalError, JournalMoved
from migrator.model.events import Began, Ended, Noticed, Released
from migrator.model.fingerprints import canonical, chained

BEGAN = Began("journal-1", "m-1", "sha256:0", "0.1.0", "laptop/boot-1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal will be."""
    return tmp_path / "state" / "m-1" / "journal.jsonl"


def test_only_we_can_read_it(path: Path) -> None:
    """It tells how a company's network is built."""
    DiskJournal(path).append(BEGAN, at=1, after=0)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700


def test_reading_makes_nothing(path: Path) -> None:
    """`status` of a migration that never began leaves no directory behind."""
    assert DiskJournal(path).read() == ()
    assert not path.parent.exists()


def test_two_processes_see_each_other(path: Path) -> None:
    """`hold` and `release` write beside a running `apply`."""
    one, other = DiskJournal(path), DiskJournal(path)
    one.append(BEGAN, at=1, after=0)
    other.read()
    other.append(Released("ops"), at=2, after=1)

    with pytest.raises(JournalMoved):
        one.append(Ended("migrated"), at=3, after=1)
    assert [each.event for each in one.read()] == [BEGAN, Released("ops")]
    one.append(Ended("migrated"), at=3, after=2)

    assert other.read() == one.read()


def test_a_journal_that_was_replaced_is_read_anew(path: Path) -> None:
    """Somebody restored a backup while we ran."""
    journal = DiskJournal(path)
    journal.append(BEGAN, at=1, after=0)
    first = path.read_bytes()
    journal.append(Ended("migrated"), at=2, after=1)
    path.unlink()
    path.write_bytes(first)

    assert len(journal.read()) == 1


def test_a_journal_that_vanished_is_not_begun_anew(path: Path) -> None:
    """Its directory was cleaned up, or unmounted by force: an empty one in its place would be a second memory."""
    journal = DiskJournal(path)
    journal.append(BEGAN, at=1, after=0)
    path.unlink()
    path.parent.rmdir()

    for act in (journal.read, lambda: journal.append(Ended("migrated"), at=2, after=1)):
        with pytest.raises(JournalError) as caught:
            act()
        assert caught.value.code == "journal-lost"
        assert str(path) in caught.value.message
    assert not path.parent.exists()


def test_a_full_disk_leaves_nothing_half_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next command finds a whole journal; the system may have taken a part of the line before it said so."""
    journal = DiskJournal(path)
    journal.append(BEGAN, at=1, after=0)
    before, write = path.read_bytes(), os.pwrite

    def half(file: int, data: bytes, at: int) -> int:
        if len(data) > 20 and at == len(before):
            return write(file, data[:20], at)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", half)
    with pytest.raises(JournalError) as caught:
        journal.append(Ended("migrated"), at=2, after=1)
    monkeypatch.undo()

    assert caught.value.code == "disk-full"
    assert path.read_bytes() == before
    assert len(journal.read()) == 1
    journal.append(Ended("migrated"), at=2, after=1)


def test_a_disk_that_cannot_confirm_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line is written only when the disk says so."""
    journal = DiskJournal(path)
    journal.append(BEGAN, at=1, after=0)
    before, calls = path.read_bytes(), []

    def fsync(file: int) -> None:
        calls.append(file)
        if len(calls) == 1:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(JournalError) as caught:
        journal.append(Ended("migrated"), at=2, after=1)

    assert caught.value.code == "state-not-writable"
    assert path.read_bytes() == before


def test_a_directory_without_rights_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person gives another one."""

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    for act in (lambda: DiskJournal(path).read(), lambda: DiskJournal(path).append(BEGAN, at=1, after=0)):
        with pytest.raises(JournalError) as caught:
            act()
        assert caught.value.code == "state-not-writable"
        assert "--state" in caught.value.do


def test_an_append_reaches_the_disk_before_it_returns(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file, and with its first line each directory that was made for it."""
    synced: list[str] = []
    fsync = os.fsync

    def record(file: int) -> None:
        synced.append(Path(f"/proc/self/fd/{file}").readlink().name if Path("/proc/self/fd").exists() else "?")
        fsync(file)

    monkeypatch.setattr(os, "fsync", record)
    journal = DiskJournal(path)
    journal.append(BEGAN, at=1, after=0)
    first, synced = synced, []
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append("file"), fsync(file))[1])
    journal.append(Noticed("lower", {}), at=2, after=1)

    assert len(first) == 4  # two directories made, then the file and its directory
    assert synced == ["file"]


def test_an_event_of_a_newer_tool_is_not_damage(path: Path) -> None:
    """The line is whole, we only do not know what it says."""
    event = {"type": "Pondered", "step": "lower"}
    line = {"sequence": 1, "at": 1.0, "event": event, "schema": 1, "checksum": chained("", [1, 1.0, event, 1])}
    path.parent.mkdir(parents=True)
    path.write_bytes(canonical(line) + b"\n")

    with pytest.raises(JournalError) as caught:
        DiskJournal(path).read()

    assert caught.value.code == "journal-newer"


def test_a_field_that_is_new_does_not_break_an_old_line(path: Path) -> None:
    """The checksum is over what was written, not over what this version would write."""
    event = {"type": "Released", "by": "ops", "note": "a field of another version"}
    line = {"sequence": 1, "at": 1.0, "event": event, "schema": 1, "checksum": chained("", [1, 1.0, event, 1])}
    path.parent.mkdir(parents=True)
    path.write_bytes(canonical(line) + b"\n")

    assert DiskJournal(path).read()[0].event == Released("ops")
