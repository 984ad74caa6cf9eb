"""The Deployment and ReplicaSet controllers: as many pods as a Deployment wants, exchanged a few at a time."""

from __future__ import annotations

import hashlib
import json
import math
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from migrator.sandbox.world.kube_meta import stamp
from migrator.sandbox.world.workloads_pods import is_ending, is_ready

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.workloads_pods import Pods

Object = dict[str, Any]
Key = tuple[str, str]  # namespace, name

_HASH_LABEL = "pod-template-hash"
_REVISION = "deployment.kubernetes.io/revision"
_MANAGER = "kube-controller-manager"


class Deployments:
    """Runs every Deployment of the cluster; each change is worked on once its instant is over."""

    def __init__(self, world: World, pods: Pods) -> None:
        self._world, self._pods = world, pods
        self._stale: dict[Key, None] = {}
        self._hashes: dict[tuple[str, int], str] = {}
        self._owned: dict[Key, dict[Key, None]] = {}  # ReplicaSet -> its pods
        self._sets: dict[Key, dict[str, None]] = {}  # Deployment -> names of its ReplicaSets, oldest first
        world.kube.subscribe("Deployment", self._changed)
        world.kube.subscribe("ReplicaSet", self._set_changed)
        world.kube.subscribe("Pod", self._pod_changed)

    def _changed(self, event: str, deployment: Object, old: Object | None) -> None:
        same = old is not None and old["metadata"]["generation"] == deployment["metadata"]["generation"]
        if event != "DELETED" and not same:
            self._mark(_key(deployment))

    def _set_changed(self, event: str, replica_set: Object, old: Object | None) -> None:
        owner = _owner(replica_set, "Deployment")
        if owner is None or event == "MODIFIED":
            return
        names = self._sets.setdefault(owner, {})
        if event == "ADDED":
            names[replica_set["metadata"]["name"]] = None
        else:
            names.pop(replica_set["metadata"]["name"], None)
            self._mark(owner)

    def _pod_changed(self, event: str, pod: Object, old: Object | None) -> None:
        owner = _owner(pod, "ReplicaSet")
        if owner is None:
            return
        owned = self._owned.setdefault(owner, {})
        if event == "DELETED":
            owned.pop(_key(pod), None)
        else:
            owned[_key(pod)] = None
        if old is None or event == "DELETED" or is_ready(old) != is_ready(pod) or is_ending(old) != is_ending(pod):
            replica_set = self._world.kube.find("ReplicaSet", *owner)
            deployment = None if replica_set is None else _owner(replica_set, "Deployment")
            if deployment is not None:
                self._mark(deployment)

    def _mark(self, key: Key) -> None:
        if key not in self._stale:
            self._stale[key] = None
            self._world.after(0, partial(self._sync, key))

    def _sync(self, key: Key) -> None:
        self._stale.pop(key, None)
        deployment = self._world.kube.find("Deployment", *key)
        if deployment is None or is_ending(deployment):
            return
        current = self._current_set(deployment)
        earlier = [(key[0], name) for name in self._sets.get(key, {}) if name != current[1]]
        if not deployment["spec"].get("paused"):
            old = [pod for each in earlier for pod in self._all_of(each)]
            self._roll(deployment, current, self._pods_of(current), old)
        old_pods, old_ready = 0, 0
        for each in earlier:
            pods, ready = self._report_set(each, None)
            old_pods, old_ready = old_pods + pods, old_ready + ready
        pods, ready = self._report_set(current, deployment)
        self._report(deployment, pods, old_pods, ready + old_ready)

    def _all_of(self, replica_set: Key) -> list[Object]:
        """The pods of a ReplicaSet, those that end too."""
        return [self._pods.known[key] for key in self._owned.get(replica_set, {}) if key in self._pods.known]

    def _pods_of(self, replica_set: Key) -> list[Object]:
        return [pod for pod in self._all_of(replica_set) if not is_ending(pod)]

    def _current_set(self, deployment: Object) -> Key:
        """The ReplicaSet of the Deployment's present template, made when there is none yet."""
        namespace, name = _key(deployment)
        key = (namespace, f"{name}-{self._hash(deployment)}")
        if self._world.kube.find("ReplicaSet", *key) is None:
            revision = str(1 + len(self._sets.get((namespace, name), {})))
            self._world.kube.create(_replica_set(deployment, key[1], self._hash(deployment), revision), manager=_MANAGER)
            self._world.kube.patch(
                "Deployment", namespace, name, {"metadata": {"annotations": {_REVISION: revision}}}, manager=_MANAGER
            )
        return key

    def _hash(self, deployment: Object) -> str:
        version = (deployment["metadata"]["uid"], deployment["metadata"]["generation"])
        if version not in self._hashes:
            template = json.dumps(deployment["spec"]["template"], sort_keys=True).encode()
            digits = int.from_bytes(hashlib.sha256(template).digest()[:6], "big")
            letters = "bcdfghjklmnpqrstvwxz2456789"
            self._hashes[version] = "".join(letters[digits // 27**place % 27] for place in range(10))
        return self._hashes[version]

    def _roll(self, deployment: Object, current: Key, new: list[Object], all_old: list[Object]) -> None:
        """One step: no more pods than wanted plus surge, no fewer ready ones than wanted less unavailable.

        Pods that end count no more, except that Recreate waits until they are gone.
        """
        wanted = _replicas(deployment)
        surge, unavailable = _bounds(deployment, wanted)
        recreate = deployment["spec"].get("strategy", {}).get("type") == "Recreate"
        old = [pod for pod in all_old if not is_ending(pod)]
        room = wanted + surge - len(new) - len(old)
        if recreate:
            room = 0 if all_old else wanted
        for _ in range(min(wanted - len(new), room)):
            self._add_pod(deployment, current)
        if (surplus := len(new) - wanted) > 0:
            for pod in _expendable(new)[:surplus]:
                self._pods.end(pod)
        ready = sum(map(is_ready, new)) + sum(map(is_ready, old))
        spare = len(old) if recreate else max(0, ready - (wanted - unavailable))
        for pod in _expendable(old):
            if not is_ready(pod):
                self._pods.end(pod)
            elif spare > 0:
                spare -= 1
                self._pods.end(pod)

    def _add_pod(self, deployment: Object, replica_set: Key) -> None:
        owner = self._world.kube.get("ReplicaSet", *replica_set)
        node = self._pods.node_for(replica_set[1])
        template = owner["spec"]["template"]
        spec = {**template["spec"], "nodeName": node} if node else template["spec"]
        metadata = {
            "generateName": f"{replica_set[1]}-",
            "namespace": replica_set[0],
            "labels": template["metadata"]["labels"],
            "ownerReferences": [_owner_reference(owner)],
        }
        if annotations := template["metadata"].get("annotations"):
            metadata["annotations"] = annotations
        self._world.kube.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}, manager=_MANAGER)

    def _report_set(self, key: Key, deployment: Object | None) -> tuple[int, int]:
        """Write down how many pods a ReplicaSet has and wants; how many it has, and how many of them are ready."""
        pods = self._pods_of(key)
        ready = sum(map(is_ready, pods))
        replica_set = self._world.kube.find("ReplicaSet", *key)
        if replica_set is None:
            return len(pods), ready
        wanted = len(pods) if deployment is None else _replicas(deployment)
        if replica_set["spec"].get("replicas") != wanted:
            self._world.kube.patch("ReplicaSet", *key, {"spec": {"replicas": wanted}}, manager=_MANAGER)
            replica_set = self._world.kube.get("ReplicaSet", *key)
        status = {
            "replicas": len(pods),
            "fullyLabeledReplicas": len(pods),
            "readyReplicas": ready,
            "availableReplicas": ready,
            "observedGeneration": replica_set["metadata"]["generation"],
        }
        if replica_set.get("status") != status:
            self._world.kube.patch("ReplicaSet", *key, {"status": status}, subresource="status", manager=_MANAGER)
        return len(pods), ready

    def _report(self, deployment: Object, new: int, old: int, ready: int) -> None:
        """Write down how many pods a Deployment has, of its present template and of earlier ones."""
        wanted = _replicas(deployment)
        _, unavailable = _bounds(deployment, wanted)
        before = deployment.get("status", {})
        status = {
            "observedGeneration": deployment["metadata"]["generation"],
            "replicas": new + old,
            "updatedReplicas": new,
            "readyReplicas": ready or None,
            "availableReplicas": ready or None,
            "unavailableReplicas": max(0, wanted - ready) or None,
            "conditions": self._conditions(before, ready >= wanted - unavailable, ready >= wanted and not old),
        }
        if {key: value for key, value in status.items() if value is not None} != before:
            self._world.kube.patch("Deployment", *_key(deployment), {"status": status}, subresource="status", manager=_MANAGER)

    def _conditions(self, before: Object, available: bool, complete: bool) -> list[Object]:
        wanted = (
            (
                "Available",
                "True" if available else "False",
                "MinimumReplicasAvailable" if available else "MinimumReplicasUnavailable",
            ),
            ("Progressing", "True", "NewReplicaSetAvailable" if complete else "ReplicaSetUpdated"),
        )
        known = {each["type"]: each for each in before.get("conditions") or ()}
        now = stamp(self._world.now)
        conditions = []
        for kind, status, reason in wanted:
            had = known.get(kind, {})
            if (had.get("status"), had.get("reason")) == (status, reason):
                conditions.append(had)
            else:
                since = had["lastTransitionTime"] if had.get("status") == status else now
                conditions.append(
                    {"type": kind, "status": status, "reason": reason, "lastUpdateTime": now, "lastTransitionTime": since}
                )
        return conditions


def _key(obj: Object) -> Key:
    return obj["metadata"]["namespace"], obj["metadata"]["name"]


def _owner(obj: Object, kind: str) -> Key | None:
    for each in obj["metadata"].get("ownerReferences") or ():
        if each.get("controller") and each["kind"] == kind:
            return obj["metadata"]["namespace"], each["name"]
    return None


def _owner_reference(obj: Object) -> Object:
    meta = obj["metadata"]
    return {
        "apiVersion": obj["apiVersion"],
        "kind": obj["kind"],
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _replicas(deployment: Object) -> int:
    replicas: int = deployment["spec"].get("replicas", 1)
    return replicas


def _bounds(deployment: Object, wanted: int) -> tuple[int, int]:
    """How many pods more than wanted there may be, and how many ready ones fewer; each a number or a share.

    Source: kubernetes/kubernetes pkg/controller/deployment/util, ResolveFenceposts: surge rounds up, the other down.
    """
    rolling = deployment["spec"].get("strategy", {}).get("rollingUpdate") or {}
    surge = _share(rolling.get("maxSurge", "25%"), wanted, math.ceil)
    unavailable = _share(rolling.get("maxUnavailable", "25%"), wanted, math.floor)
    return surge, 1 if surge == unavailable == 0 else unavailable


@lru_cache(maxsize=256)
def _share(value: int | str, of: int, rounded: Any) -> int:
    return value if isinstance(value, int) else int(rounded(int(value.rstrip("%")) * of / 100))


def _expendable(pods: list[Object]) -> list[Object]:
    """Pods in the order in which they may go: those that are not ready first, then the youngest."""
    youngest = pods[::-1]
    return [pod for pod in youngest if not is_ready(pod)] + [pod for pod in youngest if is_ready(pod)]


def _replica_set(deployment: Object, name: str, digest: str, revision: str) -> Object:
    spec = deployment["spec"]
    template = spec["template"]
    metadata = template.get("metadata") or {}
    labels = {**(metadata.get("labels") or {}), _HASH_LABEL: digest}
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": name,
            "namespace": deployment["metadata"]["namespace"],
            "labels": labels,
            "annotations": {_REVISION: revision},
            "ownerReferences": [_owner_reference(deployment)],
        },
        "spec": {
            "replicas": _replicas(deployment),
            "selector": {"matchLabels": {**spec["selector"].get("matchLabels", {}), _HASH_LABEL: digest}},
            "template": {"metadata": {**metadata, "labels": labels}, "spec": template["spec"]},
        },
    }
