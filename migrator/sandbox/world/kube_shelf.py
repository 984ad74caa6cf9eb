"""The objects of one kind, always in the order in which the API lists them: by namespace, then by name."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from migrator.sandbox.world.kube_kinds import KubeObject

Key = tuple[str, str]
"""Namespace ("" for kinds that have none) and name."""


T = TypeVar("T")


class Shelf:
    """Objects by key; reading one is a look-up in `objects`, a listing costs what it returns, the same one again nothing."""

    def __init__(self) -> None:
        self.objects: dict[Key, KubeObject] = {}
        self._keys: list[Key] = []
        self._listed: list[KubeObject] | None = None  # every object, None once one of them has changed
        self._read: dict[Callable[[list[KubeObject]], Any], Any] = {}  # what readers made of them, by reader, until then

    def put(self, key: Key, obj: KubeObject) -> None:
        """Store an object, new or changed."""
        if key not in self.objects:
            insort(self._keys, key)
        self.objects[key] = obj
        self._changed()

    def pop(self, key: Key) -> None:
        """Take an object out that is there."""
        del self.objects[key]
        del self._keys[bisect_left(self._keys, key)]
        self._changed()

    def every(self, namespace: str | None = None) -> list[KubeObject]:
        """All objects, or those of one namespace, in a list that nobody changes."""
        keys = self._keys
        if not keys:
            return []
        if namespace is not None and not keys[0][0] == namespace == keys[-1][0]:  # most kinds live in one alone
            return list(map(self.objects.__getitem__, self._within(namespace)))
        if self._listed is None:
            self._listed = list(map(self.objects.__getitem__, keys))
        return self._listed

    def read(self, by: Callable[[list[KubeObject]], T]) -> T:
        """What a reader makes of all objects, and of nothing else: it reads them again once one has changed."""
        if by not in self._read:
            self._read[by] = by(self.every())
        made: T = self._read[by]
        return made

    def after(self, key: Key, namespace: str | None = None) -> Iterator[tuple[Key, KubeObject]]:
        """What is listed behind `key`, which itself may be gone; ("", "") begins at the first."""
        for each in self._keys[bisect_right(self._keys, key) :]:
            if namespace is None or each[0] == namespace:
                yield each, self.objects[each]
            elif each[0] > namespace:
                return

    def _changed(self) -> None:
        self._listed = None
        if self._read:
            self._read = {}

    def _within(self, namespace: str) -> list[Key]:
        first = bisect_left(self._keys, (namespace, ""))
        return self._keys[first : bisect_left(self._keys, (namespace + "\0", ""), first)]
