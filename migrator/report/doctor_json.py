"""What preflight saw, for programs: one JSON object, its first field a version."""

from __future__ import annotations

import msgspec

from migrator.checks.result import Result
from migrator.checks.verdict import EXITS, Verdict, verdict, worst_first

VERSION = 1


class Shown(msgspec.Struct, frozen=True):
    """What `doctor` prints with `--output json`: `exit` is the shell's code, `results` stand worst first."""

    version: int
    about: str
    verdict: Verdict
    exit: int
    results: tuple[Result, ...]


def render(results: tuple[Result, ...], about: str) -> str:
    """The verdict and every result; two blanks of indent. Ends without a line feed."""
    found = verdict(results)
    shown = Shown(VERSION, about, found, int(EXITS[found]), worst_first(results))
    return msgspec.json.format(msgspec.json.encode(shown), indent=2).decode()
