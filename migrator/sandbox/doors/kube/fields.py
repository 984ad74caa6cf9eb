"""Field selectors: the few fields of each kind that lists and watches can be narrowed by.

Source: kubernetes/kubernetes pkg/apis/core/v1/conversion.go and the registries' SelectableFields.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.sandbox.world.kube_kinds import Kind, KubeObject
from migrator.sandbox.world.kube_refusals import bad_request

Test = Callable[[KubeObject], bool]

_ALWAYS = ("metadata.name", "metadata.namespace")
_INVOLVED = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
_BY_KIND = {
    "Pod": (
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.nominatedNodeName",
    ),
    "Event": (*(f"involvedObject.{each}" for each in _INVOLVED), "reason", "reportingComponent", "source", "type"),
    "Node": ("spec.unschedulable",),
    "Namespace": ("status.phase",),
    "Secret": ("type",),
    "Service": ("spec.clusterIP", "spec.type"),
    "ReplicaSet": ("status.replicas",),
}
_SPELLED = {True: "true", False: "false", None: ""}


def field_test(kind: Kind, text: str) -> Test | None:
    """The test in a selector such as `spec.nodeName=a,status.phase!=Running`; None for an empty one.

    Raises KubeError 400 for a field that the kind cannot be selected by.
    """
    tests = [_one(kind, each.strip()) for each in text.split(",") if each.strip()]
    if not tests:
        return None
    return lambda obj: all(test(obj) for test in tests)


def _one(kind: Kind, text: str) -> Test:
    field, equal, value = text.partition("=")
    if not equal:
        raise bad_request(f"invalid selector: '{text}'; can't understand '{text}'")
    differs = field.endswith("!")
    field, value = field.rstrip("!").strip(), value.removeprefix("=").strip()
    if field not in (*_ALWAYS, *_BY_KIND.get(kind.kind, ())):
        raise bad_request(f"field label not supported: {field}")
    steps = ("source", "component") if field == "source" else tuple(field.split("."))
    return lambda obj: (_value(obj, steps) == value) is not differs


def _value(obj: Any, steps: tuple[str, ...]) -> str:
    for each in steps:
        obj = obj.get(each) if isinstance(obj, dict) else None
    if obj is None and steps[-1] in ("unschedulable", "hostNetwork"):
        return "false"
    return _SPELLED[obj] if obj is None or isinstance(obj, bool) else str(obj)
