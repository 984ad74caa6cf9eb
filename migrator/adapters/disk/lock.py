"""One `apply` at a time on this machine: a flock for its whole life, which the kernel lets go of when it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from migrator.adapters.disk.directory import make_directory, refused
from migrator.adapters.disk.host import this_host
from migrator.errors import OperatorError


class Held(msgspec.Struct, frozen=True):
    """Who holds the lock, for people: the flock alone decides."""

    pid: int
    host: str
    since: str


_held = msgspec.json.Decoder(Held)


@contextmanager
def locked(path: Path) -> Iterator[Held]:
    """Hold the lock while inside. Raises OperatorError `locked` at once when another process does.

    The file stays when the lock is let go of: removing it would let two processes lock two files of one name.
    """
    file = _opened(path)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _busy(path, holder(path)) from error
        held = Held(os.getpid(), this_host(), datetime.now(UTC).isoformat(timespec="seconds"))
        _say(file, msgspec.json.encode(held) + b"\n")
        yield held
        _say(file, b"")
    finally:
        os.close(file)


def holder(path: Path) -> Held | None:
    """Who wrote that the lock is theirs; None where nobody did. The process may be dead by now."""
    try:
        return _held.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError):
        return None


def busy(path: Path) -> bool:
    """Whether a process holds the lock at this moment."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _opened(path: Path) -> int:
    try:
        make_directory(path.parent)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise refused(path, "lock", error) from error


def _say(file: int, text: bytes) -> None:
    try:
        os.ftruncate(file, 0)
        os.pwrite(file, text, 0)
    except OSError:
        return  # only people read it, and a full disk is found by the journal


def _busy(path: Path, held: Held | None) -> OperatorError:
    seen = f"held by process {held.pid} on {held.host} since {held.since}" if held else "held by another process"
    return OperatorError(
        "cannot start: another `migrate` is at work on this migration",
        seen=(f"{path}: {seen}",),
        do="wait for it, watch it with `migrate status`, or pause it with `migrate hold`",
        code="locked",
    )
