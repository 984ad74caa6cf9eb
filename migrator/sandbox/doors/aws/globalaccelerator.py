"""Global Accelerator: accelerators, their listeners, and the endpoint groups behind them. Asked in us-west-2 alone."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.attached import Endpoint
from migrator.sandbox.world.trouble import AwsError

PAGE = 10
_BAD_TOKEN = ("InvalidNextTokenException", "The token is not valid")


def list_accelerators(world: World, asked: Asked) -> Told:
    """Standard accelerators."""
    found = {
        each.accelerator: {"AcceleratorArn": each.accelerator, "Name": each.name, "Enabled": True, "Status": "DEPLOYED"}
        for each in world.attached.endpoints
    }
    return _listed("Accelerators", found.values(), "AcceleratorArn", asked)


def list_listeners(world: World, asked: Asked) -> Told:
    """The listeners of an accelerator."""
    found = _those(world, "AcceleratorNotFoundException", accelerator=asked["AcceleratorArn"])
    ports = [{"FromPort": 443, "ToPort": 443}]
    listeners = {each.listener: {"ListenerArn": each.listener, "PortRanges": ports, "Protocol": "TCP"} for each in found}
    return _listed("Listeners", listeners.values(), "ListenerArn", asked)


def list_endpoint_groups(world: World, asked: Asked) -> Told:
    """The endpoint groups of a listener, one a region, with their endpoints."""
    groups: dict[str, Told] = {}
    for each in _those(world, "ListenerNotFoundException", listener=asked["ListenerArn"]):
        empty: Told = {"EndpointGroupArn": each.group, "EndpointGroupRegion": each.region, "EndpointDescriptions": []}
        group = groups.setdefault(each.group, empty)
        group["EndpointDescriptions"].append({"EndpointId": each.id, "Weight": each.weight, "HealthState": "HEALTHY"})
    return _listed("EndpointGroups", groups.values(), "EndpointGroupArn", asked)


def list_cross_account_attachments(world: World, asked: Asked) -> Told:
    """What this account lets others put behind their accelerators."""
    found = [
        {
            "AttachmentArn": each.arn,
            "Name": each.name,
            "Principals": list(each.principals),
            "Resources": [{"EndpointId": id, "Region": world.region} for id in each.endpoints],
        }
        for each in world.attached.sharings
    ]
    return _listed("CrossAccountAttachments", found, "AttachmentArn", asked)


def _those(world: World, refusal: str, **wanted: str) -> list[Endpoint]:
    ((field, value),) = wanted.items()
    found = [each for each in world.attached.endpoints if getattr(each, field) == value]
    if not found:
        raise AwsError(refusal, f"{value} does not exist")
    return found


def _listed(name: str, items: Iterable[Told], id: str, asked: Asked) -> Told:
    size = asked.get("MaxResults", PAGE)
    found, token = page(list(items), lambda each: str(each[id]), size, asked.get("NextToken"), refusal=_BAD_TOKEN)
    return {name: list(found), "NextToken": token}


HANDLERS: dict[str, Handler] = {
    "ListAccelerators": list_accelerators,
    "ListListeners": list_listeners,
    "ListEndpointGroups": list_endpoint_groups,
    "ListCrossAccountAttachments": list_cross_account_attachments,
}
