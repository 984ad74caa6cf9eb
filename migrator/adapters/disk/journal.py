"""The journal as JSON lines in one file: what was appended is on the disk before anything else happens.

A line holds sequence, instant, event, schema and a checksum chained to the line before. Writers exclude each other for
the length of one append by a flock on the file itself, so `hold` and `release` write beside a running `apply`.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from migrator.adapters.disk.directory import make_directory, refused, sync_directory, vanished
from migrator.adapters.disk.lines import checked, written
from migrator.errors import JournalMoved
from migrator.model.events import Entry, Event
from migrator.model.units import Instant


class DiskJournal:
    """One migration's journal. Implements `ports.doing.Journal`.

    The directory is made with the first append. `cut` says what a torn last line lost, None where nothing was torn: a
    process died while it wrote, so nobody acted on that line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cut: str | None = None
        self._entries: list[Entry] = []
        self._size = 0  # bytes of whole lines that were read and checked
        self._file = (0, 0)  # device and inode that they were read from

    def read(self) -> tuple[Entry, ...]:
        """Every entry from the first; empty when nothing has begun. Reads only what was appended since.

        Raises JournalError: `journal-damaged`, `journal-newer`, `state-not-writable` where it cannot be read, `journal-lost`
        where it had lines and is gone.
        """
        try:
            with self._opened(os.O_RDONLY, fcntl.LOCK_SH) as file:
                self._take_in(file)
        except FileNotFoundError as error:
            if self._entries:
                raise vanished(self.path, len(self._entries)) from error
        except OSError as error:
            raise refused(self.path, "read", error) from error
        return tuple(self._entries)

    def append(self, event: Event, *, at: Instant, after: int) -> Entry:
        """Write one entry after sequence `after` (0 for the first) and wait until the disk has it.

        Only the first makes the file and its directory. Raises JournalMoved when somebody appended since; `disk-full` and
        `state-not-writable`, where nothing of the entry stays behind; `journal-lost` where the file is gone.
        """
        try:
            if not after:
                make_directory(self.path.parent)
            with self._opened(os.O_RDWR | (0 if after else os.O_CREAT), fcntl.LOCK_EX) as file:
                self._take_in(file)
                return self._add(file, event, at, after)
        except FileNotFoundError as error:
            raise vanished(self.path, after) from error
        except OSError as error:
            raise refused(self.path, "append to", error) from error

    def _add(self, file: int, event: Event, at: Instant, after: int) -> Entry:
        if after != len(self._entries):
            raise JournalMoved(
                f"cannot append to {self.path}: somebody appended since it was read",
                seen=(f"the last sequence is {len(self._entries)}, {after} was expected",),
                do="nothing; it is read again and decided again",
            )
        entry, line = written(event, at, self._entries[-1] if self._entries else None)
        try:
            os.ftruncate(file, self._size)  # a torn line goes only now, under the lock
            _write(file, line, self._size)
            os.fsync(file)
        except OSError:
            self._take_back(file)
            raise
        if self._size == 0:
            sync_directory(self.path.parent)
        self._entries.append(entry)
        self._size += len(line)
        self.cut = None
        return entry

    def _take_back(self, file: int) -> None:
        """Leave nothing half-written: cutting a file needs no space."""
        os.ftruncate(file, self._size)
        os.fsync(file)

    def _take_in(self, file: int) -> None:
        """Check the lines that we do not know yet; the whole file where it is another one or became shorter."""
        state = os.fstat(file)
        if (state.st_dev, state.st_ino) != self._file or state.st_size < self._size:
            self._forget()
            self._file = (state.st_dev, state.st_ino)
        *whole, torn = os.pread(file, state.st_size - self._size, self._size).split(b"\n")
        for line in whole:
            self._entries.append(checked(line, self._entries[-1] if self._entries else None, self.path))
            self._size += len(line) + 1
        self.cut = f"the last line was torn after {len(torn)} bytes and is cut off" if torn else None

    def _forget(self) -> None:
        self._entries, self._size, self._file, self.cut = [], 0, (0, 0), None

    @contextmanager
    def _opened(self, flags: int, lock: int) -> Iterator[int]:
        file = os.open(self.path, flags | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, lock)
            yield file
        finally:
            os.close(file)  # which lets go of the lock


def _write(file: int, line: bytes, at: int) -> None:
    """Write all of it; the system may take less at once, and says so rather than fail."""
    while line:
        count = os.pwrite(file, line, at)
        line, at = line[count:], at + count
