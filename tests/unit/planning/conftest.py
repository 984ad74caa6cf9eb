"""A small world behind the ports: one legacy Service behind a CNAME and an apex alias pair; tests bend it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import Denied, OutsideError
from migrator.model.balancers import Caller, FlowMinute, HealthCheck, Listener, LoadBalancer, Rule, Target, TargetGroup, Zone
from migrator.model.cluster import ClusterIdentity, Controller, Ingress, Reader, Service, Workload
from migrator.model.migration import Attachment, Migration
from migrator.model.names import Answer
from migrator.model.records import AliasTarget, HostedZone, RecordSet
from migrator.planning.found import Live
from migrator.planning.plan import Wishes, plan
from migrator.planning.write import render
from migrator.ports.outside import Outside
from tests.unit.surroundings import LBC_IMAGE, Surroundings

LB = "service.beta.kubernetes.io/aws-load-balancer-"
UID = "6f1c9a52-0d3b-4c55-9d0e-1a2b3c4d5e6f"
NAME = "a6f1c9a520d3b4c559d0e1a2b3c4d5e6"
HOST = f"{NAME}-0123456789abcdef.elb.eu-central-1.amazonaws.com"
ARN = f"arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/{NAME}/0123456789abcdef"
GROUP = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/k8s-shop-web-aaaaaaaaaa/1111111111111111"
PUBLIC = HostedZone("Z0PUBLIC", "example.com.")
PRIVATE = HostedZone("Z0PRIVATE", "internal.example.", private=True)
CHECK = HealthCheck("TCP", "traffic-port", 30, 10, 3, 3)


def service(**changes: Any) -> Service:
    """The legacy Service shop/web."""
    spec = {
        "type": "LoadBalancer",
        "clusterIP": "10.100.7.21",
        "clusterIPs": ["10.100.7.21"],
        "externalTrafficPolicy": "Cluster",
        "selector": {"app": "web"},
        "ports": [{"name": "http", "protocol": "TCP", "port": 8080, "targetPort": 8080, "nodePort": 31080}],
    }
    given = Service(
        namespace="shop",
        name="web",
        uid=UID,
        resource_version="4711",
        spec=spec,
        annotations={LB + "type": "nlb"},
        labels={"app": "web"},
        finalizers=("service.kubernetes.io/load-balancer-cleanup",),
        hostname=HOST,
    )
    return replace(given, **changes)


def annotated(**named: str) -> Service:
    """shop/web with more annotations; `_` in a keyword stands for `-`, a `key` with a slash is taken as it is."""
    more = {key if "/" in key else LB + key.replace("_", "-"): value for key, value in named.items()}
    return service(annotations={LB + "type": "nlb"} | more)


def balancer(**changes: Any) -> LoadBalancer:
    """Its load balancer, in two zones."""
    given = LoadBalancer(
        arn=ARN,
        name=NAME,
        dns_name=HOST,
        zone_id="Z3F0SRJ5LGBH90",
        scheme="internet-facing",
        vpc="vpc-0a1",
        state="active",
        zones=(Zone("eu-central-1a", "subnet-0a1"), Zone("eu-central-1b", "subnet-0b2")),
        tags={"kubernetes.io/service-name": "shop/web", "kubernetes.io/cluster/shop-prod": "owned", "team": "shop"},
    )
    return replace(given, **changes)


def group(**changes: Any) -> TargetGroup:
    """Its target group."""
    given = TargetGroup(
        arn=GROUP,
        name="k8s-shop-web-aaaaaaaaaa",
        protocol="TCP",
        port=31080,
        target_type="instance",
        health_check=CHECK,
        attributes={"deregistration_delay.timeout_seconds": "300", "proxy_protocol_v2.enabled": "false"},
        balancers=(ARN,),
    )
    return replace(given, **changes)


def listener(port: int = 8080, protocol: str = "TCP", **changes: Any) -> Listener:
    """One of its listeners."""
    return replace(Listener(f"{ARN}/{port}", protocol, port, (GROUP,)), **changes)


def live(**changes: Any) -> Live:
    """What discovery found of shop/web."""
    attributes = {"load_balancing.cross_zone.enabled": "true", "deletion_protection.enabled": "false"}
    found = Live(service(), balancer(), attributes, (listener(),), (group(),), node_rules=(client_rule(),))
    return replace(found, **changes)


def client_rule(source: str = "0.0.0.0/0", **changes: Any) -> Rule:
    """Legacy's rule that lets clients reach the nodes."""
    return replace(Rule("sgr-0c1", "sg-0n1", "tcp", 31080, 31080, source, f"kubernetes.io/rule/nlb/client={NAME}"), **changes)


def cname(name: str = "shop.example.com.", value: str = HOST, ttl_s: int = 300, **routing: str) -> RecordSet:
    """A CNAME."""
    return RecordSet(name, "CNAME", ttl_s, (value,), routing=routing)


def alias(name: str = "example.com.", type: str = "A", goal: str = "dualstack." + HOST + ".", **routing: str) -> RecordSet:
    """An alias."""
    return RecordSet(name, type, alias=AliasTarget("Z3F0SRJ5LGBH90", goal, True), routing=routing)


class Resolvers:
    """The name look: caching resolvers that all answer."""

    def __init__(self, addresses: tuple[str, ...]) -> None:
        self._addresses = addresses

    def resolvers(self) -> tuple[str, ...]:
        return self._addresses

    def asked(self, server: str, name: str, type: str, *, recursive: bool) -> Answer:
        return Answer("NOERROR", ("192.0.2.1",))


@dataclass
class World(Surroundings):
    """Every port at once; a value that is an OutsideError is raised instead of answered."""

    services: dict[tuple[str, str], Service] = field(default_factory=lambda: {("shop", "web"): service()})
    controllers: Controller | None = field(
        default_factory=lambda: Controller("kube-system", "lbc", 2, LBC_IMAGE, ("--cluster-name=shop-prod",))
    )
    lb: LoadBalancer | None = field(default_factory=balancer)
    lb_attributes: dict[str, str] = field(default_factory=lambda: dict(live().attributes))
    lb_listeners: tuple[Listener, ...] = field(default_factory=lambda: (listener(),))
    lb_groups: tuple[TargetGroup, ...] = field(default_factory=lambda: (group(),))
    healthy: bool = True
    taken: tuple[LoadBalancer, ...] = ()
    named_rules: tuple[Rule, ...] = field(default_factory=lambda: (client_rule(),))
    other_rules: tuple[Rule, ...] = ()
    zone_list: tuple[HostedZone, ...] | OutsideError = (PUBLIC, PRIVATE)
    sets: dict[str, tuple[RecordSet, ...] | OutsideError] = field(
        default_factory=lambda: {"Z0PUBLIC": (alias(), alias(type="AAAA"), cname()), "Z0PRIVATE": ()}
    )
    asked: tuple[str, ...] = ("10.0.0.2",)
    ingress_list: tuple[Ingress, ...] | OutsideError = ()
    workload_list: tuple[Workload, ...] | OutsideError = ()
    reader_list: tuple[Reader, ...] | OutsideError = ()
    owned_list: tuple[str, ...] | OutsideError = ()
    attached: dict[str, tuple[Attachment, ...] | OutsideError] = field(default_factory=dict)  # by kind
    minutes: tuple[FlowMinute, ...] | OutsideError = ()
    mention_list: tuple[Reader, ...] | OutsideError = ()
    rehearsal: OutsideError | dict[str, Any] = field(default_factory=dict)

    def outside(self) -> Outside:
        return Outside(*[self] * 5, Resolvers(self.asked), *[self] * 8, "host")

    def plan(self, **wishes: Any) -> Migration:
        return plan("shop", "web", self.outside(), self, Wishes(context="prod", **wishes))

    # the cluster
    def identity(self) -> ClusterIdentity:
        return ClusterIdentity("kube-system-uid", "v1.31.0")

    def service(self, namespace: str, name: str) -> Service | None:
        return self.services.get((namespace, name))

    def controller(self) -> Controller | None:
        return self.controllers

    def rehearsed(self, manifest: dict[str, Any]) -> Service:
        changes = answered(self.rehearsal)
        annotations = manifest["metadata"]["annotations"] | changes.get("annotations", {})
        return service(
            name=manifest["metadata"]["name"], annotations=annotations, spec=manifest["spec"] | changes.get("spec", {})
        )

    def ingresses(self) -> tuple[Ingress, ...]:
        return answered(self.ingress_list)

    def workloads(self) -> tuple[Workload, ...]:
        return answered(self.workload_list)

    def readers(self, namespace: str, name: str) -> tuple[Reader, ...]:
        return answered(self.reader_list)

    def owned(self, namespace: str, uid: str) -> tuple[str, ...]:
        return answered(self.owned_list)

    def mentions(self, names: tuple[str, ...]) -> tuple[Reader, ...]:
        return tuple(each for each in answered(self.mention_list) if each.how.removeprefix("names ") in names)

    # AWS
    def named(self, hostname: str) -> LoadBalancer | None:
        return self.lb

    def balancer(self, arn: str) -> LoadBalancer | None:
        return self.lb

    def namesakes(self, name: str) -> tuple[LoadBalancer, ...]:
        return (self.lb,) if self.lb is not None and self.lb.name == name else ()

    def attributes(self, arn: str) -> dict[str, str]:
        return self.lb_attributes

    def listeners(self, arn: str, *, whole: bool = False) -> tuple[Listener, ...]:
        return self.lb_listeners

    def groups(self, arn: str) -> tuple[TargetGroup, ...]:
        return self.lb_groups

    def targets(self, group_arn: str) -> tuple[Target, ...]:
        return (Target("i-0a1", 31080, "eu-central-1a", "healthy" if self.healthy else "unhealthy"),)

    def stacked(self, cluster: str, stack: str) -> tuple[LoadBalancer, ...]:
        return self.taken

    def caller(self) -> Caller:
        return Caller("111122223333", "arn:aws:iam::111122223333:user/alice", "eu-central-1", 1_700_000_000.0)

    def rules_for(self, balancer_name: str) -> tuple[Rule, ...]:
        return self.named_rules

    def rules_of(self, groups: tuple[str, ...]) -> tuple[Rule, ...]:
        return (*self.named_rules, *self.other_rules)

    def rules_from(self, groups: tuple[str, ...]) -> tuple[Rule, ...]:
        return tuple(each for each in self.other_rules if each.source in groups)

    def zones(self) -> tuple[HostedZone, ...]:
        return answered(self.zone_list)

    def listed(self, zone_id: str) -> tuple[RecordSet, ...]:
        return answered(self.sets[zone_id])

    def at(self, zone_id: str, names: tuple[str, ...]) -> tuple[RecordSet, ...]:
        return tuple(each for each in answered(self.sets[zone_id]) if each.name in names)

    # what is bound to the load balancer
    def kept(self) -> World:
        return self

    def bound(self, kind: str) -> tuple[Attachment, ...]:
        found: tuple[Attachment, ...] = answered(self.attached.get(kind, ()))
        return found

    def endpoint_services(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        return self.bound("endpoint-service")

    def vpc_links(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        return self.bound("vpc-link")

    def accelerators(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        return self.bound("accelerator")

    def scaling_groups(self, balancer: LoadBalancer, groups: tuple[TargetGroup, ...]) -> tuple[Attachment, ...]:
        return self.bound("scaling-group")

    def alarms(self, balancer: LoadBalancer, groups: tuple[TargetGroup, ...]) -> tuple[Attachment, ...]:
        return self.bound("alarm")

    def dashboards(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        return self.bound("dashboard")

    def health_checks(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        return self.bound("health-check")

    def distributions(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        return self.bound("distribution")

    def flows(self, balancer_arn: str, start: float, end: float, period_s: int) -> tuple[FlowMinute, ...]:
        return answered(self.minutes)

    # time
    def now(self) -> float:
        return 1_700_000_000.0


def answered(value: Any) -> Any:
    """The value, or the error that stands for it."""
    if isinstance(value, OutsideError):
        raise value
    return value


def example() -> Migration:
    """The plan of plans/example.yaml: some annotations to translate, one decision open, one with a default."""
    more = {
        "internal": "false",
        "cross_zone_load_balancing_enabled": "True",
        "additional_resource_tags": "team=shop",
        "healthcheck_interval": "30",
        "connection_idle_timeout": "3600",
    }
    world = World(
        other_rules=(Rule("sgr-0m1", "sg-0n1", "icmp", 3, 4, "0.0.0.0/0", "kubernetes.io/rule/nlb/mtu"),),
        sets={"Z0PUBLIC": (alias(), alias(type="AAAA"), cname()), "Z0PRIVATE": Denied("route53:ListResourceRecordSets denied")},
        reader_list=(Reader("Ingress/shop/front", "backend of host shop.example.com"),),
    )
    world.services[("shop", "web")] = annotated(**more)
    return world.plan()


DENIED = Denied("not allowed to list")


@pytest.fixture
def world() -> World:
    """The world as it usually is."""
    return World()


@pytest.fixture
def build() -> SimpleNamespace:
    """The builders of this file, for tests that bend what is there."""
    return SimpleNamespace(**globals())


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    """The example plan in a file of its own."""
    path = tmp_path / "web.yaml"
    path.write_text(render(example()))
    return path
