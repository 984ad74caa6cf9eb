"""EC2: facts about the account and its region, and tags of any resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.sandbox.doors.aws.ec2_lists import Fields, matches, with_dry_run
from migrator.sandbox.doors.aws.handler import Asked, Handler, Told, tag_dict, tag_list
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.trouble import AwsError

_TAG: Fields = {
    "resource-id": lambda each: [each["ResourceId"]],
    "resource-type": lambda each: [each["ResourceType"]],
    "key": lambda each: [each["Key"]],
    "value": lambda each: [each["Value"]],
}


def describe_availability_zones(world: World, asked: Asked) -> Told:
    """The zones of the region that hold subnets; the first three letters in a region without any."""
    names = world.ec2.zones() or [world.region + letter for letter in "abc"]
    zones = [
        {
            "State": "available",
            "RegionName": world.region,
            "ZoneName": each,
            "ZoneId": zone_id(world, each),
            "GroupName": world.region,
            "ZoneType": "availability-zone",
            "OptInStatus": "opt-in-not-required",
        }
        for each in names
    ]
    fields: Fields = {
        "zone-name": lambda each: [each["ZoneName"]],
        "zone-id": lambda each: [each["ZoneId"]],
        "state": lambda each: ["available"],
        "region-name": lambda each: [world.region],
    }
    wanted = asked.get("ZoneNames")
    if missing := [each for each in wanted or () if each not in names]:
        raise AwsError("InvalidParameterValue", f"Invalid availability zone: [{missing[0]}]")
    return {
        "AvailabilityZones": [
            each
            for each in zones
            if (not wanted or each["ZoneName"] in wanted) and matches(each, asked.get("Filters", ()), fields)
        ]
    }


def describe_regions(world: World, asked: Asked) -> Told:
    """The region of the world; others are empty."""
    endpoint = f"ec2.{world.region}.amazonaws.com"
    return {"Regions": [{"Endpoint": endpoint, "RegionName": world.region, "OptInStatus": "opt-in-not-required"}]}


def describe_account_attributes(world: World, asked: Asked) -> Told:
    """The attributes that there are since EC2-Classic is gone."""
    default = next((each.id for each in world.ec2.vpcs.values() if each.default), "none")
    addresses = str(world.quotas.value("EC2-VPC Elastic IPs"))
    attributes = {
        "supported-platforms": "VPC",
        "default-vpc": default,
        "vpc-max-security-groups-per-interface": str(world.quotas.value("Security groups per network interface")),
        "max-elastic-ips": addresses,
        "vpc-max-elastic-ips": addresses,
        "max-instances": "20",
    }
    wanted = asked.get("AttributeNames") or list(attributes)
    return {
        "AccountAttributes": [
            {"AttributeName": name, "AttributeValues": [{"AttributeValue": value}]}
            for name, value in attributes.items()
            if name in wanted
        ]
    }


def describe_tags(world: World, asked: Asked) -> Told:
    """Every tag of every resource, one by one."""
    tags = [
        {"ResourceId": id, "ResourceType": kind, "Key": key, "Value": value}
        for kind, table in _tagged(world).items()
        for id, thing in table.items()
        for key, value in thing.tags.items()
    ]
    kept = [each for each in tags if matches(each, asked.get("Filters", ()), _TAG)]
    found, token = page(
        kept, lambda each: f"{each['ResourceId']} {each['Key']}", asked.get("MaxResults", 1000), asked.get("NextToken")
    )
    return {"Tags": list(found), "NextToken": token}


def create_tags(world: World, asked: Asked) -> Told:
    """The same tags on each resource; all must be there."""
    for thing in _things(world, asked):
        thing.tags.update(tag_dict(asked["Tags"]))
    return {}


def delete_tags(world: World, asked: Asked) -> Told:
    """A tag stated with a value goes only if it has that value; without tags all go."""
    for thing in _things(world, asked):
        for tag in asked.get("Tags", tag_list(thing.tags)):
            if "Value" not in tag or thing.tags.get(tag["Key"]) == tag["Value"]:
                thing.tags.pop(tag["Key"], None)
    return {}


def _things(world: World, asked: Asked) -> list[Any]:
    """The resources that a request names, of whatever kind."""
    known = {id: thing for table in _tagged(world).values() for id, thing in table.items()}
    if missing := [each for each in asked["Resources"] if each not in known]:
        raise AwsError("InvalidID", f"The ID '{missing[0]}' is not valid")
    return [known[each] for each in asked["Resources"]]


def _tagged(world: World) -> Mapping[str, Mapping[str, Any]]:
    """Everything that can have tags, by type of resource and id."""
    ec2 = world.ec2
    return {
        "vpc": ec2.vpcs,
        "subnet": ec2.subnets,
        "instance": ec2.instances,
        "network-interface": ec2.interfaces,
        "security-group": ec2.groups,
        "security-group-rule": ec2.rules,
        "elastic-ip": ec2.addresses,
    }


def zone_id(world: World, zone: str) -> str:
    """The id of a zone, "use1-az1": the zones are counted by their letters."""
    return f"{_short(world.region)}-az{ord(zone[-1]) - ord('a') + 1}"


def _short(region: str) -> str:
    """A region as ids of its zones begin: "use1" for "us-east-1"."""
    parts = region.split("-")
    directions = {"central": "c", "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "southeast": "se"}
    return parts[0] + directions.get(parts[1], parts[1]) + parts[-1]


HANDLERS: dict[str, Handler] = {
    name: with_dry_run(handler)
    for name, handler in (
        ("DescribeAvailabilityZones", describe_availability_zones),
        ("DescribeRegions", describe_regions),
        ("DescribeAccountAttributes", describe_account_attributes),
        ("DescribeTags", describe_tags),
        ("CreateTags", create_tags),
        ("DeleteTags", delete_tags),
    )
}
