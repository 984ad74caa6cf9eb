"""Route 53's shapes as our nouns, and back without losing a field: DELETE has to repeat every one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from migrator.model.effects import ChangeRecords
from migrator.model.records import AliasTarget, HostedZone, RecordSet

if TYPE_CHECKING:
    from mypy_boto3_route53.type_defs import (
        ChangeBatchTypeDef,
        ChangeTypeDef,
        HostedZoneTypeDef,
        ResourceRecordSetOutputTypeDef,
        ResourceRecordSetTypeDef,
    )

PLAIN = frozenset({"Name", "Type", "TTL", "ResourceRecords", "AliasTarget", "HealthCheckId"})
TEXTS = frozenset({"SetIdentifier", "Region", "Failover", "TrafficPolicyInstanceId"})


def zone_from(listed: HostedZoneTypeDef) -> HostedZone:
    """A hosted zone."""
    private = bool(listed.get("Config", {}).get("PrivateZone", False))
    return HostedZone(listed["Id"].removeprefix("/hostedzone/"), listed["Name"], private)


def record_from(listed: ResourceRecordSetOutputTypeDef) -> RecordSet:
    """A record set. In `routing` texts stay as they are; numbers, truths and structures are JSON."""
    alias = listed.get("AliasTarget")
    return RecordSet(
        name=listed["Name"].lower(),
        type=listed["Type"],
        ttl_s=listed.get("TTL"),
        values=tuple(each["Value"] for each in listed.get("ResourceRecords", [])),
        alias=None if alias is None else AliasTarget(alias["HostedZoneId"], alias["DNSName"], alias["EvaluateTargetHealth"]),
        health_check_id=listed.get("HealthCheckId"),
        routing={name: _told(name, value) for name, value in sorted(listed.items()) if name not in PLAIN},
    )


def _told(name: str, value: object) -> str:
    return str(value) if name in TEXTS else json.dumps(value, sort_keys=True, separators=(",", ":"))


def listed_from(record: RecordSet) -> ResourceRecordSetTypeDef:
    """The record set as Route 53 listed it."""
    listed: dict[str, Any] = {"Name": record.name, "Type": record.type}
    listed |= {name: value if name in TEXTS else json.loads(value) for name, value in record.routing.items()}
    if record.ttl_s is not None:
        listed["TTL"] = record.ttl_s
    if record.values:
        listed["ResourceRecords"] = [{"Value": value} for value in record.values]
    if record.alias is not None:
        listed["AliasTarget"] = {
            "HostedZoneId": record.alias.zone_id,
            "DNSName": record.alias.name,
            "EvaluateTargetHealth": record.alias.evaluate_health,
        }
    if record.health_check_id is not None:
        listed["HealthCheckId"] = record.health_check_id
    return cast("ResourceRecordSetTypeDef", listed)


def batch_of(effect: ChangeRecords) -> ChangeBatchTypeDef:
    """All deletions exactly as listed, then all creations: a compare-and-set, done whole or not at all."""
    changes: list[ChangeTypeDef] = []
    changes += [{"Action": "DELETE", "ResourceRecordSet": listed_from(swap.before)} for swap in effect.swaps]
    changes += [{"Action": "CREATE", "ResourceRecordSet": listed_from(swap.after)} for swap in effect.swaps]
    return {"Comment": "migrate", "Changes": changes}
