"""Looking: one object, lists in pages, and watches."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from migrator.sandbox.doors.kube.fields import field_test
from migrator.sandbox.doors.kube.paths import Route, unknown_path
from migrator.sandbox.doors.kube.scale import scale_of
from migrator.sandbox.doors.kube.tables import form, partial, table
from migrator.sandbox.doors.kube.watching import Watch
from migrator.sandbox.doors.kube.wire import Answer, Request, encode
from migrator.sandbox.world.kube_kinds import KubeObject
from migrator.sandbox.world.kube_refusals import Complaint, bad_request
from migrator.sandbox.world.kube_selectors import labels_of, parsed
from migrator.sandbox.world.trouble import KubeError

if TYPE_CHECKING:
    from migrator.sandbox.world import World

_WATCHED_S = 1800.0  # kube-apiserver --min-request-timeout
Test = Callable[[KubeObject], bool]


class Reading:
    """Answers get, list and watch."""

    def __init__(self, world: World) -> None:
        self._world, self._kube = world, world.kube

    def answer(self, request: Request, aim: Route) -> Answer:
        """The answer; Raises KubeError."""
        if aim.verb == "get":
            return self._got(request, aim)
        return self._listed(request, aim) if aim.verb == "list" else self._watched(request, aim)

    def shown(self, request: Request, aim: Route, obj: KubeObject) -> Any:
        """One object in the form that the client asked for."""
        wanted = form(request.accept)
        if wanted == "Table":
            meta = {"resourceVersion": obj["metadata"].get("resourceVersion", "")}
            return table(self._kube, aim.kind, [obj], meta, request.query.get("includeObject", "Metadata"), self._world.now)
        return partial(obj) if wanted else obj

    def _got(self, request: Request, aim: Route) -> Answer:
        obj = self._kube.get(aim.kind.kind, aim.home, aim.name)
        if aim.subresource == "scale" and aim.kind.scale:
            return _json(scale_of(obj))
        if aim.subresource and not (aim.subresource == "status" and aim.kind.status):
            raise unknown_path()
        return _json(self.shown(request, aim, obj))

    def _listed(self, request: Request, aim: Route) -> Answer:
        wanted = selected(request, aim)
        limit, start, revision = request.number("limit") or 0, ("", ""), self._kube.revision
        if token := request.query.get("continue"):
            start, revision = _unfolded(token)
        found: list[KubeObject] = []
        meta: dict[str, Any] = {"resourceVersion": str(revision)}
        last = start
        for key, obj in self._kube.shelf(aim.kind.kind).after(start, aim.namespace):
            if wanted is not None and not wanted(obj):
                continue
            if limit and len(found) == limit:
                meta["continue"] = _folded(last, revision)
                break
            found.append(obj)
            last = key
        if "continue" in meta and wanted is None:
            rest = self._kube.shelf(aim.kind.kind).after(last, aim.namespace)
            meta["remainingItemCount"] = sum(1 for _ in rest)
        return _json(self._collection(request, aim, found, meta))

    def _collection(self, request: Request, aim: Route, found: list[KubeObject], meta: dict[str, Any]) -> KubeObject:
        wanted = form(request.accept)
        if wanted == "Table":
            include = request.query.get("includeObject", "Metadata")
            return table(self._kube, aim.kind, found, meta, include, self._world.now)
        if wanted:
            items = [partial(each) for each in found]
            return {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": meta, "items": items}
        return {"kind": f"{aim.kind.kind}List", "apiVersion": aim.kind.api_version, "metadata": meta, "items": found}

    def _watched(self, request: Request, aim: Route) -> Answer:
        if request.flag("sendInitialEvents"):
            why = "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"
            causes = [vars_of(Complaint("FieldValueForbidden", "sendInitialEvents", f"Forbidden: {why}"))]
            raise KubeError(
                422, "Invalid", f'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: {why}', {"causes": causes}
            )
        revision = request.number("resourceVersion") or 0
        wanted, namespace = selected(request, aim), aim.namespace
        watch = Watch(
            self._kube,
            aim.kind,
            lambda obj: (namespace is None or obj["metadata"].get("namespace") == namespace) and (wanted is None or wanted(obj)),
            lambda obj: self.shown(request, aim, obj),
            revision=revision,
            opened=self._world.now,
            deadline=self._world.now + (request.number("timeoutSeconds") or _WATCHED_S),
            subject=f"{aim.home}/",
            bookmarks=request.flag("allowWatchBookmarks"),
        )
        return Answer(200, {"Content-Type": "application/json"}, watch)


def selected(request: Request, aim: Route) -> Test | None:
    """The test that label and field selectors add up to; None when everything is meant. Raises KubeError 400."""
    by_label = parsed(request.query.get("labelSelector", ""))
    by_field = field_test(aim.kind, request.query.get("fieldSelector", ""))
    if by_label is None:
        return by_field
    label_test = by_label
    if by_field is None:
        return lambda obj: label_test(labels_of(obj))
    of_fields = by_field
    return lambda obj: label_test(labels_of(obj)) and of_fields(obj)


def vars_of(complaint: Complaint) -> dict[str, str]:
    """A complaint as one of the causes in a Status."""
    return {"reason": complaint.reason, "message": complaint.message, "field": complaint.field}


def _json(value: Any) -> Answer:
    return Answer(200, {"Content-Type": "application/json"}, encode(value))


def _folded(last: tuple[str, str], revision: int) -> str:
    return base64.urlsafe_b64encode(encode([*last, revision])).decode().rstrip("=")


def _unfolded(token: str) -> tuple[tuple[str, str], int]:
    try:
        namespace, name, revision = msgspec.json.decode(base64.urlsafe_b64decode(token + "=="), type=tuple[str, str, int])
    except (ValueError, msgspec.DecodeError):
        raise bad_request(f"continue key is not valid: {token}") from None
    return (namespace, name), revision
