"""The nouns of Route 53: record sets as they are listed, hosted zones, changes, health checks, and names."""

from __future__ import annotations

import math
import re

import msgspec

Key = tuple[str, str]  # name, type
Records = tuple["RecordSet", ...]

_PLAIN = re.compile(r"[a-z0-9_.-]+")
_ESCAPED = re.compile(r"\\([0-3][0-7]{2})")
_SPECIAL = re.compile(r"[^a-z0-9_.-]")


class AliasTarget(msgspec.Struct, frozen=True):
    """What an alias record set answers for. `dns_name` is lower case with its trailing dot, `dualstack.` is kept."""

    zone_id: str
    dns_name: str
    evaluate_target_health: bool


class GeoLocation(msgspec.Struct, frozen=True):
    """Where a geolocation record set answers; a country of "*" is everywhere else."""

    continent: str | None = None
    country: str | None = None
    subdivision: str | None = None


class GeoProximity(msgspec.Struct, frozen=True):
    """Where the thing behind a geoproximity record set stands: a region, a local zone group or (latitude, longitude)."""

    region: str | None = None
    local_zone_group: str | None = None
    coordinates: tuple[str, str] | None = None
    bias: int | None = None


class CidrRouting(msgspec.Struct, frozen=True):
    """The client ranges for which an IP-based record set answers."""

    collection_id: str
    location: str


class RecordSet(msgspec.Struct, frozen=True, kw_only=True):
    """A resource record set, field for field as Route 53 lists it; a field that is not listed is None.

    Two record sets are equal only when every field is: that is what a DELETE has to state.
    """

    name: str
    type: str
    ttl: int | None = None
    values: tuple[str, ...] = ()
    alias: AliasTarget | None = None
    set_identifier: str | None = None
    weight: int | None = None
    region: str | None = None
    failover: str | None = None
    geo: GeoLocation | None = None
    multivalue: bool | None = None
    proximity: GeoProximity | None = None
    cidr: CidrRouting | None = None
    health_check_id: str | None = None
    traffic_policy_instance_id: str | None = None

    @property
    def key(self) -> Key:
        """Name and type: what the record sets of one group share."""
        return self.name, self.type

    @property
    def routing(self) -> str:
        """The routing policy in the words of Route 53's messages; "simple" for none."""
        policies = (
            ("weighted", self.weight),
            ("latency", self.region),
            ("failover", self.failover),
            ("geolocation", self.geo),
            ("multivalue answer", self.multivalue),
            ("geoproximity", self.proximity),
            ("cidr", self.cidr),
        )
        return next((policy for policy, given in policies if given is not None), "simple")


class ChangeInfo(msgspec.Struct, frozen=True):
    """A batch that was taken in: PENDING until `insync_at` (infinite when it never will be), then INSYNC."""

    id: str
    zone_id: str
    submitted: float
    insync_at: float
    comment: str = ""

    def status(self, now: float) -> str:
        """ "PENDING" or "INSYNC"."""
        return "INSYNC" if now >= self.insync_at else "PENDING"


class Zone(msgspec.Struct):
    """A hosted zone. `name` ends with a dot; `name_servers` are four, empty for a private zone; `vpcs` are ids."""

    id: str
    name: str
    private: bool
    vpcs: list[str]
    name_servers: tuple[str, ...]
    caller_reference: str
    comment: str = ""
    change_id: str = ""  # of its creation
    tags: dict[str, str] = {}
    protections: dict[Key, str] = {}  # what must not be changed, with a comment


class HealthCheck(msgspec.Struct):
    """A health check. Nothing is really asked: `healthy` is what somebody set."""

    id: str
    caller_reference: str
    config: dict[str, object]
    healthy: bool = True


def fqdn(name: str) -> str:
    """A name as Route 53 lists it: lower case, a trailing dot, `\\052` for an asterisk and other octal escapes."""
    name = name.lower()
    if not _PLAIN.fullmatch(name):
        name = _ESCAPED.sub(lambda found: chr(int(found[1], 8)), name)
        name = _SPECIAL.sub(lambda found: f"\\{ord(found[0]):03o}", name)
    return name if name.endswith(".") else name + "."


def order(name: str) -> str:
    """What Route 53 sorts names by: the labels reversed, as in "com.example.www.". Source: ListResourceRecordSets."""
    return ".".join(reversed(name[:-1].split("."))) + "."


def listed_order(record: RecordSet) -> tuple[str, str, str]:
    """What Route 53 sorts record sets by."""
    return order(record.name), record.type, record.set_identifier or ""


def normal(record: RecordSet) -> RecordSet:
    """The record set as it will be listed: its name and its alias target's name in canonical form."""
    alias = record.alias and msgspec.structs.replace(record.alias, dns_name=fqdn(record.alias.dns_name))
    return msgspec.structs.replace(record, name=fqdn(record.name), alias=alias)


NEVER = math.inf
