"""The least of OpenAPI that lets `kubectl` know it may leave validation to the server.

kubectl asks only whether a PATCH of the kind takes `fieldValidation`; no schemas are published.
Source: kubernetes/cli-runtime pkg/resource/query_param_verifier_v3.go.
"""

from __future__ import annotations

from typing import Any

from migrator.sandbox.doors.kube.discovery import Served
from migrator.sandbox.world.kube_kinds import Kind

_PREFIX = "/openapi/v3"
_FIELD_VALIDATION = {"name": "fieldValidation", "in": "query", "schema": {"type": "string", "uniqueItems": True}}
_PATCHES = ("application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json")


def openapi(path: str, offer: Served) -> dict[str, Any] | None:
    """The index at `/openapi/v3` or the document of one group and version; None where there is none."""
    homes = list(dict.fromkeys(_home(each) for each in offer.values()))
    if path == _PREFIX:
        return {"paths": {each: {"serverRelativeURL": f"{_PREFIX}/{each}?hash=sandbox"} for each in homes}}
    wanted = path.removeprefix(f"{_PREFIX}/")
    if wanted not in homes:
        return None
    paths = {_object_path(each): {"patch": _patch(each)} for each in offer.values() if _home(each) == wanted}
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "sandbox"},
        "paths": paths,
        "components": {"schemas": {}},
    }


def _home(kind: Kind) -> str:
    return f"apis/{kind.api_version}" if kind.group else f"api/{kind.version}"


def _object_path(kind: Kind) -> str:
    within = "/namespaces/{namespace}" if kind.namespaced else ""
    return f"/{_home(kind)}{within}/{kind.plural}/{{name}}"


def _patch(kind: Kind) -> dict[str, Any]:
    types = [each for each in _PATCHES if not (kind.custom and "strategic" in each)]
    return {
        "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
        "parameters": [_FIELD_VALIDATION],
        "requestBody": {"content": {each: {"schema": {"type": "object"}} for each in types}},
        "responses": {"200": {"description": "OK"}},
    }
