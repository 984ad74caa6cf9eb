"""Where an alias record set may point, and what Route 53 says when there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from migrator.sandbox.world.elb_hosted_zones import CLASSIC_HOSTED_ZONES, HOSTED_ZONES
from migrator.sandbox.world.route53_nouns import Records, RecordSet, Zone

if TYPE_CHECKING:
    from migrator.sandbox.world import World

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
