"""The rules by which the legacy provider opens the nodes to its Network Load Balancers, told apart by their descriptions.

Source: kubernetes/cloud-provider-aws pkg/providers/v1/aws_loadbalancer.go, updateInstanceSecurityGroupsForNLB.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import TYPE_CHECKING

from migrator.sandbox.world.controllers import Pass, from_addresses
from migrator.sandbox.world.ec2_rules import RuleSpec
from migrator.sandbox.world.legacy_calls import call
from migrator.sandbox.world.legacy_nodes import group_of, tagged_groups
from migrator.sandbox.world.legacy_wanted import TRAFFIC_PORT, Mapping

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.ec2_nouns import Instance, Rule, SecurityGroup

CLIENT = "kubernetes.io/rule/nlb/client"
HEALTH = "kubernetes.io/rule/nlb/health"
MTU = "kubernetes.io/rule/nlb/mtu"  # shared by all load balancers: nobody's name is in it
EVERYONE = "0.0.0.0/0"


def update_rules(
    world: World,
    name: str,
    instances: Iterable[Instance],
    subnet_cidrs: Sequence[str],
    ranges: Sequence[str],
    mappings: Sequence[Mapping],
) -> Pass:
    """Make the rules of the load balancer `name` what its mappings need; with no instances, remove them all.

    Looks at the groups with the cluster's tag and at those that the instances wear.
    """
    tagged = tagged_groups(world)
    wanted = {group.id: group for group in (group_of(world, each, tagged) for each in instances)}
    client_specs, health_specs = _specs(name, subnet_cidrs, ranges, mappings)
    for group in {each.id: each for each in (*tagged, *wanted.values())}.values():
        here = group.id in wanted
        changed = False
        if not here or health_specs is not None:
            changed |= yield from _sync(world, group, f"{HEALTH}={name}", (health_specs or []) if here else [])
        changed |= yield from _sync(world, group, f"{CLIENT}={name}", client_specs if here else [])
        if changed:
            yield from _sync(world, group, MTU, _mtu_specs(world, group))


def _specs(
    name: str, subnet_cidrs: Sequence[str], ranges: Sequence[str], mappings: Sequence[Mapping]
) -> tuple[list[RuleSpec], list[RuleSpec] | None]:
    """Rules for clients and for health checks; None for the latter where the former already admit them."""
    client_ports = sorted({each.node_port for each in mappings})
    check_ports = sorted({_check_port(each) for each in mappings})
    protocol = "udp" if any(each.group_protocol == "UDP" for each in mappings) else "tcp"
    client = [from_addresses(protocol, port, port, cidr, f"{CLIENT}={name}") for port in client_ports for cidr in ranges]
    if list(ranges) == [EVERYONE] and protocol == "tcp" and check_ports == client_ports:
        return client, None
    return client, [from_addresses("tcp", port, port, cidr, f"{HEALTH}={name}") for port in check_ports for cidr in subnet_cidrs]


def _check_port(mapping: Mapping) -> int:
    return mapping.node_port if mapping.check.port == TRAFFIC_PORT else int(mapping.check.port)


def _mtu_specs(world: World, group: SecurityGroup) -> list[RuleSpec]:
    """ICMP "fragmentation needed" from wherever any load balancer's clients may come."""
    cidrs = dict.fromkeys(each.cidr for each in world.ec2.rules_of(group.id) if each.cidr and CLIENT in each.description)
    return [RuleSpec(protocol="icmp", from_port=3, to_port=4, cidr=each, description=MTU) for each in cidrs]


def _sync(world: World, group: SecurityGroup, description: str, specs: list[RuleSpec]) -> Generator[float, None, bool]:
    """Make the rules with this description what is wanted; whether anything had to change.

    A rule that permits the same under another description is taken for one's own, and none is added.
    """
    have = [each for each in world.ec2.rules_of(group.id) if each.description == description]
    wanted = {_permits(each) for each in specs}
    surplus = [each for each in have if _rule_permits(each) not in wanted]
    known = {_rule_permits(each) for each in have}
    missing = [each for each in specs if _permits(each) not in known]
    if surplus:
        ids = [each.id for each in surplus]
        text = "error revoking security group ingress"
        yield from call(world, "revoke-rules", group.id, text, lambda: world.ec2.revoke(group.id, ids))
    added = [each for each in missing if world.ec2.permitting(group.id, each) is None]
    if added:
        text = "error authorizing security group ingress"
        yield from call(world, "authorize-rules", group.id, text, lambda: world.ec2.authorize(group.id, added))
    return bool(surplus or missing)


def _permits(spec: RuleSpec) -> tuple[object, ...]:
    return spec.protocol, spec.from_port, spec.to_port, spec.cidr, spec.cidr6


def _rule_permits(rule: Rule) -> tuple[object, ...]:
    return rule.protocol, rule.from_port, rule.to_port, rule.cidr, rule.cidr6
