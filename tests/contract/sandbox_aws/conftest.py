"""A bare account behind its AWS door, asked through boto3 in process: real clients, no sockets, no waiting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.loaders import Loader

from migrator.sandbox.doors.aws import AwsDoor, attach
from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import Target, TargetGroup
from migrator.sandbox.world.ec2 import Instance, SecurityGroup, Subnet, Vpc

START = 1_700_000_040.0


LOADER = Loader()  # one for all sessions: reading the models is what makes them dear


def new_session(key: str = "test", region: str = "us-east-1") -> boto3.Session:
    """A session that shares the models with every other one."""
    inner = botocore.session.Session()
    inner.register_component("data_loader", LOADER)
    return boto3.Session(key, "test", region_name=region, botocore_session=inner)


@dataclass
class Stage:
    """The account, its door, and clients for it by botocore's name of the service."""

    world: World
    door: AwsDoor
    vpc: Vpc
    subnets: list[Subnet]
    nodes: SecurityGroup
    instances: list[Instance]
    client: Callable[[str], Any]
    time: list[float]

    def later(self, seconds: float) -> None:
        """Let time pass: the door moves the world there at the next call."""
        self.time[0] += seconds

    def session(self, key: str = "test", region: str = "us-east-1") -> boto3.Session:
        """A session of its own, attached to nothing yet."""
        return new_session(key, region)

    def balancer(self, name: str = "front", **options: Any) -> dict[str, Any]:
        wanted = {"Name": name, "Type": "network", "Scheme": "internal", "Subnets": [each.id for each in self.subnets]}
        return self.client("elbv2").create_load_balancer(**{**wanted, **options})["LoadBalancers"][0]

    def group(self, name: str = "web", **options: Any) -> str:
        wanted = {"Name": name, "Protocol": "TCP", "Port": 30080, "VpcId": self.vpc.id}
        return self.client("elbv2").create_target_group(**{**wanted, **options})["TargetGroups"][0]["TargetGroupArn"]

    def serving(self) -> tuple[dict[str, Any], str]:
        """A load balancer with every instance behind it, all healthy."""
        lb, group = self.balancer(), self.group()
        elbv2 = self.client("elbv2")
        elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": each.id} for each in self.instances])
        action = [{"Type": "forward", "TargetGroupArn": group}]
        elbv2.create_listener(LoadBalancerArn=lb["LoadBalancerArn"], Protocol="TCP", Port=80, DefaultActions=action)
        self.later(400)
        self.world.advance(self.time[0])
        return lb, group


class _Current:
    """Stands for the door of whichever test runs, so that clients, which are dear, are made once."""

    def __init__(self) -> None:
        self.door: AwsDoor | None = None

    def reply(self, *request: Any) -> Any:
        assert self.door is not None
        return self.door.reply(*request)


@pytest.fixture(scope="session")
def _clients() -> tuple[_Current, Callable[[str], Any]]:
    current = _Current()
    made: dict[str, Any] = {}
    session = new_session()
    attach(current, session)
    config = Config(retries={"total_max_attempts": 1})

    def client(name: str) -> Any:
        if name not in made:
            made[name] = session.client(name, config=config)
        return made[name]

    return current, client


@pytest.fixture
def stage(_clients: tuple[_Current, Callable[[str], Any]]) -> Stage:
    current, client = _clients
    world, time = World(now=START, seed=7), [START]
    current.door = AwsDoor(world, lambda: time[0])
    vpc = world.ec2.create_vpc("10.0.0.0/16")
    zones = ("us-east-1a", "us-east-1b", "us-east-1c")
    subnets = [world.ec2.create_subnet(vpc.id, zone, f"10.0.{at}.0/24") for at, zone in enumerate(zones)]
    nodes = world.ec2.create_security_group("nodes", "for nodes", vpc.id, tags={"kubernetes.io/cluster/sandbox": "owned"})
    instances = [world.ec2.run_instance(each.id, each.cidr.replace("0/24", "10"), [nodes.id]) for each in subnets]

    def check(group: TargetGroup, target: Target) -> tuple[bool, str | None]:
        return True, None

    world.network.check = check
    return Stage(world, current.door, vpc, subnets, nodes, instances, client, time)


@pytest.fixture
def refused() -> Callable[[Callable[[], object]], str]:
    """The error code that a client sees; fails when there is none."""

    def ask(call: Callable[[], object]) -> str:
        with pytest.raises(ClientError) as caught:
            call()
        return caught.value.response["Error"]["Code"]

    return ask
