"""A second opinion on the classic API: the adapters against moto, with what moto is known to do otherwise.

Known differences, each shown by a test below so that we hear when one goes away:

    health           an instance is in service as soon as it is registered; AWS asks it first
    behind           what instances hear is told to be what clients speak; AWS tells what was asked for
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from migrator.adapters.aws import classic
from migrator.adapters.aws.ec2 import NetworkLook
from migrator.adapters.aws.effects import BalancerDoer
from migrator.adapters.aws.elb import ElbLook
from migrator.adapters.aws.session import AwsSession
from migrator.model.balancers import HealthCheck
from migrator.model.effects import DeleteLoadBalancer

TLS = "ELBSecurityPolicy-TLS-1-2-2017-01"
ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/web"


@pytest.fixture(scope="module")
def session() -> Iterator[AwsSession]:
    """An account inside moto with the load balancer `web` in it, for all tests."""
    with mock_aws():
        made = AwsSession(region="us-east-1")
        furnish(made)
        yield made


def furnish(session: AwsSession) -> None:
    """A TCP and an SSL listener in front of one port, with both kinds of policy."""
    vpc = session.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = session.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="us-east-1a")["Subnet"]["SubnetId"]
    group = session.ec2.create_security_group(GroupName="k8s-elb-web", Description="of web", VpcId=vpc)["GroupId"]
    nodes = session.ec2.create_security_group(GroupName="nodes", Description="nodes", VpcId=vpc)["GroupId"]
    permission = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    session.ec2.authorize_security_group_ingress(GroupId=nodes, IpPermissions=[permission])
    elb = session.classic
    plain = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": 31080}
    secure = {**plain, "Protocol": "SSL", "LoadBalancerPort": 443, "SSLCertificateId": certificate(session)}
    elb.create_load_balancer(
        LoadBalancerName="web",
        Listeners=[plain, secure],
        Subnets=[subnet],
        SecurityGroups=[group],
        Scheme="internal",
        Tags=[{"Key": "kubernetes.io/service-name", "Value": "shop/web"}],
    )
    check = {"Target": "HTTP:31080/healthz", "Interval": 10, "Timeout": 5, "HealthyThreshold": 2, "UnhealthyThreshold": 6}
    elb.configure_health_check(LoadBalancerName="web", HealthCheck=check)
    for name, kind, key, value in (
        ("tls", "SSLNegotiationPolicyType", "Reference-Security-Policy", TLS),
        ("proxy", "ProxyProtocolPolicyType", "ProxyProtocol", "true"),
    ):
        pair = {"AttributeName": key, "AttributeValue": value}
        elb.create_load_balancer_policy(LoadBalancerName="web", PolicyName=name, PolicyTypeName=kind, PolicyAttributes=[pair])
    elb.set_load_balancer_policies_of_listener(LoadBalancerName="web", LoadBalancerPort=443, PolicyNames=["tls"])
    elb.set_load_balancer_policies_for_backend_server(LoadBalancerName="web", InstancePort=31080, PolicyNames=["proxy"])
    draining = {"ConnectionDraining": {"Enabled": True, "Timeout": 60}, "ConnectionSettings": {"IdleTimeout": 3600}}
    elb.modify_load_balancer_attributes(LoadBalancerName="web", LoadBalancerAttributes=draining)
    image = session.ec2.describe_images()["Images"][0]["ImageId"]
    made = session.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]["InstanceId"]
    elb.register_instances_with_load_balancer(LoadBalancerName="web", Instances=[{"InstanceId": made}])


def certificate(session: AwsSession) -> str:
    """A certificate that the account has."""
    answer = session.session.client("acm").request_certificate(DomainName="shop.example.com")
    return str(answer["CertificateArn"])


def test_a_load_balancer_is_read_alike(session: AwsSession) -> None:
    """Its ARN is put together, its zone comes from its subnet."""
    lb = ElbLook(session).balancer(ARN)

    assert lb is not None
    assert (lb.name, lb.kind, lb.scheme, lb.tags) == ("web", "classic", "internal", {"kubernetes.io/service-name": "shop/web"})
    assert [zone.name for zone in lb.zones] == ["us-east-1a"]
    assert len(lb.security_groups) == 1
    found = ElbLook(session).named(lb.dns_name)
    assert found is not None
    assert found.arn == ARN


def test_it_is_found_in_pages_where_its_name_does_not_tell(session: AwsSession, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names keep their case, DNS names have none."""
    monkeypatch.setattr(classic, "PAGES", {"PageSize": 1})
    before = session.classic.describe_load_balancers(LoadBalancerNames=["web"])["LoadBalancerDescriptions"][0]
    subnets, listeners = before["Subnets"], [each["Listener"] for each in before["ListenerDescriptions"][:1]]
    for name in ("Other", "Shop"):
        session.classic.create_load_balancer(LoadBalancerName=name, Listeners=listeners, Subnets=subnets)
    told = session.classic.describe_load_balancers(LoadBalancerNames=["Shop"])["LoadBalancerDescriptions"][0]["DNSName"]

    found = ElbLook(session).named(told.lower())

    assert found is not None
    assert found.name == "Shop"


def test_listeners_and_groups_are_read_alike(session: AwsSession) -> None:
    """A port's policies and the attributes say what its group is like. Known difference: `behind`."""
    look = ElbLook(session)

    plain, secure = look.listeners(ARN)
    other, group = look.groups(ARN)

    assert (plain.protocol, plain.port, plain.policy, plain.certificates) == ("TCP", 80, None, ())
    assert (secure.protocol, secure.port, secure.policy, len(secure.certificates)) == ("SSL", 443, TLS, 1)
    assert other.arn == f"{ARN}#SSL:31080", "moto began to tell instance protocols: the list above is out of date"
    assert (plain.groups, group.arn) == ((group.arn,), f"{ARN}#TCP:31080")
    assert group.attributes == {"proxy_protocol_v1.enabled": "true", "deregistration_delay.timeout_seconds": "60"}
    assert group.health_check == HealthCheck("HTTP", "31080", 10, 5, 2, 6, "/healthz")
    assert look.attributes(ARN)["idle_timeout.timeout_seconds"] == "3600"
    assert look.groups_left((group.arn, f"{ARN}-gone#TCP:1")) == (group,)


def test_instances_are_in_service_at_once(session: AwsSession) -> None:
    """Known difference: `health`."""
    (target,) = ElbLook(session).targets(f"{ARN}#TCP:31080")

    assert (target.port, target.state) == (31080, "healthy")


def test_the_nodes_rule_is_found_alike(session: AwsSession) -> None:
    lb = ElbLook(session).balancer(ARN)
    assert lb is not None

    (rule,) = NetworkLook(session).rules_from(lb.security_groups)

    assert (rule.protocol, rule.source) == ("-1", lb.security_groups[0])


def test_one_is_deleted_alike(session: AwsSession) -> None:
    """By name, and once is enough."""
    before = session.classic.describe_load_balancers(LoadBalancerNames=["web"])["LoadBalancerDescriptions"][0]
    listeners = [each["Listener"] for each in before["ListenerDescriptions"][:1]]
    session.classic.create_load_balancer(LoadBalancerName="leaving", Listeners=listeners, Subnets=before["Subnets"])
    doer, effect = BalancerDoer(session), DeleteLoadBalancer(ARN.replace("/web", "/leaving"))
    assert doer.deleted(effect) is None

    doer.delete(effect)
    doer.delete(effect)

    assert doer.deleted(effect) == {}
    assert ElbLook(session).listeners(effect.balancer_arn) == ()
    assert ElbLook(session).groups(effect.balancer_arn) == ()
