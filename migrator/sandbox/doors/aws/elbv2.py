"""ELBv2: load balancers, their attributes and tags, and the limits of the account."""

from __future__ import annotations

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told, tag_dict, tag_list
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import LoadBalancer, ZoneMapping, is_classic
from migrator.sandbox.world.trouble import AwsError

PAGE = 400  # the most that describe calls give at once; they give as many unless told otherwise
MOST_NAMED = 20  # names, ARNs or resources in one request


def check_named(asked: Asked, *members: str) -> None:
    """At most 20 names or ARNs, of one sort, and not together with a page size. Source: ELBv2 Describe* requests."""
    given = [name for name in members if asked.get(name)]
    if len(given) > 1:
        raise AwsError("ValidationError", f"{' and '.join(given)} cannot be specified at the same time")
    for name in given:
        if len(asked[name]) > MOST_NAMED:
            raise AwsError("ValidationError", f"Up to {MOST_NAMED} {name} can be specified, {len(asked[name])} are")


def create_load_balancer(world: World, asked: Asked) -> Told:
    """Network Load Balancers only: the sandbox has no other type."""
    if asked.get("Type", "application") != "network":
        raise AwsError("InvalidConfigurationRequest", "the sandbox makes load balancers of type 'network' only")
    lb = world.elb.create_load_balancer(
        asked["Name"],
        asked.get("Scheme", "internet-facing"),
        _subnets(asked),
        tags=tag_dict(asked.get("Tags", ())),
        security_groups=asked.get("SecurityGroups", ()),
        allocations=_allocations(asked),
        address_type=asked.get("IpAddressType", "ipv4"),
    )
    return {"LoadBalancers": [_load_balancer(world, lb)]}


def describe_load_balancers(world: World, asked: Asked) -> Told:
    """By ARN, by name, or a page of all. Deleted ones are found a little longer."""
    check_named(asked, "LoadBalancerArns", "Names")
    elb = world.elb
    known = {arn: each for arn, each in {**elb.balancers, **elb.vanishing}.items() if each.kind == "network"}
    if arns := asked.get("LoadBalancerArns"):
        if missing := [each for each in arns if each not in known]:
            raise AwsError("LoadBalancerNotFound", f"One or more load balancers not found: '{', '.join(missing)}'")
        return {"LoadBalancers": [_load_balancer(world, known[each]) for each in dict.fromkeys(arns)]}
    if names := asked.get("Names"):
        by_name = {each.name: each for each in sorted(known.values(), key=lambda each: each.arn in elb.balancers)}
        if missing := [each for each in names if each not in by_name]:
            raise AwsError("LoadBalancerNotFound", f"Load balancers '[{', '.join(missing)}]' not found")
        return {"LoadBalancers": [_load_balancer(world, by_name[each]) for each in dict.fromkeys(names)]}
    found, marker = page(list(known.values()), lambda each: each.arn, asked.get("PageSize", PAGE), asked.get("Marker"))
    return {"LoadBalancers": [_load_balancer(world, each) for each in found], "NextMarker": marker}


def delete_load_balancer(world: World, asked: Asked) -> Told:
    """Deleting what is not there succeeds; classic ones have another API."""
    if is_classic(asked["LoadBalancerArn"]):
        raise AwsError("ValidationError", f"'{asked['LoadBalancerArn']}' is not a valid load balancer ARN")
    world.elb.delete_load_balancer(asked["LoadBalancerArn"])
    return {}


def describe_load_balancer_attributes(world: World, asked: Asked) -> Told:
    """All of them, set or default."""
    return {"Attributes": tag_list(world.elb.balancer(asked["LoadBalancerArn"]).attributes)}


def modify_load_balancer_attributes(world: World, asked: Asked) -> Told:
    """Answers with all attributes."""
    changed = world.elb.set_load_balancer_attributes(asked["LoadBalancerArn"], tag_dict(asked["Attributes"]))
    return {"Attributes": tag_list(changed)}


def set_security_groups(world: World, asked: Asked) -> Told:
    """Only for a load balancer that was made with security groups."""
    world.elb.set_security_groups(asked["LoadBalancerArn"], asked["SecurityGroups"])
    return {"SecurityGroupIds": asked["SecurityGroups"]}


def set_subnets(world: World, asked: Asked) -> Told:
    """Enables exactly the zones of these subnets."""
    lb = world.elb.set_subnets(asked["LoadBalancerArn"], _subnets(asked), _allocations(asked))
    return {"AvailabilityZones": _zones(world, lb), "IpAddressType": lb.address_type}


def describe_tags(world: World, asked: Asked) -> Told:
    """The tags of up to 20 load balancers, listeners and target groups."""
    check_named(asked, "ResourceArns")
    arns = asked["ResourceArns"]
    return {"TagDescriptions": [{"ResourceArn": each, "Tags": tag_list(world.elb.tags_of(each))} for each in arns]}


def add_tags(world: World, asked: Asked) -> Told:
    """The same tags on each of the resources; all must be there."""
    tags = tag_dict(asked["Tags"])
    if len(tags) < len(asked["Tags"]):
        raise AwsError("DuplicateTagKeys", "A tag key was specified more than once")
    for each in asked["ResourceArns"]:
        world.elb.tags_of(each)
    for each in asked["ResourceArns"]:
        world.elb.tag(each, tags)
    return {}


def remove_tags(world: World, asked: Asked) -> Told:
    """Keys that are not there do not matter."""
    for each in asked["ResourceArns"]:
        world.elb.untag(each, asked["TagKeys"])
    return {}


def describe_account_limits(world: World, asked: Asked) -> Told:
    """The quotas that ELBv2 itself knows."""
    listed = [each for each in world.quotas.table if each.limit_name]
    found, marker = page(listed, lambda each: each.code, asked.get("PageSize", PAGE), asked.get("Marker"))
    return {"Limits": [{"Name": each.limit_name, "Max": str(int(each.value))} for each in found], "NextMarker": marker}


def _subnets(asked: Asked) -> list[str]:
    """The subnets of a request, stated alone or in mappings, not both."""
    if asked.get("Subnets") and asked.get("SubnetMappings"):
        raise AwsError("ValidationError", "Only one of Subnets and SubnetMappings can be specified")
    return asked.get("Subnets") or [each["SubnetId"] for each in asked.get("SubnetMappings", ()) if "SubnetId" in each]


def _allocations(asked: Asked) -> dict[str, str]:
    """The elastic address of each subnet that has one."""
    mappings = asked.get("SubnetMappings", ())
    return {each["SubnetId"]: each["AllocationId"] for each in mappings if "SubnetId" in each and "AllocationId" in each}


def _load_balancer(world: World, lb: LoadBalancer) -> Told:
    code = world.elb.state(lb)
    return {
        "LoadBalancerArn": lb.arn,
        "DNSName": lb.dns_name,
        "CanonicalHostedZoneId": lb.zone_id,
        "CreatedTime": lb.created,
        "LoadBalancerName": lb.name,
        "Scheme": lb.scheme,
        "VpcId": lb.vpc_id,
        "State": {"Code": code, "Reason": lb.failed if code == "failed" else None},
        "Type": "network",
        "AvailabilityZones": _zones(world, lb),
        "SecurityGroups": lb.security_groups or None,
        "IpAddressType": lb.address_type,
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "on" if lb.security_groups else None,
    }


def _zones(world: World, lb: LoadBalancer) -> list[Told]:
    return [
        {"ZoneName": each.zone, "SubnetId": each.subnet_id, "LoadBalancerAddresses": _addresses(world, each)} for each in lb.zones
    ]


def _addresses(world: World, mapping: ZoneMapping) -> list[Told]:
    """Only addresses that the account chose are listed. Source: ELBv2 LoadBalancerAddress."""
    if mapping.allocation_id is None:
        return []
    return [{"IpAddress": mapping.address, "AllocationId": mapping.allocation_id}]


HANDLERS: dict[str, Handler] = {
    "CreateLoadBalancer": create_load_balancer,
    "DescribeLoadBalancers": describe_load_balancers,
    "DeleteLoadBalancer": delete_load_balancer,
    "DescribeLoadBalancerAttributes": describe_load_balancer_attributes,
    "ModifyLoadBalancerAttributes": modify_load_balancer_attributes,
    "SetSecurityGroups": set_security_groups,
    "SetSubnets": set_subnets,
    "DescribeTags": describe_tags,
    "AddTags": add_tags,
    "RemoveTags": remove_tags,
    "DescribeAccountLimits": describe_account_limits,
}
