"""A bare account: one VPC in three zones with an instance in each. Whether a health check succeeds is up to the test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import HealthCheck, Listener, LoadBalancer, Target, TargetGroup
from migrator.sandbox.world.ec2 import Instance, SecurityGroup, Subnet, Vpc
from migrator.sandbox.world.trouble import AwsError

START = 1_700_000_040.0  # on a whole minute, so that buckets are easy to count
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


@dataclass
class Account:
    """What tests build on. `sick` holds the ids of targets whose health checks fail, with the reason."""

    world: World
    vpc: Vpc
    subnets: list[Subnet]
    nodes: SecurityGroup
    instances: list[Instance]
    sick: dict[str, str] = field(default_factory=dict)

    def check(self, group: TargetGroup, target: Target) -> tuple[bool, str | None]:
        return target.id not in self.sick, self.sick.get(target.id)

    def later(self, seconds: float) -> None:
        self.world.advance(self.world.now + seconds)

    def balancer(self, name: str = "front", scheme: str = "internal", **options: object) -> LoadBalancer:
        subnets = options.pop("subnets", [each.id for each in self.subnets])
        return self.world.elb.create_load_balancer(name, scheme, subnets, **{"tags": {}, **options})

    def group(self, name: str = "web", *, type: str = "instance", protocol: str = "TCP", port: int = 30080) -> TargetGroup:
        return self.world.elb.create_target_group(name, protocol, port, self.vpc.id, type, HealthCheck(), tags={})

    def listener(self, lb: LoadBalancer, *groups: TargetGroup, port: int = 80) -> Listener:
        return self.world.elb.create_listener(lb.arn, "TCP", port, [(each.arn, 1) for each in groups])

    def serving(self) -> tuple[LoadBalancer, TargetGroup]:
        """A load balancer with every instance behind it, long enough ago that all are healthy."""
        lb, group = self.balancer(), self.group()
        self.world.elb.register_targets(group.arn, [(each.id, 30080) for each in self.instances])
        self.listener(lb, group)
        self.later(400)
        return lb, group

    def states(self, group: TargetGroup) -> list[tuple[str, str | None]]:
        return [(each.state, each.reason) for each in self.world.elb.target_health(group.arn)]


@pytest.fixture
def account() -> Account:
    world = World(now=START, seed=7)
    vpc = world.ec2.create_vpc("10.0.0.0/16")
    subnets = [world.ec2.create_subnet(vpc.id, zone, f"10.0.{at}.0/24") for at, zone in enumerate(ZONES)]
    nodes = world.ec2.create_security_group("nodes", "for nodes", vpc.id)
    instances = [world.ec2.run_instance(each.id, each.cidr.replace("0/24", "10"), [nodes.id]) for each in subnets]
    made = Account(world, vpc, subnets, nodes, instances)
    world.network.check = made.check
    return made


@pytest.fixture
def refused() -> Callable[[Callable[[], object]], str]:
    """The error code with which a call is refused; fails when it is not."""

    def ask(call: Callable[[], object]) -> str:
        with pytest.raises(AwsError) as caught:
            call()
        return caught.value.code

    return ask
