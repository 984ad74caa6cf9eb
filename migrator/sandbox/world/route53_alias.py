"""Where an alias record set may point, and what Route 53 says when there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from migrator.sandbox.world.elb_balancers import HOSTED_ZONES
from migrator.sandbox.world.route53_nouns import Records, RecordSet, Zone

if TYPE_CHECKING:
    from migrator.sandbox.world import World

# Classic load balancers have hosted zones of their own: AWS General Reference, "Elastic Load Balancing endpoints".
CLASSIC_HOSTED_ZONES = {
    "us-east-1": "Z35SXDOTRQ7X7K",
    "us-east-2": "Z3AADJGX6KTTL2",
    "us-west-1": "Z368ELLRRE2KJ0",
    "us-west-2": "Z1H1FL5HABSF5",
    "ca-central-1": "ZQSVJUPU6J1EY",
    "eu-central-1": "Z215JYRZR1TBD5",
    "eu-west-1": "Z32O12XQLNTSW2",
    "eu-west-2": "ZHURV8PSTC4K8",
    "eu-west-3": "Z3Q77PNBQS71R4",
    "eu-north-1": "Z23TAZ6LKFMNIO",
    "ap-northeast-1": "Z14GRHDCWA56QT",
    "ap-south-1": "ZP97RAFLXTNZK",
    "ap-southeast-1": "Z1LMS91P8CMLE5",
    "ap-southeast-2": "Z1GM3OXH4ZPM65",
}
_SUFFIXES = {id: f".elb.{region}.amazonaws.com." for region, id in HOSTED_ZONES.items()} | {
    id: f".{region}.elb.amazonaws.com." for region, id in CLASSIC_HOSTED_ZONES.items()
}


def faults_of_alias(world: World, zone: Zone, record: RecordSet, types_at: Callable[[str], Mapping[str, Records]]) -> list[str]:
    """What is wrong with the target of an alias: outside the zone it names, or not there; empty when all is well.

    A target is another record set of the same hosted zone and type, or a load balancer that exists.
    """
    alias = record.alias
    if alias is None:
        return []
    if alias.zone_id == zone.id:
        inside = alias.dns_name == zone.name or alias.dns_name.endswith("." + zone.name)
        found = alias.dns_name != record.name and bool(types_at(alias.dns_name).get(record.type))
    else:
        suffix = _SUFFIXES.get(alias.zone_id)
        inside = suffix is not None and alias.dns_name.endswith(suffix)
        found = inside and record.type in ("A", "AAAA") and world.elb.by_dns(alias.dns_name) is not None
    tried = f"Tried to create an alias that targets {alias.dns_name}, type {record.type} in zone {alias.zone_id}"
    messages = [] if inside else [f"{tried}, but the alias target name does not lie within the target zone"]
    return messages if found else [*messages, f"{tried}, but that target was not found"]
