"""The columns of Pods, whose state has to be told in one word.

Source: kubernetes/kubernetes pkg/printers/internalversion/printers.go, printPod.
"""

from __future__ import annotations

from typing import Any, Final

from migrator.sandbox.doors.kube.cells import NAME, NONE, Column, spec_of, status_of
from migrator.sandbox.doors.kube.elapsed import age
from migrator.sandbox.world.kube_kinds import KubeObject


def _statuses(obj: KubeObject) -> list[dict[str, Any]]:
    return status_of(obj).get("containerStatuses") or []


def _ready(obj: KubeObject, now: float) -> str:
    whole = len(spec_of(obj).get("containers") or ())
    return f"{sum(1 for each in _statuses(obj) if each.get('ready'))}/{whole}"


def _state(obj: KubeObject, now: float) -> str:
    if "deletionTimestamp" in obj["metadata"]:
        return "Terminating"
    status = status_of(obj)
    told = str(status.get("reason") or status.get("phase") or "Unknown")
    for each in reversed(_statuses(obj)):
        state = each.get("state") or {}
        for stage in ("waiting", "terminated"):
            told = (state.get(stage) or {}).get("reason") or told
    return told


def _restarts(obj: KubeObject, now: float) -> str:
    return str(sum(each.get("restartCount", 0) for each in _statuses(obj)))


def _gates(obj: KubeObject, now: float) -> str:
    gates = spec_of(obj).get("readinessGates") or ()
    held = {each["type"]: each["status"] for each in status_of(obj).get("conditions") or ()}
    met = sum(1 for each in gates if held.get(each["conditionType"]) == "True")
    return f"{met}/{len(gates)}" if gates else NONE


POD: Final[tuple[Column, ...]] = (
    NAME,
    ("Ready", "string", 0, _ready),
    ("Status", "string", 0, _state),
    ("Restarts", "string", 0, _restarts),
    ("Age", "string", 0, age),
    ("IP", "string", 1, lambda obj, now: status_of(obj).get("podIP") or NONE),
    ("Node", "string", 1, lambda obj, now: spec_of(obj).get("nodeName") or NONE),
    ("Nominated Node", "string", 1, lambda obj, now: status_of(obj).get("nominatedNodeName") or NONE),
    ("Readiness Gates", "string", 1, _gates),
)
