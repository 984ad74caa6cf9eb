"""Route 53: record sets, changes to them, and their protections."""

from __future__ import annotations

from typing import Any

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.doors.aws.route53 import change_info, most
from migrator.sandbox.world import World
from migrator.sandbox.world.route53 import AliasTarget, GeoLocation, RecordSet
from migrator.sandbox.world.route53_nouns import CidrRouting, GeoProximity, fqdn, listed_order, order
from migrator.sandbox.world.trouble import AwsError

MOST_LISTED = 300

# Members of ResourceRecordSet that are single values, and the fields of RecordSet they are.
_PLAIN = {
    "TTL": "ttl",
    "SetIdentifier": "set_identifier",
    "Weight": "weight",
    "Region": "region",
    "Failover": "failover",
    "MultiValueAnswer": "multivalue",
    "HealthCheckId": "health_check_id",
    "TrafficPolicyInstanceId": "traffic_policy_instance_id",
}


def list_resource_record_sets(world: World, asked: Asked) -> Told:
    """Up to 300, from a name, type and identifier on; the next page begins where this one says."""
    if "StartRecordType" in asked and "StartRecordName" not in asked:
        raise AwsError("InvalidInput", "StartRecordName must be specified when StartRecordType is")
    if "StartRecordIdentifier" in asked and "StartRecordType" not in asked:
        raise AwsError("InvalidInput", "StartRecordType must be specified when StartRecordIdentifier is")
    records = world.route53.record_sets(asked["HostedZoneId"])
    if "StartRecordName" in asked:
        start = (order(fqdn(asked["StartRecordName"])), asked.get("StartRecordType", ""), asked.get("StartRecordIdentifier", ""))
        records = [each for each in records if listed_order(each) >= start]
    size = most(asked, MOST_LISTED)
    shown, rest = records[:size], records[size : size + 1]
    return {
        "ResourceRecordSets": [record_told(each) for each in shown],
        "IsTruncated": bool(rest),
        "NextRecordName": rest[0].name if rest else None,
        "NextRecordType": rest[0].type if rest else None,
        "NextRecordIdentifier": rest[0].set_identifier if rest else None,
        "MaxItems": str(size),
    }


def change_resource_record_sets(world: World, asked: Asked) -> Told:
    """All the changes or none."""
    batch = asked["ChangeBatch"]
    changes = [(each["Action"], record_asked(each["ResourceRecordSet"])) for each in batch["Changes"]]
    return {"ChangeInfo": change_info(world, world.route53.change(asked["HostedZoneId"], changes, batch.get("Comment", "")))}


def get_change(world: World, asked: Asked) -> Told:
    """PENDING until every name server has the batch, then INSYNC."""
    return {"ChangeInfo": change_info(world, world.route53.change_info(asked["Id"]))}


def list_protections(world: World, asked: Asked) -> Told:
    """What must not be changed, in the order of record sets, from a name and type on."""
    protections = world.route53.zone(asked["HostedZoneId"]).protections
    keys = sorted(protections, key=lambda each: (order(each[0]), each[1]))
    if "StartRecordName" in asked:
        start = (order(fqdn(asked["StartRecordName"])), asked.get("StartRecordType", ""))
        keys = [each for each in keys if (order(each[0]), each[1]) >= start]
    size = most({"MaxItems": asked["MaxResults"]} if "MaxResults" in asked else {}, 100)
    refusal = ("InvalidPaginationToken", "The token is not valid")
    found, token = page(keys, " ".join, size, asked.get("NextToken"), refusal=refusal)
    listed = [{"RecordName": name, "RecordType": type, "Comment": protections[name, type] or None} for name, type in found]
    return {"ResourceRecordSetProtections": listed, "NextToken": token}


def record_asked(stated: dict[str, Any]) -> RecordSet:
    """A record set from the form in which the API states it."""
    plain = {field: stated[member] for member, field in _PLAIN.items() if member in stated}
    return RecordSet(
        name=stated["Name"],
        type=stated["Type"],
        values=tuple(each["Value"] for each in stated.get("ResourceRecords", ())),
        alias=_alias(stated["AliasTarget"]) if "AliasTarget" in stated else None,
        geo=_geo(stated["GeoLocation"]) if "GeoLocation" in stated else None,
        proximity=_proximity(stated["GeoProximityLocation"]) if "GeoProximityLocation" in stated else None,
        cidr=_cidr(stated["CidrRoutingConfig"]) if "CidrRoutingConfig" in stated else None,
        **plain,
    )


def record_told(record: RecordSet) -> Told:
    """A record set as the API lists it: members that it does not have are left out."""
    told: Told = {"Name": record.name, "Type": record.type}
    told |= {member: getattr(record, field) for member, field in _PLAIN.items()}
    if record.values:
        told["ResourceRecords"] = [{"Value": each} for each in record.values]
    if record.alias is not None:
        told["AliasTarget"] = {
            "HostedZoneId": record.alias.zone_id,
            "DNSName": record.alias.dns_name,
            "EvaluateTargetHealth": record.alias.evaluate_target_health,
        }
    if record.geo is not None:
        where = record.geo
        told["GeoLocation"] = {
            "ContinentCode": where.continent,
            "CountryCode": where.country,
            "SubdivisionCode": where.subdivision,
        }
    if record.cidr is not None:
        told["CidrRoutingConfig"] = {"CollectionId": record.cidr.collection_id, "LocationName": record.cidr.location}
    if record.proximity is not None:
        told["GeoProximityLocation"] = _proximity_told(record.proximity)
    return told


def _alias(stated: dict[str, Any]) -> AliasTarget:
    return AliasTarget(stated["HostedZoneId"], stated["DNSName"], stated["EvaluateTargetHealth"])


def _geo(stated: dict[str, str]) -> GeoLocation:
    return GeoLocation(stated.get("ContinentCode"), stated.get("CountryCode"), stated.get("SubdivisionCode"))


def _cidr(stated: dict[str, str]) -> CidrRouting:
    return CidrRouting(stated["CollectionId"], stated["LocationName"])


def _proximity(stated: dict[str, Any]) -> GeoProximity:
    at = stated.get("Coordinates")
    coordinates = (at["Latitude"], at["Longitude"]) if at else None
    return GeoProximity(stated.get("AWSRegion"), stated.get("LocalZoneGroup"), coordinates, stated.get("Bias"))


def _proximity_told(where: GeoProximity) -> Told:
    at = where.coordinates
    return {
        "AWSRegion": where.region,
        "LocalZoneGroup": where.local_zone_group,
        "Coordinates": {"Latitude": at[0], "Longitude": at[1]} if at else None,
        "Bias": where.bias,
    }


HANDLERS: dict[str, Handler] = {
    "ListResourceRecordSets": list_resource_record_sets,
    "ChangeResourceRecordSets": change_resource_record_sets,
    "GetChange": get_change,
    "ListResourceRecordSetProtections": list_protections,
}
