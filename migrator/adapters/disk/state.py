"""Where state lives on this machine, and which migrations are in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from migrator.adapters.disk.journal import DiskJournal
from migrator.adapters.disk.lock import Held, busy, holder, locked
from migrator.adapters.disk.mounts import network_kind
from migrator.errors import JournalError

JOURNAL, LOCK = "journal.jsonl", "lock"


def state_directory(given: str | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """`--state`, else MIGRATE_STATE, else `migrate` in XDG_STATE_HOME or ~/.local/state."""
    if told := given or environ.get("MIGRATE_STATE"):
        return Path(told).expanduser().absolute()
    home = environ.get("XDG_STATE_HOME", "")
    # The XDG specification has relative paths ignored.
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".local" / "state") / "migrate"


class State:
    """One directory per migration under `root`; nothing is made before something is written.

    `on_network` tells a network file system by its kind; it is handed in for tests.
    """

    def __init__(self, root: Path, on_network: Callable[[Path], str | None] = network_kind) -> None:
        self.root, self._on_network = root, on_network

    def migrations(self) -> tuple[str, ...]:
        """The ids of migrations that have a journal here, sorted; empty where there is no state yet."""
        if not self.root.is_dir():
            return ()
        return tuple(sorted(each.parent.name for each in self.root.glob(f"*/{JOURNAL}")))

    def journal(self, migration: str) -> DiskJournal:
        """A migration's journal. Raises JournalError `state-on-network`."""
        return DiskJournal(self._directory(migration) / JOURNAL)

    def lock(self, migration: str) -> AbstractContextManager[Held]:
        """Hold a migration while inside. Raises OperatorError `locked`, JournalError `state-on-network`."""
        return locked(self._directory(migration) / LOCK)

    def holder(self, migration: str) -> Held | None:
        """Who is at work on a migration at this moment; None when nobody is."""
        path = self.root / migration / LOCK
        return holder(path) if busy(path) else None

    def _directory(self, migration: str) -> Path:
        at = self.root
        while not at.exists() and at != at.parent:
            at = at.parent
        if (kind := self._on_network(at)) is not None:
            raise JournalError(
                f"cannot keep state in {self.root}: it is on a network file system",
                seen=(f"{at} is {kind}, where locks and fsync do not hold what they promise",),
                do="give a directory on a local disk with --state or MIGRATE_STATE",
                code="state-on-network",
            )
        return self.root / migration
