"""Changing: create, replace, patch and delete, one object or a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrator.sandbox.doors.kube.options import dry_run, grace, manager, mapping, options, patch_type, propagation, strict
from migrator.sandbox.doors.kube.paths import Route, unknown_path
from migrator.sandbox.doors.kube.reading import Reading, selected
from migrator.sandbox.doors.kube.scale import patched_scale, scale_of, scaled
from migrator.sandbox.doors.kube.wire import Answer, Request, encode, success
from migrator.sandbox.world.kube_kinds import KubeObject
from migrator.sandbox.world.kube_meta import fresh
from migrator.sandbox.world.kube_refusals import bad_request
from migrator.sandbox.world.kube_shapes import decoded
from migrator.sandbox.world.trouble import KubeError

if TYPE_CHECKING:
    from migrator.sandbox.world import World

# Kinds that answer a delete with the object; the others with a Status. Source: ReturnDeletedObject in the registries.
_RETURNED = ("Pod", "Service", "ServiceAccount", "ResourceQuota")
_STATUS_AT_BIRTH = ("Node", "CustomResourceDefinition", "Namespace", "APIService")


class Writing:
    """Answers create, update, patch, delete and deletecollection."""

    def __init__(self, world: World) -> None:
        self._world, self._kube, self._reading = world, world.kube, Reading(world)

    def named(self, request: Request, aim: Route) -> str:
        """The name that a create gives in its body, "" where there is none to be read."""
        if aim.verb != "create":
            return ""
        try:
            body = request.decoded()
        except KubeError:
            return ""
        meta = body.get("metadata") if isinstance(body, dict) else None
        return str(meta.get("name", "")) if isinstance(meta, dict) else ""

    def answer(self, request: Request, aim: Route) -> Answer:
        """The answer. Raises KubeError."""
        if aim.verb in ("delete", "deletecollection"):
            return self._delete(request, aim) if aim.verb == "delete" else self._delete_all(request, aim)
        if aim.subresource == "scale" and aim.kind.scale:
            return self._scale(request, aim)
        if aim.subresource == "eviction" and aim.kind.kind == "Pod":
            return self._evict(request, aim)
        if aim.subresource and not (aim.subresource == "status" and aim.kind.status and aim.verb != "create"):
            raise unknown_path()
        if aim.verb == "patch":
            return self._patch(request, aim)
        return self._create(request, aim) if aim.verb == "create" else self._replace(request, aim)

    def _create(self, request: Request, aim: Route) -> Answer:
        body, warnings = self._body(request, aim)
        if aim.kind.status and aim.kind.kind not in _STATUS_AT_BIRTH:
            body.pop("status", None)
        made = self._kube.create(body, manager=manager(request), dry_run=dry_run(request))
        return self._told(request, aim, made, 201, warnings)

    def _replace(self, request: Request, aim: Route) -> Answer:
        body, warnings = self._body(request, aim)
        if (name := body["metadata"].get("name")) != aim.name:
            raise bad_request(f"the name of the object ({name}) does not match the name on the URL ({aim.name})")
        made = self._kube.replace(body, subresource=aim.subresource or None, manager=manager(request), dry_run=dry_run(request))
        return self._told(request, aim, made, 200, warnings)

    def _patch(self, request: Request, aim: Route) -> Answer:
        made = self._kube.patch(
            aim.kind.kind,
            aim.home,
            aim.name,
            request.decoded(),
            type=patch_type(request, aim),
            subresource=aim.subresource or None,
            manager=manager(request),
            dry_run=dry_run(request),
            strict=strict(request),
        )
        return self._told(request, aim, made, 200, [])

    def _scale(self, request: Request, aim: Route) -> Answer:
        obj = self._kube.get(aim.kind.kind, aim.home, aim.name)
        if aim.verb == "patch":
            wanted = patched_scale(obj, request.decoded(), patch_type(request, aim))
        else:
            wanted = mapping(request.decoded())
        made = (
            scaled(self._kube, obj, wanted, dry_run=dry_run(request), manager=manager(request))
            if wanted != scale_of(obj)
            else wanted
        )
        return _json(made)

    def _evict(self, request: Request, aim: Route) -> Answer:
        pod = self._kube.get("Pod", aim.home, aim.name)
        asked = mapping(request.decoded()).get("deleteOptions") or {}
        self._kube.delete(
            "Pod",
            aim.home,
            aim.name,
            dry_run=dry_run(request, asked),
            grace_s=grace(request, asked, pod),
            manager=manager(request),
        )
        return _json(success({}), 201)

    def _delete(self, request: Request, aim: Route) -> Answer:
        if aim.subresource:
            raise unknown_path()
        asked = options(request)
        conditions = asked.get("preconditions") or {}
        obj = self._kube.get(aim.kind.kind, aim.home, aim.name)
        gone = self._kube.delete(
            aim.kind.kind,
            aim.home,
            aim.name,
            uid=conditions.get("uid"),
            resource_version=conditions.get("resourceVersion"),
            dry_run=dry_run(request, asked),
            propagation=propagation(request, asked),
            grace_s=grace(request, asked, obj) if aim.kind.kind == "Pod" else 0,
            manager=manager(request),
        )
        if aim.kind.kind in _RETURNED or self._kube.find(aim.kind.kind, aim.home, aim.name) is gone:
            return self._told(request, aim, gone, 200, [])
        details: dict[str, object] = {"name": aim.name, "kind": aim.kind.plural, "uid": gone["metadata"]["uid"]}
        if aim.kind.group:
            details["group"] = aim.kind.group
        return _json(success(details))

    def _delete_all(self, request: Request, aim: Route) -> Answer:
        wanted, asked = selected(request, aim), options(request)
        found = [each for each in self._kube.list(aim.kind.kind, aim.namespace) if wanted is None or wanted(each)]
        for each in found:
            meta = each["metadata"]
            if self._kube.find(aim.kind.kind, meta.get("namespace", ""), meta["name"]) is None:
                continue  # went with one deleted before it
            self._kube.delete(
                aim.kind.kind,
                meta.get("namespace", ""),
                meta["name"],
                dry_run=dry_run(request, asked),
                propagation=propagation(request, asked),
                grace_s=grace(request, asked, each) if aim.kind.kind == "Pod" else 0,
                manager=manager(request),
            )
        meta_of_list = {"resourceVersion": str(self._kube.revision)}
        return _json(
            {"kind": f"{aim.kind.kind}List", "apiVersion": aim.kind.api_version, "metadata": meta_of_list, "items": found}
        )

    def _body(self, request: Request, aim: Route) -> tuple[KubeObject, list[str]]:
        """The object in a request, completed from its path, and the members that nobody knows. Raises KubeError 400."""
        body = fresh(mapping(request.decoded()))
        for member, wanted in (("kind", aim.kind.kind), ("apiVersion", aim.kind.api_version)):
            if body.setdefault(member, wanted) != wanted:
                raise bad_request(f"{member} in the body ({body[member]}) does not match what the URL means ({wanted})")
        meta = body.setdefault("metadata", {})
        if not isinstance(meta, dict):
            raise bad_request("metadata must be an object")
        if aim.kind.namespaced:
            if meta.get("namespace", aim.namespace) != aim.namespace:
                raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
            meta["namespace"] = aim.namespace
        return body, decoded(aim.kind, body, strict=strict(request))

    def _told(self, request: Request, aim: Route, obj: KubeObject, status: int, warnings: list[str]) -> Answer:
        answer = _json(self._reading.shown(request, aim, obj), status)
        if warnings and request.query.get("fieldValidation") != "Ignore":
            told = ", ".join(f'unknown field \\"{each}\\"' for each in warnings)
            answer.headers["Warning"] = f'299 - "{told}"'
        return answer


def _json(value: Any, status: int = 200) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, encode(value))
