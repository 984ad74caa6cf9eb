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
from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import HealthCheck, LoadBalancer, TargetGroup
from migrator.sandbox.world.ec2 import RuleSpec
from migrator.sandbox.world.estate import furnish
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

    def balancer(self, name: str, *, port: int = LISTENER_PORT) -> tuple[LoadBalancer, TargetGroup]:
        """An active load balancer in front of the pods of shop/web, with all its targets healthy."""
        with self.present as world:
            subnets = [each.id for each in world.ec2.subnets.values() if each.public]
            lb = world.elb.create_load_balancer(name, "internet-facing", subnets, tags={})
            check = HealthCheck(interval_s=10)
            group = world.elb.create_target_group(name, "TCP", 8080, lb.vpc_id, "ip", check, tags={})
            world.elb.create_listener(lb.arn, "TCP", port, ((group.arn, 1),))
            pods = [each["status"]["podIP"] for each in world.workloads.pods_of("shop", "web")]
            world.elb.register_targets(group.arn, [(each, 8080) for each in pods])
        self.until(lambda: {each.state for each in group.targets.values()} == {"healthy"}, f"{name} is healthy")
        places = {(each.address, port) for each in lb.zones}
        known = self.traffic.listeners
        self.until(lambda: places <= known.bound | known.unbound.keys(), f"{name} listens")
        return lb, group

    def record(self, action: str, name: str, rtype: str, ttl: int, *values: str) -> None:
        """Change one record set and wait until every authority has it."""
        with self.present as world:
            change = (action, RecordSet(name=name, type=rtype, ttl=ttl, values=values))
            info = world.route53.change(self.zone.id, [change])
        self.until(lambda: self.world.now > info.insync_at, "the change is INSYNC")

    def crew(self, **order: object) -> str:
        """Start clients of shop.example.com."""
        fields = {"names": ["shop.example.com"], "port": LISTENER_PORT, **order}
        return self.loop.call(self.traffic.start_crew(Order(**fields)))  # type: ignore[arg-type]

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
    furnish(world)
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
        traffic = TrafficDoor(world, time.time, list(resolvers), dns_port)
        await traffic.open()
        return traffic

    traffic = loop.call(opened())
    zone = next(each for each in world.route53.zones.values() if not each.private)
    stage = Stage(world, present, loop, door, traffic, dns_port, zone)
    stage.until(lambda: len(ready(world)) == 3, "three pods are ready")
    yield stage
    loop.call(traffic.close())
    loop.loop.call_soon_threadsafe(sockets.close)
    loop.stop()
    timekeeper.stop()


def ready(world: World) -> list[str]:
    """The names of the pods of shop/web that serve."""
    pods = world.workloads.pods_of("shop", "web")
    serving = world.network.dataplane.pod_is_ready
    return [each["metadata"]["name"] for each in pods if serving(each.get("status", {}).get("podIP", ""))]
