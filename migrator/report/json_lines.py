"""A run as JSON, one object a line, for programs.

The first line is `{"kind": "version", "schema": 1, …}`; then `entry` for each journal line, with its event, step, message
and instant; `waiting` at most every ten seconds; the last line is the `outcome` with its exit code, or the `error` that
ended the run. Instants are seconds UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from migrator.model.events import Applied, Entry, Noticed, Seen
from migrator.model.units import Instant
from migrator.ports.report import Waiting
from migrator.report.sentences import plain, sentence, step_of
from migrator.report.telling import Ending, Opening

SCHEMA = 1
HEARTBEAT_S = 10.0


class JsonLines:
    """Writes an object a line. `write` takes a line without its line feed and is expected to flush."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._told_at: Instant | None = None  # of the last heartbeat since a step was done

    def opened(self, opening: Opening) -> None:
        """The version line."""
        self._put({"kind": "version", "schema": SCHEMA} | msgspec.to_builtins(opening))

    def entry(self, entry: Entry) -> None:
        """One journal line. Facts, results and codes come as they are journalled."""
        event = entry.event
        line: dict[str, Any] = {"kind": "entry", "event": type(event).__name__, "sequence": entry.sequence, "at": entry.at}
        line |= {"step": step_of(event), "message": sentence(event)}
        if isinstance(event, Noticed):
            line["facts"] = event.facts
        if isinstance(event, Applied):
            line |= {"result": event.result, "found": event.found}
        if code := getattr(event, "code", ""):
            line["code"] = code
        if isinstance(event, Seen):
            self._told_at = None
        self._put(line)

    def waiting(self, waiting: Waiting) -> None:
        """A heartbeat: the first wait after a step was done, then at most one every ten seconds."""
        if self._told_at is not None and 0 <= waiting.at - self._told_at < HEARTBEAT_S:
            return
        self._told_at = waiting.at
        line = {"kind": "waiting", "at": waiting.at, "step": waiting.step, "message": plain(waiting.reason)}
        self._put(line | {"next_look": waiting.next_look, "until": waiting.until})

    def ended(self, ending: Ending) -> None:
        """The last line."""
        self._put({"kind": "outcome"} | msgspec.to_builtins(ending) | {"exit": ending.exit})

    def close(self) -> None:
        """Nothing to put back."""

    def _put(self, line: dict[str, Any]) -> None:
        self._write(msgspec.json.encode(line).decode())
