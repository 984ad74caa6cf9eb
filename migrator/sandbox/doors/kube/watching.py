"""A watch: the changes of one collection from a resourceVersion on, as lines of JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.sandbox.doors.kube.wire import encode, status_object
from migrator.sandbox.world.kube import Kube
from migrator.sandbox.world.kube_kinds import Kind, KubeObject
from migrator.sandbox.world.kube_log import Change
from migrator.sandbox.world.trouble import KubeError

Test = Callable[[KubeObject], bool]
Rendered = Callable[[KubeObject], Any]

_BOOKMARK_EVERY_S = 60.0


class Watch:
    """One client's place in the log.

    `take` is called under the world's lock and answers whole lines; `woken`, if set, is called whenever there may be
    more. A watch ends at `deadline` (world time) or after an error line; when it is cut, its connection just breaks.
    """

    def __init__(
        self,
        kube: Kube,
        kind: Kind,
        wanted: Test,
        rendered: Rendered,
        *,
        revision: int,
        opened: float,
        deadline: float,
        subject: str = "",
        bookmarks: bool = False,
    ) -> None:
        """`revision` 0 means from now on, with everything that is there as ADDED first."""
        self.kind, self.deadline, self.subject = kind, deadline, subject
        self.ended = self.cut = False
        self.woken: Callable[[], None] | None = None
        self._kube, self._wanted, self._rendered = kube, wanted, rendered
        self._revision = revision or kube.revision
        self._first = [] if revision else [each for each in kube.list(kind.kind) if wanted(each)]
        self._bookmarks, self._marked = bookmarks, opened

    def wake(self) -> None:
        """Something happened that this watch may be about."""
        if self.woken is not None:
            self.woken()

    def take(self, now: float) -> bytes:
        """The lines since the last time, empty when nothing happened or all is over."""
        if self.ended:
            return b""
        lines = [self._line("ADDED", each) for each in self._first]
        self._first = []
        try:
            changes = self._kube.log.since(self.kind.kind, self._revision)
        except KubeError as error:
            self.ended = True
            return b"".join([*lines, encode({"type": "ERROR", "object": status_object(error)}), b"\n"])
        lines += [self._line(seen, each.obj) for each in changes if (seen := self._seen(each))]
        self._revision = max(self._revision, self._kube.revision)
        self.ended = now >= self.deadline
        if self._bookmarks and (self.ended or now >= self._marked + _BOOKMARK_EVERY_S):
            self._marked = now
            lines.append(self._bookmark())
        return b"".join(lines)

    def _seen(self, change: Change) -> str | None:
        """What a change looks like through the selectors: an object may come into sight and leave it."""
        before = change.old is not None and self._wanted(change.old)
        after = change.event != "DELETED" and self._wanted(change.obj)
        if before and after:
            return "MODIFIED"
        if after:
            return "ADDED"
        return "DELETED" if before else None

    def _line(self, event: str, obj: KubeObject) -> bytes:
        return encode({"type": event, "object": self._rendered(obj)}) + b"\n"

    def _bookmark(self) -> bytes:
        meta = {"resourceVersion": str(self._revision), "creationTimestamp": None}
        marked = {"kind": self.kind.kind, "apiVersion": self.kind.api_version, "metadata": meta}
        return encode({"type": "BOOKMARK", "object": marked}) + b"\n"
