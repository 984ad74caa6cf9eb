"""Where words go: stdout for what was asked for, stderr for trouble, wrapped only for people."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TextIO

NARROW, WIDE = 60, 100


def put(line: str) -> None:
    """A line on stdout, there at once."""
    print(line, flush=True)


def put_whole(text: str) -> None:
    """A text with line ends of its own on stdout."""
    print(text, end="", flush=True)


def put_error(line: str) -> None:
    """A line on stderr."""
    print(line, file=sys.stderr, flush=True)


def width(stream: TextIO) -> int | None:
    """The columns to wrap to; None where nobody reads it as it comes."""
    if not stream.isatty():
        return None
    return min(max(shutil.get_terminal_size((80, 24)).columns, NARROW), WIDE)


def columns(stream: TextIO) -> int | None:
    """All columns that there are, for tables; None where nobody reads it as it comes."""
    return shutil.get_terminal_size((80, 24)).columns if stream.isatty() else None


def is_watched() -> bool:
    """Whether a person sees what we draw."""
    return sys.stdout.isatty() and os.environ.get("TERM", "") != "dumb"


def can_ask() -> bool:
    """Whether there is a person to ask: a terminal on both sides."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def put_said(kind: str, text: str, *, as_json: bool) -> None:
    """What a command did, in a line: as it is, or as a JSON object."""
    put(json.dumps({"kind": kind, "schema": 1, "message": text}) if as_json else text)
