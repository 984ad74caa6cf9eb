"""A replica: a virtual copy of the world that a plan recorded, and that very plan with the replica's ids in it."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from migrator.errors import MigrateError
from migrator.model.cluster import Reader
from migrator.model.migration import Migration, content_digest
from migrator.planning.plan import Wishes
from migrator.planning.plan import plan as planned
from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import LoadBalancer
from migrator.sandbox.world.estate_manifests import CCM_VERSION, LBC_VERSION
from migrator.sandbox.world.network_flows import Lost
from migrator.sandbox.world.resolvers import KINDS, CachingResolver
from migrator.sandbox.world.trouble import AwsError, KubeError
from migrator.simulation.certificate.replica_ground import Ground, ground, hurried, not_simulated, service_manifest, spoken
from migrator.simulation.certificate.replica_ids import exchanged, pairs
from migrator.simulation.certificate.replica_likeness import differences, likened, unread
from migrator.simulation.doors.records import world_record
from migrator.simulation.doors.survey import SurveyDoor
from migrator.simulation.losses import Ledger
from migrator.simulation.stage import TAKES_S, Exposed, Name, Stage, serving, until
from migrator.simulation.virtual import VirtualClock

WILDCARD = "\\052."
ANSWERED_BY_CLIENTS = ("A", "CNAME")  # clients ask for IPv4 addresses
SERVES_WITHIN_S = 3600.0


class Replica(msgspec.Struct, frozen=True):
    """The stage, the plan as it is to be run on it, and what had to be assumed, a sentence each."""

    stage: Stage
    migration: Migration
    assumed: tuple[str, ...]


class UnaskedSurvey(SurveyDoor):
    """The cluster at large, without the search for who uses the Service: the plan has done that and asked its question."""

    def readers(self, namespace: str, name: str) -> tuple[Reader, ...]:
        """Nobody."""
        return ()

    def mentions(self, names: tuple[str, ...]) -> tuple[Reader, ...]:
        """Nobody."""
        return ()


def replicated(plan: Migration, *, seed: int, every_s: float = 0.0) -> Replica:
    """The world as the plan recorded it, serving, and the plan for it; `every_s` from one request of a client to its next.

    Raises OperatorError `not-simulated` where the sandbox cannot have such a Service.
    """
    here = ground(plan, seed)
    world = here.world
    lb = _serving(plan, here)
    likened(world, plan.legacy, lb.arn)
    places = _places(plan, here, lb)
    names = _named(plan, here, lb, places)
    caches = {world.network.allocate_address("dns"): CachingResolver(world, kind) for kind in KINDS}
    clock, survey = VirtualClock(world), UnaskedSurvey(world)
    stage = Stage(world, here.estate, clock, caches, survey, Ledger(), [], [])
    exposed = _exposed(plan, world, lb, names)
    stage.exposed.append(exposed)
    twin = _planned(plan, stage)
    migration, differ = _adapted(plan, twin, here.ids | places)
    quiet = _unreachable(world, exposed, lb)
    if every_s and not quiet:
        stage.visit(exposed, every_s=every_s, takes_s=TAKES_S)
    return Replica(stage, migration, (*_assumed(plan, here, quiet), *differ))


def _serving(plan: Migration, here: Ground) -> LoadBalancer:
    """The legacy Service is created, and its controller makes what it makes of it."""
    service, world = plan.legacy.service, here.world
    try:
        world.kube.create(service_manifest(plan, here.ids), manager="kubectl")
    except KubeError as refusal:
        raise not_simulated(plan, "the sandbox's API server refuses the legacy Service", str(refusal)) from refusal

    def serves() -> bool:
        return serving(world, service.namespace, service.name) is not None

    try:
        until(world, serves, patience_s=SERVES_WITHIN_S)
    except TimeoutError as silence:
        raise not_simulated(
            plan, "its legacy load balancer does not come to serve in the sandbox", *_troubles(world)
        ) from silence
    lb = serving(world, service.namespace, service.name)
    assert lb is not None
    return lb


def _troubles(world: World) -> tuple[str, ...]:
    """Why it does not: what the controllers warned of, and how the targets are."""
    warned = [each["message"] for each in world.kube.list("Event") if each.get("type") == "Warning"]
    states = [
        f"{each.name}: {target.id} is {target.state} {target.reason or ''}".rstrip()
        for each in world.elb.groups.values()
        for target in each.targets.values()
    ]
    return tuple(dict.fromkeys((*warned[-3:], *states[:3])))


def _places(plan: Migration, here: Ground, lb: LoadBalancer) -> dict[str, str]:
    """The hosted zones and health checks of the plan's record sets, made in the replica; their ids by the plan's."""
    route53, estate = here.world.route53, here.estate
    furnished = {(each.name, each.private): each for each in (estate.public_zone, estate.private_zone)}
    found: dict[str, str] = {}
    for zone in dict.fromkeys(move.zone for move in plan.dns.moves):
        there = furnished.pop((zone.name, zone.private), None)
        vpc = estate.vpc.id if zone.private else None
        try:
            found[zone.id] = (there or route53.create_zone(zone.name, zone.private, vpc)).id
        except AwsError as refusal:
            raise not_simulated(plan, f"there is no second hosted zone {zone.name} in one VPC", str(refusal)) from refusal
    for each in furnished.values():
        route53.delete_zone(each.id)
    for check in dict.fromkeys(move.listed.health_check_id for move in plan.dns.moves if move.listed.health_check_id):
        found[check] = route53.create_health_check(f"replica of {check}", {"Type": "TCP"}).id
    legacy = plan.legacy.balancer
    return found | {legacy.dns_name: lb.dns_name, legacy.zone_id: lb.zone_id}


def _named(plan: Migration, here: Ground, lb: LoadBalancer, places: dict[str, str]) -> tuple[Name, ...]:
    """The record sets as listed, leading to the replica's load balancer, INSYNC; the names that clients ask for."""
    batches: dict[str, list[tuple[str, Any]]] = {}
    for move in plan.dns.moves:
        batches.setdefault(places[move.zone.id], []).append(("CREATE", world_record(exchanged(move.listed, places))))
    world = here.world
    for zone, batch in batches.items():
        try:
            change = world.route53.change(zone, batch)
        except AwsError as refusal:
            raise not_simulated(plan, "the sandbox's Route 53 refuses the record sets of the plan", str(refusal)) from refusal
        world.advance(change.insync_at)
    asked = [move.listed for move in plan.dns.moves if move.listed.type in ANSWERED_BY_CLIENTS]
    names = {each.name.replace(WILDCARD, "any."): each for each in asked}
    return tuple(Name(name, each.alias is not None, each.ttl_s or 60) for name, each in names.items())


def _exposed(plan: Migration, world: World, lb: LoadBalancer, names: tuple[Name, ...]) -> Exposed:
    service = plan.legacy.service
    made = world.kube.get("Service", service.namespace, service.name)
    ports = [each["port"] for each in made["spec"]["ports"] if each["protocol"] == "TCP"]
    port = ports[0] if ports else made["spec"]["ports"][0]["port"]
    return Exposed(service.namespace, service.name, made["metadata"]["uid"], lb.arn, lb.dns_name, port, names)


def _unreachable(world: World, exposed: Exposed, lb: LoadBalancer) -> str:
    """Why a client cannot use the load balancer; empty where it can."""
    made = world.network.connect(world.network.allocate_address("client"), lb.zones[0].address, exposed.port)
    if isinstance(made, Lost):
        return made.why
    world.network.close(made)
    return ""


def _planned(plan: Migration, stage: Stage) -> Migration:
    """The same Service planned anew in the replica: what is there, in its own ids."""
    service = plan.legacy.service
    wishes = Wishes(clone_name=plan.new.name, waits=plan.waits, on_failure=plan.on_failure)
    try:
        twin = planned(service.namespace, service.name, stage.outside, stage.survey, wishes)
    except MigrateError as refusal:
        raise not_simulated(plan, "no plan can be made for its replica", refusal.message, *refusal.seen) from refusal
    if twin.readiness == "BLOCKED":
        seen = tuple(f"{each.id}: {each.seen}" for each in twin.findings if each.severity == "blocked")
        raise not_simulated(plan, "its replica is blocked, which the plan is not", *seen)
    return twin


def _adapted(plan: Migration, twin: Migration, ids: dict[str, str]) -> tuple[Migration, tuple[str, ...]]:
    """The plan with the replica's ids, its legacy side the replica's own; and where that differs from the plan's."""
    same = exchanged(plan, ids | pairs(plan, twin))
    decisions = tuple(each if each.value is not None else replace(each, answer=each.options[0]) for each in same.decisions)
    dns = replace(same.dns, resolvers=twin.dns.resolvers)
    mine = replace(
        same,
        readiness="READY_WITH_CHANGES",  # every question has an answer now
        id=twin.id,
        cluster=twin.cluster,
        account=twin.account,
        legacy=twin.legacy,
        dns=dns,
        decisions=decisions,
    )
    return replace(mine, digest=content_digest(mine)), differences(same.legacy, twin.legacy)


def _assumed(plan: Migration, here: Ground, quiet: str) -> tuple[str, ...]:
    """What the plan does not say and the replica has to have."""
    zones = len(plan.legacy.balancer.zones)
    nodes, pace = len(here.estate.nodes), here.world.pace
    told = [
        f"{nodes} node{'s' * (nodes != 1)}, {nodes // zones} in each of {zones} zone{'s' * (zones != 1)}, and as many ready pods",
        f"legacy controller {CCM_VERSION} and AWS Load Balancer Controller {LBC_VERSION}, as their charts run them",
        f"a load balancer takes {pace.provision_s[0]:g} to {pace.provision_s[1]:g} s to become active, targets "
        f"{pace.register_s[0]:g} to {pace.register_s[1]:g} s to be registered, records {pace.insync_s[0]:g} to "
        f"{pace.insync_s[1]:g} s to be INSYNC",
        f"resolvers of three kinds are asked, in place of {len(plan.dns.resolvers) or 'none'} of the plan: one keeps to TTLs, "
        "one holds answers for 30 s at least, one serves expired answers",
        "but for the faults that are drawn, nobody else changes the Service, the load balancer or the record sets",
        "no other Service shares the nodes' security group, the load balancer or the hosted zones",
    ]
    if hurried(plan):
        told.append("the machinery is as fast as a sandbox's, as the plan's waits are")
    if marks := spoken(plan):
        told.append(f"pods speak what legacy's target groups do: {', '.join(f'{key}={value}' for key, value in marks.items())}")
    if quiet:
        told.append(f"no client's requests are counted ({quiet}); what caches may hold is worked out instead")
    if closed := plan.dns.unread:
        told.append(f"no record set leads to legacy in zones that could not be read: {', '.join(each.name for each in closed)}")
    for key in unread(plan.manifest):
        told.append(f"{key} of the new Service changes nothing that clients notice: the sandbox does not act on it")
    for each in plan.open_decisions:
        told.append(f"decision {each.id}, which has no answer yet, is answered {each.options[0]!r}")
    for each in plan.decisions:
        if each.answer is None and each.default is not None:
            told.append(f"decision {each.id} keeps its default, {each.default!r}")
    return tuple(told)
