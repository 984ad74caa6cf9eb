"""What a write is asked to be beside its body: dry or strict, by whom, in which format, how gracefully.

Source: kubernetes/apimachinery pkg/apis/meta/v1/types.go (CreateOptions, PatchOptions, DeleteOptions).
"""

from __future__ import annotations

from typing import Any

from migrator.sandbox.doors.kube.paths import Route
from migrator.sandbox.doors.kube.wire import Request
from migrator.sandbox.world.kube_kinds import KubeObject
from migrator.sandbox.world.kube_refusals import bad_request
from migrator.sandbox.world.trouble import KubeError

_PATCH_TYPES = {
    "application/merge-patch+json": "merge",
    "application/json-patch+json": "json",
    "application/strategic-merge-patch+json": "strategic",
}


def mapping(body: Any) -> KubeObject:
    """A body that has to be an object. Raises KubeError 400."""
    if not isinstance(body, dict):
        raise bad_request("the object provided is unrecognized (must be of type object)")
    return body


def patch_type(request: Request, aim: Route) -> str:
    """The kind of patch, as the store calls it. Raises KubeError 415."""
    known = [each for each in _PATCH_TYPES if not (aim.kind.custom and "strategic" in each)]
    if request.media_type not in known:
        told = f"accepted media types include: {', '.join(known)}"
        if request.media_type == "application/apply-patch+yaml":
            told = f"server-side apply is not modelled; {told}"
        raise KubeError(415, "UnsupportedMediaType", f"the body of the request was in an unknown format - {told}")
    return _PATCH_TYPES[request.media_type]


def options(request: Request) -> dict[str, Any]:
    """The DeleteOptions in a body, empty when there is none. Raises KubeError 400."""
    return mapping(request.decoded()) if request.body else {}


def dry_run(request: Request, asked: dict[str, Any] | None = None) -> bool:
    """Whether nothing is to be stored. Raises KubeError 400 for anything but `All`."""
    given = request.query.get("dryRun") or "".join((asked or {}).get("dryRun") or ())
    if given not in ("", "All"):
        raise bad_request(f'dryRun: Unsupported value: "{given}": supported values: "All"')
    return bool(given)


def strict(request: Request) -> bool:
    """Whether members that nobody knows are refused."""
    return request.query.get("fieldValidation") == "Strict"


def manager(request: Request) -> str:
    """Who writes, by its own word."""
    return request.query.get("fieldManager") or request.headers.get("user-agent", "unknown").partition("/")[0]


def grace(request: Request, asked: dict[str, Any], pod: KubeObject) -> float:
    """How long a Pod may take to stop, in seconds: as asked, else as it says itself."""
    wanted = asked.get("gracePeriodSeconds", request.number("gracePeriodSeconds"))
    return float((pod.get("spec") or {}).get("terminationGracePeriodSeconds", 30) if wanted is None else wanted)


def propagation(request: Request, asked: dict[str, Any]) -> str | None:
    """What is to become of dependents, None for the server to choose."""
    return asked.get("propagationPolicy") or request.query.get("propagationPolicy")
