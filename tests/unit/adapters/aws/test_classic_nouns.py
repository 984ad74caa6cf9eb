"""The classic API's shapes as our nouns."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.adapters.aws.classic import CLASSIC_NAME
from migrator.adapters.aws.classic_nouns import (
    Policies,
    attributes_from,
    balancer_from,
    groups_from,
    health_check_from,
    listeners_from,
    policies_from,
    target_from,
)
from migrator.adapters.aws.elbv2 import NETWORK_NAME
from migrator.model.balancers import HealthCheck, Target

ARN = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/web"
CHECK: dict[str, Any] = {
    "Target": "HTTP:31080/healthz",
    "Interval": 10,
    "Timeout": 5,
    "HealthyThreshold": 2,
    "UnhealthyThreshold": 6,
}


def described(*listeners: dict[str, Any], **others: Any) -> Any:
    """A load balancer as DescribeLoadBalancers has it; a listener is its Listener, with PolicyNames where it has some."""
    names = [each.pop("PolicyNames", []) for each in listeners]
    told = [{"Listener": each, "PolicyNames": some} for each, some in zip(listeners, names, strict=True)]
    whole = {"LoadBalancerName": "web", "DNSName": "web-1.eu-west-1.elb.amazonaws.com", "HealthCheck": CHECK}
    return {**whole, "ListenerDescriptions": told, **others}


def listener(port: int = 80, protocol: str = "TCP", **others: Any) -> dict[str, Any]:
    return {"Protocol": protocol, "LoadBalancerPort": port, "InstanceProtocol": "TCP", "InstancePort": 31080, **others}


def policy(name: str, kind: str, **attributes: str) -> Any:
    pairs = [{"AttributeName": key.replace("_", "-"), "AttributeValue": value} for key, value in attributes.items()]
    return {"PolicyName": name, "PolicyTypeName": kind, "PolicyAttributeDescriptions": pairs}


NAMES = (
    ("a0123-1234567890.us-east-1.elb.amazonaws.com", "a0123"),
    ("internal-a0123-1234567890.us-east-1.elb.amazonaws.com", "a0123"),
    ("internal-web-2-99.cn-north-1.elb.amazonaws.com.cn", "web-2"),
    ("a0123-00ab34cd56ef7890.elb.us-east-1.amazonaws.com", None),
    ("shop.example.com", None),
)


@pytest.mark.parametrize(("hostname", "name"), NAMES)
def test_the_form_of_a_name_tells_the_family(hostname: str, name: str | None) -> None:
    """The region stands before `elb` in one family and behind it in the other."""
    shape = CLASSIC_NAME.fullmatch(hostname)

    assert (shape and shape["name"]) == name
    assert not (shape and NETWORK_NAME.fullmatch(hostname))


def test_zones_are_those_of_its_subnets() -> None:
    """The API lists zones and subnets apart; which belongs to which is EC2's to say."""
    told = described(Subnets=["subnet-b", "subnet-a", "subnet-gone"], Scheme="internal", VPCId="vpc-1", SecurityGroups=["sg-1"])

    lb = balancer_from(told, ARN, {"team": "shop"}, {"subnet-a": "zone-a", "subnet-b": "zone-b"})

    assert (lb.kind, lb.state, lb.scheme, lb.vpc, lb.security_groups, lb.tags) == (
        "classic", "active", "internal", "vpc-1", ("sg-1",), {"team": "shop"},
    )  # fmt: skip
    assert [(zone.name, zone.subnet) for zone in lb.zones] == [
        ("", "subnet-gone"),
        ("zone-a", "subnet-a"),
        ("zone-b", "subnet-b"),
    ]


def test_policies_say_what_their_attributes_mean() -> None:
    """A policy that refers to no predefined one is somebody's own, which nothing else can reproduce by name."""
    told = [
        policy("k8s-tls", "SSLNegotiationPolicyType", Reference_Security_Policy="ELBSecurityPolicy-TLS-1-2-2017-01"),
        policy("mine", "SSLNegotiationPolicyType", Protocol_TLSv1="true"),
        policy("k8s-proxy", "ProxyProtocolPolicyType", ProxyProtocol="true"),
        policy("dormant", "ProxyProtocolPolicyType", ProxyProtocol="false"),
        policy("keys", "BackendServerAuthenticationPolicyType"),
    ]

    policies = policies_from(told)

    assert policies.tls == {"k8s-tls": "ELBSecurityPolicy-TLS-1-2-2017-01", "mine": "custom:mine"}
    assert policies.proxying == {"k8s-proxy"}


def test_listeners_have_no_arn_and_say_their_policies() -> None:
    cookies = {
        "LBCookieStickinessPolicies": [{"PolicyName": "sticky"}],
        "AppCookieStickinessPolicies": [{"PolicyName": "session"}],
    }
    told = described(
        listener(443, "HTTPS", SSLCertificateId="arn:cert", PolicyNames=["k8s-tls", "sticky"]),
        listener(80, "HTTP", PolicyNames=["session"]),
        listener(25),
        Policies=cookies,
    )

    smtp, http, https = listeners_from(told, ARN, Policies({"k8s-tls": "ELBSecurityPolicy-2016-08"}))

    assert (smtp.arn, smtp.protocol, smtp.certificates, smtp.policy, smtp.attributes) == ("", "TCP", (), None, {})
    assert (http.port, http.attributes) == (80, {"stickiness.type": "app_cookie"})
    assert (https.certificates, https.policy) == (("arn:cert",), "ELBSecurityPolicy-2016-08")
    assert https.attributes == {"stickiness.type": "lb_cookie"}


def test_each_instance_port_is_one_target_group() -> None:
    """Two listeners in front of one port share it; the PROXY line is a matter of the port."""
    behind = [{"InstancePort": 31080, "PolicyNames": ["k8s-proxy"]}, {"InstancePort": 31443, "PolicyNames": []}]
    told = described(listener(80), listener(8080), listener(443, InstancePort=31443), BackendServerDescriptions=behind)

    proxied, plain = groups_from(told, ARN, Policies(proxying=frozenset({"k8s-proxy"})), {"connection_draining.enabled": "false"})

    assert (proxied.arn, proxied.name, proxied.protocol, proxied.port) == (f"{ARN}#TCP:31080", "TCP:31080", "TCP", 31080)
    assert (proxied.target_type, proxied.balancers, proxied.tags) == ("instance", (ARN,), {})
    assert proxied.attributes == {"proxy_protocol_v1.enabled": "true", "deregistration_delay.timeout_seconds": "0"}
    assert plain.attributes["proxy_protocol_v1.enabled"] == "false"
    assert proxied.health_check == plain.health_check == HealthCheck("HTTP", "31080", 10, 5, 2, 6, "/healthz")


def test_a_listener_that_names_no_instance_protocol_speaks_its_own() -> None:
    told = described({"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 31080})

    assert listeners_from(told, ARN, Policies())[0].groups == (f"{ARN}#HTTP:31080",)


@pytest.mark.parametrize(("timeout", "delay"), [({"connection_draining.timeout_seconds": "60"}, "60"), ({}, "300")])
def test_draining_is_a_delay_of_every_group(timeout: dict[str, str], delay: str) -> None:
    (group,) = groups_from(described(listener()), ARN, Policies(), {"connection_draining.enabled": "true", **timeout})

    assert group.attributes["deregistration_delay.timeout_seconds"] == delay


@pytest.mark.parametrize(("target", "path"), [("TCP:31080", None), ("SSL:31080", None), ("http:31080/", "/")])
def test_a_health_check_is_read_from_its_target(target: str, path: str | None) -> None:
    check = health_check_from({**CHECK, "Target": target})

    assert (check.protocol, check.port, check.path) == (target[:4].rstrip(":").upper(), "31080", path)


def test_attributes_have_our_names_and_only_what_was_told() -> None:
    told: Any = {
        "CrossZoneLoadBalancing": {"Enabled": True},
        "AccessLog": {"Enabled": True, "S3BucketName": "logs", "EmitInterval": 5},
        "ConnectionDraining": {"Enabled": False},
        "ConnectionSettings": {"IdleTimeout": 3600},
        "AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "defensive"}],
    }

    assert attributes_from(told) == {
        "load_balancing.cross_zone.enabled": "true",
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": "logs",
        "access_logs.emit_interval_min": "5",
        "connection_draining.enabled": "false",
        "idle_timeout.timeout_seconds": "3600",
        "elb.http.desyncmitigationmode": "defensive",
    }


FAILED = "Instance has failed at least the UnhealthyThreshold number of health checks consecutively."
STATES = (
    (("InService", "N/A", "N/A"), "healthy", ""),
    (("OutOfService", "Instance", FAILED), "unhealthy", f"Instance: {FAILED[:-1]}"),
    (("OutOfService", "ELB", "Instance registration is still in progress."), "initial", "ELB: Instance registration is still in"),
    (("InService", "N/A", "Instance deregistration currently in progress."), "draining", "N/A: Instance deregistration"),
    (("Unknown", "ELB", "A transient error occurred. Please try again later."), "unavailable", "ELB: A transient error"),
)


@pytest.mark.parametrize(("told", "state", "reason"), STATES, ids=[each[1] for each in STATES])
def test_an_instance_comes_and_goes_whatever_its_state_says(told: tuple[str, str, str], state: str, reason: str) -> None:
    """One that is leaving is in service until it has left, and yet nothing to count on."""
    described: Any = {"InstanceId": "i-1", **dict(zip(("State", "ReasonCode", "Description"), told, strict=True))}

    target = target_from(described, 31080, "zone-a")

    assert (target.id, target.port, target.zone, target.state) == ("i-1", 31080, "zone-a", state)
    assert target.reason.startswith(reason) and bool(target.reason) == bool(reason)


def test_an_instance_without_a_word_is_unavailable() -> None:
    assert target_from({"InstanceId": "i-1"}, 80, "") == Target("i-1", 80, "", "unavailable")
