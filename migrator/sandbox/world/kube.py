"""The API server's store: objects with versions, identity, finalizers and owners, and everyone told of each change.

Objects are plain dicts as the API has them. What comes out is the stored object itself, and nobody changes it: a
write puts a new one in its place, so that whoever holds the old one still sees what was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from migrator.sandbox.world.kube_admission import complete
from migrator.sandbox.world.kube_endings import Endings
from migrator.sandbox.world.kube_events import Events
from migrator.sandbox.world.kube_garbage import Garbage
from migrator.sandbox.world.kube_gate import Gate, Mutator
from migrator.sandbox.world.kube_json_patch import json_patched
from migrator.sandbox.world.kube_kinds import KINDS, Kind, Kinds, KubeObject, defined
from migrator.sandbox.world.kube_log import Change, Log
from migrator.sandbox.world.kube_meta import fresh
from migrator.sandbox.world.kube_patch import merged, strategic
from migrator.sandbox.world.kube_pools import Claims
from migrator.sandbox.world.kube_refusals import already_exists, bad_request, invalid, invalid_value, not_found
from migrator.sandbox.world.kube_shapes import decoded
from migrator.sandbox.world.kube_shelf import Shelf
from migrator.sandbox.world.kube_telling import Subscriber, Telling

if TYPE_CHECKING:
    from migrator.sandbox.world import World

SYSTEM_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
"""What every API server makes for itself when it starts."""

_SERVER = "kube-apiserver"
_PATCHES: dict[str, Callable[[Any, Any], Any]] = {"merge": merged, "json": json_patched, "strategic": strategic}


class Kube:
    """Every object of the cluster.

    Writes answer the object as stored and raise KubeError with the API server's own status, reason and message.
    `kind` is the Kind ("Service"); `namespace` is "" for kinds that have none. A dry run is refused or answered like
    the write itself and stores nothing. `strict` refuses members that a Service does not have; without it they are
    dropped. `manager` names the writer, for those who read the log.
    """

    def __init__(self, world: World) -> None:
        self.kinds = Kinds(KINDS)
        self.log = Log()
        self.revision = 0
        self._shelves: defaultdict[str, Shelf] = defaultdict(Shelf)  # empty ones for kinds that were only asked for
        self._world = world
        self._telling = Telling()
        self._gate = Gate(self, world)
        self._garbage = Garbage(self)
        self._endings = Endings(self, world, self._garbage)
        self._events = Events(self, world)
        for name in SYSTEM_NAMESPACES:
            self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    # Reading

    def get(self, kind: str, namespace: str, name: str) -> KubeObject:
        """One object. Raises KubeError 404."""
        found = self._shelves[kind].objects.get((namespace, name))
        if found is None:
            raise not_found(self.kinds[kind], name)
        return found

    def find(self, kind: str, namespace: str, name: str) -> KubeObject | None:
        """One object, or None."""
        return self._shelves[kind].objects.get((namespace, name))

    def list(self, kind: str, namespace: str | None = None) -> list[KubeObject]:
        """All objects of a kind, or those of one namespace, by namespace and name, in a list that nobody changes."""
        return self._shelves[kind].every(namespace)

    def shelf(self, kind: str) -> Shelf:
        """Where the objects of a kind are kept, for those who read them in pages."""
        return self._shelves[kind]

    # Writing

    def create(self, obj: KubeObject, *, manager: str = "controller", dry_run: bool = False, strict: bool = False) -> KubeObject:
        """Store a new object; `generateName` and a missing namespace ("default") are honoured.

        A status that is given is kept, so that the world's own kubelets and controllers need one write where the real
        ones need two.
        """
        kind = self.kinds[obj.get("kind", "")]
        new: KubeObject = fresh(obj)
        if "apiVersion" not in new:
            new["apiVersion"] = kind.api_version
        decoded(kind, new, strict=strict)
        claims = self._admitted(kind, new)
        if dry_run:
            if claims is not None:
                claims.undo()
            return new
        return self.put(kind, new, None, claims, manager)

    def add(self, new: KubeObject, manager: str) -> KubeObject:
        """Store a new object that is known to be well-formed, and nobody else's: what `create` does once it has read one.

        For the world's own controllers, where they make all of it anew.
        """
        kind = self.kinds[new["kind"]]
        return self.put(kind, new, None, self._admitted(kind, new), manager)

    def replace(
        self,
        obj: KubeObject,
        *,
        subresource: str | None = None,
        manager: str = "controller",
        dry_run: bool = False,
        strict: bool = False,
    ) -> KubeObject:
        """Put a new version in an object's place; its resourceVersion and uid, when given, must still be right."""
        kind = self.kinds[obj.get("kind", "")]
        new: KubeObject = fresh(obj)
        decoded(kind, new, strict=strict)
        meta = new["metadata"]
        old = self.get(kind.kind, meta.get("namespace", "default") if kind.namespaced else "", meta["name"])
        if not kind.unconditional and not meta.get("resourceVersion"):
            raise invalid(kind, meta["name"], [invalid_value("metadata.resourceVersion", "", "must be specified for an update")])
        return self._update(kind, old, new, subresource, dry_run, manager)

    def patch(
        self,
        kind: str,
        namespace: str,
        name: str,
        patch: Any,
        *,
        type: str = "merge",
        subresource: str | None = None,
        manager: str = "controller",
        dry_run: bool = False,
        strict: bool = False,
    ) -> KubeObject:
        """Change an object in part; `type` is "merge", "json" (a list of operations) or "strategic"."""
        of = self.kinds[kind]
        old = self.get(kind, namespace, name)
        new = _PATCHES[type](old, patch)
        if not isinstance(new, dict) or not isinstance(new.get("metadata"), dict):
            raise bad_request(f"the patch leaves no {kind}")
        # Whatever completes the new version does so in place: then it may share nothing with the one before it.
        respecified = kind == "Service" and new.get("spec") is not old.get("spec")
        completed = subresource is None and (respecified or ("UPDATE", kind) in self._gate.mutators)
        new = fresh(new) if completed or type == "json" else {**new, "metadata": dict(new["metadata"])}
        decoded(of, new, strict=strict)
        return self._update(of, old, new, subresource, dry_run, manager)

    def delete(
        self,
        kind: str,
        namespace: str,
        name: str,
        *,
        uid: str | None = None,
        resource_version: str | None = None,
        dry_run: bool = False,
        propagation: str | None = None,
        grace_s: float = 0,
        manager: str = "controller",
    ) -> KubeObject:
        """Delete an object, or mark it while finalizers hold it; the object as it is afterwards, or was last.

        `propagation` is "Background" (the default), "Foreground" or "Orphan". A running Pod with `grace_s` lives on,
        marked, until its processes have stopped: some time drawn from `pace.pod_s`, the grace period at most.
        """
        of = self.kinds[kind]
        obj = self.get(kind, namespace, name)
        self._gate.precondition(of, obj["metadata"], "UID", "uid", uid)
        self._gate.precondition(of, obj["metadata"], "ResourceVersion", "resourceVersion", resource_version)
        return obj if dry_run else self._endings.delete(of, obj, propagation, grace_s, manager)

    def event(
        self, involved_obj: KubeObject, reason: str, message: str, *, type: str = "Normal", component: str = "controller"
    ) -> KubeObject:
        """Record an Event in the object's namespace; what was said before within the hour is only counted."""
        return self._events.record(involved_obj, reason, message, type=type, component=component)

    # Being told and asked

    def subscribe(self, kind: str, callback: Subscriber) -> None:
        """Call `callback(event, obj, old)` after each stored change, every subscriber in turn, changes in order.

        A change made inside a callback is told once everybody has heard of the one before it.
        """
        self._telling.subscribe(kind, callback)

    def mutate(self, kind: str, callback: Mutator, *operations: str) -> None:
        """Call `callback("CREATE" | "UPDATE", obj, old)` before an object is checked, as a webhook would be.

        `operations` are those that it is for, both where none is named. It may change `obj` in place or refuse it with a
        KubeError; dry runs pass through it too.
        """
        for each in operations or ("CREATE", "UPDATE"):
            self._gate.mutators.setdefault((each, kind), []).append(callback)

    # Keeping: for the parts of the store itself, which have checked what they ask for

    def put(
        self, kind: Kind, new: KubeObject, old: KubeObject | None, claims: Claims | None = None, manager: str = _SERVER
    ) -> KubeObject:
        """Store a version and tell everybody; its metadata is stamped in place."""
        if claims is not None:
            claims.settle()
        self.revision += 1
        meta = new["metadata"]
        meta["resourceVersion"] = str(self.revision)
        key = meta.get("namespace", ""), meta["name"]
        self._shelves[kind.kind].put(key, new)
        self._garbage.stored(kind.kind, key, new, old)
        if kind.kind == "CustomResourceDefinition":
            served = defined(new)
            self.kinds[served.kind] = served
        self._tell(kind, Change(self.revision, "MODIFIED" if old else "ADDED", new, old, manager))
        return new

    def drop(self, kind: Kind, obj: KubeObject, manager: str = _SERVER) -> KubeObject:
        """Take an object out, tell everybody, and let go what goes with it; its last version."""
        self.revision += 1
        meta = {**obj["metadata"], "resourceVersion": str(self.revision)}
        last = {**obj, "metadata": meta}
        self._shelves[kind.kind].pop((meta.get("namespace", ""), meta["name"]))
        if kind.kind == "Service":
            self._gate.services.deleted(last)
        self._tell(kind, Change(self.revision, "DELETED", last, obj, manager))
        self._endings.gone(kind, last)
        return last

    def undefine(self, kind: Kind) -> None:
        """Forget a kind whose definition is gone, unless the world's own controllers know it anyway."""
        if kind.kind in KINDS:
            self.kinds[kind.kind] = KINDS[kind.kind]
        else:
            del self.kinds[kind.kind]

    def _admitted(self, kind: Kind, new: KubeObject) -> Claims | None:
        """Make a new object one that may be stored, in place, or refuse it."""
        key = self._gate.named(kind, new)
        if self.find(kind.kind, *key) is not None:
            raise already_exists(kind, key[1])
        self._gate.identify(kind, new)
        complete(new, self._world.now)
        return self._gate.admitted(kind, new, None)

    def _update(
        self, kind: Kind, old: KubeObject, new: KubeObject, subresource: str | None, dry_run: bool, manager: str
    ) -> KubeObject:
        """Both ways to change an object end here; `new` shares neither its top nor its metadata with `old`."""
        if new["metadata"] != old["metadata"]:
            self._gate.unchanged_since(kind, old["metadata"], new["metadata"])
        claims = None
        if subresource == "status":
            new = {**old, "metadata": dict(old["metadata"]), "status": new.get("status") or {}}
        else:
            if kind.status:
                new.pop("status", None)
                if "status" in old:
                    new["status"] = old["status"]
            self._gate.keep_identity(kind, old, new)
            claims = self._gate.admitted(kind, new, old)
        if new == old:
            return old
        if kind.generation and subresource != "status" and _meant(new) != _meant(old):
            new["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1
        if dry_run:
            if claims is not None:
                claims.undo()
            return new
        if not self._endings.due(new["metadata"]):
            return self.put(kind, new, old, claims, manager)
        if claims is not None:
            claims.settle()
        return self.drop(kind, new, manager)

    def _tell(self, kind: Kind, change: Change) -> None:
        self.log.append(kind.kind, change)
        self._gate.quotas.changed(change.obj)
        self._telling.tell(kind.kind, change)


def _meant(obj: KubeObject) -> KubeObject:
    """What a change of counts as a new generation."""
    return {**obj, "metadata": None, "status": None}
