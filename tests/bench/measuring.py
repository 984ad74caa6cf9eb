"""What one command costs: wall-clock time and peak resident memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec

MIB = 2**20

# Runs a command and prints its exit code and its ru_maxrss, in the kernel's unit. A process between us and the
# command, because a child's peak begins at that of whoever forked it: this one is smaller than any command.
LAUNCHER = """
import os, sys
null = os.open(os.devnull, os.O_WRONLY)
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
_, status, used = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), used.ru_maxrss)
"""
RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes on macOS, KiB on Linux


class Peak(msgspec.Struct, frozen=True):
    """Peak resident memory of one command that ran to its end."""

    name: str
    mib: float


def environment(**more: str) -> dict[str, str]:
    """Ours, in which bytecode is kept: a command that compiles itself anew is not what operators start."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | more


def migrate() -> list[str]:
    """How `migrate` is started here: as it was installed beside this interpreter, else as a module."""
    installed = Path(sys.executable).with_name("migrate")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "migrator"]


def peak(name: str, command: Sequence[str], env: dict[str, str]) -> Peak:
    """Run a command to its end. Raises RuntimeError when it fails."""
    launched = subprocess.run(
        [sys.executable, "-S", "-E", "-c", LAUNCHER, *command], env=env, capture_output=True, text=True, check=True
    )
    code, used = map(int, launched.stdout.split())
    if code:
        raise _failed(command, code, launched.stderr)
    return Peak(name, used * RSS_UNIT / MIB)


def elapsed_s(command: Sequence[str], env: dict[str, str]) -> float:
    """Run a command to its end; seconds by the wall clock. Raises RuntimeError when it fails."""
    began = time.perf_counter()
    nothing = subprocess.DEVNULL
    ended = subprocess.run(command, env=env, stdin=nothing, stdout=nothing, stderr=subprocess.PIPE, text=True, check=False)
    took_s = time.perf_counter() - began
    if ended.returncode:
        raise _failed(command, ended.returncode, ended.stderr)
    return took_s


def medians_s(commands: dict[str, Sequence[str]], env: dict[str, str], rounds: int) -> dict[str, float]:
    """The median of several runs of each, in turn, so that whatever else the machine does meets all of them alike."""
    for each in commands.values():
        elapsed_s(each, env)  # fills the file cache
    runs: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, each in commands.items():
            runs[name].append(elapsed_s(each, env))
    return {name: median(each) for name, each in runs.items()}


def _failed(command: Sequence[str], code: int, said: str) -> RuntimeError:
    return RuntimeError(f"`{' '.join(command)}` ended with {code}: {said.strip()}")
