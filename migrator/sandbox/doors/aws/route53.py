"""Route 53: hosted zones, their tags, health checks, and what a name server would answer."""

from __future__ import annotations

from typing import Any

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told, tag_dict, tag_list
from migrator.sandbox.world import World
from migrator.sandbox.world.route53 import ChangeInfo, HealthCheck, Zone
from migrator.sandbox.world.route53_nouns import fqdn, order
from migrator.sandbox.world.trouble import AwsError


def create_hosted_zone(world: World, asked: Asked) -> Told:
    """A private zone needs a VPC, a public one has none."""
    config, vpc = asked.get("HostedZoneConfig", {}), asked.get("VPC", {})
    if config.get("PrivateZone") and not vpc:
        raise AwsError("InvalidInput", "When you're creating a private hosted zone, you must specify a VPC")
    zone = world.route53.create_zone(
        asked["Name"],
        private=bool(vpc),
        vpc_id=vpc.get("VPCId"),
        comment=config.get("Comment", ""),
        caller_reference=asked["CallerReference"],
    )
    return {
        "HostedZone": _zone(world, zone),
        **_servers(zone),
        "VPC": vpc or None,
        "ChangeInfo": change_info(world, world.route53.changes[zone.change_id]),
        "Location": f"https://route53.amazonaws.com/2013-04-01/hostedzone/{zone.id}",
    }


def get_hosted_zone(world: World, asked: Asked) -> Told:
    """With its name servers, or its VPCs when it is private."""
    zone = world.route53.zone(asked["Id"])
    return {"HostedZone": _zone(world, zone), **_servers(zone), "VPCs": _vpcs(world, zone) or None}


def delete_hosted_zone(world: World, asked: Asked) -> Told:
    """HostedZoneNotEmpty while it holds more than its own NS and SOA."""
    return {"ChangeInfo": change_info(world, world.route53.delete_zone(asked["Id"]))}


def list_hosted_zones(world: World, asked: Asked) -> Told:
    """In order of creation; a marker is the id of the first zone of a page."""
    zones = list(world.route53.zones.values())
    if asked.get("HostedZoneType") == "PrivateHostedZone":
        zones = [each for each in zones if each.private]
    marker, size = asked.get("Marker"), most(asked, 100)
    start = next((at for at, each in enumerate(zones) if each.id == marker), None) if marker else 0
    if start is None:
        raise AwsError("NoSuchHostedZone", f"No hosted zone found with ID: {marker}", 404)
    shown, rest = zones[start : start + size], zones[start + size :]
    return {
        "HostedZones": [_zone(world, each) for each in shown],
        "Marker": marker or "",
        "IsTruncated": bool(rest),
        "NextMarker": rest[0].id if rest else None,
        "MaxItems": str(size),
    }


def list_hosted_zones_by_name(world: World, asked: Asked) -> Told:
    """In Route 53's order of names, from a name and id on."""
    if "HostedZoneId" in asked and "DNSName" not in asked:
        raise AwsError("InvalidInput", "DNSName must be specified when HostedZoneId is")
    zones = sorted(world.route53.zones.values(), key=lambda each: (order(each.name), each.id))
    if "DNSName" in asked:
        first = (order(fqdn(asked["DNSName"])), asked.get("HostedZoneId", ""))
        zones = [each for each in zones if (order(each.name), each.id) >= first]
    size = most(asked, 100)
    shown, rest = zones[:size], zones[size:]
    return {
        "HostedZones": [_zone(world, each) for each in shown],
        "DNSName": asked.get("DNSName"),
        "HostedZoneId": asked.get("HostedZoneId"),
        "IsTruncated": bool(rest),
        "NextDNSName": rest[0].name if rest else None,
        "NextHostedZoneId": rest[0].id if rest else None,
        "MaxItems": str(size),
    }


def list_hosted_zones_by_vpc(world: World, asked: Asked) -> Told:
    """The private zones that answer in a VPC; the token is the id of the first zone of the next page."""
    zones = [each for each in world.route53.zones.values() if asked["VPCId"] in each.vpcs]
    token, size = asked.get("NextToken"), most(asked, 100)
    start = next((at for at, each in enumerate(zones) if each.id == token), None) if token else 0
    if start is None:
        raise AwsError("InvalidPaginationToken", "The token is not valid")
    shown, rest = zones[start : start + size], zones[start + size :]
    summaries = [{"HostedZoneId": each.id, "Name": each.name, "Owner": {"OwningAccount": world.account}} for each in shown]
    return {"HostedZoneSummaries": summaries, "MaxItems": str(size), "NextToken": rest[0].id if rest else None}


def get_hosted_zone_count(world: World, asked: Asked) -> Told:
    """How many there are."""
    return {"HostedZoneCount": len(world.route53.zones)}


def associate_vpc(world: World, asked: Asked) -> Told:
    """Lets a private zone answer in a further VPC."""
    return {"ChangeInfo": change_info(world, world.route53.associate_vpc(asked["HostedZoneId"], asked["VPC"].get("VPCId", "")))}


def list_tags(world: World, asked: Asked) -> Told:
    """The tags of a hosted zone; health checks have none."""
    return {"ResourceTagSet": _tags(world, asked["ResourceType"], asked["ResourceId"])}


def list_tags_of_several(world: World, asked: Asked) -> Told:
    """The tags of several hosted zones."""
    return {"ResourceTagSets": [_tags(world, asked["ResourceType"], each) for each in asked["ResourceIds"]]}


def change_tags(world: World, asked: Asked) -> Told:
    """Adds tags and removes keys."""
    tags = world.route53.zone(asked["ResourceId"]).tags
    tags.update(tag_dict(asked.get("AddTags", ())))
    for each in asked.get("RemoveTagKeys", ()):
        tags.pop(each, None)
    return {}


def create_health_check(world: World, asked: Asked) -> Told:
    """A health check that succeeds until a test says otherwise."""
    check = world.route53.create_health_check(asked["CallerReference"], asked["HealthCheckConfig"])
    return {"HealthCheck": _health_check(check), "Location": f"https://route53.amazonaws.com/2013-04-01/healthcheck/{check.id}"}


def get_health_check(world: World, asked: Asked) -> Told:
    """NoSuchHealthCheck when it is not there."""
    check = world.route53.health_checks.get(asked["HealthCheckId"])
    if check is None:
        raise AwsError("NoSuchHealthCheck", f"No health check exists with the specified ID: {asked['HealthCheckId']}", 404)
    return {"HealthCheck": _health_check(check)}


def list_health_checks(world: World, asked: Asked) -> Told:
    """In order of creation; a marker is the id of the first one of a page."""
    checks = list(world.route53.health_checks.values())
    marker, size = asked.get("Marker"), most(asked, 100)
    start = next((at for at, each in enumerate(checks) if each.id == marker), len(checks)) if marker else 0
    shown, rest = checks[start : start + size], checks[start + size :]
    return {
        "HealthChecks": [_health_check(each) for each in shown],
        "Marker": marker or "",
        "IsTruncated": bool(rest),
        "NextMarker": rest[0].id if rest else None,
        "MaxItems": str(size),
    }


def delete_health_check(world: World, asked: Asked) -> Told:
    """Record sets may go on naming it."""
    world.route53.delete_health_check(asked["HealthCheckId"])
    return {}


def test_dns_answer(world: World, asked: Asked) -> Told:
    """What the first name server of a zone answers now."""
    zone = world.route53.zone(asked["HostedZoneId"])
    name = fqdn(asked["RecordName"])
    answer = world.names.answer(name, asked["RecordType"], authority=0, vpc=zone.private)
    return {
        "Nameserver": zone.name_servers[0] if zone.name_servers else "ns-0.awsdns-00.com",
        "RecordName": name,
        "RecordType": asked["RecordType"],
        "RecordData": [record[3] for record in answer.records],
        "ResponseCode": answer.rcode,
        "Protocol": "UDP",
    }


def most(asked: Asked, limit: int) -> int:
    """How many to list at most: `MaxItems`, which Route 53 takes as text, and never more than its own limit."""
    text = asked.get("MaxItems", str(limit))
    if not text.isdigit() or int(text) < 1:
        raise AwsError("InvalidInput", f"MaxItems must be a number greater than 0, not {text}")
    return min(int(text), limit)


def change_info(world: World, info: ChangeInfo) -> Told:
    """A batch as the API tells it."""
    return {
        "Id": f"/change/{info.id}",
        "Status": info.status(world.now),
        "SubmittedAt": info.submitted,
        "Comment": info.comment or None,
    }


def _servers(zone: Zone) -> Told:
    """The name servers of a public zone; a private one has none to tell."""
    return {} if zone.private else {"DelegationSet": {"NameServers": list(zone.name_servers)}}


def _vpcs(world: World, zone: Zone) -> list[Told]:
    return [{"VPCRegion": world.region, "VPCId": each} for each in zone.vpcs]


def _zone(world: World, zone: Zone) -> Told:
    return {
        "Id": f"/hostedzone/{zone.id}",
        "Name": zone.name,
        "CallerReference": zone.caller_reference,
        "Config": {"Comment": zone.comment or None, "PrivateZone": zone.private},
        "ResourceRecordSetCount": len(world.route53.record_sets(zone.id)),
    }


def _tags(world: World, kind: str, id: str) -> Told:
    tags = world.route53.zone(id).tags if kind == "hostedzone" else {}
    return {"ResourceType": kind, "ResourceId": id, "Tags": tag_list(tags)}


def _health_check(check: HealthCheck) -> Told:
    config: dict[str, Any] = check.config
    return {"Id": check.id, "CallerReference": check.caller_reference, "HealthCheckConfig": config, "HealthCheckVersion": 1}


HANDLERS: dict[str, Handler] = {
    "CreateHostedZone": create_hosted_zone,
    "GetHostedZone": get_hosted_zone,
    "DeleteHostedZone": delete_hosted_zone,
    "ListHostedZones": list_hosted_zones,
    "ListHostedZonesByName": list_hosted_zones_by_name,
    "ListHostedZonesByVPC": list_hosted_zones_by_vpc,
    "GetHostedZoneCount": get_hosted_zone_count,
    "AssociateVPCWithHostedZone": associate_vpc,
    "ListTagsForResource": list_tags,
    "ListTagsForResources": list_tags_of_several,
    "ChangeTagsForResource": change_tags,
    "CreateHealthCheck": create_health_check,
    "GetHealthCheck": get_health_check,
    "ListHealthChecks": list_health_checks,
    "DeleteHealthCheck": delete_health_check,
    "TestDNSAnswer": test_dns_answer,
}
