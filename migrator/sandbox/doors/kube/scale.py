"""The `scale` subresource: how many replicas a workload should have, apart from all else."""

from __future__ import annotations

from migrator.sandbox.world.kube import Kube
from migrator.sandbox.world.kube_json_patch import json_patched
from migrator.sandbox.world.kube_kinds import KubeObject
from migrator.sandbox.world.kube_patch import merged
from migrator.sandbox.world.kube_refusals import bad_request, modified


def scale_of(obj: KubeObject) -> KubeObject:
    """A workload's `Scale`. Source: kubernetes/kubernetes pkg/registry/apps/deployment/storage, scaleFromDeployment."""
    meta, spec = obj["metadata"], obj.get("spec") or {}
    labels = (spec.get("selector") or {}).get("matchLabels") or {}
    told = ",".join(f"{key}={labels[key]}" for key in sorted(labels))
    kept = {key: meta[key] for key in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")}
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": kept,
        "spec": {"replicas": spec.get("replicas", 1)},
        "status": {"replicas": (obj.get("status") or {}).get("replicas", 0), "selector": told},
    }


def scaled(kube: Kube, obj: KubeObject, wanted: KubeObject, *, dry_run: bool, manager: str) -> KubeObject:
    """The `Scale` after asking for another. Raises KubeError 400, 409 and 422."""
    replicas = (wanted.get("spec") or {}).get("replicas", 0)
    if not isinstance(replicas, int):
        raise bad_request(f"spec.replicas: expected int, got {replicas!r}")
    meta = obj["metadata"]
    given = (wanted.get("metadata") or {}).get("resourceVersion")
    if given and given != meta["resourceVersion"]:
        raise modified(kube.kinds[obj["kind"]], meta["name"])
    change = {"spec": {"replicas": replicas}}
    changed = kube.patch(obj["kind"], meta["namespace"], meta["name"], change, dry_run=dry_run, manager=manager)
    return scale_of(changed)


def patched_scale(obj: KubeObject, patch: object, type: str) -> KubeObject:
    """A workload's `Scale` with a patch laid over it."""
    result: KubeObject = (json_patched if type == "json" else merged)(scale_of(obj), patch)
    return result
