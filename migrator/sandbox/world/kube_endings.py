"""How objects go: at once, when their finalizers are done, when their processes have stopped, or with their namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.sandbox.world.kube_garbage import FOREGROUND, Garbage
from migrator.sandbox.world.kube_kinds import Kind, KubeObject, defined
from migrator.sandbox.world.kube_meta import stamp
from migrator.sandbox.world.kube_refusals import forbidden

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.kube import Kube

_DEFINITIONS = "customresourcedefinition-controller"
_IMMORTAL = ("default", "kube-public", "kube-system")  # kubernetes/apiserver pkg/admission/plugin/namespace/lifecycle


class Endings:
    """Decides what a delete does to an object; the store does it."""

    def __init__(self, kube: Kube, world: World, garbage: Garbage) -> None:
        self._kube, self._world, self._garbage = kube, world, garbage

    def delete(self, kind: Kind, obj: KubeObject, propagation: str | None, grace_s: float, manager: str) -> KubeObject:
        """The object as it is afterwards, or was last."""
        uid = obj["metadata"]["uid"]
        if propagation == "Orphan":
            self._garbage.orphan(uid)
        elif propagation == "Foreground" and self._garbage.cascade(uid):
            obj = self._held(kind, obj)
        if kind.kind == "Namespace":
            return self._delete_namespace(kind, obj, manager)
        graceful = kind.kind == "Pod" and grace_s > 0 and bool((obj.get("spec") or {}).get("nodeName"))
        if obj["metadata"].get("finalizers") or graceful:
            return self._mark(kind, obj, grace_s if graceful else 0, manager)
        return self._kube.drop(kind, obj, manager)

    def due(self, meta: KubeObject) -> bool:
        """Whether nothing keeps an object any more that was marked for deletion."""
        return "deletionTimestamp" in meta and not meta.get("finalizers") and not meta.get("deletionGracePeriodSeconds")

    def gone(self, kind: Kind, obj: KubeObject) -> None:
        """What else goes with an object that is gone."""
        meta = obj["metadata"]
        if kind.kind == "CustomResourceDefinition":
            self._undefine(obj)
        self._garbage.removed(kind.kind, (meta.get("namespace", ""), meta["name"]), obj)
        if kind.namespaced:
            self._finish_namespace(meta["namespace"])

    def _held(self, kind: Kind, obj: KubeObject) -> KubeObject:
        finalizers = [*(obj["metadata"].get("finalizers") or ()), FOREGROUND]
        return self._kube.put(kind, {**obj, "metadata": {**obj["metadata"], "finalizers": finalizers}}, obj)

    def _mark(self, kind: Kind, obj: KubeObject, grace_s: float, manager: str) -> KubeObject:
        meta = obj["metadata"]
        if "deletionTimestamp" in meta and (grace_s or not meta["deletionGracePeriodSeconds"]):
            return obj
        marks = {"deletionTimestamp": stamp(self._world.now + grace_s), "deletionGracePeriodSeconds": int(grace_s)}
        marked = self._kube.put(kind, {**obj, "metadata": {**meta, **marks}}, obj, manager=manager)
        if grace_s:
            self._world.after(min(grace_s, self._world.drawn(self._world.pace.pod_s)), lambda: self._stopped(kind, marked))
        return marked

    def _stopped(self, kind: Kind, pod: KubeObject) -> None:
        """The node says that a Pod's processes have ended."""
        now = self._kube.find(kind.kind, pod["metadata"]["namespace"], pod["metadata"]["name"])
        if now and now["metadata"]["uid"] == pod["metadata"]["uid"]:
            self.delete(kind, now, None, 0, "kubelet")

    def _undefine(self, definition: KubeObject) -> None:
        kind = defined(definition)
        for obj in self._kube.list(kind.kind):
            self._kube.delete(kind.kind, obj["metadata"].get("namespace", ""), obj["metadata"]["name"], manager=_DEFINITIONS)
        self._kube.undefine(kind)

    def _delete_namespace(self, kind: Kind, obj: KubeObject, manager: str) -> KubeObject:
        name = obj["metadata"]["name"]
        if name in _IMMORTAL:
            raise forbidden(kind, name, "this namespace may not be deleted")
        if "deletionTimestamp" in obj["metadata"]:
            return obj
        marked = {**obj["metadata"], "deletionTimestamp": stamp(self._world.now)}
        ending = self._kube.put(
            kind, {**obj, "metadata": marked, "status": {**obj.get("status", {}), "phase": "Terminating"}}, obj
        )
        for each in self._contents(name):
            if self._kube.find(each["kind"], name, each["metadata"]["name"]):  # not gone with one before it
                self._kube.delete(each["kind"], name, each["metadata"]["name"], manager="namespace-controller")
        self._finish_namespace(name)
        return self._kube.find("Namespace", "", name) or ending

    def _finish_namespace(self, name: str) -> None:
        home = self._kube.find("Namespace", "", name)
        if home and self.due(home["metadata"]) and not self._contents(name):
            self._kube.drop(self._kube.kinds["Namespace"], home)

    def _contents(self, namespace: str) -> list[KubeObject]:
        kinds = [each.kind for each in self._kube.kinds.values() if each.namespaced]
        return [obj for kind in kinds for obj in self._kube.list(kind, namespace)]
