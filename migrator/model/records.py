"""Route 53's nouns, and the forms that a record set takes on its way to the new load balancer."""

from __future__ import annotations

from functools import cached_property, lru_cache

import msgspec
from msgspec.structs import replace


class HostedZone(msgspec.Struct, frozen=True):
    """A hosted zone; `id` without the `/hostedzone/` prefix, `name` with its trailing dot."""

    id: str
    name: str
    private: bool = False


class AliasTarget(msgspec.Struct, frozen=True):
    """Where an alias leads; `name` as listed (Route 53 adds the trailing dot and may add `dualstack.`)."""

    zone_id: str
    name: str
    evaluate_health: bool = False


class RecordSet(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record set exactly as listed; DELETE has to repeat every field.

    `name` is lower case with its trailing dot and Route 53's escapes (`\\052.` for a wildcard). `ttl_s` is None for an
    alias. `routing` holds what is listed beyond a simple record set: SetIdentifier, Weight, Region, Failover,
    GeoLocation and the like, by Route 53's own names.
    """

    name: str
    type: str
    ttl_s: int | None = None
    values: tuple[str, ...] = ()
    alias: AliasTarget | None = None
    health_check_id: str | None = None
    routing: dict[str, str] = {}

    @property
    def simple(self) -> bool:
        """Whether it answers alone for its name and type."""
        return not self.routing


class BalancerName(msgspec.Struct, frozen=True):
    """What a record needs to lead to a load balancer: its DNS name and the zone id of its family and region."""

    dns_name: str
    zone_id: str


def same_name(one: str, other: str) -> bool:
    """Whether two DNS names are the same: case, a trailing dot and Route 53's `dualstack.` do not count."""
    return one == other or bare_name(one) == bare_name(other)


@lru_cache(1024)  # compared at every look, and there are only so many names
def bare_name(name: str) -> str:
    """A DNS name in lower case without trailing dot and without `dualstack.`."""
    return name.lower().rstrip(".").removeprefix("dualstack.")


class Move(msgspec.Struct, frozen=True, dict=True):
    """One record set that moves: as listed in the plan, and the TTL it has while it moves.

    Every look compares with its forms, so that each of them is made once.
    """

    zone: HostedZone
    listed: RecordSet
    moving_ttl_s: int | None = None  # None for an alias, whose TTL is fixed

    @cached_property
    def lowered(self) -> RecordSet:
        """Still at legacy, with the TTL for moving."""
        return self.listed if self.moving_ttl_s is None else replace(self.listed, ttl_s=self.moving_ttl_s)

    def shifted(self, new: BalancerName) -> RecordSet:
        """At the new load balancer, with the TTL for moving."""
        known = self._shifted.get(new)
        if known is None:
            known = self._shifted[new] = pointed(self.lowered, new)
        return known

    @cached_property
    def _shifted(self) -> dict[BalancerName, RecordSet]:
        return {}

    def final(self, new: BalancerName) -> RecordSet:
        """At the new load balancer, with the TTL it had before."""
        return pointed(self.listed, new)

    @cached_property
    def key(self) -> tuple[str, str, str]:
        """What no two plans may share: zone id, name and type."""
        return (self.zone.id, self.listed.name, self.listed.type)

    @property
    def answer_ttl_s(self) -> int:
        """How long a resolver may keep the listed answer, in seconds; an alias to a load balancer has 60."""
        return self.listed.ttl_s if self.listed.ttl_s is not None else 60


def pointed(record: RecordSet, new: BalancerName) -> RecordSet:
    """The same record set, leading to another load balancer; `dualstack.` and the trailing dot are kept."""
    if record.alias is not None:
        prefix = "dualstack." if record.alias.name.lower().startswith("dualstack.") else ""
        name = prefix + bare_name(new.dns_name) + "."
        return replace(record, alias=replace(record.alias, zone_id=new.zone_id, name=name))
    dot = "." if record.values[0].endswith(".") else ""
    return replace(record, values=(bare_name(new.dns_name) + dot,))


class Swap(msgspec.Struct, frozen=True):
    """One compare-and-set on a record set: exactly `before` goes, `after` comes, in one batch."""

    before: RecordSet
    after: RecordSet


def leads_to(record: RecordSet, dns_name: str) -> bool:
    """Whether the record set answers with this load balancer, by alias or as a CNAME."""
    if record.alias is not None:
        return same_name(record.alias.name, dns_name)
    return record.type == "CNAME" and any(same_name(value, dns_name) for value in record.values)
