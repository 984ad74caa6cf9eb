"""Route 53: hosted zones, atomic batches of changes, and how they spread over the name servers."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from migrator.sandbox.world import route53_rules as rules
from migrator.sandbox.world.identifiers import capitals, uuid
from migrator.sandbox.world.route53_alias import faults_of_alias
from migrator.sandbox.world.route53_contents import Contents, apex
from migrator.sandbox.world.route53_nouns import (
    NEVER,
    AliasTarget,
    ChangeInfo,
    GeoLocation,
    HealthCheck,
    Key,
    Records,
    RecordSet,
    Zone,
    fqdn,
    listed_order,
    normal,
)
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world import World

__all__ = ["AliasTarget", "ChangeInfo", "GeoLocation", "HealthCheck", "RecordSet", "Route53", "Zone"]

_SUFFIXES = ("com", "net", "org", "co.uk")


class Route53:
    """The hosted zones of an account. Every refusal is an AwsError.

    due        when a batch arrives at some name server next: until then, what is answered out of the zones stays as it is
    spreading  whether name servers of a zone may differ: a batch is on its way to some of them
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.zones: dict[str, Zone] = {}
        self.changes: dict[str, ChangeInfo] = {}
        self.health_checks: dict[str, HealthCheck] = {}
        self._contents: dict[str, Contents] = {}
        self.due, self.spreading = NEVER, False

    def changed(self) -> None:
        """A zone came, changed or went, or a batch has arrived at some name server: from `due` on, whoever asks says so."""
        self.world.names.changed()
        self.spreading, self.due = False, NEVER
        for contents in self._contents.values():
            for each in contents.authorities:
                each.now(self.world.now)
                if each.coming:
                    self.spreading, self.due = True, min(self.due, each.coming[0][0])

    # Zones

    def create_zone(
        self,
        name: str,
        private: bool = False,
        vpc_id: str | None = None,
        *,
        comment: str = "",
        caller_reference: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> Zone:
        """A hosted zone with its NS and SOA records, which all its name servers have at once.

        Raises HostedZoneAlreadyExists for a repeated caller reference, ConflictingDomainExists when the VPC already
        has a private zone of this name, InvalidVPCId. Source: Route 53 CreateHostedZone.
        """
        name = fqdn(name)
        reference = caller_reference or uuid(self.world.random)
        self._check_new(name, private, vpc_id, reference)
        zone = Zone(
            id=capitals(self.world.random, 21, "Z0"),
            name=name,
            private=private,
            vpcs=[vpc_id] if private and vpc_id else [],
            name_servers=() if private else _name_servers(self.world.random),
            caller_reference=reference,
            comment=comment,
            tags=dict(tags or {}),
        )
        self.zones[zone.id] = zone
        contents = self._contents[zone.id] = Contents(1 if private else 4)
        first = apex(zone)
        contents.put(first)
        for authority in contents.authorities:
            authority.answers.update(first)
        zone.change_id = self._remember(zone.id, self.world.now + self.world.drawn(self.world.pace.insync_s), comment).id
        return zone

    def _check_new(self, name: str, private: bool, vpc_id: str | None, reference: str) -> None:
        """Refuse a zone that there cannot be."""
        where = f"{vpc_id} in region {self.world.region}"
        if any(each.caller_reference == reference for each in self.zones.values()):
            what = f"A hosted zone has already been created with the specified caller reference: {reference}"
            raise AwsError("HostedZoneAlreadyExists", what, 409)
        if private and (vpc_id is None or vpc_id not in self.world.ec2.vpcs):
            raise AwsError("InvalidVPCId", f"The VPC: {where} does not exist")
        if private and any(vpc_id in each.vpcs and each.name == name for each in self.zones.values()):
            what = f"The VPC {where} has already been associated with the hosted zone with the domain name {name}"
            raise AwsError("ConflictingDomainExists", what)
        if len(self.zones) >= self.world.quotas.value("Hosted zones"):
            what = "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted zones."
            raise AwsError("TooManyHostedZones", what)

    def delete_zone(self, zone_id: str) -> ChangeInfo:
        """Delete a zone that holds nothing but its own NS and SOA, else HostedZoneNotEmpty."""
        zone = self.zone(zone_id)
        if set(self._contents[zone_id].by_name) != {zone.name} or set(self._contents[zone_id].by_name[zone.name]) != {
            "NS",
            "SOA",
        }:
            raise AwsError(
                "HostedZoneNotEmpty",
                "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
            )
        del self.zones[zone_id], self._contents[zone_id]
        return self._remember(zone_id, self.world.now + self.world.drawn(self.world.pace.insync_s), "")

    def zone(self, zone_id: str) -> Zone:
        """The zone with this id; NoSuchHostedZone."""
        if zone_id not in self.zones:
            raise AwsError("NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}", 404)
        return self.zones[zone_id]

    def associate_vpc(self, zone_id: str, vpc_id: str) -> ChangeInfo:
        """Let a private zone answer in a further VPC. Source: Route 53 AssociateVPCWithHostedZone."""
        zone = self.zone(zone_id)
        if not zone.private:
            raise AwsError("PublicZoneVPCAssociation", f"You're trying to associate a VPC with a public hosted zone: {zone_id}")
        if vpc_id not in self.world.ec2.vpcs:
            raise AwsError("InvalidVPCId", f"The VPC: {vpc_id} in region {self.world.region} does not exist")
        if any(vpc_id in each.vpcs and each.name == zone.name for each in self.zones.values()):
            raise AwsError(
                "ConflictingDomainExists", f"The VPC {vpc_id} has already been associated with the domain name {zone.name}"
            )
        zone.vpcs.append(vpc_id)
        return self._remember(zone_id, self.world.now + self.world.drawn(self.world.pace.insync_s), "")

    # Record sets

    def record_sets(self, zone_id: str) -> Sequence[RecordSet]:
        """Every record set of a zone in the order in which Route 53 lists them; to be read only."""
        contents = self._contents.get(zone_id) or self._contents[self.zone(zone_id).id]
        if contents.listing is None:
            held = (each for types in contents.by_name.values() for group in types.values() for each in group)
            contents.listing = sorted(held, key=listed_order)
        return contents.listing

    def change(self, zone_id: str, changes: Sequence[rules.Change], comment: str = "") -> ChangeInfo:
        """Make all changes or none, PENDING for `pace.insync_s`.

        A DELETE has to state every field as it is listed; a CREATE fails on what is there; an UPSERT never looks.
        Raises InvalidInput, NoSuchHealthCheck, and InvalidChangeBatch with a message for each thing that is wrong.
        A fault where="aws", operation="route53:propagate" (subject: the zone's name) keeps it from all name servers
        but the first ("stop"), or takes `delay_s` longer ("slow"). Source: Route 53 ChangeResourceRecordSets.
        """
        zone = self.zone(zone_id)
        for action, record in changes:
            rules.check_form(action, record)
        batch = [(action, normal(record)) for action, record in changes]
        for action, record in batch:
            if action != "DELETE" and record.health_check_id is not None and record.health_check_id not in self.health_checks:
                raise AwsError(
                    "NoSuchHealthCheck", f"No health check exists with the specified ID: {record.health_check_id}", 404
                )
        messages = rules.faults_of_size(batch) + rules.faults_of_repeats(batch)
        for action, record in batch:
            messages += rules.faults_of_record(zone, action, record)
        after: dict[Key, Records] = {}
        if not messages:
            after, messages = self._staged(zone, batch)
        if messages:
            raise AwsError("InvalidChangeBatch", f"[{', '.join(dict.fromkeys(messages))}]")
        self._contents[zone_id].put(after)
        return self._spread(zone, after, comment)

    def _staged(self, zone: Zone, batch: Sequence[rules.Change]) -> tuple[dict[Key, Records], list[str]]:
        """The groups that a batch touches as they would be after it, and what is wrong with that."""
        now = self._contents[zone.id].by_name
        names: dict[str, dict[str, Records]] = {}  # the names that are touched, with all that they hold
        messages: list[str] = []
        for action, record in batch:
            held = names.setdefault(record.name, dict(now.get(record.name, {})))
            group = held.get(record.type, ())
            there = next((each for each in group if each.set_identifier == record.set_identifier), None)
            if (wrong := _wrong(action, record, there)) is not None:
                messages.append(wrong)
            rest = tuple(each for each in group if each is not there)
            held[record.type] = rest if action == "DELETE" else (*rest, record)

        def types_at(name: str) -> Mapping[str, Records]:
            return names[name] if name in names else now.get(name, {})

        put = [record for action, record in batch if action != "DELETE" and record in types_at(record.name)[record.type]]
        messages += rules.faults_of_names(zone, put, types_at)
        for record in put:
            messages += rules.faults_of_group(record, types_at(record.name)[record.type])
            messages += faults_of_alias(self.world, zone, record, types_at)
        after = {record.key: names[record.name][record.type] for _, record in batch}
        return after, messages + rules.faults_of_apex(zone, types_at)

    def _spread(self, zone: Zone, after: dict[Key, Records], comment: str) -> ChangeInfo:
        """Send a batch on its way to each name server, the slowest of which makes it INSYNC."""
        world = self.world
        span = world.drawn(world.pace.insync_s)
        fault = world.faults.strike("aws", "route53:propagate", zone.name, now=world.now)
        if fault is not None and fault.mode == "slow":
            span += fault.delay_s
        authorities = self._contents[zone.id].authorities
        slowest = world.random.randrange(len(authorities))
        arrivals = []
        for index, authority in enumerate(authorities):
            wait = span if index == slowest and len(authorities) > 1 else span * world.random.random()
            stuck = fault is not None and fault.mode == "stop" and index > 0
            arrivals.append(authority.expect(NEVER if stuck else world.now + wait, after))
        stopped = fault is not None and fault.mode == "stop"
        return self._remember(zone.id, NEVER if stopped else max(world.now + span, *arrivals), comment)

    def _remember(self, zone_id: str, insync_at: float, comment: str) -> ChangeInfo:
        info = ChangeInfo(capitals(self.world.random, 21, "C0"), zone_id, self.world.now, insync_at, comment)
        self.changes[info.id] = info
        self.changed()
        return info

    def change_info(self, id: str) -> ChangeInfo:
        """The batch with this id; NoSuchChange."""
        if id not in self.changes:
            raise AwsError("NoSuchChange", f"A change with the specified change ID does not exist: {id}", 404)
        return self.changes[id]

    def visible(self, zone_id: str, authority: int = 0) -> Mapping[Key, Records]:
        """What a name server of a zone answers from now, by (name, type); to be read only.

        Each of the four takes a batch over at an instant of its own before it is INSYNC; a private zone has one.
        """
        return self._contents[zone_id].authorities[authority].now(self.world.now)

    # Health checks

    def create_health_check(self, caller_reference: str, config: Mapping[str, object]) -> HealthCheck:
        """A health check that succeeds until somebody says otherwise; HealthCheckAlreadyExists for other settings."""
        for each in self.health_checks.values():
            if each.caller_reference == caller_reference:
                if each.config == dict(config):
                    return each
                raise AwsError(
                    "HealthCheckAlreadyExists", "A health check with the same caller reference exists with other settings", 409
                )
        check = HealthCheck(uuid(self.world.random), caller_reference, dict(config))
        self.health_checks[check.id] = check
        return check

    def delete_health_check(self, id: str) -> None:
        """Delete a health check; record sets may go on naming it. NoSuchHealthCheck."""
        if self.health_checks.pop(id, None) is None:
            raise AwsError("NoSuchHealthCheck", f"No health check exists with the specified ID: {id}", 404)


def _name_servers(chance: random.Random) -> tuple[str, ...]:
    """Four name servers under four top-level domains, as delegation sets have them."""
    numbers = ((512 * part + chance.randrange(512), chance.randrange(64), suffix) for part, suffix in enumerate(_SUFFIXES))
    return tuple(f"ns-{server}.awsdns-{block:02d}.{suffix}" for server, block, suffix in numbers)


def _wrong(action: str, record: RecordSet, there: RecordSet | None) -> str | None:
    """Why a change does not fit what is there under its name, type and identifier."""
    if action == "CREATE" and there is not None:
        return rules.tried("create", record) + " but it already exists"
    if action == "DELETE" and there is None:
        return rules.tried("delete", record) + " but it was not found"
    if action == "DELETE" and not _same(record, there):
        return rules.tried("delete", record) + " but the values provided do not match the current values"
    return None


def _same(stated: RecordSet, there: RecordSet | None) -> bool:
    """Whether a DELETE states what is there; the order of values does not count."""
    if there is None or sorted(stated.values) != sorted(there.values):
        return False
    return msgspec.structs.replace(stated, values=()) == msgspec.structs.replace(there, values=())
