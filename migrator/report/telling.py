"""What every report of a run has in common: an opening, events, waits, an ending."""

from __future__ import annotations

from typing import Protocol

import msgspec

from migrator.errors import CODES
from migrator.ports.report import Reporter


class Opening(msgspec.Struct, frozen=True):
    """What is about to run. `steps` are the journey's, in order; `resumed` after how many journal lines, 0 for a new one."""

    command: str
    tool: str
    migration: str
    service: str
    steps: tuple[str, ...]
    resumed: int = 0
    dry: bool = False


class Ending(msgspec.Struct, frozen=True):
    """How it ended. `outcome`: migrated, rolled-back, held, stopped, interrupted or dry-run; `code` empty where all is well."""

    outcome: str
    message: str
    code: str = ""
    seen: tuple[str, ...] = ()
    do: str = ""

    @property
    def exit(self) -> int:
        """The exit code that belongs to the code; 0 without one."""
        return int(CODES[self.code]) if self.code else 0


class Telling(Reporter, Protocol):
    """A reporter for a whole run."""

    def opened(self, opening: Opening) -> None:
        """The run begins."""
        ...

    def ended(self, ending: Ending) -> None:
        """The run is over; nothing comes after it."""
        ...

    def close(self) -> None:
        """Leave the terminal as it was, whatever happened; may come without an ending, and more than once."""
        ...
