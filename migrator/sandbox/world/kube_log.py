"""What happened to the objects of each kind, in order, for those who watch from a resourceVersion on."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable

import msgspec

from migrator.sandbox.world.kube_kinds import KubeObject
from migrator.sandbox.world.kube_refusals import too_old

_KEPT = 5000  # changes of one kind that can still be watched from; older ones answer 410


class Change(msgspec.Struct, frozen=True):
    """One stored change. `event` is ADDED, MODIFIED or DELETED; `old` is None for ADDED; `manager` is who asked for it."""

    revision: int
    event: str
    obj: KubeObject
    old: KubeObject | None
    manager: str


class Log:
    """Changes by kind, oldest first. `heard` is called with the kind after each, for doors that stream them."""

    def __init__(self) -> None:
        self.heard: list[Callable[[str], None]] = []
        self._changes: defaultdict[str, list[Change]] = defaultdict(list)
        self._dropped: dict[str, int] = {}

    def append(self, kind: str, change: Change) -> None:
        """Keep a change; once twice as many as promised are kept, the older half goes."""
        changes = self._changes[kind]
        changes.append(change)
        if len(changes) >= 2 * _KEPT:
            self._dropped[kind] = changes[_KEPT - 1].revision
            del changes[:_KEPT]
        for hear in self.heard:
            hear(kind)

    def since(self, kind: str, revision: int) -> list[Change]:
        """Every change of a kind after `revision`, empty when there is none. Raises KubeError 410 when some are gone."""
        if revision < (oldest := self._dropped.get(kind, 0)):
            raise too_old(revision, oldest + 1)
        changes = self._changes.get(kind, [])
        return changes[bisect_right(changes, revision, key=lambda each: each.revision) :]
