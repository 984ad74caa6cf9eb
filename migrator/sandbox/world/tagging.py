"""Everything in the account that carries tags, whichever service has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Tagged:
    """A resource with tags. `service` and `kind` are its type in the tagging API: "ec2" and "subnet"."""

    arn: str
    service: str
    kind: str
    tags: dict[str, str]


def tagged(world: World) -> Iterator[Tagged]:
    """Every resource that has a tag: load balancing first, then EC2, then hosted zones.

    The real API lags behind; this one does not. Source: Resource Groups Tagging API GetResources.
    """
    elb, ec2 = world.elb, world.ec2
    for lb in elb.balancers.values():
        if lb.tags:
            kind = "loadbalancer/net" if lb.kind == "network" else "loadbalancer"
            yield Tagged(lb.arn, "elasticloadbalancing", kind, lb.tags)
    for group in elb.groups.values():
        if group.tags:
            yield Tagged(group.arn, "elasticloadbalancing", "targetgroup", group.tags)
    for listener in elb.listeners.values():
        if listener.tags:
            yield Tagged(listener.arn, "elasticloadbalancing", "listener/net", listener.tags)
    kinds = (
        ("vpc", ec2.vpcs),
        ("subnet", ec2.subnets),
        ("instance", ec2.instances),
        ("network-interface", ec2.interfaces),
        ("security-group", ec2.groups),
        ("security-group-rule", ec2.rules),
        ("elastic-ip", ec2.addresses),
    )
    for kind, table in kinds:
        for id, thing in table.items():
            if thing.tags:
                yield Tagged(f"arn:aws:ec2:{world.region}:{world.account}:{kind}/{id}", "ec2", kind, thing.tags)
    for zone in world.route53.zones.values():
        if zone.tags:
            yield Tagged(f"arn:aws:route53:::hostedzone/{zone.id}", "route53", "hostedzone", zone.tags)
