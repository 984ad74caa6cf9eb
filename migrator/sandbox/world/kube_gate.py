"""What every write has to pass before it is stored: identity, versions, webhooks, rules and quotas."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from migrator.sandbox.world.kube_admission import complaints
from migrator.sandbox.world.kube_kinds import Kind, KubeObject
from migrator.sandbox.world.kube_meta import KEPT, admitted_name, finalizer_complaints, meta_complaints, new_uid, stamp, suffixed
from migrator.sandbox.world.kube_pools import Claims
from migrator.sandbox.world.kube_quota import Quotas
from migrator.sandbox.world.kube_refusals import Complaint, conflict, forbidden, invalid, invalid_value, modified, required
from migrator.sandbox.world.kube_services import Services
from migrator.sandbox.world.kube_shelf import Key

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.kube import Kube

Mutator = Callable[[str, KubeObject, KubeObject | None], None]

_PLACE = ("name", "namespace")
_GIVEN = frozenset((*KEPT, "resourceVersion"))
_HELD = (*KEPT, "resourceVersion", *_PLACE)
_DROPPED_WHEN_EMPTY = ("labels", "annotations", "finalizers", "ownerReferences")


class Gate:
    """Completes new versions in place and raises KubeError for those that may not be stored."""

    def __init__(self, kube: Kube, world: World) -> None:
        self.services = Services(world.random)
        self.quotas = Quotas(kube)
        self.mutators: dict[tuple[str, str], list[Mutator]] = {}  # by operation and kind
        self._kube, self._world = kube, world

    def named(self, kind: Kind, new: KubeObject) -> Key:
        """Where a new object goes; gives it a name or a namespace where it leaves that to the server."""
        meta = new.setdefault("metadata", {})
        if not meta.get("name"):
            if not meta.get("generateName"):
                raise invalid(kind, "", [required("metadata.name", "name or generateName is required")])
            meta["name"] = suffixed(meta["generateName"], self._world.random)
        if not kind.namespaced:
            meta.pop("namespace", None)
            return "", meta["name"]
        namespace = meta.setdefault("namespace", "default")
        home = self._kube.get("Namespace", "", namespace)
        if "deletionTimestamp" in home["metadata"]:
            why = f"unable to create new content in namespace {namespace} because it is being terminated"
            raise forbidden(kind, meta["name"], why)
        return namespace, meta["name"]

    def identify(self, kind: Kind, new: KubeObject) -> None:
        """Give a new object what only the server gives."""
        meta = new["metadata"]
        for each in _GIVEN & meta.keys():
            del meta[each]
        meta["uid"] = new_uid(self._world.random)
        meta["creationTimestamp"] = stamp(self._world.now)
        if kind.generation:
            meta["generation"] = 1

    def admitted(self, kind: Kind, new: KubeObject, old: KubeObject | None) -> Claims | None:
        """Pass an object through webhooks, rules and quotas; what a Service takes from the pools, None for other kinds."""
        operation = "UPDATE" if old else "CREATE"
        for change in self.mutators.get((operation, kind.kind), ()):
            change(operation, new, old)
        meta = new["metadata"]
        found: list[Complaint] = []
        if old is None:
            found = meta_complaints(meta, {}) + admitted_name(kind, meta["name"])
        elif meta != (before := old["metadata"]):
            found = meta_complaints(meta, before) + finalizer_complaints(meta, before)
        found += complaints(new, old)
        if found:
            raise invalid(kind, meta["name"], found)
        self.quotas.check(kind, new, old)
        if kind.kind != "Service":
            return None
        return self.services.updated(new, old) if old else self.services.created(new)

    def unchanged_since(self, kind: Kind, old: KubeObject, given: KubeObject) -> None:
        """Hold a writer to the version and the object that it names in its metadata, if it does."""
        if (version := given.get("resourceVersion")) and version != old["resourceVersion"]:
            raise modified(kind, old["name"])
        if (uid := given.get("uid")) and uid != old["uid"]:
            self.precondition(kind, old, "UID", "uid", uid)

    def precondition(self, kind: Kind, meta: KubeObject, told: str, member: str, wanted: str | None) -> None:
        """Hold a writer to what it expects of the object."""
        if wanted and wanted != meta[member]:
            why = f"Precondition failed: {told} in precondition: {wanted}, {told} in object meta: {meta[member]}"
            raise conflict(kind, meta["name"], why)

    def keep_identity(self, kind: Kind, old: KubeObject, new: KubeObject) -> None:
        """Give a changed object back what clients may not change."""
        meta, before = new["metadata"], old["metadata"]
        if list(map(meta.get, _HELD)) != list(map(before.get, _HELD)):
            self._keep_held(kind, before, meta)
        if not all(meta.values()):
            for each in _DROPPED_WHEN_EMPTY:
                if each in meta and not meta[each]:
                    del meta[each]
        new["apiVersion"], new["kind"] = old["apiVersion"], old["kind"]

    def _keep_held(self, kind: Kind, before: KubeObject, meta: KubeObject) -> None:
        for each in _PLACE:
            if each in meta and meta[each] != before.get(each):
                raise invalid(kind, before["name"], [invalid_value(f"metadata.{each}", meta[each], "field is immutable")])
        for each in _HELD:
            if each in before:
                meta[each] = before[each]
            elif each in meta:
                del meta[each]
