"""Which object or collection a path means, and what a request wants with it.

Source: kubernetes/apiserver pkg/endpoints/request/requestinfo.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from migrator.sandbox.doors.kube.wire import Request
from migrator.sandbox.world.kube_kinds import Kind
from migrator.sandbox.world.trouble import KubeError

_VERBS = {"GET": "get", "HEAD": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_OF_COLLECTIONS = {"get": "list", "delete": "deletecollection"}
WRITES = ("create", "update", "patch", "delete", "deletecollection")


class Route(NamedTuple):
    """A request's aim. `namespace` is None for all of them and for kinds that have none; `name` is "" for a collection."""

    verb: str
    kind: Kind
    namespace: str | None
    name: str
    subresource: str

    @property
    def home(self) -> str:
        """The namespace as the store has it."""
        return self.namespace or ""

    @property
    def resource(self) -> str:
        """`services` or `services/status`."""
        return f"{self.kind.plural}/{self.subresource}" if self.subresource else self.kind.plural


def group_version(path: str) -> tuple[str, str, list[str]] | None:
    """Group, version and the rest of a path below `/api` or `/apis`; None for other paths."""
    parts = path.split("/")[1:]
    if parts[0] == "api" and len(parts) >= 2:
        return "", parts[1], parts[2:]
    if parts[0] == "apis" and len(parts) >= 3:
        return parts[1], parts[2], parts[3:]
    return None


def route(request: Request, served: Mapping[tuple[str, str, str], Kind]) -> Route:
    """What a request is about; `served` is by group, version and plural. Raises KubeError 404 and 405."""
    found = group_version(request.path)
    if found is None or not found[2]:
        raise unknown_path()
    group, version, rest = found
    namespace: str | None = None
    # `namespaces/x/services` is about services, `namespaces/x` and `namespaces/x/status` about the namespace.
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    kind = served.get((group, version, rest[0]))
    if kind is None or len(rest) > 3 or (namespace is not None and not kind.namespaced):
        raise unknown_path()
    name, subresource = [*rest, "", ""][1:3]
    if name and kind.namespaced and namespace is None:
        raise unknown_path()
    verb = _VERBS.get(request.method)
    if not name:
        verb = _OF_COLLECTIONS.get(verb or "", verb)
        if verb == "list" and request.flag("watch"):
            verb = "watch"
    if verb is None or (not name and verb in ("update", "patch")) or (name and verb == "create" and not subresource):
        raise KubeError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
    return Route(verb, kind, namespace, name, subresource)


def unknown_path() -> KubeError:
    """404 for a path that means nothing, which also is how a missing CustomResourceDefinition shows."""
    return KubeError(404, "NotFound", "the server could not find the requested resource")
