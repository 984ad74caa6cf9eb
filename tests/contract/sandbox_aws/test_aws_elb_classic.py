"""Classic load balancing through boto3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Stage = Any
TCP = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": 30080}
SSL = {
    "Protocol": "SSL",
    "LoadBalancerPort": 443,
    "InstanceProtocol": "TCP",
    "InstancePort": 30443,
    "SSLCertificateId": "arn:aws:acm:us-east-1:123456789012:certificate/one",
}
HTTP = {"Protocol": "HTTP", "LoadBalancerPort": 8080, "InstanceProtocol": "HTTP", "InstancePort": 30081}
CHECK = {"Target": "TCP:30080", "Interval": 10, "Timeout": 5, "HealthyThreshold": 2, "UnhealthyThreshold": 6}


def made(stage: Stage, *listeners: dict[str, Any], name: str = "old", **options: Any) -> Any:
    """The client, and in the account a load balancer."""
    elb = stage.client("elb")
    wanted = {"Subnets": [each.id for each in stage.subnets], "SecurityGroups": [stage.nodes.id], **options}
    elb.create_load_balancer(LoadBalancerName=name, Listeners=list(listeners or [TCP]), **wanted)
    return elb


def described(elb: Any, name: str = "old") -> dict[str, Any]:
    return dict(elb.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"][0])


def health(stage: Stage, **options: Any) -> list[tuple[str, str, str]]:
    states = stage.client("elb").describe_instance_health(LoadBalancerName="old", **options)["InstanceStates"]
    return [(each["State"], each["ReasonCode"], each["Description"]) for each in states]


def ids(stage: Stage) -> list[dict[str, str]]:
    return [{"InstanceId": each.id} for each in stage.instances]


def test_it_is_described_as_the_family_is(stage: Stage) -> None:
    elb = made(stage, TCP, SSL, Tags=[{"Key": "a", "Value": "b"}])
    elb.register_instances_with_load_balancer(LoadBalancerName="old", Instances=ids(stage))
    elb.configure_health_check(LoadBalancerName="old", HealthCheck=CHECK)

    lb = described(elb)

    created = lb.pop("CreatedTime")
    assert created.timestamp() == stage.world.now
    assert lb.pop("DNSName") == lb.pop("CanonicalHostedZoneName")
    assert lb == {
        "LoadBalancerName": "old",
        "CanonicalHostedZoneNameID": "Z35SXDOTRQ7X7K",
        "ListenerDescriptions": [
            {"Listener": TCP, "PolicyNames": []},
            {"Listener": SSL, "PolicyNames": ["ELBSecurityPolicy-2016-08"]},
        ],
        "Policies": {
            "AppCookieStickinessPolicies": [],
            "LBCookieStickinessPolicies": [],
            "OtherPolicies": ["ELBSecurityPolicy-2016-08"],
        },
        "BackendServerDescriptions": [],
        "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"],
        "Subnets": [each.id for each in stage.subnets],
        "VPCId": stage.vpc.id,
        "Instances": ids(stage),
        "HealthCheck": CHECK,
        "SourceSecurityGroup": {"OwnerAlias": stage.world.account, "GroupName": "nodes"},
        "SecurityGroups": [stage.nodes.id],
        "Scheme": "internet-facing",
    }


def test_the_two_families_do_not_see_each_other(stage: Stage) -> None:
    """One name may stand for both; neither API, nor the tagging API's types, may take one for the other."""
    elb, elbv2 = made(stage, name="front", Tags=[{"Key": "a", "Value": "b"}]), stage.client("elbv2")
    lb, group = stage.serving()
    arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/front"

    assert [each["LoadBalancerArn"] for each in elbv2.describe_load_balancers()["LoadBalancers"]] == [lb["LoadBalancerArn"]]
    assert elbv2.describe_load_balancers(Names=["front"])["LoadBalancers"][0]["Type"] == "network"
    assert [each["TargetGroupArn"] for each in elbv2.describe_target_groups()["TargetGroups"]] == [group]
    assert [each["LoadBalancerName"] for each in elb.describe_load_balancers()["LoadBalancerDescriptions"]] == ["front"]
    questions: tuple[Callable[[], object], ...] = (
        lambda: elbv2.describe_load_balancers(LoadBalancerArns=[arn]),
        lambda: elbv2.describe_listeners(LoadBalancerArn=arn),
        lambda: elbv2.describe_target_groups(LoadBalancerArn=arn),
        lambda: elbv2.describe_tags(ResourceArns=[arn]),
    )
    for ask in questions:
        with pytest.raises(elbv2.exceptions.LoadBalancerNotFoundException):
            ask()
    with pytest.raises(ClientError, match="not a valid load balancer ARN"):
        elbv2.delete_load_balancer(LoadBalancerArn=arn)
    tagging = stage.client("resourcegroupstaggingapi")
    found = {
        kind: [each["ResourceARN"] for each in tagging.get_resources(ResourceTypeFilters=[kind])["ResourceTagMappingList"]]
        for kind in ("elasticloadbalancing:loadbalancer", "elasticloadbalancing:loadbalancer/net")
    }
    assert found == {"elasticloadbalancing:loadbalancer": [arn], "elasticloadbalancing:loadbalancer/net": []}


def test_four_hundred_are_a_page(stage: Stage) -> None:
    stage.world.quotas.set("Classic Load Balancers per Region", 10)
    for number in range(5):
        elb = made(stage, name=f"lb{number}")

    pages = list(elb.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 2}))

    names = [[each["LoadBalancerName"] for each in page["LoadBalancerDescriptions"]] for page in pages]
    assert names == [["lb0", "lb1"], ["lb2", "lb3"], ["lb4"]]
    with pytest.raises(ClientError):
        elb.describe_load_balancers(PageSize=401)
    with pytest.raises(elb.exceptions.TooManyAccessPointsException):
        for number in range(9):
            made(stage, name=f"more{number}")


def test_a_deleted_one_is_found_a_little_longer_and_deleting_it_again_succeeds(stage: Stage) -> None:
    elb = made(stage)
    elb.delete_load_balancer(LoadBalancerName="old")

    assert described(elb)["ListenerDescriptions"] == []
    with pytest.raises(elb.exceptions.AccessPointNotFoundException):
        elb.describe_load_balancer_attributes(LoadBalancerName="old")
    stage.later(10)
    with pytest.raises(elb.exceptions.AccessPointNotFoundException):
        described(elb)
    elb.delete_load_balancer(LoadBalancerName="old")


def test_one_that_came_again_is_the_one_that_is_found(stage: Stage) -> None:
    elb = made(stage)
    elb.delete_load_balancer(LoadBalancerName="old")
    made(stage, HTTP)

    assert [each["Listener"]["Protocol"] for each in described(elb)["ListenerDescriptions"]] == ["HTTP"]


def test_attributes_are_changed_one_by_one(stage: Stage) -> None:
    elb = made(stage)
    assert elb.describe_load_balancer_attributes(LoadBalancerName="old")["LoadBalancerAttributes"] == {
        "CrossZoneLoadBalancing": {"Enabled": False},
        "AccessLog": {"Enabled": False},
        "ConnectionDraining": {"Enabled": False, "Timeout": 300},
        "ConnectionSettings": {"IdleTimeout": 60},
        "AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "defensive"}],
    }

    wanted = {
        "CrossZoneLoadBalancing": {"Enabled": True},
        "AccessLog": {"Enabled": True, "S3BucketName": "logs", "S3BucketPrefix": "web", "EmitInterval": 5},
        "ConnectionDraining": {"Enabled": True, "Timeout": 30},
        "ConnectionSettings": {"IdleTimeout": 3600},
        "AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "monitor"}],
    }
    changed = elb.modify_load_balancer_attributes(LoadBalancerName="old", LoadBalancerAttributes=wanted)

    assert changed["LoadBalancerAttributes"] == wanted
    assert elb.describe_load_balancer_attributes(LoadBalancerName="old")["LoadBalancerAttributes"] == wanted
    with pytest.raises(elb.exceptions.InvalidConfigurationRequestException):
        elb.modify_load_balancer_attributes(
            LoadBalancerName="old", LoadBalancerAttributes={"AdditionalAttributes": [{"Key": "none", "Value": "1"}]}
        )


def test_an_instance_says_why_it_is_out_of_service(stage: Stage) -> None:
    elb = made(stage, Subnets=[each.id for each in stage.subnets[:2]])
    elb.configure_health_check(LoadBalancerName="old", HealthCheck=CHECK)
    sick: set[str] = {stage.instances[1].id}
    stage.world.network.check = lambda group, target: (target.id not in sick, None)
    elb.register_instances_with_load_balancer(LoadBalancerName="old", Instances=ids(stage))
    coming = ("OutOfService", "ELB", "Instance registration is still in progress.")
    going = ("InService", "N/A", "Instance deregistration currently in progress.")

    assert health(stage)[:2] == [coming] * 2
    stage.later(25)
    unproven = "Instance has not passed the configured HealthyThreshold number of health checks consecutively."
    zone = "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to."
    assert health(stage) == [("InService", "N/A", "N/A"), ("OutOfService", "Instance", unproven), ("OutOfService", "ELB", zone)]
    stage.later(60)
    failing = "Instance has failed at least the UnhealthyThreshold number of health checks consecutively."
    assert health(stage, Instances=ids(stage)[1:2]) == [("OutOfService", "Instance", failing)]
    stage.world.ec2.set_instance_state(stage.instances[1].id, "stopped")
    stage.later(1)
    assert health(stage, Instances=ids(stage)[1:2]) == [("OutOfService", "Instance", "Instance is in stopped state.")]
    draining = {"ConnectionDraining": {"Enabled": True, "Timeout": 60}}
    elb.modify_load_balancer_attributes(LoadBalancerName="old", LoadBalancerAttributes=draining)
    left = elb.deregister_instances_from_load_balancer(LoadBalancerName="old", Instances=ids(stage)[:1])
    assert left["Instances"] == ids(stage)[1:]
    assert health(stage)[2] == going
    stage.later(61)
    gone = ("OutOfService", "Instance", "Instance is not currently registered with the LoadBalancer.")
    assert health(stage, Instances=ids(stage)[:1]) == [gone]
    with pytest.raises(elb.exceptions.InvalidEndPointException):
        health(stage, Instances=[{"InstanceId": "i-none"}])


def test_without_a_listener_no_registration_ends(stage: Stage) -> None:
    elb = made(stage)
    elb.register_instances_with_load_balancer(LoadBalancerName="old", Instances=ids(stage))
    elb.delete_load_balancer_listeners(LoadBalancerName="old", LoadBalancerPorts=[80])

    stage.later(600)

    assert {state for state, _, _ in health(stage)} == {"OutOfService"}


def test_policies_are_made_set_and_taken_away(stage: Stage) -> None:
    elb = made(stage, TCP, SSL, HTTP)
    proxy = [{"AttributeName": "ProxyProtocol", "AttributeValue": "true"}]
    elb.create_load_balancer_policy(
        LoadBalancerName="old", PolicyName="proxy", PolicyTypeName="ProxyProtocolPolicyType", PolicyAttributes=proxy
    )
    elb.create_lb_cookie_stickiness_policy(LoadBalancerName="old", PolicyName="sticky", CookieExpirationPeriod=60)
    elb.create_app_cookie_stickiness_policy(LoadBalancerName="old", PolicyName="follows", CookieName="session")

    elb.set_load_balancer_policies_for_backend_server(LoadBalancerName="old", InstancePort=30080, PolicyNames=["proxy"])
    elb.set_load_balancer_policies_of_listener(LoadBalancerName="old", LoadBalancerPort=8080, PolicyNames=["sticky"])

    lb = described(elb)
    assert lb["BackendServerDescriptions"] == [{"InstancePort": 30080, "PolicyNames": ["proxy"]}]
    assert lb["ListenerDescriptions"][2]["PolicyNames"] == ["sticky"]
    assert lb["Policies"]["LBCookieStickinessPolicies"] == [{"PolicyName": "sticky", "CookieExpirationPeriod": 60}]
    assert lb["Policies"]["AppCookieStickinessPolicies"] == [{"PolicyName": "follows", "CookieName": "session"}]
    assert lb["Policies"]["OtherPolicies"] == ["ELBSecurityPolicy-2016-08", "proxy"]
    told = elb.describe_load_balancer_policies(LoadBalancerName="old", PolicyNames=["proxy"])["PolicyDescriptions"]
    assert told == [{"PolicyName": "proxy", "PolicyTypeName": "ProxyProtocolPolicyType", "PolicyAttributeDescriptions": proxy}]
    assert len(elb.describe_load_balancer_policies(LoadBalancerName="old")["PolicyDescriptions"]) == 4
    with pytest.raises(elb.exceptions.InvalidConfigurationRequestException):
        elb.delete_load_balancer_policy(LoadBalancerName="old", PolicyName="proxy")
    elb.set_load_balancer_policies_for_backend_server(LoadBalancerName="old", InstancePort=30080, PolicyNames=[])
    elb.delete_load_balancer_policy(LoadBalancerName="old", PolicyName="proxy")
    with pytest.raises(elb.exceptions.PolicyNotFoundException):
        elb.describe_load_balancer_policies(LoadBalancerName="old", PolicyNames=["proxy"])


def test_awss_own_policies_and_types_are_listed(stage: Stage) -> None:
    elb = stage.client("elb")

    policies = [each["PolicyName"] for each in elb.describe_load_balancer_policies()["PolicyDescriptions"]]
    (kind,) = elb.describe_load_balancer_policy_types(PolicyTypeNames=["ProxyProtocolPolicyType"])["PolicyTypeDescriptions"]

    assert "ELBSecurityPolicy-TLS-1-2-2017-01" in policies
    assert kind["PolicyAttributeTypeDescriptions"][0]["AttributeName"] == "ProxyProtocol"
    with pytest.raises(elb.exceptions.PolicyNotFoundException):
        elb.describe_load_balancer_policies(PolicyNames=["none"])
    with pytest.raises(elb.exceptions.PolicyTypeNotFoundException):
        elb.describe_load_balancer_policy_types(PolicyTypeNames=["none"])


def test_a_certificate_is_replaced(stage: Stage) -> None:
    elb = made(stage, SSL)

    elb.set_load_balancer_listener_ssl_certificate(LoadBalancerName="old", LoadBalancerPort=443, SSLCertificateId="arn:two")

    assert described(elb)["ListenerDescriptions"][0]["Listener"]["SSLCertificateId"] == "arn:two"
    with pytest.raises(elb.exceptions.ListenerNotFoundException):
        elb.set_load_balancer_listener_ssl_certificate(LoadBalancerName="old", LoadBalancerPort=1, SSLCertificateId="arn:two")


def test_listeners_come_and_go(stage: Stage) -> None:
    elb = made(stage)
    elb.create_load_balancer_listeners(LoadBalancerName="old", Listeners=[HTTP, TCP])
    elb.delete_load_balancer_listeners(LoadBalancerName="old", LoadBalancerPorts=[80, 81])

    assert [each["Listener"] for each in described(elb)["ListenerDescriptions"]] == [HTTP]
    with pytest.raises(elb.exceptions.DuplicateListenerException):
        elb.create_load_balancer_listeners(LoadBalancerName="old", Listeners=[{**HTTP, "InstancePort": 1}])


def test_zones_and_security_groups_change(stage: Stage) -> None:
    subnets = [each.id for each in stage.subnets]
    elb = made(stage, Subnets=subnets[:1], Scheme="internal")
    other = stage.world.ec2.create_security_group("other", "another", stage.vpc.id)

    assert elb.attach_load_balancer_to_subnets(LoadBalancerName="old", Subnets=subnets[1:])["Subnets"] == subnets
    assert elb.detach_load_balancer_from_subnets(LoadBalancerName="old", Subnets=subnets[:1])["Subnets"] == subnets[1:]
    worn = elb.apply_security_groups_to_load_balancer(LoadBalancerName="old", SecurityGroups=[other.id])

    lb = described(elb)
    assert worn["SecurityGroups"] == lb["SecurityGroups"] == [other.id]
    assert (lb["Subnets"], lb["Scheme"], lb["DNSName"].startswith("internal-old-")) == (subnets[1:], "internal", True)
    assert "CanonicalHostedZoneName" not in lb


def test_tags_of_twenty_at_a_time(stage: Stage) -> None:
    elb = made(stage, Tags=[{"Key": "a", "Value": "b"}])
    elb.add_tags(LoadBalancerNames=["old"], Tags=[{"Key": "c"}])
    elb.remove_tags(LoadBalancerNames=["old"], Tags=[{"Key": "a"}])

    told = elb.describe_tags(LoadBalancerNames=["old"])["TagDescriptions"]

    assert told == [{"LoadBalancerName": "old", "Tags": [{"Key": "c", "Value": ""}]}]
    with pytest.raises(ClientError):
        elb.describe_tags(LoadBalancerNames=["old"] * 21)
    with pytest.raises(elb.exceptions.AccessPointNotFoundException):
        elb.describe_tags(LoadBalancerNames=["old", "none"])
    with pytest.raises(elb.exceptions.DuplicateTagKeysException):
        elb.add_tags(LoadBalancerNames=["old"], Tags=[{"Key": "c"}, {"Key": "c"}])
    with pytest.raises(elb.exceptions.TooManyTagsException):
        elb.add_tags(LoadBalancerNames=["old"], Tags=[{"Key": f"k{number}"} for number in range(50)])
    with pytest.raises(elb.exceptions.DuplicateTagKeysException):
        made(stage, name="second", Tags=[{"Key": "c"}, {"Key": "c"}])


def test_limits_are_the_familys_own(stage: Stage) -> None:
    limits = {each["Name"]: each["Max"] for each in stage.client("elb").describe_account_limits()["Limits"]}

    assert limits == {"classic-load-balancers": "20", "classic-listeners": "100", "classic-registered-instances": "1000"}


def test_zones_cannot_stand_for_subnets(stage: Stage, refused: Callable[[Callable[[], object]], str]) -> None:
    elb = stage.client("elb")

    def create() -> object:
        return elb.create_load_balancer(LoadBalancerName="old", Listeners=[TCP], AvailabilityZones=["us-east-1a"])

    assert refused(create) == "ValidationError"


def test_metrics_are_read_under_aws_elb(stage: Stage) -> None:
    elb, watch = made(stage), stage.client("cloudwatch")
    elb.register_instances_with_load_balancer(LoadBalancerName="old", Instances=ids(stage))
    stage.later(1200)

    listed = watch.list_metrics(Namespace="AWS/ELB", MetricName="HealthyHostCount")["Metrics"]

    assert len(listed) == 4 and {each["Namespace"] for each in listed} == {"AWS/ELB"}
    points = watch.get_metric_statistics(
        Namespace="AWS/ELB",
        MetricName="HealthyHostCount",
        Dimensions=[{"Name": "LoadBalancerName", "Value": "old"}],
        StartTime=stage.time[0] - 600,
        EndTime=stage.time[0],
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    assert {each["Maximum"] for each in points} == {3.0}
