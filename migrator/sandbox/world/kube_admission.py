"""How objects of other kinds than Service are completed and checked before they are stored.

Source: kubernetes/kubernetes pkg/apis/*/v1/defaults.go, pkg/apis/*/validation and the strategies' PrepareForCreate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.sandbox.world.kube_kinds import BUILT_IN, KubeObject
from migrator.sandbox.world.kube_meta import stamp
from migrator.sandbox.world.kube_refusals import Complaint, forbidden_field, invalid_value, required
from migrator.sandbox.world.kube_selectors import matches

_WORKLOADS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")
_BUILT_IN = {each.kind for each in BUILT_IN}


def complete(obj: KubeObject, now: float) -> None:
    """Fill in what the API fills in, in place; kinds without defaults stay as they are."""
    if fill := _DEFAULTS.get(obj["kind"]):
        fill(obj, now)


def _namespace(obj: KubeObject, now: float) -> None:
    meta = obj["metadata"]
    meta.setdefault("labels", {})["kubernetes.io/metadata.name"] = meta["name"]
    obj.setdefault("spec", {}).setdefault("finalizers", ["kubernetes"])
    obj.setdefault("status", {}).setdefault("phase", "Active")


def _deployment(obj: KubeObject, now: float) -> None:
    spec = obj.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("progressDeadlineSeconds", 600)
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}
    spec.setdefault("strategy", rolling)


def _replicas(obj: KubeObject, now: float) -> None:
    obj.setdefault("spec", {}).setdefault("replicas", 1)


def _pod(obj: KubeObject, now: float) -> None:
    spec = obj.setdefault("spec", {})
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    obj.setdefault("status", {}).setdefault("phase", "Pending")


def _secret(obj: KubeObject, now: float) -> None:
    obj.setdefault("type", "Opaque")


def _custom_resource_definition(obj: KubeObject, now: float) -> None:
    names = obj["spec"]["names"]
    names.setdefault("singular", names["kind"].lower())
    names.setdefault("listKind", f"{names['kind']}List")
    conditions = [
        {"type": each, "status": "True", "reason": reason, "message": message, "lastTransitionTime": stamp(now)}
        for each, reason, message in (
            ("NamesAccepted", "NoConflicts", "no conflicts found"),
            ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        )
    ]
    stored = [each["name"] for each in obj["spec"]["versions"] if each.get("storage")]
    obj.setdefault("status", {"conditions": conditions, "acceptedNames": names, "storedVersions": stored})


def _api_service(obj: KubeObject, now: float) -> None:
    condition = {"type": "Available", "status": "True", "reason": "Local", "message": "", "lastTransitionTime": stamp(now)}
    if not obj.get("spec", {}).get("service"):
        obj.setdefault("status", {"conditions": [condition]})


_DEFAULTS: dict[str, Callable[[KubeObject, float], None]] = {
    "Namespace": _namespace,
    "Deployment": _deployment,
    "ReplicaSet": _replicas,
    "StatefulSet": _replicas,
    "Pod": _pod,
    "Secret": _secret,
    "CustomResourceDefinition": _custom_resource_definition,
    "APIService": _api_service,
}


def complaints(obj: KubeObject, old: KubeObject | None) -> list[Complaint]:
    """What is wrong with an object; `old` is what it was, None when it is new."""
    check = _RULES.get(obj["kind"])
    return check(obj, old) if check else []


def _workload_complaints(obj: KubeObject, old: KubeObject | None) -> list[Complaint]:
    spec: dict[str, Any] = obj.get("spec") or {}
    selector = spec.get("selector")
    if not selector:
        return [required("spec.selector")]
    found = []
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
    if (wanted := selector.get("matchLabels")) and not matches(wanted, labels):
        found.append(invalid_value("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"))
    if isinstance(replicas := spec.get("replicas", 1), int) and replicas < 0:
        found.append(invalid_value("spec.replicas", replicas, "must be greater than or equal to 0"))
    if old is not None and selector != old["spec"].get("selector"):
        found.append(invalid_value("spec.selector", selector, "field is immutable"))
    return found + _container_complaints(spec.get("template") or {}, "spec.template.spec")


def _pod_complaints(obj: KubeObject, old: KubeObject | None) -> list[Complaint]:
    return _container_complaints(obj, "spec")


def _container_complaints(pod: dict[str, Any], at: str) -> list[Complaint]:
    containers = (pod.get("spec") or {}).get("containers")
    if not containers:
        return [required(f"{at}.containers")]
    return [required(f"{at}.containers[{place}].name") for place, each in enumerate(containers) if not each.get("name")]


def _definition_complaints(obj: KubeObject, old: KubeObject | None) -> list[Complaint]:
    spec, names = obj["spec"], obj["spec"]["names"]
    wanted = f"{names['plural']}.{spec['group']}"
    if obj["metadata"]["name"] != wanted:
        return [invalid_value("metadata.name", obj["metadata"]["name"], 'must be spec.names.plural+"."+spec.group')]
    if names["kind"] in _BUILT_IN:
        return [
            forbidden_field("spec.names.kind", "a kind of this name is built in, and two groups with one kind are not modelled")
        ]
    return []


def _lease_complaints(obj: KubeObject, old: KubeObject | None) -> list[Complaint]:
    duration = (obj.get("spec") or {}).get("leaseDurationSeconds")
    if isinstance(duration, int) and duration <= 0:
        return [invalid_value("spec.leaseDurationSeconds", duration, "must be greater than 0")]
    return []


def _binding_complaints(obj: KubeObject, old: KubeObject | None) -> list[Complaint]:
    """What the definition's schema requires. Source: aws-load-balancer-controller apis/elbv2/v1beta1."""
    reference = (obj.get("spec") or {}).get("serviceRef") or {}
    return [required(f"spec.serviceRef.{each}") for each in ("name", "port") if each not in reference]


_RULES: dict[str, Callable[[KubeObject, KubeObject | None], list[Complaint]]] = {
    **dict.fromkeys(_WORKLOADS, _workload_complaints),
    "CustomResourceDefinition": _definition_complaints,
    "Lease": _lease_complaints,
    "Pod": _pod_complaints,
    "TargetGroupBinding": _binding_complaints,
}
