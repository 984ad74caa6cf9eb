"""A small world on real sockets: its own loopback network, seconds instead of minutes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from migrator.sandbox.doors.dns import DnsDoor, DnsSockets
from migrator.sandbox.doors.loop import LoopThread
from migrator.sandbox.doors.present import Present
from migrator.sandbox.doors.timekeeper import Timekeeper
from migrator.sandbox.doors.traffic.crews import Order
from migrator.sandbox.doors.traffic.door import TrafficDoor
from migrator.sandbox.doors.traffic.keys import Keys, made
from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import HealthCheck, LoadBalancer, Policy, TargetGroup
from migrator.sandbox.world.classic_rules import ListenerSpec
from migrator.sandbox.world.ec2 import RuleSpec
from migrator.sandbox.world.estate import App, Estate, furnish
from migrator.sandbox.world.pace import Pace
from migrator.sandbox.world.resolvers import KINDS, CachingResolver
from migrator.sandbox.world.route53 import RecordSet, Zone
from migrator.sandbox.world.tally import Report

HURRIED = Pace(
    provision_s=(0.01, 0.02),
    register_s=(0.01, 0.02),
    health_interval_scale=0.005,
    draining_scale=0.002,
    insync_s=(0.01, 0.03),
    metric_period_s=1,
    metric_lag_s=0,
    controller_s=(0.01, 0.02),
    delete_s=(0.01, 0.02),
    pod_s=(0.01, 0.05),
)
LISTENER_PORT = 8080
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-00000000cafe"


@dataclass
class Stage:
    """Everything that is running, and short ways to change it."""

    world: World
    present: Present
    loop: LoopThread
    door: DnsDoor
    traffic: TrafficDoor
    dns_port: int
    zone: Zone
    estate: Estate
    keys: Keys

    def balancer(
        self,
        name: str,
        *,
        port: int = LISTENER_PORT,
        app: str = "web",
        protocol: str = "TCP",
        to: str = "TCP",
        certificates: tuple[str, ...] = (),
        policy: str | None = None,
        alpn: str = "",
        attributes: dict[str, str] | None = None,
    ) -> tuple[LoadBalancer, TargetGroup]:
        """An active Network Load Balancer in front of the pods of an app in shop, with all its targets healthy.

        `to` is its target group's protocol, `attributes` are that group's.
        """
        with self.present as world:
            lb = world.elb.create_load_balancer(name, "internet-facing", self.subnets(), tags={})
            check = HealthCheck(interval_s=10)
            group = world.elb.create_target_group(name, to, 8080, lb.vpc_id, "ip", check, tags={}, attributes=attributes)
            forwards = ((group.arn, 1),)
            tls = {"certificates": certificates, "ssl_policy": policy, "alpn": (alpn,) if alpn else ()}
            world.elb.create_listener(lb.arn, protocol, port, forwards, **tls)
            pods = [each["status"]["podIP"] for each in world.workloads.pods_of("shop", app)]
            world.elb.register_targets(group.arn, [(each, 8080) for each in pods])
        self.await_serving(lb, port)
        return lb, group

    def classic(
        self,
        name: str,
        protocol: str,
        to: str,
        *,
        app: str,
        port: int = LISTENER_PORT,
        attributes: dict[str, str] | None = None,
        proxy: bool = False,
    ) -> LoadBalancer:
        """A Classic Load Balancer in front of a node port of an app in shop, with every node in service."""
        node_port = self.node_port(app)
        with self.present as world:
            group = world.ec2.create_security_group(f"k8s-elb-{name}", "for a test", self.vpc_id(), tags={})
            world.ec2.authorize(group.id, [RuleSpec(protocol="tcp", from_port=port, to_port=port, cidr="0.0.0.0/0")])
            world.ec2.authorize(self.node_group(), [RuleSpec(protocol="-1", source_group=group.id)])
            classic = world.elb.classic
            listener = ListenerSpec(protocol, port, to, node_port, CERTIFICATE if protocol in ("SSL", "HTTPS") else "")
            lb = classic.create(name, [listener], subnets=self.subnets(), security_groups=[group.id])
            classic.set_attributes(name, attributes or {})
            if proxy:
                classic.put_policy(name, Policy("proxy", "ProxyProtocolPolicyType", {"ProxyProtocol": "true"}))
                classic.set_backend_policies(name, node_port, ["proxy"])
            classic.configure_health_check(name, HealthCheck("TCP", str(node_port), None, 10, 5, 2, 2))
            classic.register(name, list(world.ec2.instances))
        self.await_serving(lb, port)
        return lb

    def await_serving(self, lb: LoadBalancer, port: int) -> None:
        groups = self.world.elb.groups_of(lb.arn)
        targets = [each for group in groups for each in group.targets.values()]
        self.until(lambda: {each.state for each in targets} == {"healthy"}, f"{lb.name} is healthy")
        places = {(each.address, port) for each in lb.zones}
        known = self.traffic.listeners
        self.until(lambda: places <= known.bound | known.unbound.keys(), f"{lb.name} listens")

    def app(self, name: str, **annotations: str) -> None:
        """An app in shop whose pods say with `sandbox/…` annotations what they speak; a _ stands for a -."""
        marks = {f"sandbox/{each.replace('_', '-')}": value for each, value in annotations.items()}
        with self.present as world:
            self.estate.add_app(App("shop", name, annotations=marks))
        self.until(lambda: len(ready(world, name)) == 3, f"three pods of {name} are ready")

    def node_port(self, app: str) -> int:
        """A node port that leads to an app in shop, made when it is not there."""
        with self.present as world:
            found = world.kube.find("Service", "shop", f"{app}-nodes")
            if found is None:
                ports = [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}]
                spec = {"type": "NodePort", "selector": {"app": app}, "ports": ports}
                metadata = {"namespace": "shop", "name": f"{app}-nodes"}
                found = world.kube.create({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
        port: int = found["spec"]["ports"][0]["nodePort"]
        return port

    def subnets(self) -> list[str]:
        return [each.id for each in self.estate.public_subnets]

    def vpc_id(self) -> str:
        return self.estate.vpc.id

    def node_group(self) -> str:
        return self.estate.node_group.id

    def record(self, action: str, name: str, rtype: str, ttl: int, *values: str) -> None:
        """Change one record set and wait until every authority has it."""
        with self.present as world:
            change = (action, RecordSet(name=name, type=rtype, ttl=ttl, values=values))
            info = world.route53.change(self.zone.id, [change])
        self.until(lambda: self.world.now > info.insync_at, "the change is INSYNC")

    def crew(self, **order: object) -> str:
        """Start clients of shop.example.com."""
        fields = {"names": ["shop.example.com"], "port": LISTENER_PORT, **order}
        return self.loop.call(self.traffic.start_crew(Order(**fields)))

    def report(self, crew: str) -> Report:
        return self.traffic.crews[crew].tally.report()

    def stop(self, crew: str) -> Report:
        return self.loop.call(self.traffic.stop_crew(crew))

    def until(self, so: Callable[[], bool], what: str, patience_s: float = 5.0) -> None:
        end = time.monotonic() + patience_s
        while not so():
            assert time.monotonic() < end, f"not within {patience_s} s: {what}"
            time.sleep(0.01)


def staged() -> Iterator[Stage]:
    """A stage while it is open."""
    number = os.getpid() % 120  # test runs beside each other keep out of each other's way
    world = World(now=time.time(), seed=3, pace=HURRIED, network_octet=130 + number)
    estate, keys = furnish(world), made()
    assert keys is not None
    present = Present(world, time.time)
    timekeeper, loop = Timekeeper(present), LoopThread()
    with present:
        resolvers = {world.network.allocate_address("dns"): CachingResolver(world, each) for each in KINDS}
        # The pods listen on every pod port from the start, whatever the estate put on them.
        group = next(iter(world.ec2.instances.values())).security_groups[0]
        world.ec2.authorize(group, [RuleSpec(protocol="tcp", from_port=8080, to_port=8080, cidr="0.0.0.0/0")])
    dns_port = 15000 + number
    door = DnsDoor(world, time.time, resolvers)
    sockets = DnsSockets(door, dns_port)
    loop.call(sockets.open())

    async def opened() -> TrafficDoor:
        traffic = TrafficDoor(world, time.time, list(resolvers), dns_port, keys)
        await traffic.open()
        return traffic

    traffic = loop.call(opened())
    zone = next(each for each in world.route53.zones.values() if not each.private)
    stage = Stage(world, present, loop, door, traffic, dns_port, zone, estate, keys)
    stage.until(lambda: len(ready(world)) == 3, "three pods are ready")
    yield stage
    loop.call(traffic.close())
    loop.loop.call_soon_threadsafe(sockets.close)
    loop.stop()
    timekeeper.stop()


def ready(world: World, app: str = "web") -> list[str]:
    """The names of an app's pods in shop that serve."""
    pods = world.workloads.pods_of("shop", app)
    serving = world.network.dataplane.pod_is_ready
    return [each["metadata"]["name"] for each in pods if serving(each.get("status", {}).get("podIP", ""))]
