"""The folder of one sandbox: its lock, its state file, its kubeconfig, its certificate authority's certificate and its log.

A sandbox holds the lock for as long as it lives, so a state file whose lock is free is a dead one's, whatever has
become of its process id since.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

LOCK_TRIES, LOCK_PAUSE_S = 25, 0.01
OCTETS = 251  # prime, so that port bases in round steps do not share one


class SandboxError(Exception):
    """A sandbox could not be started, found or asked; the message says what to do."""


class State(msgspec.Struct, frozen=True):
    """What a running sandbox has written down about itself. `token` opens the control door."""

    pid: int
    port_base: int
    octet: int
    token: str
    seed: int
    started: float
    region: str
    resolvers: dict[str, str]
    authorities: list[str]


class Home:
    """The folder of the sandbox with this port base; nothing is made until something is written."""

    def __init__(self, port_base: int) -> None:
        self.port_base = port_base
        self.path = _state_home() / "migrate-sandbox" / str(port_base)
        self.kubeconfig = self.path / "kubeconfig"
        self.log = self.path / "log"
        self.authority = self.path / "ca.pem"
        self._state = self.path / "state.json"
        self._lock = self.path / "lock"

    def make(self) -> None:
        """Make the folder, for its owner alone."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; SandboxError when another sandbox has it."""
        self.make()
        with self._lock.open("a", encoding="ascii") as lock:
            if not _locked(lock):
                raise SandboxError(f"a sandbox is already running on port base {self.port_base}: {self.path}")
            yield

    def is_alive(self) -> bool:
        """Whether a sandbox holds the lock."""
        try:
            with self._lock.open("a", encoding="ascii") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def write(self, state: State) -> None:
        """Write the state file, readable by its owner alone, whole or not at all."""
        write_private(self._state, msgspec.json.encode(state))

    def read(self) -> State:
        """What the running sandbox wrote. SandboxError when none runs, or it is still starting."""
        state = self._read()
        if not self.is_alive():
            died = f"; the one with pid {state.pid} has died" if state else ""
            raise SandboxError(f"no sandbox is running on port base {self.port_base}{died}: start one with `migrate sandbox up`")
        if state is None:
            raise SandboxError(f"the sandbox on port base {self.port_base} is still starting")
        return state

    def clear(self) -> None:
        """Remove what a sandbox leaves that is of no use to anyone later; the log stays."""
        for each in (self._state, self.kubeconfig, self.authority):
            each.unlink(missing_ok=True)

    def _read(self) -> State | None:
        try:
            return msgspec.json.decode(self._state.read_bytes(), type=State)
        except (FileNotFoundError, msgspec.DecodeError):
            return None


def _locked(lock: IO[str]) -> bool:
    """Take the lock for good. Tried for a moment, as `is_alive` in another process holds it for an instant too."""
    for _ in range(LOCK_TRIES):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(LOCK_PAUSE_S)
    return False


def octet(port_base: int) -> int:
    """The N of a sandbox's 127.N.0.0/16: 2 to 252."""
    return 2 + port_base % OCTETS


def neighbours(port_base: int) -> list[int]:
    """The port bases of the other sandboxes that run now."""
    bases = (int(each.name) for each in (_state_home() / "migrate-sandbox").glob("*") if each.name.isdigit())
    return sorted(each for each in bases if each != port_base and Home(each).is_alive())


def write_private(path: Path, content: bytes) -> None:
    """Write a file with mode 0600, whole or not at all."""
    part = path.with_name(path.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    part.replace(path)


def _state_home() -> Path:
    # XDG base directory specification: a relative path is to be ignored.
    given = Path(os.environ.get("XDG_STATE_HOME") or "")
    return given if given.is_absolute() else Path.home() / ".local" / "state"
