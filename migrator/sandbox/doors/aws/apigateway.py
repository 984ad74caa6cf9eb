"""API Gateway's first API: VPC links, REST APIs and what their methods forward to."""

from __future__ import annotations

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.attached import Integration
from migrator.sandbox.world.trouble import AwsError

PAGE = 25  # what a list gives unless asked for more, up to 500
_BAD_POSITION = ("BadRequestException", "Invalid position parameter specified")


def get_vpc_links(world: World, asked: Asked) -> Told:
    """Links of the first kind; those of the newer one are listed by the other API."""
    links = [
        {"id": each.id, "name": each.name, "targetArns": [each.target], "status": "AVAILABLE"}
        for each in world.attached.links.values()
    ]
    return _listed(links, asked)


def get_rest_apis(world: World, asked: Asked) -> Told:
    """The REST APIs."""
    names = {each.api: each.name for each in _integrations(world)}
    return _listed([{"id": id, "name": name} for id, name in names.items()], asked)


def get_resources(world: World, asked: Asked) -> Told:
    """The resources of a REST API, each with one method; what it forwards to only where `embed` asks for methods."""
    found = [each for each in _integrations(world) if each.api == asked["restApiId"]]
    if not found:
        raise AwsError("NotFoundException", "Invalid API identifier specified", 404)
    return _listed([_resource(each, "methods" in asked.get("embed", ())) for each in found], asked)


def _integrations(world: World) -> list[Integration]:
    return [each for each in world.attached.integrations if each.kind == "rest"]


def _resource(integration: Integration, whole: bool) -> Told:
    method: Told = {}
    if whole:
        link = {"connectionType": "VPC_LINK", "connectionId": integration.link, "integrationTarget": integration.target}
        method = {"httpMethod": "GET", "methodIntegration": {"type": "HTTP_PROXY", "httpMethod": "GET"} | link}
    return {"id": integration.id, "path": f"/{integration.id}", "resourceMethods": {"GET": method}}


def _listed(items: list[Told], asked: Asked) -> Told:
    found, position = page(
        items, lambda each: str(each["id"]), asked.get("limit", PAGE), asked.get("position"), refusal=_BAD_POSITION
    )
    return {"items": list(found), "position": position}


HANDLERS: dict[str, Handler] = {
    "GetVpcLinks": get_vpc_links,
    "GetRestApis": get_rest_apis,
    "GetResources": get_resources,
}
