"""Who wants to hear of changes, and that everybody hears of them in the order in which they were stored."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from migrator.sandbox.world.kube_kinds import KubeObject
from migrator.sandbox.world.kube_log import Change

Subscriber = Callable[[str, KubeObject, KubeObject | None], None]


class Telling:
    """Subscribers by kind, in the order in which they came."""

    def __init__(self) -> None:
        self._subscribers: dict[str, list[Subscriber]] = {}
        self._untold: deque[tuple[str, Change]] = deque()
        self._telling = False

    def subscribe(self, kind: str, callback: Subscriber) -> None:
        """From now on call `callback(event, obj, old)`."""
        self._subscribers.setdefault(kind, []).append(callback)

    def tell(self, kind: str, change: Change) -> None:
        """Tell everybody at once; what changes meanwhile is told after that."""
        subscribers = self._subscribers.get(kind)
        if subscribers is None:
            return
        if self._telling:
            self._untold.append((kind, change))
            return
        self._telling = True
        try:
            while True:
                for callback in subscribers:
                    callback(change.event, change.obj, change.old)
                if not self._untold:
                    break
                kind, change = self._untold.popleft()
                subscribers = self._subscribers[kind]
        finally:
            self._telling = False
