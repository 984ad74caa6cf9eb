"""One load balancer in front of three pods, built by hand on a furnished world: no controller has a say in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import HealthCheck, LoadBalancer, TargetGroup
from migrator.sandbox.world.ec2 import RuleSpec
from migrator.sandbox.world.estate import furnish
from migrator.sandbox.world.network_flows import Flow, Lost
from migrator.sandbox.world.pace import Pace
from migrator.sandbox.world.route53 import AliasTarget, RecordSet, Zone

START = 1_700_000_000.0
NODE_PORT = 30800
HOLD_S = 600.0  # longer than provisioning, registration and the first checks take


@dataclass
class Scene:
    """A world and the things that most tests ask about. `settle` lets everything under way come to rest."""

    world: World
    lb: LoadBalancer
    group: TargetGroup
    zone: Zone

    def settle(self, seconds: float = HOLD_S) -> None:
        self.world.advance(self.world.now + seconds)

    def connect(self, client: str = "127.10.8.200", zone: int = 0) -> Flow | Lost:
        return self.world.network.connect(client, self.lb.zones[zone].address, 80)

    def record(self, action: str = "CREATE", **fields: object) -> None:
        record = RecordSet(**{"name": "shop.example.com.", "type": "CNAME", **fields})
        self.world.route53.change(self.zone.id, [(action, record)])

    def alias(self) -> AliasTarget:
        return AliasTarget(self.lb.zone_id, self.lb.dns_name + ".", False)

    def states(self) -> list[str]:
        return [each.state for each in self.group.targets.values()]


def service(**spec: object) -> dict[str, Any]:
    """A NodePort Service, which no load-balancer controller looks at."""
    ports = [{"name": "http", "port": 80, "targetPort": 8080, "nodePort": NODE_PORT, "protocol": "TCP"}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": "shop", "name": "front"},
        "spec": {"type": "NodePort", "selector": {"app": "web"}, "ports": ports, **spec},
    }


def node_group(world: World) -> str:
    """The security group that the nodes wear."""
    return next(iter(world.ec2.instances.values())).security_groups[0]


def build(*, target_type: str = "instance", admitted: str | None = "0.0.0.0/0", **spec: object) -> Scene:
    """A settled scene. `admitted` is the CIDR that the nodes let in, None for none; `spec` goes into the Service."""
    world = World(now=START, seed=7, pace=Pace())
    furnish(world)
    world.advance(world.now + 60)
    world.kube.create(service(**spec))
    subnets = [each for each in world.ec2.subnets.values() if each.public]
    lb = world.elb.create_load_balancer("front", "internet-facing", [each.id for each in subnets], tags={})
    port = NODE_PORT if target_type == "instance" else 8080
    group = world.elb.create_target_group("front", "TCP", port, lb.vpc_id, target_type, HealthCheck(interval_s=10), tags={})
    world.elb.create_listener(lb.arn, "TCP", 80, ((group.arn, 1),))
    if admitted is not None:
        rule = RuleSpec(protocol="tcp", cidr=admitted, from_port=port, to_port=port)
        world.ec2.authorize(node_group(world), [rule])
    if target_type == "instance":
        targets = [(each.id, port) for each in world.ec2.instances.values()]
    else:
        targets = [(each["status"]["podIP"], port) for each in world.workloads.pods_of("shop", "web")]
    world.elb.register_targets(group.arn, targets)
    zone = next(each for each in world.route53.zones.values() if not each.private)
    scene = Scene(world, lb, group, zone)
    scene.settle()
    return scene
