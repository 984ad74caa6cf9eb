"""A second opinion on AWS: the adapters against moto, with what moto is known to do otherwise.

Known differences, each shown by a test below so that we hear when one goes away:

    stale batches    a DELETE of a record set that is not listed so is refused with InvalidInput; AWS says InvalidChangeBatch
    INSYNC           a change is INSYNC at once and any id is known; AWS is PENDING first and says NoSuchChange
    network ARNs     a network load balancer's ARN says `loadbalancer/app/`; AWS says `loadbalancer/net/`
    active           a load balancer is active at the first look; AWS takes minutes
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws
from msgspec.structs import replace

from migrator.adapters.aws.ec2 import NetworkLook
from migrator.adapters.aws.effects import BalancerDoer, NetworkDoer, RecordDoer
from migrator.adapters.aws.elb import ElbLook
from migrator.adapters.aws.route53 import RecordLook
from migrator.adapters.aws.session import AwsSession
from migrator.errors import Missing, Rejected
from migrator.model.effects import ChangeRecords, DeleteLoadBalancer, DeleteTargetGroup, RevokeRule
from migrator.model.records import RecordSet, Swap

OLD = RecordSet("api.example.com.", "CNAME", 300, ("old.example.net",))
NEW = replace(OLD, values=("new.example.net",))


@pytest.fixture(scope="module")
def session() -> Iterator[AwsSession]:
    """An account inside moto, for all tests: moto takes a second to begin with each service."""
    with mock_aws():
        yield AwsSession(region="us-east-1")


@pytest.fixture
def zone(session: AwsSession) -> str:
    """A zone with one CNAME."""
    made = session.route53.create_hosted_zone(Name="example.com.", CallerReference="one")
    id = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
    record = {"Name": OLD.name, "Type": "CNAME", "TTL": 300, "ResourceRecords": [{"Value": OLD.values[0]}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    session.route53.change_resource_record_sets(HostedZoneId=id, ChangeBatch=batch)
    return id


def test_zones_and_record_sets_are_read_alike(session: AwsSession, zone: str) -> None:
    """Paging, prefixes and shapes."""
    look = RecordLook(session)

    assert (zone, "example.com.", False) in [(each.id, each.name, each.private) for each in look.zones()]
    assert look.at(zone, (OLD.name,)) == (OLD,)
    assert OLD in look.listed(zone)
    assert len(look.servers(zone)) == 4
    with pytest.raises(Missing):
        look.listed("Z0123456789ABCDEFGHIJ")


def test_records_are_swapped_alike(session: AwsSession, zone: str) -> None:
    """One batch of DELETE and CREATE."""
    doer, effect = RecordDoer(session), ChangeRecords(zone, (Swap(OLD, NEW),), "move")
    assert doer.changed(effect) is None

    result = doer.change(effect)

    assert doer.changed(effect) == {}
    assert RecordLook(session).insync(result["change"]), "moto began to know PENDING: the list above is out of date"


def test_a_stale_batch_is_refused_otherwise(session: AwsSession, zone: str) -> None:
    """Known difference: `stale batches`."""
    stale = ChangeRecords(zone, (Swap(replace(OLD, ttl_s=299), NEW),), "move")

    with pytest.raises(Rejected):
        RecordDoer(session).change(stale)


def test_load_balancers_and_groups_are_read_alike(session: AwsSession) -> None:
    """Known differences: `network ARNs` and `active`."""
    vpc = session.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = session.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="us-east-1a")["Subnet"]["SubnetId"]
    tags = [{"Key": "elbv2.k8s.aws/cluster", "Value": "c"}, {"Key": "service.k8s.aws/stack", "Value": "shop/web"}]
    made = session.elb.create_load_balancer(Name="web", Type="network", Scheme="internal", Subnets=[subnet], Tags=tags)
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    group = session.elb.create_target_group(Name="web", Protocol="TCP", Port=80, VpcId=vpc, TargetType="ip")["TargetGroups"][0]
    forward = {"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}
    session.elb.create_listener(LoadBalancerArn=arn, Protocol="TCP", Port=80, DefaultActions=[forward])
    look = ElbLook(session)

    lb = look.balancer(arn)

    assert lb is not None
    assert (lb.name, lb.state, lb.vpc, lb.tags["service.k8s.aws/stack"]) == ("web", "active", vpc, "shop/web")
    assert ":loadbalancer/app/" in arn, "moto began to write `net/`: the list above is out of date"
    assert [each.arn for each in look.stacked("c", "shop/web")] == [arn]
    assert [each.groups for each in look.listeners(arn)] == [(group["TargetGroupArn"],)]
    assert [each.arn for each in look.groups(arn)] == [group["TargetGroupArn"]]
    assert look.targets(group["TargetGroupArn"]) == ()
    BalancerDoer(session).delete(DeleteLoadBalancer(arn))
    assert BalancerDoer(session).deleted(DeleteLoadBalancer(arn)) == {}
    BalancerDoer(session).delete_group(DeleteTargetGroup(group["TargetGroupArn"]))
    assert look.groups_left((group["TargetGroupArn"],)) == ()


def test_rules_are_read_and_revoked_alike(session: AwsSession) -> None:
    """By id, and told by description."""
    vpc = session.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = session.ec2.create_security_group(GroupName="nodes", Description="nodes", VpcId=vpc)["GroupId"]
    source = {"CidrIp": "10.0.0.0/16", "Description": "kubernetes.io/rule/nlb/client=web"}
    permission = {"IpProtocol": "tcp", "FromPort": 31000, "ToPort": 31000, "IpRanges": [source]}
    session.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    look = NetworkLook(session)

    (rule,) = look.rules_for("web")
    NetworkDoer(session).revoke(RevokeRule(rule.group, rule.id))

    assert (rule.group, rule.source, rule.from_port) == (group, "10.0.0.0/16", 31000)
    assert look.rules_left((rule.id,)) == ()
    assert look.security_groups_left((group,)) == (group,)
    assert look.caller().account == "123456789012"
