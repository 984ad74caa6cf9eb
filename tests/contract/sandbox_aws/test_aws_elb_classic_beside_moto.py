"""The same questions about Classic Load Balancers to the sandbox and to moto; the differences are written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

moto = pytest.importorskip("moto")

Elb = Any
Question = Callable[[Elb], Any]
TCP = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": 30080}
PROXY = {
    "LoadBalancerName": "old",
    "PolicyName": "proxy",
    "PolicyTypeName": "ProxyProtocolPolicyType",
    "PolicyAttributes": [{"AttributeName": "ProxyProtocol", "AttributeValue": "true"}],
}
CHECK = {"Target": "HTTP:30080/x", "Interval": 10, "Timeout": 5, "HealthyThreshold": 2, "UnhealthyThreshold": 6}


def lb(elb: Elb) -> dict[str, Any]:
    return dict(elb.describe_load_balancers(LoadBalancerNames=["old"])["LoadBalancerDescriptions"][0])


def proxied(elb: Elb) -> Any:
    elb.create_load_balancer_policy(**PROXY)
    elb.set_load_balancer_policies_for_backend_server(LoadBalancerName="old", InstancePort=30080, PolicyNames=["proxy"])
    return lb(elb)["BackendServerDescriptions"]


ALIKE: dict[str, Question] = {
    "listeners": lambda elb: lb(elb)["ListenerDescriptions"],
    "scheme": lambda elb: lb(elb)["Scheme"],
    "unknown": lambda elb: elb.describe_load_balancers(LoadBalancerNames=["none"]),
    "tags of an unknown one": lambda elb: elb.describe_tags(LoadBalancerNames=["none"]),
    "tags": lambda elb: elb.describe_tags(LoadBalancerNames=["old"])["TagDescriptions"],
    "a check": lambda elb: (elb.configure_health_check(LoadBalancerName="old", HealthCheck=CHECK), lb(elb)["HealthCheck"])[1],
    "proxy": proxied,
    "policy of none": lambda elb: elb.describe_load_balancer_policies(LoadBalancerName="old", PolicyNames=["none"]),
    "a listener otherwise": lambda elb: elb.create_load_balancer_listeners(
        LoadBalancerName="old", Listeners=[{**TCP, "InstancePort": 1}]
    ),
    "deleting none": lambda elb: elb.delete_load_balancer(LoadBalancerName="none")["ResponseMetadata"]["HTTPStatusCode"],
}

DIFFERENT: dict[str, tuple[Question, Any, Any, str]] = {
    "zone id": (
        lambda elb: lb(elb).get("CanonicalHostedZoneNameID"),
        "Z35SXDOTRQ7X7K",
        None,
        "AWS General Reference: Elastic Load Balancing endpoints",
    ),
}


def answers(elb: Elb, subnet: str) -> dict[str, Any]:
    elb.create_load_balancer(
        LoadBalancerName="old", Listeners=[TCP], Subnets=[subnet], Tags=[{"Key": "k", "Value": "v"}], Scheme="internal"
    )
    questions = {**ALIKE, **{name: row[0] for name, row in DIFFERENT.items()}}
    return {name: said(question, elb) for name, question in questions.items()}


def said(question: Question, elb: Elb) -> Any:
    """The answer, or the code of the refusal."""
    try:
        return question(elb)
    except ClientError as error:
        return error.response["Error"]["Code"]


def theirs(stage: Any) -> dict[str, Any]:
    """What moto says. While it is on, it answers every client there is, ours too: so we are asked before."""
    with moto.mock_aws():
        session = stage.session()
        ec2 = session.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24", AvailabilityZone="us-east-1a")["Subnet"]["SubnetId"]
        return answers(session.client("elb"), subnet)


def test_moto_says_the_same_of_classic_ones_but_for_known_differences(stage: Any) -> None:
    """When moto learns to do one of them as AWS does, its line moves up to ALIKE."""
    ours = answers(stage.client("elb"), stage.subnets[0].id)
    other = theirs(stage)

    assert {name: ours[name] for name in ALIKE} == {name: other[name] for name in ALIKE}
    for name, (_, we_say, they_say, source) in DIFFERENT.items():
        assert (name, ours[name], other[name]) == (name, we_say, they_say), source
