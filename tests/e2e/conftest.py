"""The command line against a sandbox on real sockets.

Most commands run in the test's own process, as loading the SDKs anew takes longer than what they do; what is stopped,
killed or measured runs in one of its own.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from migrator.cli import app
from migrator.sandbox import process
from migrator.sandbox.home import SandboxError
from migrator.sandbox.scene import Scene

PORT_BASES = range(24_000, 29_000, 110)  # tried in turn: other test runs may be at work on this machine


class Ended(NamedTuple):
    """A process that ended."""

    exit: int
    out: str
    err: str

    @property
    def code(self) -> str:
        """The code that the message on stderr ends with; empty where there is none."""
        lines = [line for line in self.err.splitlines() if line.startswith("  code  ")]
        return lines[-1].split()[1] if lines else ""

    @property
    def told(self) -> list[dict[str, Any]]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


class Bench:
    """A folder with plans and state, and `migrate` to be run there."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, {**environment, "MIGRATE_STATE": str(folder / "state")}

    def migrate(self, *arguments: str, **variables: str | None) -> Ended:
        """Run a command to its end; a variable that is None is taken out of the environment."""
        environment = {name: value for name, value in (self.environment | variables).items() if value is not None}
        out, err = io.StringIO(), io.StringIO()
        with surroundings(environment), contextlib.chdir(self.folder), redirect_stdout(out), redirect_stderr(err):
            exit = app.run(list(arguments))
        return Ended(exit, out.getvalue(), err.getvalue())

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command that goes on beside the test."""
        command = [sys.executable, "-m", "migrator", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=pipe, stderr=pipe, text=True)

    def lines(self, migration: str = "*") -> int:
        """How many lines the journals here have."""
        return sum(len(each.read_bytes().splitlines()) for each in self.folder.glob(f"state/{migration}/journal.jsonl"))


@contextlib.contextmanager
def surroundings(environment: dict[str, str]) -> Iterator[None]:
    """Nothing but these variables, for a while."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A sandbox for the whole session, on the first port base that is free."""
    before = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("sandbox"))
    try:
        base = _started()
        yield Scene(base)
        process.down(base)
    finally:
        os.environ.pop("XDG_STATE_HOME")
        if before is not None:
            os.environ["XDG_STATE_HOME"] = before


def _started() -> int:
    for base in PORT_BASES:
        try:
            process.up(port_base=base, detach=True, seed=7, quiet=True)
        except SandboxError:
            continue
        return base
    raise AssertionError("no port base is free")


@pytest.fixture
def free_port_base() -> int:
    """A port base that nothing listens on, for a test that starts a sandbox of its own."""
    for base in range(29_500, 32_000, 113):
        if all(_is_free(base + each) for each in (0, 1, 2)):
            return base
    raise AssertionError("no port base is free")


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
def bench(scene: Scene, tmp_path: Path) -> Bench:
    """A fresh folder, wired to the sandbox and to nothing of whoever runs the tests."""
    return Bench(tmp_path, bare_environment(tmp_path) | scene.environment)


def bare_environment(home: Path) -> dict[str, str]:
    """What a new user has: no credentials, no kubeconfig, an empty home."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "COVERAGE_PROCESS_START") if name in os.environ}
    nowhere = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": str(home / "none")}
    return {**kept, **nowhere, "HOME": str(home), "AWS_SHARED_CREDENTIALS_FILE": str(home / "none")}
