"""EC2: VPC endpoint services in front of load balancers, and who is connected to them."""

from __future__ import annotations

from migrator.sandbox.doors.aws.ec2_lists import Fields, matches, with_dry_run
from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World

_SERVICE: Fields = {
    "service-id": lambda each: [each["ServiceId"]],
    "service-name": lambda each: [each["ServiceName"]],
    "service-state": lambda each: [each["ServiceState"]],
}
_CONNECTION: Fields = {
    "service-id": lambda each: [each["ServiceId"]],
    "vpc-endpoint-state": lambda each: [each["VpcEndpointState"]],
    "vpc-endpoint-owner": lambda each: [each["VpcEndpointOwner"]],
    "vpc-endpoint-id": lambda each: [each["VpcEndpointId"]],
}


def describe_vpc_endpoint_service_configurations(world: World, asked: Asked) -> Told:
    """The endpoint services; there is no filter by load balancer."""
    services = [
        {
            "ServiceId": id,
            "ServiceName": f"com.amazonaws.vpce.{world.region}.{id}",
            "ServiceState": "Available",
            "ServiceType": [{"ServiceType": "Interface"}],
            "AvailabilityZones": [each.zone for each in world.elb.balancers[arn].zones],
            "AcceptanceRequired": False,
            "NetworkLoadBalancerArns": [arn],
        }
        for id, arn in world.elb.endpoint_services.items()
        if not asked.get("ServiceIds") or id in asked["ServiceIds"]
    ]
    kept = [each for each in services if matches(each, asked.get("Filters", ()), _SERVICE)]
    found, token = page(kept, lambda each: str(each["ServiceId"]), asked.get("MaxResults", 1000), asked.get("NextToken"))
    return {"ServiceConfigurations": list(found), "NextToken": token}


def describe_vpc_endpoint_connections(world: World, asked: Asked) -> Told:
    """Who connected, or asks to."""
    connections = [
        {
            "ServiceId": each.service,
            "VpcEndpointId": each.endpoint,
            "VpcEndpointOwner": each.owner,
            "VpcEndpointState": each.state,
        }
        for each in world.attached.connections
    ]
    kept = [each for each in connections if matches(each, asked.get("Filters", ()), _CONNECTION)]
    found, token = page(kept, lambda each: str(each["VpcEndpointId"]), asked.get("MaxResults", 1000), asked.get("NextToken"))
    return {"VpcEndpointConnections": list(found), "NextToken": token}


HANDLERS: dict[str, Handler] = {
    "DescribeVpcEndpointServiceConfigurations": with_dry_run(describe_vpc_endpoint_service_configurations),
    "DescribeVpcEndpointConnections": with_dry_run(describe_vpc_endpoint_connections),
}
