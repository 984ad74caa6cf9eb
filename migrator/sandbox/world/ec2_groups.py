"""Security groups and their rules: what EC2 keeps of them, and when it refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from migrator.sandbox.world.ec2_nouns import NetworkInterface, Rule, SecurityGroup, Vpc
from migrator.sandbox.world.ec2_rules import RuleSpec, checked
from migrator.sandbox.world.identifiers import hexadecimal
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world import World

Noun = TypeVar("Noun")


class SecurityGroups:
    """The groups and rules of an account by id, and what else they depend on.

    `state` numbers what security groups admit: as long as it stays, so do the groups and their rules.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.vpcs: dict[str, Vpc] = {}
        self.interfaces: dict[str, NetworkInterface] = {}
        self.groups: dict[str, SecurityGroup] = {}
        self.rules: dict[str, Rule] = {}
        self.state = 0
        self._permissions: dict[tuple[object, ...], str] = {}  # what a rule permits -> its id

    def _id(self, prefix: str) -> str:
        return f"{prefix}-{hexadecimal(self.world.random)}"

    def create_security_group(
        self, name: str, description: str, vpc_id: str, *, tags: dict[str, str] | None = None
    ) -> SecurityGroup:
        """A security group that lets everything out; InvalidGroup.Duplicate when the VPC has the name."""
        vpc = found(self.vpcs, vpc_id, "InvalidVpcID.NotFound", "vpc ID")
        if any(each.vpc_id == vpc_id and each.name == name for each in self.groups.values()):
            raise AwsError("InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{vpc_id}'")
        if len(self.groups) >= self.world.quotas.value("VPC security groups per Region"):
            raise AwsError("SecurityGroupLimitExceeded", "The maximum number of security groups has been reached.")
        return self._new_group(name, description, vpc.id, dict(tags or {}))

    def _new_group(self, name: str, description: str, vpc_id: str, tags: dict[str, str]) -> SecurityGroup:
        group = SecurityGroup(self._id("sg"), name, description, vpc_id, tags)
        self.groups[group.id] = group
        self.authorize(group.id, [RuleSpec(protocol="-1", cidr="0.0.0.0/0")], egress=True)
        return group

    def delete_security_group(self, id: str) -> None:
        """Delete a group; DependencyViolation while an interface wears it or another group's rule names it."""
        group = self.group(id)
        if group.name == "default":
            raise AwsError("CannotDelete", f'the specified group: "{id}" name: "default" cannot be deleted by a user')
        worn = any(id in each.security_groups for each in self.interfaces.values())
        if worn or any(each.source_group == id and each.group_id != id for each in self.rules.values()):
            raise AwsError("DependencyViolation", f"resource {id} has a dependent object")
        for rule in group.rules:
            del self._permissions[self.rules.pop(rule).permission]
        del self.groups[id]
        self.state += 1

    def group(self, id: str) -> SecurityGroup:
        """The security group with this id; InvalidGroup.NotFound."""
        if id not in self.groups:
            raise AwsError("InvalidGroup.NotFound", f"The security group '{id}' does not exist")
        return self.groups[id]

    def rules_of(self, group_id: str, *, egress: bool = False) -> list[Rule]:
        """The rules of a group in one direction, in the order in which they were authorized."""
        return [rule for each in self.group(group_id).rules if (rule := self.rules[each]).egress == egress]

    def authorize(self, group_id: str, specs: Iterable[RuleSpec], *, egress: bool = False) -> list[Rule]:
        """Add rules to a group, all or none.

        Raises InvalidPermission.Duplicate when the group has one that permits the same (descriptions do not count),
        and RulesPerSecurityGroupLimitExceeded past the quota, which counts each direction by itself.
        """
        group, added = self.group(group_id), []
        for spec in map(checked, specs):
            if spec.source_group is not None:
                self.group(spec.source_group)
            added.append(_rule(self._id("sgr"), group_id, egress, spec))
        permissions = [each.permission for each in added]
        for rule, permission in zip(added, permissions, strict=True):
            if permission in self._permissions or permissions.count(permission) > 1:
                raise AwsError("InvalidPermission.Duplicate", f'the specified rule "{_described(rule)}" already exists')
        quota = self.world.quotas.value("Inbound or outbound rules per security group")
        # Both directions together are fewer, most often.
        if len(group.rules) + len(added) > quota and len(self.rules_of(group_id, egress=egress)) + len(added) > quota:
            raise AwsError(
                "RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached."
            )
        for rule, permission in zip(added, permissions, strict=True):
            self.rules[rule.id] = rule
            self._permissions[permission] = rule.id
            group.rules.append(rule.id)
        self.state += 1
        self.world.elb.recheck()
        return added

    def revoke(self, group_id: str, rule_ids: Iterable[str]) -> None:
        """Remove rules from a group by id, all or none; InvalidSecurityGroupRuleId.NotFound."""
        group, ids = self.group(group_id), list(rule_ids)
        for each in ids:
            if each not in group.rules:
                raise AwsError("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{each}' does not exist")
        for each in dict.fromkeys(ids):
            group.rules.remove(each)
            del self._permissions[self.rules.pop(each).permission]
        self.state += 1
        self.world.elb.recheck()

    def permitting(self, group_id: str, spec: RuleSpec, *, egress: bool = False) -> Rule | None:
        """The rule of a group that permits just what `spec` says, whatever it is called; None when there is none."""
        wanted = _rule("", group_id, egress, checked(spec)).permission
        return self.rules[self._permissions[wanted]] if wanted in self._permissions else None


def _rule(id: str, group_id: str, egress: bool, spec: RuleSpec) -> Rule:
    """A rule from a checked specification."""
    low, high = -1 if spec.from_port is None else spec.from_port, -1 if spec.to_port is None else spec.to_port
    peer = (spec.cidr, spec.cidr6, spec.source_group, spec.prefix_list)
    return Rule(id, group_id, egress, spec.protocol, low, high, *peer, spec.description, dict(spec.tags))


def _described(rule: Rule) -> str:
    """A rule in the words of EC2's own message about a duplicate."""
    peer = rule.cidr or rule.cidr6 or rule.source_group or rule.prefix_list
    ports = f", from port: {rule.from_port}, to port: {rule.to_port}" if rule.from_port != -1 else ""
    return f"peer: {peer}, {'ALL' if rule.protocol == '-1' else rule.protocol.upper()}{ports}, ALLOW"


def found(table: dict[str, Noun], id: str, code: str, what: str) -> Noun:
    """The entry with this id, or the refusal that EC2 gives for one it does not have."""
    if id not in table:
        raise AwsError(code, f"The {what} '{id}' does not exist")
    return table[id]
