"""The managed frontend security group of a stack and its rules."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from migrator.sandbox.world.lbc_calls import call
from migrator.sandbox.world.lbc_stack import MANAGED_GROUP, RESOURCE_TAG, FrontendGroup, Stack

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.ec2_rules import RuleSpec

_DESCRIPTION = "[k8s] Managed SecurityGroup for LoadBalancer"
_Permission = tuple[object, ...]


def put_frontend(world: World, stack: Stack, wanted: FrontendGroup, vpc_id: str) -> Generator[float, None, str]:
    """The id of the stack's frontend group, made when there is none, with exactly the wanted inbound rules."""
    ec2 = world.ec2
    group = next(
        (each for each in ec2.groups.values() if stack.owns(each.tags) and each.tags.get(RESOURCE_TAG) == MANAGED_GROUP), None
    )
    if group is None:
        tags = stack.tags_for(MANAGED_GROUP)
        group = yield from call(
            world,
            "create-security-group",
            wanted.name,
            lambda: ec2.create_security_group(wanted.name, _DESCRIPTION, vpc_id, tags=tags),
        )
    id = group.id
    have: dict[_Permission, str] = {
        (each.protocol, each.from_port, each.to_port, each.cidr, each.cidr6, each.prefix_list): each.id
        for each in ec2.rules_of(id)
    }
    missing = [each for each in wanted.ingress if _permission(each) not in have]
    permitted = {_permission(each) for each in wanted.ingress}
    surplus = [rule for permission, rule in have.items() if permission not in permitted]
    if surplus:
        yield from call(world, "revoke-security-group", id, lambda: ec2.revoke(id, surplus))
    if missing:
        yield from call(world, "authorize-security-group", id, lambda: ec2.authorize(id, missing))
    return id


def _permission(spec: RuleSpec) -> _Permission:
    return spec.protocol, spec.from_port, spec.to_port, spec.cidr, spec.cidr6, spec.prefix_list
