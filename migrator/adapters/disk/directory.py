"""Directories that outlive a crash, and what is said when they cannot be had."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from migrator.errors import JournalError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def make_directory(directory: Path) -> None:
    """Make a directory and what is missing above it, for us alone and durable."""
    missing = []
    while not directory.exists():
        missing.append(directory)
        directory = directory.parent
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
        sync_directory(each.parent)


def sync_directory(directory: Path) -> None:
    """Make new names in a directory durable; without it a crash may take a file's name away."""
    file = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def refused(path: Path, doing: str, error: OSError) -> JournalError:
    """The error for a system that does not let us write (or read) our memory: `disk-full` or `state-not-writable`."""
    if error.errno in FULL:
        return JournalError(
            f"cannot {doing} {path}: the disk is full",
            seen=(f"{error.strerror}; nothing of it stayed behind",),
            do=f"free some space on the file system of {path.parent}, then run the same command again",
            code="disk-full",
        )
    return JournalError(
        f"cannot {doing} {path}",
        seen=(error.strerror or str(error),),
        do="make its directory writable for you, or give another one with --state or MIGRATE_STATE",
        code="state-not-writable",
    )


def vanished(path: Path, lines: int) -> JournalError:
    """The error for a journal that was there and is not any more: nothing is begun anew in its place."""
    return JournalError(
        f"cannot go on: the journal {path} is gone",
        seen=(f"this run had read {lines} lines of it",),
        do="put it back, or mount its file system again, then run the same command again (`migrate apply PLAN --resume`)",
        code="journal-lost",
    )
