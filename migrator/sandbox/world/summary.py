"""One world at a glance, for people and for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import LoadBalancer, TargetGroup


class GroupSeen(msgspec.Struct, frozen=True):
    """A target group: how many targets are in each state."""

    name: str
    arn: str
    states: dict[str, int]


class BalancerSeen(msgspec.Struct, frozen=True):
    """A load balancer: where it listens, what it forwards to, and its open flows. `kind` is network or classic."""

    name: str
    arn: str
    dns_name: str
    scheme: str
    state: str
    addresses: dict[str, str]
    ports: list[int]
    groups: list[GroupSeen]
    flows: int
    tags: dict[str, str]
    kind: str = "network"


class Summary(msgspec.Struct, frozen=True):
    """What a world holds; `services` are those of type LoadBalancer, by namespace/name, with their hostnames."""

    now: float
    balancers: list[BalancerSeen]
    services: dict[str, list[str]]
    zones: dict[str, int]
    faults: int


def summary(world: World) -> Summary:
    """What is there now, in the order in which it was made."""
    return Summary(
        now=world.now,
        balancers=[_balancer(world, each) for each in world.elb.balancers.values()],
        services={
            f"{each['metadata']['namespace']}/{each['metadata']['name']}": _hostnames(each)
            for each in world.kube.list("Service")
            if each["spec"].get("type") == "LoadBalancer"
        },
        zones={each.name: len(world.route53.record_sets(each.id)) for each in world.route53.zones.values()},
        faults=len(world.faults.armed),
    )


def _balancer(world: World, lb: LoadBalancer) -> BalancerSeen:
    return BalancerSeen(
        name=lb.name,
        arn=lb.arn,
        dns_name=lb.dns_name,
        scheme=lb.scheme,
        state=world.elb.state(lb),
        addresses={each.zone: each.address for each in lb.zones},
        ports=[each.port for each in world.elb.listeners_of(lb.arn)],
        groups=[_group(each) for each in world.elb.groups_of(lb.arn)],
        flows=sum(each.lb_arn == lb.arn for each in world.network.flows.values()),
        tags=dict(lb.tags),
        kind=lb.kind,
    )


def _group(group: TargetGroup) -> GroupSeen:
    states: dict[str, int] = {}
    for target in group.targets.values():
        states[target.state] = states.get(target.state, 0) + 1
    return GroupSeen(group.name, group.arn, states)


def _hostnames(service: dict[str, object]) -> list[str]:
    status = service.get("status")
    balancer = status.get("loadBalancer") if isinstance(status, dict) else None
    ingress = (balancer or {}).get("ingress") or ()
    return [str(each.get("hostname") or each.get("ip") or "") for each in ingress]
