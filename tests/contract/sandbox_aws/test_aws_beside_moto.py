"""The same questions to the sandbox and to moto, so that one reading of AWS does not become the truth by repetition.

Where the two differ on purpose, the question is in DIFFERENT with what each says and which documentation we follow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

moto = pytest.importorskip("moto")

Clients = Callable[[str], Any]


class Scene:
    """One account, built through the API alone, with what the questions are about."""

    def __init__(self, client: Clients, vpc: str, subnets: list[str]) -> None:
        self.elbv2, self.ec2, self.route53 = client("elbv2"), client("ec2"), client("route53")
        self.vpc, self.subnets = vpc, subnets
        wanted = {"Name": "front", "Type": "network", "Scheme": "internal", "Subnets": subnets}
        self.lb = self.elbv2.create_load_balancer(**wanted, Tags=[{"Key": "k", "Value": "v"}])["LoadBalancers"][0][
            "LoadBalancerArn"
        ]
        self.group = self.create_group("web")["TargetGroupArn"]
        action = [{"Type": "forward", "TargetGroupArn": self.group}]
        self.listener = self.elbv2.create_listener(LoadBalancerArn=self.lb, Protocol="TCP", Port=80, DefaultActions=action)
        self.guard = self.ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
        self.zone = self.route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
        self.change("CREATE", "a.example.com")

    def create_group(self, name: str, port: int = 80) -> dict[str, Any]:
        wanted = {"Name": name, "Protocol": "TCP", "Port": port, "VpcId": self.vpc, "TargetType": "ip"}
        return self.elbv2.create_target_group(**wanted)["TargetGroups"][0]

    def change(self, action: str, name: str, value: str = "1.2.3.4", ttl: int = 300, type: str = "A") -> None:
        record = {"Name": name, "Type": type, "TTL": ttl, "ResourceRecords": [{"Value": value}]}
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        self.route53.change_resource_record_sets(HostedZoneId=self.zone, ChangeBatch=batch)

    def authorize(self) -> Any:
        ranges = [{"CidrIp": "0.0.0.0/0", "Description": "x"}]
        permission = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": ranges}
        added = self.ec2.authorize_security_group_ingress(GroupId=self.guard, IpPermissions=[permission])
        return [(each["FromPort"], each["CidrIpv4"], each["Description"]) for each in added["SecurityGroupRules"]]


def settings(group: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in group.items() if key not in ("TargetGroupArn", "VpcId", "LoadBalancerArns")}


def names(scene: Scene) -> list[tuple[str, str]]:
    listed = scene.route53.list_resource_record_sets(HostedZoneId=scene.zone)["ResourceRecordSets"]
    return [(each["Name"], each["Type"]) for each in listed]


def twice(call: Callable[[], Any]) -> Any:
    call()
    return call()


ALIKE: dict[str, Callable[[Scene], Any]] = {
    "dns name of the family": lambda s: s.elbv2.describe_load_balancers()["LoadBalancers"][0]["DNSName"].startswith("front-"),
    "unknown load balancer": lambda s: s.elbv2.describe_load_balancers(Names=["none"]),
    "unknown target group": lambda s: s.elbv2.describe_target_groups(Names=["none"]),
    "settings of a group": lambda s: settings(s.create_group("fresh")),
    "group in use": lambda s: s.elbv2.delete_target_group(TargetGroupArn=s.group),
    "ports of listeners": lambda s: [each["Port"] for each in s.elbv2.describe_listeners(LoadBalancerArn=s.lb)["Listeners"]],
    "tags": lambda s: s.elbv2.describe_tags(ResourceArns=[s.lb])["TagDescriptions"][0]["Tags"],
    "zones": lambda s: [each["ZoneName"] for each in s.elbv2.describe_load_balancers()["LoadBalancers"][0]["AvailabilityZones"]],
    "rules": lambda s: s.authorize(),
    "rule twice": lambda s: twice(s.authorize),
    "unknown group": lambda s: s.ec2.describe_security_groups(GroupIds=["sg-00000000000000000"]),
    "group name twice": lambda s: s.ec2.create_security_group(GroupName="g", Description="d", VpcId=s.vpc)["GroupId"],
    "dry run": lambda s: s.ec2.describe_vpcs(DryRun=True),
    "record sets": names,
    "record twice": lambda s: s.change("CREATE", "a.example.com"),
    "name of another zone": lambda s: s.change("CREATE", "a.example.org"),
    "upsert": lambda s: (s.change("UPSERT", "b.example.com"), names(s))[1],
    "unknown zone": lambda s: s.route53.get_hosted_zone(Id="Z0"),
    "full zone": lambda s: s.route53.delete_hosted_zone(Id=s.zone),
}

DIFFERENT: dict[str, tuple[Callable[[Scene], Any], Any, Any, str]] = {
    "arn": (lambda s: ":loadbalancer/net/" in s.lb, True, False, "ELBv2 user guide: load balancer ARNs"),
    "protected": (
        lambda s: (
            s.elbv2.modify_load_balancer_attributes(
                LoadBalancerArn=s.lb, Attributes=[{"Key": "deletion_protection.enabled", "Value": "true"}]
            )
            and s.elbv2.delete_load_balancer(LoadBalancerArn=s.lb)
            and "deleted"
        ),
        "OperationNotPermitted",
        "deleted",
        "ELBv2 DeleteLoadBalancer: deletion protection",
    ),
    "absent record": (
        lambda s: s.change("DELETE", "zz.example.com"),
        "InvalidChangeBatch",
        "InvalidInput",
        "Route 53 ChangeResourceRecordSets: errors",
    ),
    "matcher": (
        lambda s: s.elbv2.create_target_group(
            Name="http", Protocol="TCP", Port=80, VpcId=s.vpc, HealthCheckProtocol="HTTP", HealthCheckPath="/"
        )["TargetGroups"][0]["Matcher"]["HttpCode"],
        "200-399",
        "200",
        "ELBv2 Matcher: the default for Network Load Balancers",
    ),
    "stale ttl": (
        lambda s: s.change("DELETE", "a.example.com", ttl=301),
        "InvalidChangeBatch",
        "InvalidInput",
        "Route 53 ChangeResourceRecordSets: errors",
    ),
    "cname beside a": (
        lambda s: s.change("UPSERT", "a.example.com", "x.test", type="CNAME"),
        "InvalidChangeBatch",
        None,
        "Route 53 developer guide: CNAME records",
    ),
    "unknown change": (
        lambda s: s.route53.get_change(Id="C0")["ChangeInfo"]["Status"],
        "NoSuchChange",
        "INSYNC",
        "Route 53 GetChange: errors",
    ),
}


def said(question: Callable[[Scene], Any], scene: Scene) -> Any:
    """The answer, or the code of the refusal."""
    try:
        return question(scene)
    except ClientError as error:
        return error.response["Error"]["Code"]


def theirs(stage) -> dict[str, Any]:
    """What moto says. While it is on, it answers every client there is, ours too: so we are asked before."""
    with moto.mock_aws():
        session = stage.session()
        ec2 = session.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ranges = {f"us-east-1{letter}": f"10.0.{at}.0/24" for at, letter in enumerate("abc")}
        made = [ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone) for zone, cidr in ranges.items()]
        return answers(Scene(session.client, vpc, [each["Subnet"]["SubnetId"] for each in made]))


def answers(scene: Scene) -> dict[str, Any]:
    """The answers to all questions. One scene does for all: each changes only what no later one asks about."""
    questions = {**ALIKE, **{name: row[0] for name, row in DIFFERENT.items()}}
    return {name: said(question, scene) for name, question in questions.items()}


def test_moto_says_the_same_but_for_known_differences(stage) -> None:
    """When moto learns to do one of them as AWS does, its line moves up to ALIKE."""
    ours = answers(Scene(stage.client, stage.vpc.id, [each.id for each in stage.subnets]))
    other = theirs(stage)

    assert {name: ours[name] for name in ALIKE} == {name: other[name] for name in ALIKE}
    for name, (_, we_say, they_say, source) in DIFFERENT.items():
        assert (name, ours[name], other[name]) == (name, we_say, they_say), source
