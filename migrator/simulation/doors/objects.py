"""Kubernetes objects as the world keeps them, read into our nouns; and our Lease written as an object."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from migrator.model.cluster import MARK, Binding, Controller, Ingress, Lease, Service, Trouble, Workload, flags_from

# The same annotations as adapters/kube/lease.py writes, so that one world can be asked at both depths.
JOURNAL, EPOCH, HOST = "migrate.dev/journal", "migrate.dev/epoch", "migrate.dev/host"
SEQUENCE, CHECKSUM = "migrate.dev/sequence", "migrate.dev/checksum"


def service_from(raw: dict[str, Any]) -> Service:
    """A Service as the API server gave it."""
    meta = raw["metadata"]
    ingress = raw.get("status", {}).get("loadBalancer", {}).get("ingress") or ()
    return Service(
        namespace=meta.get("namespace", ""),
        name=meta["name"],
        uid=meta["uid"],
        resource_version=meta.get("resourceVersion", ""),
        spec=raw.get("spec", {}),
        annotations=meta.get("annotations") or {},
        labels=meta.get("labels") or {},
        finalizers=tuple(meta.get("finalizers") or ()),
        owners=tuple(f"{each['kind']}/{each['name']}" for each in meta.get("ownerReferences") or ()),
        controlled_by=_controlled_by(meta),
        managers=_managers(meta),
        deleting="deletionTimestamp" in meta,
        hostname=ingress[0].get("hostname") if ingress else None,
    )


def _controlled_by(meta: dict[str, Any]) -> str:
    owner = next((each for each in meta.get("ownerReferences") or () if each.get("controller")), None)
    if owner is None:
        return ""
    group = owner["apiVersion"].rpartition("/")[0]
    return f"{'.'.join(filter(None, (owner['kind'].lower(), group)))}/{owner['name']}"


def _managers(meta: dict[str, Any]) -> tuple[str, ...]:
    wrote = (each for each in meta.get("managedFields") or () if each.get("subresource") != "status")
    return tuple(sorted({each["manager"] for each in wrote if each.get("manager")}))


def controller_from(raw: dict[str, Any]) -> Controller:
    """The controller's Deployment, with the arguments of its own container."""
    meta = raw["metadata"]
    pod = raw["spec"]["template"]["spec"]
    containers, account = pod["containers"], pod.get("serviceAccountName") or "default"
    ours = next((each for each in containers if "load-balancer-controller" in each.get("image", "")), containers[0])
    ready = raw.get("status", {}).get("readyReplicas") or 0
    return Controller(meta["namespace"], meta["name"], ready, ours.get("image", ""), tuple(ours.get("args") or ()), account)


def workload_from(raw: dict[str, Any]) -> Workload:
    """A Deployment, DaemonSet or StatefulSet."""
    meta, status = raw["metadata"], raw.get("status", {})
    containers = raw.get("spec", {}).get("template", {}).get("spec", {}).get("containers") or ()
    ready = status.get("readyReplicas") or status.get("numberReady") or 0
    images = tuple(each.get("image", "") for each in containers)
    words = tuple(word for each in containers for word in _words(each))
    return Workload(raw["kind"], meta["namespace"], meta["name"], images, words, ready)


def _words(container: dict[str, Any]) -> tuple[str, ...]:
    told = (flag for each in container.get("env") or () for flag in flags_from(each["name"], each.get("value") or ""))
    return (*told, *(container.get("command") or ()), *(container.get("args") or ()))


def ingress_from(raw: dict[str, Any]) -> Ingress:
    """An Ingress: what its rules name, what its status shows."""
    meta, spec = raw["metadata"], raw.get("spec", {})
    shown = raw.get("status", {}).get("loadBalancer", {}).get("ingress") or ()
    return Ingress(
        namespace=meta["namespace"],
        name=meta["name"],
        hosts=tuple(dict.fromkeys(rule["host"] for rule in spec.get("rules") or () if rule.get("host"))),
        hostnames=tuple(each["hostname"] for each in shown if each.get("hostname")),
        class_name=spec.get("ingressClassName") or (meta.get("annotations") or {}).get("kubernetes.io/ingress.class", ""),
        annotations=meta.get("annotations") or {},
    )


def binding_from(raw: dict[str, Any]) -> Binding:
    """A TargetGroupBinding, and whether its controller has seen it as it is."""
    meta = raw["metadata"]
    observed = raw.get("status", {}).get("observedGeneration") == meta.get("generation")
    return Binding(meta["name"], raw["spec"].get("targetGroupARN", ""), observed)


def trouble_from(raw: dict[str, Any]) -> Trouble:
    """A Warning event."""
    return Trouble(raw.get("reason", ""), raw.get("message", ""), instant(raw["lastTimestamp"]))


def journal_of(raw: dict[str, Any]) -> str:
    """The journal that a Lease carries; empty for one that is not ours."""
    journal: str = (raw["metadata"].get("annotations") or {}).get(JOURNAL, "")
    return journal


def lease_from(raw: dict[str, Any]) -> Lease:
    """A Lease; one that is not ours has an empty journal and epoch 0."""
    meta, spec = raw["metadata"], raw.get("spec") or {}
    marks = meta.get("annotations") or {}
    return Lease(
        namespace=meta["namespace"],
        name=meta["name"],
        journal=marks.get(JOURNAL, ""),
        epoch=int(marks.get(EPOCH, "0")),
        sequence=int(marks.get(SEQUENCE, "0")),
        checksum=marks.get(CHECKSUM, ""),
        host=marks.get(HOST) or spec.get("holderIdentity") or "",
        migration=marks.get(MARK, ""),
        resource_version=meta.get("resourceVersion", ""),
        renewed=instant(spec["renewTime"]) if spec.get("renewTime") else 0.0,
    )


def lease_written(lease: Lease, now: float, **metadata: str) -> dict[str, Any]:
    """What is written of our mark at `now`, as a whole object's members or as a merge patch."""
    marks = {
        JOURNAL: lease.journal,
        EPOCH: str(lease.epoch),
        SEQUENCE: str(lease.sequence),
        CHECKSUM: lease.checksum,
        HOST: lease.host,
        MARK: lease.migration,
    }
    spec = {"holderIdentity": lease.host, "renewTime": micro_time(now), "leaseTransitions": lease.epoch - 1}
    return {"metadata": {**metadata, "annotations": marks}, "spec": spec}


def micro_time(at: float) -> str:
    """An instant as MicroTime has it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


@lru_cache(maxsize=1024)
def instant(text: str) -> float:
    """The instant in a timestamp such as 2024-01-31T12:00:00Z or one with a fraction of a second."""
    return datetime.fromisoformat(text).timestamp()
