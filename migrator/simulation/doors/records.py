"""Route 53's looks on the world's own values, and record sets in both forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from migrator.errors import Missing
from migrator.model.fingerprints import canonical
from migrator.model.records import AliasTarget, HostedZone, RecordSet
from migrator.sandbox.world import World, route53, route53_nouns
from migrator.simulation.doors.gate import Gate

TEXTS = {  # what `routing` holds as it is, by Route 53's name: the world's field
    "SetIdentifier": "set_identifier",
    "Region": "region",
    "Failover": "failover",
    "TrafficPolicyInstanceId": "traffic_policy_instance_id",
}
JSONS = {"Weight": "weight", "MultiValueAnswer": "multivalue"}  # what it holds as JSON
GEO = {"ContinentCode": "continent", "CountryCode": "country", "SubdivisionCode": "subdivision"}
PROXIMITY = {"AWSRegion": "region", "LocalZoneGroup": "local_zone_group", "Bias": "bias"}
CIDR = {"CollectionId": "collection_id", "LocationName": "location"}


class Read:
    """A zone in our nouns, as it was when `listing` was what the world lists."""

    def __init__(self, listing: Sequence[route53.RecordSet]) -> None:
        self.listing = listing
        self.records = tuple(map(record_from, listing))
        self._by_name: dict[str, list[RecordSet]] = {}
        self._at: dict[tuple[str, ...], tuple[RecordSet, ...]] = {}
        for each in self.records:
            self._by_name.setdefault(each.name, []).append(each)

    def at(self, names: tuple[str, ...]) -> tuple[RecordSet, ...]:
        """The record sets of these names, in their order."""
        found = self._at.get(names)
        if found is None:
            found = self._at[names] = tuple([record for name in names for record in self._by_name.get(name, ())])
        return found


class RecordDoor:
    """Implements RecordLook. A zone is read into our nouns once per state that it is in."""

    def __init__(self, world: World) -> None:
        self._world, self._route53, self._faults = world, world.route53, world.faults
        self._gate = Gate(world, "aws")
        self._read: dict[str, Read] = {}

    def zones(self) -> tuple[HostedZone, ...]:
        """Every hosted zone, by id."""
        self._gate.look("", "route53:ListHostedZones")
        found = sorted(self._route53.zones.values(), key=lambda each: each.id)
        return tuple(HostedZone(each.id, each.name, each.private) for each in found)

    def listed(self, zone_id: str) -> tuple[RecordSet, ...]:
        """All record sets of a zone, in Route 53's order. Raises Missing."""
        self._gate.look(zone_id, "route53:ListResourceRecordSets")
        return self._zone(zone_id).records

    def at(self, zone_id: str, names: tuple[str, ...]) -> tuple[RecordSet, ...]:
        """The record sets of these names, all types, in the order of `names`. Raises Missing for an unknown zone."""
        if self._faults.armed:
            self._gate.look(zone_id, "route53:ListResourceRecordSets")
        return self._zone(zone_id).at(names)

    def insync(self, change_id: str) -> bool:
        """Whether a change has reached every authority. Raises Missing."""
        self._gate.look(change_id, "route53:GetChange")
        change = self._route53.changes.get(change_id)
        if change is None:
            raise Missing(f"Route 53 does not know change {change_id}")
        return self._world.now >= change.insync_at

    def servers(self, zone_id: str) -> tuple[str, ...]:
        """The host names of a public zone's name servers; empty for a private zone. Raises Missing."""
        self._gate.look(zone_id, "route53:GetHostedZone")
        if zone_id not in self._route53.zones:
            raise Missing(f"hosted zone {zone_id} is gone")
        return self._route53.zones[zone_id].name_servers

    def _zone(self, zone_id: str) -> Read:
        if zone_id not in self._route53.zones:
            raise Missing(f"hosted zone {zone_id} is gone")
        listing, known = self._route53.record_sets(zone_id), self._read.get(zone_id)
        if known is None or known.listing is not listing:  # the world makes a new list after each change
            known = self._read[zone_id] = Read(listing)
        return known


def record_from(record: route53.RecordSet) -> RecordSet:
    """A record set as listed."""
    there = record.alias
    alias = None if there is None else AliasTarget(there.zone_id, there.dns_name, there.evaluate_target_health)
    return RecordSet(record.name, record.type, record.ttl, record.values, alias, record.health_check_id, _routing(record))


def _routing(record: route53.RecordSet) -> dict[str, str]:
    """What is listed beyond a simple record set: texts as they are, everything else as JSON."""
    if record.set_identifier is None and record.traffic_policy_instance_id is None:
        return {}
    found = {name: value for name, field in TEXTS.items() if (value := getattr(record, field)) is not None}
    values = {name: getattr(record, field) for name, field in JSONS.items()}
    values |= {"GeoLocation": _members(record.geo, GEO), "CidrRoutingConfig": _members(record.cidr, CIDR)}
    if record.proximity is not None:
        values["GeoProximityLocation"] = _members(record.proximity, PROXIMITY) or {}
        if place := record.proximity.coordinates:
            values["GeoProximityLocation"]["Coordinates"] = {"Latitude": place[0], "Longitude": place[1]}
    return {**found, **{name: canonical(value).decode() for name, value in values.items() if value is not None}}


def _members(value: object, names: dict[str, str]) -> dict[str, Any] | None:
    if value is None:
        return None
    return {name: member for name, field in names.items() if (member := getattr(value, field)) is not None}


def world_record(record: RecordSet) -> route53.RecordSet:
    """The same record set in the world's form, every field of it."""
    ours = record.alias
    alias = None if ours is None else route53.AliasTarget(ours.zone_id, ours.name, ours.evaluate_health)
    return route53.RecordSet(
        name=record.name,
        type=record.type,
        ttl=record.ttl_s,
        values=record.values,
        alias=alias,
        health_check_id=record.health_check_id,
        **(_fields(record.routing) if record.routing else {}),
    )


def _fields(routing: dict[str, str]) -> dict[str, Any]:
    values = {name: msgspec.json.decode(text) for name, text in routing.items() if name not in TEXTS}
    fields: dict[str, Any] = {field: routing[name] for name, field in TEXTS.items() if name in routing}
    fields |= {field: values[name] for name, field in JSONS.items() if name in values}
    if geo := values.get("GeoLocation"):
        fields["geo"] = route53_nouns.GeoLocation(**{field: geo.get(name) for name, field in GEO.items()})
    if cidr := values.get("CidrRoutingConfig"):
        fields["cidr"] = route53_nouns.CidrRouting(**{field: cidr[name] for name, field in CIDR.items()})
    if (near := values.get("GeoProximityLocation")) is not None:
        place = near.get("Coordinates")
        coordinates = (place["Latitude"], place["Longitude"]) if place else None
        plain = {field: near.get(name) for name, field in PROXIMITY.items()}
        fields["proximity"] = route53_nouns.GeoProximity(coordinates=coordinates, **plain)
    return fields
