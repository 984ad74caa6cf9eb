"""The security groups of a Classic Load Balancer and the rules between it and the nodes, as the legacy provider keeps them.

Source: kubernetes/cloud-provider-aws pkg/providers/v1/aws.go, buildELBSecurityGroupList, setSecurityGroupIngress and
updateInstanceSecurityGroupsForLoadBalancer, as of v1.27.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from migrator.sandbox.world.controllers import Failure, Pass, attempt, from_addresses
from migrator.sandbox.world.ec2_rules import RuleSpec
from migrator.sandbox.world.legacy_calls import call
from migrator.sandbox.world.legacy_classic_wanted import EXTRA_SECURITY_GROUPS, SECURITY_GROUPS, annotated_groups
from migrator.sandbox.world.legacy_nodes import group_of, tagged_groups
from migrator.sandbox.world.legacy_wanted import Service
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import LoadBalancer
    from migrator.sandbox.world.ec2_nouns import Instance, Rule

# 10 s and 600 s in production, where the first back-off is 5 s; a faster world waits in proportion.
_PAUSE_IN_BACK_OFFS, _PATIENCE_IN_BACK_OFFS = 2, 120
_STILL_WORN = ("DependencyViolation", "InvalidGroup.InUse")


def own_group_name(balancer: str) -> str:
    """What the group is called that the provider makes for a load balancer."""
    return f"k8s-elb-{balancer}"


def groups_for(
    world: World, service: Service, name: str, tags: dict[str, str], vpc_id: str
) -> Generator[float, None, tuple[list[str], bool]]:
    """What the load balancer is to wear, and whether the first is the provider's own, whose rules it then keeps.

    Annotated groups stand in the place of its own; extra ones come after.
    """
    annotated, extra = annotated_groups(service, SECURITY_GROUPS), annotated_groups(service, EXTRA_SECURITY_GROUPS)
    if annotated:
        return [*annotated, *extra], False
    known = (each.id for each in world.ec2.groups.values() if (each.name, each.vpc_id) == (own_group_name(name), vpc_id))
    own = next(known, None)
    if own is None:
        meta = service["metadata"]
        text = f"Security group for Kubernetes ELB {name} ({meta['namespace']}/{meta['name']})"
        made = yield from call(
            world,
            "create-security-group",
            own_group_name(name),
            "",
            lambda: world.ec2.create_security_group(own_group_name(name), text, vpc_id, tags=tags),
        )
        own = made.id
    return [own, *extra], True


def admit_clients(world: World, group: str, ports: Iterable[int], ranges: Sequence[str]) -> Pass:
    """Make a group's rules exactly these: each port and ICMP "fragmentation needed" from each range."""
    specs = [from_addresses("tcp", port, port, cidr) for port in ports for cidr in ranges]
    specs += [RuleSpec(protocol="icmp", from_port=3, to_port=4, cidr=each) for each in ranges if ":" not in each]
    wanted = {_permission(each): each for each in specs}
    have = {_permission(each): each.id for each in world.ec2.rules_of(group)}
    if missing := [each for permission, each in wanted.items() if permission not in have]:
        yield from call(world, "authorize-rules", group, "", lambda: world.ec2.authorize(group, missing))
    if surplus := [id for permission, id in have.items() if permission not in wanted]:
        yield from call(world, "revoke-rules", group, "", lambda: world.ec2.revoke(group, surplus))


def _permission(rule: Rule | RuleSpec) -> tuple[object, ...]:
    ports = (rule.protocol, rule.from_port, rule.to_port)
    return (*ports, rule.cidr, rule.cidr6, rule.source_group, rule.prefix_list)


def open_nodes(world: World, service: Service, lb: LoadBalancer, instances: Iterable[Instance]) -> Pass:
    """Let the load balancer reach its nodes by a rule for all protocols from its first group, and no other tagged group.

    With no instances every such rule goes, and with it all traffic.
    """
    source = in_order(service, lb.security_groups)[0]
    tagged = tagged_groups(world)
    wanted = {group.id: group for group in (group_of(world, each, tagged) for each in instances)}
    admitting = {each.id: each for each in tagged if any(rule.source_group == source for rule in world.ec2.rules_of(each.id))}
    rule = RuleSpec(protocol="-1", source_group=source)
    for group in (each for each in wanted if each not in admitting and world.ec2.permitting(each, rule) is None):
        yield from call(world, "authorize-rules", group, "", partial(world.ec2.authorize, group, [rule]))
    for group in (each for each in admitting if each not in wanted):
        if (have := world.ec2.permitting(group, rule)) is not None:
            yield from call(world, "revoke-rules", group, "", partial(world.ec2.revoke, group, [have.id]))


def in_order(service: Service, groups: Sequence[str]) -> list[str]:
    """Annotated groups first, in their order, then the provider's own, then the extra ones."""
    annotated, extra = annotated_groups(service, SECURITY_GROUPS), annotated_groups(service, EXTRA_SECURITY_GROUPS)
    first = [each for each in annotated if each in groups]
    last = [each for each in extra if each in groups and each not in first]
    return [*first, *(each for each in groups if each not in (*first, *last)), *last]


def delete_groups(world: World, service: Service, lb: LoadBalancer) -> Pass:
    """Delete what a load balancer wore, tagged for the cluster and not annotated, once its interfaces are gone.

    Holds the controller's one worker meanwhile. After ten minutes it fails, and whoever comes back finds no load balancer
    and leaves the groups for ever.
    """
    kept = {*annotated_groups(service, SECURITY_GROUPS), *annotated_groups(service, EXTRA_SECURITY_GROUPS)}
    doomed = [each.id for each in tagged_groups(world) if each.id in lb.security_groups and each.id not in kept]
    until = world.now + _PATIENCE_IN_BACK_OFFS * world.pace.retry_s[0]
    while True:
        for group in list(doomed):
            if (yield from _deleted(world, group)):
                doomed.remove(group)
        if not doomed:
            return
        if world.now > until:
            name = service["metadata"]["name"]
            raise Failure(f"timed out deleting ELB: {name}. Could not delete security groups {','.join(doomed)}")
        yield _PAUSE_IN_BACK_OFFS * world.pace.retry_s[0]


def _deleted(world: World, group: str) -> Generator[float, None, bool]:
    """Whether a group is gone; False while something still wears it or a rule names it."""
    try:
        yield from attempt(world, "legacy", "delete-security-group", group, lambda: world.ec2.delete_security_group(group))
    except AwsError as error:
        if error.code in _STILL_WORN:
            return False
        if error.code != "InvalidGroup.NotFound":
            raise Failure(f'error while deleting load balancer security group ({group}): "{error}"') from error
    return True
