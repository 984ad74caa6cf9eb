"""Bringing a stack about: what is missing is made, what differs is changed, what is surplus goes, each kind in its turn.

Forward: security group, target groups, load balancer, listeners, bindings. Then backwards, what the stack no longer has:
bindings, target groups, security group; a surplus load balancer goes already on the way forward. Everything is
found by its tags each time, so a pass that failed half-way is finished by the next.
Source: kubernetes-sigs/aws-load-balancer-controller pkg/deploy/stack_deployer.go, pkg/deploy/elbv2, pkg/deploy/ec2.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from migrator.sandbox.world.controllers import Failure, Pass
from migrator.sandbox.world.lbc_backend_group import delete_group
from migrator.sandbox.world.lbc_calls import call, refused
from migrator.sandbox.world.lbc_deploy_bindings import delete_surplus_bindings, put_bindings
from migrator.sandbox.world.lbc_deploy_frontend import put_frontend
from migrator.sandbox.world.lbc_deploy_listeners import put_listeners
from migrator.sandbox.world.lbc_stack import BALANCER, MANAGED, MANAGED_GROUP, RESOURCE_TAG, BalancerSpec, GroupSpec, Stack
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import LoadBalancer, TargetGroup

_PROTECTION = "deletion_protection.enabled"
_GROUP_RETRY_S, _GROUP_GIVES_UP_S = 2.0, 20.0
_FRONTEND_GIVES_UP_S = 10.0


@dataclass(slots=True)
class Deployed:
    """What stands for the parts of a stack: ids and ARNs by resource."""

    frontend: str = ""
    groups: dict[str, TargetGroup] = field(default_factory=dict)

    def resolved(self, group: str) -> str:
        """A security group's id, the frontend group's for MANAGED."""
        return self.frontend if group == MANAGED else group


def deploy(world: World, stack: Stack, vpc_id: str) -> Generator[float, None, LoadBalancer | None]:
    """Bring a stack about; its load balancer, which may still be provisioning, or None for an empty stack."""
    deployed = Deployed()
    if stack.frontend is not None:
        deployed.frontend = yield from put_frontend(world, stack, stack.frontend, vpc_id)
    for spec in stack.groups:
        deployed.groups[spec.resource] = yield from _put_group(world, stack, spec, vpc_id)
    lb = yield from _put_balancer(world, stack, deployed)
    if lb is not None:
        yield from put_listeners(world, stack, lb, deployed.groups)
    yield from put_bindings(world, stack, deployed.groups, deployed.frontend, vpc_id)
    yield from delete_surplus_bindings(world, stack, {each.arn for each in deployed.groups.values()})
    yield from _delete_surplus_groups(world, stack, deployed)
    if stack.frontend is None:
        for group in [
            each for each in world.ec2.groups.values() if stack.owns(each.tags) and each.tags.get(RESOURCE_TAG) == MANAGED_GROUP
        ]:
            yield from delete_group(world, "delete-security-group", group.id, _FRONTEND_GIVES_UP_S)
    return lb


# Target groups


def _put_group(world: World, stack: Stack, spec: GroupSpec, vpc_id: str) -> Generator[float, None, TargetGroup]:
    """The group of a resource; one that differs in what cannot be changed is replaced, and goes at the end."""
    for group in world.elb.groups.values():
        if stack.owns(group.tags) and group.tags.get(RESOURCE_TAG) == spec.resource and _same_kind(group, spec):
            yield from _update_group(world, stack, spec, group)
            return group
    tags = stack.tags_for(spec.resource)
    return (
        yield from call(
            world,
            "create-target-group",
            spec.name,
            lambda: world.elb.create_target_group(
                spec.name, spec.protocol, spec.port, vpc_id, spec.target_type, spec.check, tags=tags, attributes=spec.attributes
            ),
        )
    )


def _same_kind(group: TargetGroup, spec: GroupSpec) -> bool:
    return (group.target_type, group.protocol, group.port) == (spec.target_type, spec.protocol, spec.port)


def _update_group(world: World, stack: Stack, spec: GroupSpec, group: TargetGroup) -> Pass:
    if group.health_check != spec.check:
        yield from call(world, "modify-target-group", spec.name, lambda: world.elb.modify_target_group(group.arn, spec.check))
    changed = {key: value for key, value in spec.attributes.items() if group.attributes.get(key) != value}
    if changed:
        yield from call(
            world, "modify-target-group", spec.name, lambda: world.elb.set_target_group_attributes(group.arn, changed)
        )
    _retag(world, group.arn, group.tags, stack.tags_for(spec.resource))


def _delete_surplus_groups(world: World, stack: Stack, deployed: Deployed) -> Pass:
    kept = {each.arn for each in deployed.groups.values()}
    for group in [each for each in world.elb.groups.values() if stack.owns(each.tags) and each.arn not in kept]:
        yield from _delete_group(world, group)


def _delete_group(world: World, group: TargetGroup) -> Pass:
    until = world.now + _GROUP_GIVES_UP_S
    while True:
        try:
            yield from call(
                world, "delete-target-group", group.name, lambda: world.elb.delete_target_group(group.arn), plain=True
            )
        except AwsError as error:
            if error.code != "ResourceInUse" or world.now + _GROUP_RETRY_S > until:
                raise refused(world, "delete-target-group", error, "failed to delete targetGroup") from error
            yield _GROUP_RETRY_S
        else:
            return


# The load balancer


def _put_balancer(world: World, stack: Stack, deployed: Deployed) -> Generator[float, None, LoadBalancer | None]:
    """The stack's load balancer. What carries its tags is taken over; another scheme means another load balancer."""
    spec = stack.balancer
    owned = [each for each in world.elb.balancers.values() if each.kind == "network" and stack.owns(each.tags)]
    for each in owned:
        if RESOURCE_TAG not in each.tags:
            raise Failure(f"unexpected loadBalancer with no resourceID: {each.arn}")
    matched = None
    for each in owned:
        if matched is None and spec is not None and each.tags[RESOURCE_TAG] == BALANCER and each.scheme == spec.scheme:
            matched = each
        else:
            yield from _delete_balancer(world, each)
    if spec is None:
        return None
    if matched is not None:
        yield from _update_balancer(world, stack, spec, matched, deployed)
        return matched
    groups = [deployed.resolved(each) for each in spec.security_groups]
    return (
        yield from call(
            world,
            "create-load-balancer",
            spec.name,
            lambda: world.elb.create_load_balancer(
                spec.name,
                spec.scheme,
                spec.subnets,
                tags=stack.tags_for(BALANCER),
                security_groups=groups,
                allocations=spec.allocations,
                attributes=spec.attributes,
                address_type=spec.address_type,
            ),
        )
    )


def _update_balancer(world: World, stack: Stack, spec: BalancerSpec, lb: LoadBalancer, deployed: Deployed) -> Pass:
    """Subnets, security groups, tags and the attributes that were asked for; the name is never changed."""
    if {each.subnet_id for each in lb.zones} != set(spec.subnets):
        yield from call(
            world, "modify-load-balancer", lb.name, lambda: world.elb.set_subnets(lb.arn, spec.subnets, spec.allocations)
        )
    groups = [deployed.resolved(each) for each in spec.security_groups]
    if set(groups) != set(lb.security_groups):
        yield from call(world, "modify-load-balancer", lb.name, lambda: world.elb.set_security_groups(lb.arn, groups))
    changed = {key: value for key, value in spec.attributes.items() if lb.attributes.get(key) != value}
    if changed:
        yield from call(world, "modify-load-balancer", lb.name, lambda: world.elb.set_load_balancer_attributes(lb.arn, changed))
    _retag(world, lb.arn, lb.tags, stack.tags_for(BALANCER))


def _delete_balancer(world: World, lb: LoadBalancer) -> Pass:
    """Delete a load balancer; protection that somebody switched on by hand is switched off first."""
    try:
        yield from call(world, "delete-load-balancer", lb.name, lambda: world.elb.delete_load_balancer(lb.arn), plain=True)
    except AwsError as error:
        if error.code != "OperationNotPermitted" or "deletion protection" not in error.message:
            raise refused(world, "delete-load-balancer", error) from error
        yield from call(
            world, "modify-load-balancer", lb.name, lambda: world.elb.set_load_balancer_attributes(lb.arn, {_PROTECTION: "false"})
        )
        yield from call(world, "delete-load-balancer", lb.name, lambda: world.elb.delete_load_balancer(lb.arn))


def _retag(world: World, arn: str, have: dict[str, str], wanted: dict[str, str]) -> None:
    """Make the tags what they should be; those that nobody asked for go."""
    if have != wanted:
        world.elb.untag(arn, [key for key in have if key not in wanted])
        world.elb.tag(arn, wanted)
