"""EC2: security groups and their rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrator.sandbox.doors.aws.ec2_lists import Fields, listed, tags_for, with_dry_run
from migrator.sandbox.doors.aws.handler import Asked, Handler, Told, tag_list
from migrator.sandbox.world import World
from migrator.sandbox.world.ec2 import Rule, RuleSpec, SecurityGroup
from migrator.sandbox.world.trouble import AwsError

_RULE: Fields = {
    "group-id": lambda each: [each.group_id],
    "security-group-rule-id": lambda each: [each.id],
}
_PEERS = (
    ("IpRanges", "CidrIp", "cidr"),
    ("Ipv6Ranges", "CidrIpv6", "cidr6"),
    ("UserIdGroupPairs", "GroupId", "source_group"),
    ("PrefixListIds", "PrefixListId", "prefix_list"),
)


def create_security_group(world: World, asked: Asked) -> Told:
    """In a VPC: EC2-Classic is gone, and the sandbox has no default VPC to fall back to."""
    if "VpcId" not in asked:
        raise AwsError("VPCIdNotSpecified", "No default VPC for this user")
    tags = tags_for(asked, "security-group")
    group = world.ec2.create_security_group(asked["GroupName"], asked["Description"], asked["VpcId"], tags=tags)
    return {"GroupId": group.id, "Tags": tag_list(group.tags), "SecurityGroupArn": _arn(world, group.id)}


def delete_security_group(world: World, asked: Asked) -> Told:
    """DependencyViolation while an interface wears it or another group's rule names it."""
    world.ec2.delete_security_group(_group_id(asked))
    return {"Return": True, "GroupId": asked["GroupId"]}


def describe_security_groups(world: World, asked: Asked) -> Told:
    """By id, by filter, or all."""

    def permitted(name: str) -> Any:
        return lambda group: [getattr(each, name) for each in world.ec2.rules_of(group.id)]

    fields: Fields = {
        "group-id": lambda each: [each.id],
        "group-name": lambda each: [each.name],
        "description": lambda each: [each.description],
        "vpc-id": lambda each: [each.vpc_id],
        "owner-id": lambda each: [world.account],
        "ip-permission.group-id": permitted("source_group"),
        "ip-permission.cidr": permitted("cidr"),
        "ip-permission.protocol": permitted("protocol"),
    }
    found, token = listed(world.ec2.groups, asked, "GroupIds", fields, ("InvalidGroup.NotFound", "security group"))
    names = asked.get("GroupNames")
    return {"SecurityGroups": [_group(world, each) for each in found if not names or each.name in names], "NextToken": token}


def describe_security_group_rules(world: World, asked: Asked) -> Told:
    """By id, by group, by tag, or all."""
    refusal = ("InvalidSecurityGroupRuleId.NotFound", "security group rule ID")
    found, token = listed(world.ec2.rules, asked, "SecurityGroupRuleIds", _RULE, refusal)
    return {"SecurityGroupRules": [_rule(world, each) for each in found], "NextToken": token}


def authorize_ingress(world: World, asked: Asked) -> Told:
    """All the rules or none."""
    return _authorize(world, asked, egress=False)


def authorize_egress(world: World, asked: Asked) -> Told:
    """All the rules or none."""
    return _authorize(world, asked, egress=True)


def revoke_ingress(world: World, asked: Asked) -> Told:
    """By rule id, or by what the rules permit."""
    return _revoke(world, asked, egress=False)


def revoke_egress(world: World, asked: Asked) -> Told:
    """By rule id, or by what the rules permit."""
    return _revoke(world, asked, egress=True)


def update_descriptions_ingress(world: World, asked: Asked) -> Told:
    """Changes the description of rules, named by id or by what they permit."""
    group_id = _group_id(asked)
    for each in asked.get("SecurityGroupRuleDescriptions", ()):
        if each.get("SecurityGroupRuleId") not in world.ec2.group(group_id).rules:
            raise AwsError(
                "InvalidSecurityGroupRuleId.NotFound",
                f"The security group rule ID '{each.get('SecurityGroupRuleId')}' does not exist",
            )
        world.ec2.rules[each["SecurityGroupRuleId"]].description = each.get("Description", "")
    for spec in _specs(asked):
        _permitting(world, group_id, spec, egress=False).description = spec.description
    return {"Return": True}


def _authorize(world: World, asked: Asked, *, egress: bool) -> Told:
    specs = list(_specs(asked))
    if not specs:
        raise AwsError("MissingParameter", "The request must contain the parameter ipPermissions")
    added = world.ec2.authorize(_group_id(asked), specs, egress=egress)
    return {"Return": True, "SecurityGroupRules": [_rule(world, each) for each in added]}


def _revoke(world: World, asked: Asked, *, egress: bool) -> Told:
    group_id = _group_id(asked)
    ids = list(asked.get("SecurityGroupRuleIds", ()))
    ids += [_permitting(world, group_id, each, egress=egress).id for each in _specs(asked)]
    gone = [world.ec2.rules[each] for each in ids if each in world.ec2.rules]
    world.ec2.revoke(group_id, ids)
    return {"Return": True, "RevokedSecurityGroupRules": [_revoked(each) for each in gone]}


def _permitting(world: World, group_id: str, spec: RuleSpec, *, egress: bool) -> Rule:
    """The rule of a group that permits just this; InvalidPermission.NotFound."""
    rule = world.ec2.permitting(group_id, spec, egress=egress)
    if rule is None:
        raise AwsError("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
    return rule


def _group_id(asked: Asked) -> str:
    if "GroupId" not in asked:
        raise AwsError("MissingParameter", "The request must contain the parameter GroupName or GroupId")
    return str(asked["GroupId"])


def _specs(asked: Asked) -> Iterator[RuleSpec]:
    """A specification for each peer of each permission in a request, in the old one-rule form as well."""
    tags = tags_for(asked, "security-group-rule")
    permissions = list(asked.get("IpPermissions", ()))
    if "CidrIp" in asked:
        permissions.append({**asked, "IpRanges": [{"CidrIp": asked["CidrIp"]}]})
    for permission in permissions:
        ports = {"from_port": permission.get("FromPort"), "to_port": permission.get("ToPort")}
        for member, wanted, name in _PEERS:
            for peer in permission.get(member, ()):
                who = {name: peer.get(wanted), "description": peer.get("Description", "")}
                yield RuleSpec(protocol=permission.get("IpProtocol", "-1"), tags=tags, **ports, **who)


def _group(world: World, group: SecurityGroup) -> Told:
    return {
        "GroupId": group.id,
        "GroupName": group.name,
        "Description": group.description,
        "VpcId": group.vpc_id,
        "OwnerId": world.account,
        "SecurityGroupArn": _arn(world, group.id),
        "IpPermissions": _permissions(world, group, egress=False),
        "IpPermissionsEgress": _permissions(world, group, egress=True),
        "Tags": tag_list(group.tags),
    }


def _permissions(world: World, group: SecurityGroup, *, egress: bool) -> list[Told]:
    """Rules put together by protocol and ports, as groups list them."""
    found: dict[tuple[str, int, int], Told] = {}
    for rule in world.ec2.rules_of(group.id, egress=egress):
        known = (rule.protocol, rule.from_port, rule.to_port)
        ports = {} if rule.protocol == "-1" else {"FromPort": rule.from_port, "ToPort": rule.to_port}
        empty: Mapping[str, Any] = {member: [] for member, _, _ in _PEERS}
        permission = found.setdefault(known, {"IpProtocol": rule.protocol, **ports, **empty})
        for member, wanted, name in _PEERS:
            if (peer := getattr(rule, name)) is not None:
                owner = {"UserId": world.account} if name == "source_group" else {}
                permission[member].append({wanted: peer, "Description": rule.description or None, **owner})
    return list(found.values())


def _rule(world: World, rule: Rule) -> Told:
    source = {"GroupId": rule.source_group, "UserId": world.account} if rule.source_group else None
    return {
        "SecurityGroupRuleId": rule.id,
        "SecurityGroupRuleArn": f"arn:aws:ec2:{world.region}:{world.account}:security-group-rule/{rule.id}",
        "GroupId": rule.group_id,
        "GroupOwnerId": world.account,
        "IsEgress": rule.egress,
        "IpProtocol": rule.protocol,
        "FromPort": rule.from_port,
        "ToPort": rule.to_port,
        "CidrIpv4": rule.cidr,
        "CidrIpv6": rule.cidr6,
        "PrefixListId": rule.prefix_list,
        "ReferencedGroupInfo": source,
        "Description": rule.description or None,
        "Tags": tag_list(rule.tags),
    }


def _revoked(rule: Rule) -> Told:
    return {
        "SecurityGroupRuleId": rule.id,
        "GroupId": rule.group_id,
        "IsEgress": rule.egress,
        "IpProtocol": rule.protocol,
        "FromPort": rule.from_port,
        "ToPort": rule.to_port,
        "CidrIpv4": rule.cidr,
        "CidrIpv6": rule.cidr6,
        "PrefixListId": rule.prefix_list,
        "ReferencedGroupId": rule.source_group,
        "Description": rule.description or None,
    }


def _arn(world: World, id: str) -> str:
    return f"arn:aws:ec2:{world.region}:{world.account}:security-group/{id}"


HANDLERS: dict[str, Handler] = {
    name: with_dry_run(handler)
    for name, handler in (
        ("CreateSecurityGroup", create_security_group),
        ("DeleteSecurityGroup", delete_security_group),
        ("DescribeSecurityGroups", describe_security_groups),
        ("DescribeSecurityGroupRules", describe_security_group_rules),
        ("AuthorizeSecurityGroupIngress", authorize_ingress),
        ("AuthorizeSecurityGroupEgress", authorize_egress),
        ("RevokeSecurityGroupIngress", revoke_ingress),
        ("RevokeSecurityGroupEgress", revoke_egress),
        ("UpdateSecurityGroupRuleDescriptionsIngress", update_descriptions_ingress),
    )
}
