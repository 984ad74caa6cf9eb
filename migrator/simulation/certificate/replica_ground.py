"""The ground of a replica: an account and a cluster of the plan's shape, with what its Service needs to serve."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec

from migrator.errors import OperatorError
from migrator.model.migration import Migration
from migrator.sandbox.world import World
from migrator.sandbox.world.ec2_rules import RuleSpec
from migrator.sandbox.world.estate import Estate, furnish
from migrator.sandbox.world.estate_manifests import deployment
from migrator.sandbox.world.estate_network import MOST_ZONES
from migrator.sandbox.world.network_wire import PROXY_MARK, SECURE, TLS_MARK
from migrator.sandbox.world.pace import SANDBOX, Pace
from migrator.sandbox.world.trouble import AwsError
from migrator.simulation.certificate.replica_ids import exchanged, tokens
from migrator.simulation.stage import START

SERVICE_NETWORK = "10.100."  # of the replica's cluster: an address outside it cannot be had
NODES_A_ZONE = 1
PREFIX = "service.beta.kubernetes.io/aws-load-balancer-"
PROXIES = ("proxy_protocol_v1.enabled", "proxy_protocol_v2.enabled")

Object = dict[str, Any]


class Ground(msgspec.Struct, frozen=True):
    """A furnished world; `ids` are the replica's own by the plan's."""

    world: World
    estate: Estate
    ids: dict[str, str]


def not_simulated(plan: Migration, why: str, *seen: str) -> OperatorError:
    """What the sandbox cannot stand in for."""
    return OperatorError(
        f"cannot simulate {plan.service}: {why}",
        seen=seen,
        do="the plan may be sound all the same; try it on a copy of the Service in a cluster that nobody needs",
        code="not-simulated",
    )


def ground(plan: Migration, seed: int) -> Ground:
    """An account and a cluster as the plan has them, as far as it says; ready pods for the Service, no Service yet."""
    zones = len(plan.legacy.balancer.zones)
    if not 1 <= zones <= MOST_ZONES:
        raise not_simulated(plan, f"its load balancer serves {zones} zones, the sandbox has 1 to {MOST_ZONES}")
    if not plan.legacy.service.spec.get("selector"):
        raise not_simulated(plan, "the Service has no selector, and the sandbox knows no endpoints but pods")
    world = World(
        now=START,
        seed=seed,
        pace=SANDBOX if hurried(plan) else Pace(),
        account=plan.account.id,
        region=plan.account.region,
        cluster=plan.cluster.name or "sandbox",
    )
    estate = furnish(world, zones=zones, nodes=zones * NODES_A_ZONE, apps=())
    ids = {**_subnets(plan, estate), **_addresses(plan, world)}
    ids |= _security_groups(plan, estate, ids)
    _label_nodes(plan, estate)
    home = plan.legacy.service.namespace
    if world.kube.find("Namespace", "", home) is None:
        world.kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": home}})
    world.workloads.pods.start_at_once = True
    world.kube.create(pods(plan, len(estate.nodes)), manager="kubectl")
    world.advance(world.now)
    world.workloads.pods.start_at_once = False
    return Ground(world, estate, ids)


def hurried(plan: Migration) -> bool:
    """Whether the plan waits as for a sandbox, whose machinery is fast."""
    return plan.waits.check_interval_scale < 1


def _subnets(plan: Migration, estate: Estate) -> dict[str, str]:
    """The load balancer's subnets, zone by zone; any other one that an annotation names has no twin."""
    internal = plan.legacy.balancer.scheme == "internal"
    own = estate.private_subnets if internal else estate.public_subnets
    return {each.subnet: subnet.id for each, subnet in zip(plan.legacy.balancer.zones, own, strict=True)}


def _addresses(plan: Migration, world: World) -> dict[str, str]:
    """An Elastic IP for each allocation that the Service or its successor names."""
    named = (plan.legacy.service.annotations, plan.new.manifest, msgspec.to_builtins(plan.new.variants))
    return {each: world.ec2.allocate_address().allocation_id for each in tokens(list(named), "eipalloc")}


def _security_groups(plan: Migration, estate: Estate, ids: dict[str, str]) -> dict[str, str]:
    """Security groups that people made: with the rules that the plan has of them, else open to everybody."""
    named = (plan.legacy.service.annotations, plan.new.manifest, msgspec.to_builtins(plan.new.variants))
    asked = dict.fromkeys((*plan.legacy.balancer.security_groups, *tokens(list(named), "sg")))
    known = {each.id: each for each in plan.legacy.security_groups}
    ec2, made = estate.world.ec2, {}
    for count, id in enumerate(each for each in asked if each not in plan.legacy.own_groups):
        group = known.get(id)
        name, tags = (f"by-hand-{count}", {}) if group is None else (group.name, group.tags)
        description = group.description if group is not None and group.description else "made by hand"
        made[id] = ec2.create_security_group(name, description, estate.vpc.id, tags=tags).id
    for id, twin in made.items():
        rules = known[id].rules if id in known else ()
        specs = [RuleSpec(protocol="-1", cidr="0.0.0.0/0")] if id not in known else []
        for rule in rules:
            specs += [_spec(rule.protocol, rule.from_port, rule.to_port, exchanged(rule.source, ids | made), rule.description)]
        for spec in specs:
            try:
                ec2.authorize(twin, [spec])
            except AwsError:
                continue  # its source is nothing that the replica has: the comparison of security groups tells it
    return made


def _spec(protocol: str, low: int, high: int, source: str, description: str) -> RuleSpec:
    peer = "source_group" if source.startswith("sg-") else "prefix_list" if source.startswith("pl-") else "cidr"
    if peer == "cidr" and ":" in source:
        peer = "cidr6"
    ports = {} if protocol == "-1" else {"from_port": low, "to_port": high}
    return msgspec.convert({"protocol": protocol, peer: source, "description": description, **ports}, RuleSpec)


def _label_nodes(plan: Migration, estate: Estate) -> None:
    """Every node carries the labels by which the Service, or its successor, chooses targets."""
    annotations = {**plan.new.manifest["metadata"].get("annotations", {}), **plan.legacy.service.annotations}
    text = annotations.get(f"{PREFIX}target-node-labels", "")
    labels = dict(each.strip().partition("=")[::2] for each in text.split(",") if each.strip())
    if labels:
        for name in estate.nodes:
            estate.world.kube.patch("Node", "", name, {"metadata": {"labels": labels}})


def pods(plan: Migration, replicas: int) -> Object:
    """A Deployment whose pods the Service selects: they listen where it sends, and speak what its target groups speak."""
    service, numbers = plan.legacy.service, itertools.count(9000)
    ports: dict[tuple[object, str], Object] = {}
    for each in service.spec["ports"]:
        target, protocol = each.get("targetPort", each["port"]), each.get("protocol", "TCP")
        named = {"containerPort": target} if isinstance(target, int) else {"containerPort": next(numbers), "name": target}
        ports.setdefault((target, protocol), {**named, "protocol": protocol})
    container = {"name": "app", "image": "registry.example.com/replica:1.0", "ports": list(ports.values())}
    made = deployment(service.namespace, service.name, service.spec["selector"], replicas, {"containers": [container]})
    if marks := spoken(plan):
        made["spec"]["template"]["metadata"]["annotations"] = marks
    return made


def spoken(plan: Migration) -> dict[str, str]:
    """What the pods have to speak for legacy to find them healthy, as their annotations."""
    groups = plan.legacy.groups
    proxy = any(each.attributes.get(key) == "true" for each in groups for key in PROXIES)
    secure = any(each.protocol in SECURE or each.health_check.protocol in SECURE for each in groups)
    return ({PROXY_MARK: "any"} if proxy else {}) | ({TLS_MARK: "true"} if secure else {})


def service_manifest(plan: Migration, ids: dict[str, str]) -> Object:
    """The legacy Service as somebody would have created it, with node ports and addresses as they are."""
    legacy = plan.legacy.service
    spec = {key: value for key, value in legacy.spec.items() if key not in ("clusterIP", "clusterIPs") or _to_be_had(legacy.spec)}
    metadata: Object = {"name": legacy.name, "namespace": legacy.namespace, "annotations": dict(legacy.annotations)}
    if labels := plan.new.manifest["metadata"].get("labels"):
        metadata["labels"] = labels
    return exchanged({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}, ids)


def _to_be_had(spec: Object) -> bool:
    return str(spec.get("clusterIP", "")).startswith(SERVICE_NETWORK)
