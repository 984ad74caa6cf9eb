"""Networks and security groups: what controllers change and the tool later looks for."""

from __future__ import annotations

import pytest

from migrator.sandbox.world.ec2 import RuleSpec

WEB = RuleSpec(protocol="tcp", from_port=80, to_port=80, cidr="0.0.0.0/0", description="kubernetes.io/rule/nlb/client=a")


def test_ids_have_the_length_that_aws_gives_them(account) -> None:
    ids = (account.vpc.id, account.subnets[0].id, account.nodes.id, account.instances[0].id)

    assert [each.partition("-")[0] for each in ids] == ["vpc", "subnet", "sg", "i"]
    assert all(len(each.partition("-")[2]) == 17 for each in ids)


def test_addresses_of_a_subnet_are_counted(account) -> None:
    ec2, subnet = account.world.ec2, account.subnets[0]
    assert subnet.free_addresses == 256 - 5 - 1

    interface = ec2.create_interface(subnet.id, "10.0.0.50")
    ec2.assign_private_address(interface.id, "10.0.0.51")
    ec2.assign_private_address(interface.id, "10.0.0.51")
    assert subnet.free_addresses == 256 - 5 - 3
    ec2.unassign_private_address(interface.id, "10.0.0.51")
    ec2.delete_interface(interface.id)

    assert subnet.free_addresses == 256 - 5 - 1


def test_subnets_lie_in_their_vpc_and_beside_each_other(account, refused) -> None:
    create = account.world.ec2.create_subnet

    assert refused(lambda: create(account.vpc.id, "us-east-1a", "10.0.0.128/25")) == "InvalidSubnet.Conflict"
    assert refused(lambda: create(account.vpc.id, "us-east-1a", "10.1.0.0/24")) == "InvalidSubnet.Range"
    assert refused(lambda: create("vpc-0", "us-east-1a", "10.0.9.0/24")) == "InvalidVpcID.NotFound"


def test_a_rule_is_known_by_what_it_permits_not_by_what_it_is_called(account, refused) -> None:
    ec2, group = account.world.ec2, account.nodes.id
    (rule,) = ec2.authorize(group, [WEB])

    renamed = RuleSpec(protocol="6", from_port=80, to_port=80, cidr="0.0.0.0/0", description="another")
    assert refused(lambda: ec2.authorize(group, [renamed])) == "InvalidPermission.Duplicate"
    assert ec2.permitting(group, renamed) is rule
    ec2.revoke(group, [rule.id])
    assert ec2.permitting(group, WEB) is None
    assert ec2.authorize(group, [renamed])[0].id != rule.id


def test_rules_are_added_all_or_none(account, refused) -> None:
    ec2, group = account.world.ec2, account.nodes.id
    other = RuleSpec(protocol="tcp", from_port=81, to_port=81, cidr="10.0.0.5/8")

    assert refused(lambda: ec2.authorize(group, [other, WEB, WEB])) == "InvalidPermission.Duplicate"
    assert list(ec2.rules_of(group)) == []
    assert ec2.authorize(group, [other])[0].cidr == "10.0.0.0/8"
    assert refused(lambda: ec2.revoke(group, [ec2.rules_of(group)[0].id, "sgr-0"])) == "InvalidSecurityGroupRuleId.NotFound"
    assert len(list(ec2.rules_of(group))) == 1


def test_the_rule_quota_counts_each_direction_by_itself(account, refused) -> None:
    ec2, group = account.world.ec2, account.nodes.id
    ec2.authorize(group, [RuleSpec(protocol="tcp", from_port=port, to_port=port, cidr="0.0.0.0/0") for port in range(1, 61)])

    assert refused(lambda: ec2.authorize(group, [WEB])) == "RulesPerSecurityGroupLimitExceeded"
    ec2.authorize(group, [WEB], egress=True)


@pytest.mark.parametrize(
    "spec",
    [
        RuleSpec(protocol="tcp", cidr="0.0.0.0/0"),
        RuleSpec(protocol="tcp", from_port=2, to_port=1, cidr="0.0.0.0/0"),
        RuleSpec(protocol="tcp", from_port=1, to_port=1),
        RuleSpec(protocol="tcp", from_port=1, to_port=1, cidr="0.0.0.0/0", source_group="sg-1"),
        RuleSpec(protocol="tcp", from_port=1, to_port=1, cidr="nowhere"),
        RuleSpec(protocol="tcp", from_port=1, to_port=1, cidr="::/0"),
        RuleSpec(protocol="http", cidr="0.0.0.0/0"),
    ],
)
def test_rules_that_say_nothing_sensible_are_refused(account, refused, spec) -> None:
    code = refused(lambda: account.world.ec2.authorize(account.nodes.id, [spec]))

    assert code in ("InvalidParameterValue", "InvalidPermission.Malformed")


def test_a_group_that_something_needs_cannot_be_deleted(account, refused) -> None:
    ec2 = account.world.ec2
    frontend = ec2.create_security_group("frontend", "d", account.vpc.id)
    (rule,) = ec2.authorize(account.nodes.id, [RuleSpec(protocol="-1", source_group=frontend.id)])

    assert refused(lambda: ec2.delete_security_group(frontend.id)) == "DependencyViolation"
    assert refused(lambda: ec2.delete_security_group(account.nodes.id)) == "DependencyViolation"
    ec2.revoke(account.nodes.id, [rule.id])
    ec2.delete_security_group(frontend.id)
    assert refused(lambda: ec2.group(frontend.id)) == "InvalidGroup.NotFound"
    assert not [each for each in ec2.rules.values() if each.group_id == frontend.id]


def test_group_names_are_unique_in_their_vpc(account, refused) -> None:
    ec2 = account.world.ec2

    assert refused(lambda: ec2.create_security_group("nodes", "d", account.vpc.id)) == "InvalidGroup.Duplicate"
    ec2.create_security_group("nodes", "d", ec2.create_vpc("10.9.0.0/16").id)


def test_a_terminated_instance_leaves_no_interface(account) -> None:
    ec2 = account.world.ec2

    ec2.terminate_instance(account.instances[0].id)

    assert account.instances[0].state == "terminated"
    assert not [each for each in ec2.interfaces.values() if each.instance_id == account.instances[0].id]


def test_elastic_addresses_have_a_quota(account, refused) -> None:
    for _ in range(5):
        account.world.ec2.allocate_address()

    assert refused(account.world.ec2.allocate_address) == "AddressLimitExceeded"
