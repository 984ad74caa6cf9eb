"""API Gateway's second API: VPC links of the newer kind, HTTP APIs and their integrations."""

from __future__ import annotations

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.trouble import AwsError

PAGE = 25
_BAD_TOKEN = ("BadRequestException", "Invalid nextToken parameter specified")


def get_vpc_links(world: World, asked: Asked) -> Told:
    """They hang in subnets; which load balancer they lead to, only the integrations say."""
    links = [
        {
            "VpcLinkId": each.id,
            "Name": each.name,
            "SubnetIds": list(world.ec2.subnets),
            "SecurityGroupIds": [],
            "VpcLinkStatus": "AVAILABLE",
            "VpcLinkVersion": "V2",
        }
        for each in world.attached.newer_links.values()
    ]
    return _listed(links, "VpcLinkId", asked)


def get_apis(world: World, asked: Asked) -> Told:
    """The HTTP APIs."""
    names = {each.api: each.name for each in world.attached.integrations if each.kind == "http"}
    apis = [
        {
            "ApiId": id,
            "Name": name,
            "ProtocolType": "HTTP",
            "RouteSelectionExpression": "$request.method $request.path",
        }
        for id, name in names.items()
    ]
    return _listed(apis, "ApiId", asked)


def get_integrations(world: World, asked: Asked) -> Told:
    """What an HTTP API forwards to."""
    found = [
        {
            "IntegrationId": each.id,
            "IntegrationType": "HTTP_PROXY",
            "ConnectionType": "VPC_LINK",
            "ConnectionId": each.link,
            "IntegrationUri": each.target,
        }
        for each in world.attached.integrations
        if each.kind == "http" and each.api == asked["ApiId"]
    ]
    if not found:
        raise AwsError("NotFoundException", f"Invalid API identifier specified {world.account}:{asked['ApiId']}", 404)
    return _listed(found, "IntegrationId", asked)


def _listed(items: list[Told], id: str, asked: Asked) -> Told:
    size = int(asked.get("MaxResults", PAGE))
    found, token = page(items, lambda each: str(each[id]), size, asked.get("NextToken"), refusal=_BAD_TOKEN)
    return {"Items": list(found), "NextToken": token}


HANDLERS: dict[str, Handler] = {
    "GetVpcLinks": get_vpc_links,
    "GetApis": get_apis,
    "GetIntegrations": get_integrations,
}
