"""What preflight asks of the account, whoever asks."""

from __future__ import annotations

import pytest

from migrator.errors import Denied, Missing, Throttled
from migrator.model.account import Deed, Right
from tests.contract.ports.sides import Side

NODE_TAG = "kubernetes.io/cluster/sandbox"


def test_subnets_are_told_with_what_they_can_still_give(side: Side) -> None:
    """LBC leaves a subnet alone that has fewer than eight addresses left."""
    subnet = side.stage.estate.grounds.public[0]

    (told,) = side.outside.account.subnets((subnet.id, "subnet-0123456789abcdef0"))

    assert (told.id, told.zone, told.vpc, told.cidr) == (subnet.id, subnet.zone, subnet.vpc_id, subnet.cidr)
    assert told.free == side.world.ec2.subnets[subnet.id].free_addresses
    assert told.tags == subnet.tags
    assert side.outside.account.subnets(()) == ()


def test_security_groups_come_with_their_inbound_rules(side: Side) -> None:
    group = side.stage.estate.node_group
    inbound = sorted(each.id for each in side.world.ec2.rules.values() if each.group_id == group.id and not each.egress)

    (told,) = side.outside.account.security_groups((group.id, group.id, "sg-0123456789abcdef0"))

    assert (told.id, told.name, told.description) == (group.id, group.name, group.description)
    assert told.tags == group.tags
    assert [each.id for each in told.rules] == inbound
    assert side.outside.account.security_groups(()) == ()


def test_a_node_s_interface_says_which_groups_it_wears(side: Side) -> None:
    instances = tuple(side.world.ec2.instances)

    told = side.outside.account.interfaces(instances)

    assert [each.instance for each in told] == sorted(instances)
    assert all(each.primary and each.groups == (side.stage.estate.node_group.id,) for each in told)
    assert side.outside.account.interfaces(()) == ()


def test_quotas_say_what_is_taken_where_it_can_be_counted(side: Side) -> None:
    side.world.quotas.set("Network Load Balancers per Region", 7)

    told = {each.name: each for each in side.outside.account.quotas()}

    assert list(told) == sorted(told)
    assert (told["Network Load Balancers per Region"].limit, told["Network Load Balancers per Region"].used) == (7, 1)
    assert (told["Target Groups per Region"].limit, told["Target Groups per Region"].used) == (3000, 1)
    assert told["Inbound or outbound rules per security group"].limit == 60
    assert told["Targets per Availability Zone per Network Load Balancer"].used is None


def test_rights_are_told_in_the_order_asked(side: Side) -> None:
    side.world.rights.denied.add("route53:Change*")
    side.world.rights.conditional.add("elasticloadbalancing:DeleteLoadBalancer")
    caller = side.outside.network.caller().arn
    zone = f"arn:aws:route53:::hostedzone/{side.stage.estate.public_zone.id}"
    deeds = (
        Deed("route53:ListResourceRecordSets", zone),
        Deed("elasticloadbalancing:DeleteLoadBalancer", side.arn),
        Deed("route53:ChangeResourceRecordSets", zone),
        Deed("cloudwatch:GetMetricData"),
    )

    assert side.outside.account.rights(caller, deeds) == (
        Right("route53:ListResourceRecordSets", zone, True),
        Right("elasticloadbalancing:DeleteLoadBalancer", side.arn, None, "hangs on aws:RequestedRegion"),
        Right("route53:ChangeResourceRecordSets", zone, False, "implicitDeny"),
        Right("cloudwatch:GetMetricData", "*", True),
    )


def test_an_assumed_role_is_asked_about_by_its_role(wired: Side) -> None:
    """A session's ARN has no policies of its own, and does not tell its role's path."""
    before, _ = wired.calls()

    (told,) = wired.outside.account.rights(
        f"arn:aws:sts::{wired.world.account}:assumed-role/mover/me", (Deed("ec2:DescribeSubnets"),)
    )

    assert told.allowed is True
    assert wired.calls()[0] - before == 2


def test_nobody_simulates_an_account_s_root(wired: Side) -> None:
    (told,) = wired.outside.account.rights(f"arn:aws:iam::{wired.world.account}:root", (Deed("ec2:DescribeSubnets"),))

    assert told.allowed is None
    assert "root" in told.why


def test_certificates_of_both_kinds_have_a_state(side: Side) -> None:
    issued, pending = side.world.certificates.issue("a.example.com"), side.world.certificates.issue(state="PENDING_VALIDATION")
    kept, over = side.world.certificates.upload("kept"), side.world.certificates.upload("over", lasts_s=-1)
    gone = f"arn:aws:acm:us-east-1:{side.world.account}:certificate/none"
    never = f"arn:aws:iam::{side.world.account}:server-certificate/never"

    told = side.outside.account.certificates((issued.arn, pending.arn, kept.arn, over.arn, gone, never))

    assert {each.arn: each.state for each in told} == {
        issued.arn: "ISSUED",
        pending.arn: "PENDING_VALIDATION",
        kept.arn: "ISSUED",
        over.arn: "EXPIRED",
    }
    assert [each.arn for each in told] == sorted(each.arn for each in told)
    assert next(each.names for each in told if each.arn == issued.arn) == ("a.example.com",)
    assert side.outside.account.certificates(()) == ()


def test_policies_are_those_that_a_network_load_balancer_can_have(side: Side) -> None:
    told = side.outside.account.tls_policies()

    assert list(told) == sorted(told)
    assert "ELBSecurityPolicy-2016-08" in told
    assert "ELBSecurityPolicy-TLS-1-0-2015-04" not in told


def test_protected_record_sets_are_told_by_name_and_type(side: Side) -> None:
    zone = side.stage.estate.public_zone
    zone.protections["api.example.com.", "CNAME"] = "mind the gap"
    zone.protections.update({(f"n{number:03}.example.com.", "A"): "" for number in range(120)})

    told = side.outside.account.protected_records(zone.id)

    assert told[0] == ("api.example.com.", "CNAME")
    assert len(told) == 121
    assert side.outside.account.protected_records(side.stage.estate.private_zone.id) == ()


def test_an_unknown_zone_protects_nothing_that_could_be_told(side: Side) -> None:
    with pytest.raises(Missing):
        side.outside.account.protected_records("Z0000000000000")


@pytest.mark.parametrize(
    ("operation", "mode", "family"),
    [
        ("ec2:DescribeSubnets", "deny", Denied),
        ("ec2:DescribeSubnets", "throttle", Throttled),
    ],
)
def test_what_may_not_be_asked_is_an_error(side: Side, operation: str, mode: str, family: type[Exception]) -> None:
    """Never an empty answer: that would read as `not there`."""
    side.fault("aws", operation, mode)

    with pytest.raises(family):
        side.outside.account.subnets(("subnet-1",))


def test_a_limit_that_may_not_be_asked_for_is_left_out(wired: Side) -> None:
    """The others are worth knowing all the same."""
    wired.fault("aws", "service-quotas:*", "deny", times=None)

    told = {each.name for each in wired.outside.account.quotas()}

    assert "Inbound or outbound rules per security group" not in told
    assert "Network Load Balancers per Region" in told
