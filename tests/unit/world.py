"""Every port at once, in memory: a cluster, Route 53, load balancers and a clock that tests hold.

It behaves where a test relies on it: writes of Services, Leases and record sets have their guards and happen whole or not
at all. Controllers are the test itself. `refuse` makes a question or a call fail as the outside may.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from migrator.errors import Conflict, Missing, OutsideError, Unclear
from migrator.model import effects
from migrator.model.balancers import Caller, FlowMinute, Listener, LoadBalancer, Rule, Target, TargetGroup
from migrator.model.cluster import Binding, ClusterIdentity, Controller, Lease, Service, Trouble
from migrator.model.effects import Effect, Result
from migrator.model.migration import Attachment
from migrator.model.names import Answer, Authority, ProbeSeen
from migrator.model.records import HostedZone, RecordSet
from migrator.ports.outside import Outside
from tests.unit import given
from tests.unit.surroundings import LBC_IMAGE, Surroundings

ADDRESSES: dict[str, tuple[str, ...]] = {
    given.LEGACY_NAME: ("192.0.2.1", "192.0.2.2"),
    given.NEW_NAME: ("198.51.100.1", "198.51.100.2"),
}


class Clock:
    """Time that passes when a test says so, or when somebody sleeps."""

    def __init__(self, at: float = given.START) -> None:
        self.at = at

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


class World(Surroundings):
    """shop/web served by legacy; nothing of ours is there yet. `new()` puts the clone and its load balancer beside it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.services: dict[str, Service] = {"web": given.service()}
        self.bound: tuple[Binding, ...] = ()
        self.deployed: Controller | None = Controller("kube-system", "lbc", 2, LBC_IMAGE, ("--cluster-name=shop-prod",))
        self.rehearsal: Callable[[Service], Service] = lambda stored: stored  # what admission makes of the clone
        self.leases: dict[str, Lease] = {}
        self.warnings: tuple[Trouble, ...] = ()
        self.lbs: dict[str, LoadBalancer] = {given.LEGACY_ARN: given.lb("legacy")}
        self.lb_attributes: dict[str, dict[str, str]] = {given.LEGACY_ARN: {"deletion_protection.enabled": "false"}}
        self.lb_listeners: dict[str, tuple[Listener, ...]] = {given.LEGACY_ARN: (given.listener("legacy"),)}
        self.lb_groups: dict[str, TargetGroup] = {given.LEGACY_GROUP: given.group("legacy")}
        self.registered: dict[str, tuple[Target, ...]] = {given.LEGACY_GROUP: given.targets()}
        self.tagged: tuple[LoadBalancer, ...] = ()
        self.tagged_groups: tuple[str, ...] = ()
        self.rules: dict[str, Rule] = {each.id: each for each in (given.RULE, given.HEALTH_RULE, given.LBC_RULE)}
        self.sgs: set[str] = set()  # security groups that exist
        self.wearing: set[str] = set()  # those of them that an interface wears
        self.bound_to: dict[str, tuple[Attachment, ...]] = {}  # endpoint services, by load balancer
        self.zone_list: tuple[HostedZone, ...] = (given.PUBLIC, given.PRIVATE)
        self.sets: dict[str, list[RecordSet]] = {"ZPUB": [given.cname(), given.alias()], "ZPRI": []}
        self.changes: dict[str, float] = {}  # change id -> when it is INSYNC
        self.propagation_s = 0.0
        self.minutes: Callable[[str, float], FlowMinute] = lambda arn, start: FlowMinute(start, None, 0.0, 2.0)
        self.addresses = dict(ADDRESSES)  # of load balancers by DNS name, of both families
        self.caches: tuple[str, ...] = ()
        self.answers: dict[tuple[str, str], Answer] = {}  # (server, name) -> an answer of its own
        self.probed: dict[str, bool] = {}  # address -> whether it answers; all do unless told
        self.account, self.region, self.date_off_s = "111122223333", "eu-central-1", 0.0
        self.refusals: dict[str, list[OutsideError]] = {}
        self.made: list[Effect] = []
        self.before: dict[type[Effect], Callable[[], object]] = {}  # runs as a call of this kind arrives
        self.lost: str = ""  # "done" or "undone": what becomes of the next call, whose answer is lost
        self._version = 1000

    def outside(self, host: str = given.HOST, journal: str = given.JOURNAL) -> Outside:
        me: Any = self
        return Outside(me, me, me, me, me, me, me, me, me, me, me, Maker(self, journal, host), me, self.clock, host)

    def new(self, *zones: str) -> World:
        """The clone with its load balancer, serving; with zones, only in those."""
        self.services["web-lbc"] = given.clone()
        self.bound = (given.binding(),)
        self.lbs[given.NEW_ARN] = given.lb()
        self.lb_attributes[given.NEW_ARN] = {}
        self.lb_listeners[given.NEW_ARN] = (given.listener(),)
        self.lb_groups[given.NEW_GROUP] = given.group()
        self.registered[given.NEW_GROUP] = given.targets("healthy", *zones)
        return self

    def refuse(self, question: str, error: OutsideError, times: int = 1) -> None:
        """Let a question (a method's name) or a call (an effect's class name) fail so often."""
        self.refusals.setdefault(question, []).extend([error] * times)

    def version(self) -> str:
        self._version += 1
        return str(self._version)

    def may(self, name: str) -> None:
        if waiting := self.refusals.get(name):
            raise waiting.pop(0)

    # the cluster
    def identity(self) -> ClusterIdentity:
        self.may("identity")
        return ClusterIdentity("uid-cluster")

    def service(self, namespace: str, name: str) -> Service | None:
        self.may("service")
        return self.services.get(name)

    def bindings(self, namespace: str, service: str) -> tuple[Binding, ...]:
        self.may("bindings")
        return self.bound

    def controller(self) -> Controller | None:
        self.may("controller")
        return self.deployed

    def lease(self, namespace: str, name: str) -> Lease | None:
        self.may("lease")
        return self.leases.get(name)

    def troubles(self, namespace: str, uid: str) -> tuple[Trouble, ...]:
        self.may("troubles")
        return self.warnings

    def rehearsed(self, manifest: dict[str, Any]) -> Service:
        self.may("rehearsed")
        return self.rehearsal(given.clone(annotations=dict(manifest["metadata"]["annotations"]), spec=dict(manifest["spec"])))

    def advance(self, lease: Lease) -> Lease:
        self.may("advance")
        if lease.name not in self.leases:
            raise Missing("lease is gone")
        if self.leases[lease.name].resource_version != lease.resource_version:
            raise Conflict("lease was written since")
        self.leases[lease.name] = replace(lease, resource_version=self.version())
        return self.leases[lease.name]

    # load balancers
    def named(self, hostname: str) -> LoadBalancer | None:
        self.may("named")
        return next((each for each in self.lbs.values() if each.dns_name == hostname), None)

    def balancer(self, arn: str) -> LoadBalancer | None:
        self.may("balancer")
        return self.lbs.get(arn)

    def attributes(self, arn: str) -> dict[str, str]:
        self.may("attributes")
        return self.lb_attributes[arn]

    def listeners(self, arn: str, *, whole: bool = False) -> tuple[Listener, ...]:
        self.may("listeners")
        return self.lb_listeners.get(arn, ())

    def groups(self, arn: str) -> tuple[TargetGroup, ...]:
        self.may("groups")
        return tuple(each for each in self.lb_groups.values() if arn in each.balancers)

    def targets(self, group_arn: str) -> tuple[Target, ...]:
        self.may("targets")
        if group_arn not in self.registered:
            raise Missing(f"target group {group_arn} is gone")
        return self.registered[group_arn]

    def groups_left(self, arns: tuple[str, ...]) -> tuple[TargetGroup, ...]:
        self.may("groups_left")
        return tuple(self.lb_groups[arn] for arn in arns if arn in self.lb_groups)

    def stacked(self, cluster: str, stack: str) -> tuple[LoadBalancer, ...]:
        self.may("stacked")
        return self.tagged

    # the network
    def caller(self) -> Caller:
        self.may("caller")
        return Caller(self.account, "arn:aws:iam::111122223333:role/us", self.region, self.clock.at // 1 + self.date_off_s)

    def rules_of(self, groups: tuple[str, ...]) -> tuple[Rule, ...]:
        self.may("rules_of")
        return tuple(each for each in self.rules.values() if each.group in groups)

    def rules_from(self, groups: tuple[str, ...]) -> tuple[Rule, ...]:
        self.may("rules_from")
        return tuple(each for each in self.rules.values() if each.source in groups)

    def rules_left(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        self.may("rules_left")
        return tuple(each for each in ids if each in self.rules)

    def security_groups_left(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        self.may("security_groups_left")
        return tuple(each for each in ids if each in self.sgs)

    def worn(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        self.may("worn")
        return tuple(f"eni-{each}" for each in groups if each in self.wearing)

    def stacked_groups(self, cluster: str, stack: str) -> tuple[str, ...]:
        self.may("stacked_groups")
        return self.tagged_groups

    # what is bound to load balancers
    def endpoint_services(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        self.may("endpoint_services")
        return self.bound_to.get(balancer.arn, ())

    def vpc_links(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        self.may("vpc_links")
        return ()

    def accelerators(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        self.may("accelerators")
        return ()

    def scaling_groups(self, balancer: LoadBalancer, groups: tuple[TargetGroup, ...]) -> tuple[Attachment, ...]:
        self.may("scaling_groups")
        return ()

    # record sets
    def zones(self) -> tuple[HostedZone, ...]:
        self.may("zones")
        return self.zone_list

    def listed(self, zone_id: str) -> tuple[RecordSet, ...]:
        self.may("listed")
        return tuple(self.sets[zone_id])

    def at(self, zone_id: str, names: tuple[str, ...]) -> tuple[RecordSet, ...]:
        self.may("at")
        return tuple(each for each in self.sets[zone_id] if each.name in names)

    def insync(self, change_id: str) -> bool:
        self.may("insync")
        return self.clock.at >= self.changes[change_id]

    def set(self, zone_id: str, *records: RecordSet) -> None:
        """Somebody writes record sets, over those of the same name and type."""
        kept = [each for each in self.sets[zone_id] if (each.name, each.type) not in {(new.name, new.type) for new in records}]
        self.sets[zone_id] = [*kept, *records]

    # metrics
    def flows(self, balancer_arn: str, start: float, end: float, period_s: int) -> tuple[FlowMinute, ...]:
        self.may("flows")
        return tuple(self.minutes(balancer_arn, start + at * period_s) for at in range(int((end - start) // period_s)))

    # names
    def resolvers(self) -> tuple[str, ...]:
        return self.caches

    def authorities(self, name: str) -> tuple[Authority, ...]:
        self.may("authorities")
        return (Authority("ns1.example.", "ns1", "example.", 60), Authority("ns2.example.", "ns2", "example.", 60))

    def asked(self, server: str, name: str, type: str, *, recursive: bool) -> Answer:
        self.may("asked")
        self.may(f"asked {server}")
        if (server, name) in self.answers:
            return self.answers[server, name]
        if name in ADDRESSES:
            known = any(each.dns_name == name for each in self.lbs.values())
            return Answer("NOERROR", self.of_family(name, type)) if known else Answer("NXDOMAIN")
        record = next((each for sets in self.sets.values() for each in sets if (each.name, each.type) == (name, type)), None)
        if record is None:
            return Answer("NXDOMAIN")
        if record.alias is None:
            return Answer("NOERROR", record.values)
        bare = record.alias.name.removeprefix("dualstack.").rstrip(".")
        return Answer("NOERROR", self.of_family(bare, type))

    def of_family(self, name: str, type: str) -> tuple[str, ...]:
        return tuple(each for each in self.addresses[name] if (":" in each) == (type == "AAAA"))

    # probes
    def tried(self, address: str, port: int, kind: str, host: str) -> ProbeSeen:
        ok = self.probed.get(address, True)
        return ProbeSeen(ok, f"{kind} {address}:{port} {'answers' if ok else 'refuses'}")


class Maker:
    """The effector of one journal on one host."""

    def __init__(self, world: World, journal: str, host: str) -> None:
        self.world, self.journal, self.host = world, journal, host

    def apply(self, effect: Effect) -> Result:
        world, lost = self.world, self.world.lost
        world.made.append(effect)
        if hook := world.before.get(type(effect)):
            hook()
        world.may(type(effect).__name__)
        world.lost = ""
        if lost == "undone":
            raise Unclear("no answer came")
        result = self.done(effect)
        if lost == "done":
            raise Unclear("no answer came")
        return result

    def done(self, effect: Effect) -> Result:
        """Do it, guards and all."""
        world = self.world
        match effect:
            case effects.TakeLease():
                return self._take(effect)
            case effects.ReleaseLease():
                del world.leases[effect.name]
            case effects.ChangeRecords():
                return self._change(effect)
            case effects.CreateService():
                return self._create(effect)
            case effects.DeleteService():
                self._exactly(effect)
                del world.services[effect.name]
            case effects.PatchService():
                seen = self._exactly(effect)
                kept = {key: value for key, value in (seen.annotations | effect.annotations).items() if value is not None}
                world.services[effect.name] = replace(seen, annotations=kept, resource_version=world.version())
            case _:
                raise AssertionError(f"no test makes {effect}")
        return {}

    def found(self, effect: Effect) -> Result | None:
        world = self.world
        world.may("found")
        match effect:
            case effects.TakeLease():
                lease = world.leases.get(effect.name)
                ours = lease is not None and (lease.journal, lease.host) == (self.journal, self.host)
                return {"epoch": str(lease.epoch)} if ours and lease is not None else None
            case effects.ReleaseLease():
                return None if effect.name in world.leases else {}
            case effects.ChangeRecords():
                return {} if all(each.after in world.sets[effect.zone_id] for each in effect.swaps) else None
            case effects.CreateService():
                made = world.services.get(effect.name)
                return None if made is None else {"uid": made.uid}
            case effects.DeleteService():
                return None if effect.name in world.services else {}
            case _:
                raise AssertionError(f"no test looks for {effect}")

    def _take(self, effect: effects.TakeLease) -> Result:
        there = self.world.leases.get(effect.name)
        if effect.takeover and there is None:
            raise Missing("lease is gone")
        if there is not None and there.resource_version != effect.takeover:
            raise Conflict("lease exists, or was written since")
        epoch = there.epoch + 1 if there else effect.epoch
        new = there or Lease(effect.namespace, effect.name, self.journal, 1, 0, "", self.host)
        taken = replace(new, epoch=epoch, host=self.host, resource_version=self.world.version(), renewed=self.world.clock.at)
        self.world.leases[effect.name] = taken
        return {"epoch": str(epoch)}

    def _change(self, effect: effects.ChangeRecords) -> Result:
        world = self.world
        if any(each.before not in world.sets[effect.zone_id] for each in effect.swaps):
            raise Conflict("a record set is not as listed")
        world.set(effect.zone_id, *(each.after for each in effect.swaps))
        change = f"C{len(world.changes) + 1}"
        world.changes[change] = world.clock.at + world.propagation_s
        return {"change": change}

    def _create(self, effect: effects.CreateService) -> Result:
        if effect.name in self.world.services:
            raise Conflict("service exists")
        self.world.services[effect.name] = given.clone(hostname=None)
        return {"uid": given.CLONE_UID}

    def _exactly(self, effect: effects.DeleteService | effects.PatchService) -> Service:
        seen = self.world.services.get(effect.name)
        if seen is None:
            raise Missing("service is gone")
        if (seen.uid, seen.resource_version) != (effect.uid, effect.resource_version):
            raise Conflict("service was changed since")
        return seen
