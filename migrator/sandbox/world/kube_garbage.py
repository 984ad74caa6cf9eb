"""What goes because something else went: the dependents of an owner and the content of a namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.sandbox.world.kube_kinds import KubeObject
from migrator.sandbox.world.kube_shelf import Key

if TYPE_CHECKING:
    from migrator.sandbox.world.kube import Kube

FOREGROUND = "foregroundDeletion"
"""The finalizer that keeps an owner until its dependents are gone."""

_MANAGER = "generic-garbage-collector"
_Place = tuple[str, Key]  # kind, and where it is kept


class Garbage:
    """Who depends on whom, by the owner's UID, in the order in which dependents appeared.

    The real collector needs a moment; here everything goes in the same instant.
    """

    def __init__(self, kube: Kube) -> None:
        self._kube = kube
        self._dependents: dict[str, dict[_Place, None]] = {}

    def stored(self, kind: str, key: Key, obj: KubeObject, old: KubeObject | None) -> None:
        """Keep up with owners that were added or taken away."""
        owners = obj["metadata"].get("ownerReferences") or ()
        before = (old["metadata"].get("ownerReferences") or ()) if old else ()
        if owners == before:
            return
        for each in before:
            self._forget(each["uid"], (kind, key))
        for each in owners:
            self._dependents.setdefault(each["uid"], {})[kind, key] = None

    def removed(self, kind: str, key: Key, obj: KubeObject) -> None:
        """An object is gone: so are those that it alone owned, and its owner if that waited for it."""
        going = obj["metadata"]["uid"]
        for each in self._dependents.pop(going, {}):
            self._collect(each, going)
        for owner in obj["metadata"].get("ownerReferences") or ():
            self._forget(owner["uid"], (kind, key))
            self._release(owner, key[0])

    def cascade(self, uid: str) -> bool:
        """Delete an owner's dependents while it stays; whether any still stands."""
        for each in tuple(self._dependents.get(uid, ())):
            self._collect(each, uid)
        return bool(self._dependents.get(uid))

    def orphan(self, uid: str) -> None:
        """Let an owner's dependents live on without it."""
        for kind, (namespace, name) in tuple(self._dependents.get(uid, ())):
            obj = self._kube.get(kind, namespace, name)
            kept = [each for each in obj["metadata"].get("ownerReferences") or () if each["uid"] != uid]
            self._kube.patch(kind, namespace, name, {"metadata": {"ownerReferences": kept or None}}, manager=_MANAGER)

    def _collect(self, place: _Place, going: str) -> None:
        kind, (namespace, name) = place
        obj = self._kube.find(kind, namespace, name)
        if obj is None:
            return
        others = obj["metadata"].get("ownerReferences") or ()
        if not any(each["uid"] != going and self._standing(each, namespace) for each in others):
            self._kube.delete(kind, namespace, name, manager=_MANAGER)

    def _standing(self, owner: KubeObject, namespace: str) -> bool:
        found = self._owner(owner, namespace)
        return found is not None and "deletionTimestamp" not in found["metadata"]

    def _owner(self, owner: KubeObject, namespace: str) -> KubeObject | None:
        kind = self._kube.kinds.get(owner["kind"])
        found = self._kube.find(kind.kind, namespace if kind.namespaced else "", owner["name"]) if kind else None
        return found if found and found["metadata"]["uid"] == owner["uid"] else None

    def _release(self, owner: KubeObject, namespace: str) -> None:
        found = self._owner(owner, namespace)
        if found is None or self._dependents.get(owner["uid"]):
            return
        finalizers = found["metadata"].get("finalizers") or ()
        if FOREGROUND in finalizers:
            meta = found["metadata"]
            kept = {"finalizers": [each for each in finalizers if each != FOREGROUND] or None}
            self._kube.patch(found["kind"], meta.get("namespace", ""), meta["name"], {"metadata": kept}, manager=_MANAGER)

    def _forget(self, uid: str, place: _Place) -> None:
        if (held := self._dependents.get(uid)) is not None:
            held.pop(place, None)
            if not held:
                del self._dependents[uid]
