"""The network interfaces of load balancers: one for each zone, found by their description as everybody finds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import LoadBalancer, ZoneMapping

_TYPES = {"network": "network_load_balancer", "classic": "interface"}  # EC2 NetworkInterfaceType


def described(lb: LoadBalancer) -> str:
    """What the interfaces are called: "ELB net/<name>/<id>", or "ELB <name>" for a Classic Load Balancer.

    Source: the user guides of both families, "Find the network interfaces".
    """
    return "ELB " + lb.arn.partition("loadbalancer/")[2]


def put_interface(world: World, lb: LoadBalancer, mapping: ZoneMapping) -> None:
    """Make the interface of one zone, on its elastic address where it has one."""
    interface = world.ec2.create_interface(
        mapping.subnet_id,
        mapping.address,
        lb.security_groups,
        description=described(lb),
        type=_TYPES[lb.kind],
        requester="amazon-elb",
    )
    if mapping.allocation_id:
        world.ec2.associate_address(mapping.allocation_id, interface.id)
    elif lb.scheme == "internet-facing":
        interface.public_ip = mapping.address


def drop_interfaces(world: World, lb: LoadBalancer, mappings: Sequence[ZoneMapping]) -> None:
    """Take the interfaces of some zones away. By address too: a Classic Load Balancer of the same name may be there again."""
    addresses = {each.address for each in mappings}
    for each in list(world.ec2.interfaces.values()):
        if each.description == described(lb) and each.addresses[0] in addresses:
            world.ec2.delete_interface(each.id)


def wear(world: World, lb: LoadBalancer, groups: Sequence[str]) -> None:
    """Put a load balancer and its interfaces into other security groups."""
    lb.security_groups = list(groups)
    for interface in world.ec2.interfaces.values():
        if interface.description == described(lb):
            interface.security_groups = list(groups)
