"""What has happened on one journey so far, as its checkers read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec.structs import replace

from migrator.model.cluster import MARK, Lease
from migrator.model.effects import Effect, Final
from migrator.model.events import Ended, Entry, Held, Intended, Released, TurnedBack
from migrator.model.migration import Migration
from migrator.model.records import Move, RecordSet
from migrator.model.units import Instant
from migrator.sandbox.world import World, route53
from migrator.sandbox.world.balancers import LoadBalancer
from migrator.simulation.doors.objects import lease_from
from migrator.simulation.doors.records import world_record

Key = tuple[str, str, str]  # zone id, name, type
PROTECTION = "deletion_protection.enabled"


@dataclass
class Call:
    """One call that the engine made. `before` is each record set of the plan as it was listed; `after` once it was done.

    `ids` is everything in AWS and every Service that there was before, kind by kind.
    """

    effect: Effect
    at: Instant
    host: str  # whose process made it
    lines: int  # how many journal lines there were
    lease: Lease | None  # our mark as it was
    before: dict[Key, route53.RecordSet | None]
    ids: tuple[frozenset[str], ...]
    after: dict[Key, route53.RecordSet | None] | None = None
    finalizers: tuple[str, ...] | None = None  # of the legacy Service before it; None where it was gone
    left: tuple[frozenset[str], ...] | None = None  # of `ids`, once it was done; None where others acted meanwhile
    meddled: bool = False  # whether others acted in the very instant in which it was made


class Listing(NamedTuple):
    """What a zone held at a time: its record sets, the first one of each name and type, and all by their identities."""

    of: Sequence[route53.RecordSet]
    first: dict[tuple[str, str], route53.RecordSet]
    ids: frozenset[str]


class Listed(NamedTuple):
    """What all zones held after so many batches: each record set of a plan, and the identities of all by zone."""

    migration: Migration
    batches: int
    found: dict[Key, route53.RecordSet | None]
    ids: list[frozenset[str]]


@dataclass
class Course:
    """A journey: the plan, the lines that are durable, the calls that were made, and the world itself.

    What others do to it is told here by whoever does it: `touched` are record sets that somebody changed by hand, with the
    instant at which every name server has heard of the last such change; `broken` the names of load balancers that somebody
    took away; `troubled` how many troubles go on.
    """

    world: World
    migration: Migration
    lines: list[Entry] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    left: dict[Key, route53.RecordSet | None] = field(default_factory=dict)  # what we last left each record set as
    touched: dict[Key, Instant] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    planted: dict[tuple[Key, route53.RecordSet], Instant] = field(default_factory=dict)  # written by others, last when
    known: LoadBalancer | None = None  # of our clone, as last met, also where others took it away since
    skew_s: float = 0.0  # by how much our machine's clock was off and was let pass
    troubled: int = 0
    shaken_until: Instant = 0.0  # nodes or pods come and go by others' hands, or did a moment ago
    acting: bool = False  # whether a call of ours is being made
    _from: int = field(default=0, init=False)  # the first line after the last end that was met
    _turned: bool = field(default=False, init=False)  # whether a line from there on turned back
    _met: int = field(default=0, init=False)  # how many lines these two were worked out from: never the last one
    _guarding: tuple[object, frozenset[str]] = field(default=(None, frozenset()), init=False)  # of which state, as last met
    _serving: tuple[object, frozenset[str]] = field(default=(None, frozenset()), init=False)  # of which list, as last met
    _listings: dict[str, Listing] = field(default_factory=dict, init=False)  # by zone id, as last met
    _listed: Listed | None = field(default=None, init=False)  # as last met

    def __post_init__(self) -> None:
        self.left = dict(self.listed())

    @property
    def run(self) -> list[Entry]:
        """The lines since the last journey over this journal ended, that end included if nothing came after it."""
        self._meet()
        return self.lines[self._from :] if self._from else self.lines

    @property
    def back(self) -> bool:
        """Whether the way leads back."""
        self._meet()
        return self._turned or (bool(self.lines) and isinstance(self.lines[-1].event, TurnedBack))

    def _meet(self) -> None:
        for entry in self.lines[self._met : -1]:
            self._met += 1
            match entry.event:
                case Ended():
                    self._from, self._turned = self._met, False
                case TurnedBack():
                    self._turned = True

    @property
    def released(self) -> bool:
        """Whether a person lifted a hold, and with it perhaps what the engine saw."""
        return any(isinstance(each.event, Released) for each in self.run)

    def intended(self, step: str) -> bool:
        """Whether a step intended a change."""
        return any(isinstance(each.event, Intended) and each.event.step == step for each in self.run)

    def others_act(self) -> None:
        """Somebody else does something. What is gone after a call of ours that is in flight says nothing of the call."""
        if self.acting:
            self.calls[-1].meddled = True

    def meddled(self, key: Key, before: route53.RecordSet | None, after: route53.RecordSet | None) -> None:
        """Somebody else changed a record set. Where a call of ours is in flight, that change is none of the call's."""
        self.others_act()
        if self.acting:
            call = self.calls[-1]
            if before != call.before[key]:
                self.left[key] = before  # as the call had changed it by then
            call.before = {**call.before, key: after}

    def listed(self) -> dict[Key, route53.RecordSet | None]:
        """Every record set of the plan as Route 53 lists it now; None where it is gone. To be read only."""
        return self._listed_now().found

    def _listed_now(self) -> Listed:
        """What is listed, read once per plan and batch: Route 53 remembers each that it took in for good."""
        known, batches = self._listed, len(self.world.route53.changes)
        if known is None or known.batches != batches or known.migration is not self.migration:
            ids = [self._listing(zone).ids for zone in self.world.route53.zones]
            known = self._listed = Listed(self.migration, batches, self._found(), ids)
        return known

    def _found(self) -> dict[Key, route53.RecordSet | None]:
        zones = self.world.route53.zones
        held: dict[str, dict[tuple[str, str], route53.RecordSet]] = {}  # by zone
        found: dict[Key, route53.RecordSet | None] = {}
        for move in self.migration.dns.moves:
            zone, name, type = key = move.key
            if zone not in held:
                held[zone] = self._listing(zone).first if zone in zones else {}
            found[key] = held[zone].get((name, type))
        return found

    def _listing(self, zone: str) -> Listing:
        """What a zone holds, read once per state that it is in: the world makes a new list after each change."""
        now, known = self.world.route53.record_sets(zone), self._listings.get(zone)
        if known is None or known.of is not now:
            first = {(each.name, each.type): each for each in reversed(now)}
            ids = frozenset([f"{zone} {each.name} {each.type} {each.set_identifier}" for each in now])
            known = self._listings[zone] = Listing(now, first, ids)
        return known

    def foreign(self, listed: dict[Key, route53.RecordSet | None] | None = None) -> set[Key]:
        """The record sets that somebody else changed since we left them, or whose mending some name server has not heard of.

        `listed` is what `listed` gives, for who has asked already.
        """
        now, listed = self.world.now, self.listed() if listed is None else listed
        return {key for key, record in listed.items() if record != self.left.get(key) or now < self.touched.get(key, 0.0)}

    def service(self) -> dict[str, Any] | None:
        """The Service at the legacy Service's name; None where there is none."""
        service = self.migration.legacy.service
        return self.world.kube.find("Service", service.namespace, service.name)

    def unknown_to_us(self, held: tuple[Key, route53.RecordSet]) -> bool:
        """Whether others wrote this record set, and set it right again, without our having held for it, or after legacy went."""
        at = self.planted.get(held)
        if at is None:
            return False
        intents = [each.event for each in self.lines if isinstance(each.event, Intended) and each.at <= at]
        retired = any(each.step == "retire" and isinstance(each.effect, Final) for each in intents)
        return retired or not any(
            isinstance(each.event, Held) and each.event.code in ("record-edited", "record-missing") and each.at >= at
            for each in self.lines
        )

    def unprotected(self) -> bool:
        """Whether legacy's load balancer is there and lacks the deletion protection that the plan recorded."""
        legacy = self.migration.legacy
        found = self.world.elb.balancers.get(legacy.balancer.arn)
        return legacy.deletion_protection and found is not None and found.attributes.get(PROTECTION) != "true"

    def new(self) -> LoadBalancer | None:
        """The load balancer of our clone; None while it has none."""
        clone = self.world.kube.find("Service", self.migration.new.namespace, self.migration.new.name)
        ingress = (clone or {}).get("status", {}).get("loadBalancer", {}).get("ingress") or ()
        found = self.world.elb.by_dns(ingress[0]["hostname"]) if ingress else None
        self.known = found or self.known
        return found

    def marked(self) -> bool:
        """Whether the clone is there and carries our mark."""
        clone = self.world.kube.find("Service", self.migration.new.namespace, self.migration.new.name)
        return clone is not None and (clone["metadata"].get("annotations") or {}).get(MARK) == self.migration.id

    def form(self, move: Move, *, ttl_s: int | None, at: LoadBalancer | None = None) -> route53.RecordSet:
        """A record set of the plan with this TTL, leading to `at` (None: as listed): worked out here, not by the engine."""
        listed = world_record(move.listed)
        if listed.alias is None:
            values = listed.values if at is None else (at.dns_name + ("." if listed.values[0].endswith(".") else ""),)
            return replace(listed, ttl=ttl_s, values=values)
        if at is None:
            return listed
        prefix = "dualstack." if listed.alias.dns_name.lower().startswith("dualstack.") else ""
        return replace(listed, alias=replace(listed.alias, dns_name=f"{prefix}{at.dns_name}.", zone_id=at.zone_id))

    def lowered(self, move: Move, at: LoadBalancer | None = None) -> route53.RecordSet:
        """With the TTL for moving."""
        return self.form(move, ttl_s=move.listed.ttl_s if move.moving_ttl_s is None else move.moving_ttl_s, at=at)

    def final(self, move: Move, at: LoadBalancer | None = None) -> route53.RecordSet:
        """With the TTL that was listed."""
        return self.form(move, ttl_s=move.listed.ttl_s, at=at)

    def forms(self) -> dict[Key, tuple[route53.RecordSet, ...]]:
        """Every form in which a record set of the plan is ours."""
        new = self.new() or self.known
        places = (None,) if new is None else (None, new)
        return {
            move.key: tuple(form(move, at) for at in places for form in (self.lowered, self.final))
            for move in self.migration.dns.moves
        }

    def ids(self) -> tuple[frozenset[str], ...]:
        """Every load balancer, target group, rule, security group, Service and record set that there is, kind by kind.

        A kind of which nothing came or went is the very same set again, where that can be told.
        """
        elb, records = self.world.elb, self._listed_now().ids
        return frozenset(elb.balancers), frozenset(elb.groups), self._guards(), self._services(), *records

    def _guards(self) -> frozenset[str]:
        """Every security group and its rules; those of a group that legacy made for itself go with it."""
        ec2, of = self.world.ec2, (self.world.ec2.state, self.migration.legacy.own_groups)
        if self._guarding[0] != of:
            rules = [each.id for each in ec2.rules.values() if each.group_id not in of[1]]
            self._guarding = of, frozenset(rules).union(ec2.groups)
        return self._guarding[1]

    def _services(self) -> frozenset[str]:
        listed = self.world.kube.list("Service")
        if self._serving[0] is not listed:  # the world makes a new list after each change
            names = [each["metadata"] for each in listed]
            self._serving = listed, frozenset([f"service {each['namespace']}/{each['name']}" for each in names])
        return self._serving[1]

    def lease(self) -> Lease | None:
        """Our mark; None where there is none."""
        raw = self.world.kube.find("Lease", self.migration.legacy.service.namespace, self.migration.lease_name)
        return None if raw is None else lease_from(raw)


def shown(record: route53.RecordSet | RecordSet | None) -> str:
    """A record set in a few words."""
    if record is None:
        return "nothing"
    if record.alias is not None:
        return f"an alias of {record.alias}"
    return f"{', '.join(record.values)} for {record.ttl if isinstance(record, route53.RecordSet) else record.ttl_s} s"
