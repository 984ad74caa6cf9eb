"""ELBv2 through boto3: what the AWS adapters will see."""

from __future__ import annotations

import pytest


def test_a_load_balancer_from_creation_to_active(stage) -> None:
    elbv2 = stage.client("elbv2")
    made = stage.balancer(Tags=[{"Key": "elbv2.k8s.aws/cluster", "Value": "sandbox"}])

    assert made["State"] == {"Code": "provisioning"}
    assert made["Type"] == "network"
    assert [each["ZoneName"] for each in made["AvailabilityZones"]] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    stage.later(200)
    (found,) = elbv2.describe_load_balancers(Names=["front"])["LoadBalancers"]
    assert found["State"] == {"Code": "active"}
    assert {key: found[key] for key in found if key != "State"} == {key: made[key] for key in made if key != "State"}


def test_the_waiters_of_botocore_work(stage, monkeypatch) -> None:
    lb, group = stage.serving()
    elbv2 = stage.client("elbv2")
    monkeypatch.setattr("botocore.waiter.time.sleep", lambda seconds: stage.later(seconds))
    fresh = stage.balancer("fresh")

    elbv2.get_waiter("load_balancer_available").wait(LoadBalancerArns=[fresh["LoadBalancerArn"]])
    elbv2.get_waiter("target_in_service").wait(TargetGroupArn=group)
    elbv2.delete_load_balancer(LoadBalancerArn=lb["LoadBalancerArn"])
    elbv2.get_waiter("load_balancers_deleted").wait(LoadBalancerArns=[lb["LoadBalancerArn"]])

    assert stage.time[0] > lb["CreatedTime"].timestamp()


def test_pages_hold_every_load_balancer_once(stage) -> None:
    stage.world.quotas.set("Network Load Balancers per Region", 100)
    for at in range(60):
        stage.balancer(f"n{at}", Subnets=[stage.subnets[0].id])
    pages = list(stage.client("elbv2").get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 25}))

    assert [len(each["LoadBalancers"]) for each in pages] == [25, 25, 10]
    names = [each["LoadBalancerName"] for page in pages for each in page["LoadBalancers"]]
    assert names == [f"n{at}" for at in range(60)]


def test_a_page_goes_on_where_it_was_although_something_was_deleted(stage) -> None:
    elbv2 = stage.client("elbv2")
    arns = [stage.group(f"g{at}") for at in range(6)]
    first = elbv2.describe_target_groups(PageSize=3)
    elbv2.delete_target_group(TargetGroupArn=arns[0])

    second = elbv2.describe_target_groups(PageSize=3, Marker=first["NextMarker"])

    assert [each["TargetGroupName"] for each in second["TargetGroups"]] == ["g3", "g4", "g5"]


def test_errors_are_typed(stage) -> None:
    elbv2 = stage.client("elbv2")

    with pytest.raises(elbv2.exceptions.LoadBalancerNotFoundException):
        elbv2.describe_load_balancers(Names=["none"])
    with pytest.raises(elbv2.exceptions.TargetGroupNotFoundException):
        elbv2.describe_target_health(TargetGroupArn="arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/x/1")
    lb, group = stage.serving()
    with pytest.raises(elbv2.exceptions.ResourceInUseException):
        elbv2.delete_target_group(TargetGroupArn=group)
    with pytest.raises(elbv2.exceptions.DuplicateLoadBalancerNameException):
        stage.balancer(Scheme="internet-facing")
    attributes = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=lb["LoadBalancerArn"], Attributes=attributes)
    with pytest.raises(elbv2.exceptions.OperationNotPermittedException):
        elbv2.delete_load_balancer(LoadBalancerArn=lb["LoadBalancerArn"])


def test_target_health_has_states_reasons_and_descriptions(stage) -> None:
    elbv2 = stage.client("elbv2")
    _, group = stage.serving()
    ids = [each.id for each in stage.instances]

    def health(**options):
        described = elbv2.describe_target_health(TargetGroupArn=group, **options)["TargetHealthDescriptions"]
        return {each["Target"]["Id"]: each["TargetHealth"] for each in described}

    assert health() == {each: {"State": "healthy"} for each in ids}
    elbv2.deregister_targets(TargetGroupArn=group, Targets=[{"Id": ids[0]}])
    draining = {
        "State": "draining",
        "Reason": "Target.DeregistrationInProgress",
        "Description": "Target deregistration is in progress",
    }
    assert health()[ids[0]] == draining
    stage.later(301)
    assert set(health()) == set(ids[1:])
    assert health(Targets=[{"Id": ids[0]}])[ids[0]]["Reason"] == "Target.NotRegistered"


def test_listeners_forward_to_one_group_or_to_several_by_weight(stage) -> None:
    elbv2 = stage.client("elbv2")
    lb, one, two = stage.balancer()["LoadBalancerArn"], stage.group("one"), stage.group("two")
    weighted = {"TargetGroups": [{"TargetGroupArn": one, "Weight": 90}, {"TargetGroupArn": two, "Weight": 10}]}

    elbv2.create_listener(
        LoadBalancerArn=lb, Protocol="TCP", Port=81, DefaultActions=[{"Type": "forward", "ForwardConfig": weighted}]
    )
    action = [{"Type": "forward", "TargetGroupArn": one}]
    made = elbv2.create_listener(LoadBalancerArn=lb, Protocol="TCP", Port=80, DefaultActions=action)["Listeners"][0]

    listed = elbv2.describe_listeners(LoadBalancerArn=lb)["Listeners"]
    assert [each["Port"] for each in listed] == [80, 81]
    assert listed[0] == made
    assert made["DefaultActions"][0]["TargetGroupArn"] == one
    assert listed[1]["DefaultActions"][0]["ForwardConfig"]["TargetGroups"] == weighted["TargetGroups"]
    groups = elbv2.describe_target_groups(LoadBalancerArn=lb)["TargetGroups"]
    assert [(each["TargetGroupName"], each["LoadBalancerArns"]) for each in groups] == [("one", [lb]), ("two", [lb])]
    assert elbv2.describe_rules(ListenerArn=made["ListenerArn"])["Rules"][0]["IsDefault"]


def test_attributes_of_all_three_kinds_can_be_read_and_changed(stage) -> None:
    elbv2 = stage.client("elbv2")
    lb, group = stage.serving()
    arn = lb["LoadBalancerArn"]
    listener = elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"][0]["ListenerArn"]

    cross = [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]
    assert cross[0] in elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=cross)["Attributes"]
    assert cross[0] in elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    delay = [{"Key": "deregistration_delay.timeout_seconds", "Value": "5"}]
    elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=delay)
    assert delay[0] in elbv2.describe_target_group_attributes(TargetGroupArn=group)["Attributes"]
    idle = [{"Key": "tcp.idle_timeout.seconds", "Value": "60"}]
    elbv2.modify_listener_attributes(ListenerArn=listener, Attributes=idle)
    assert elbv2.describe_listener_attributes(ListenerArn=listener)["Attributes"] == idle


def test_http_checks_begin_with_a_path_and_a_matcher(stage) -> None:
    elbv2 = stage.client("elbv2")
    group = stage.group("http", HealthCheckProtocol="HTTP", HealthCheckPort="10256", HealthCheckPath="/healthz")

    (found,) = elbv2.describe_target_groups(TargetGroupArns=[group])["TargetGroups"]

    assert (found["HealthCheckPath"], found["Matcher"], found["HealthCheckPort"]) == (
        "/healthz",
        {"HttpCode": "200-399"},
        "10256",
    )
    assert (found["HealthyThresholdCount"], found["UnhealthyThresholdCount"], found["HealthCheckTimeoutSeconds"]) == (5, 2, 10)
    changed = elbv2.modify_target_group(TargetGroupArn=group, HealthCheckIntervalSeconds=10)["TargetGroups"][0]
    assert (changed["HealthCheckIntervalSeconds"], changed["HealthCheckPath"]) == (10, "/healthz")


def test_tags_of_up_to_twenty_things(stage, refused) -> None:
    elbv2 = stage.client("elbv2")
    lb, group = stage.serving()
    arns = [lb["LoadBalancerArn"], group]

    elbv2.add_tags(ResourceArns=arns, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    elbv2.remove_tags(ResourceArns=arns, TagKeys=["a"])

    described = elbv2.describe_tags(ResourceArns=arns)["TagDescriptions"]
    assert [(each["ResourceArn"], each["Tags"]) for each in described] == [(arn, [{"Key": "b", "Value": ""}]) for arn in arns]
    assert refused(lambda: elbv2.describe_tags(ResourceArns=[group] * 21)) == "ValidationError"
    assert refused(lambda: elbv2.describe_load_balancers(Names=[f"n{at}" for at in range(21)])) == "ValidationError"


def test_security_groups_and_subnets_can_be_set(stage, refused) -> None:
    elbv2 = stage.client("elbv2")
    dressed = stage.balancer("dressed", SecurityGroups=[stage.nodes.id])["LoadBalancerArn"]

    assert elbv2.set_security_groups(LoadBalancerArn=dressed, SecurityGroups=[stage.nodes.id])["SecurityGroupIds"] == [
        stage.nodes.id
    ]
    zones = elbv2.set_subnets(LoadBalancerArn=dressed, Subnets=[stage.subnets[0].id])["AvailabilityZones"]
    assert [each["ZoneName"] for each in zones] == ["us-east-1a"]
    plain = stage.balancer("plain")["LoadBalancerArn"]
    change = {"LoadBalancerArn": plain, "SecurityGroups": [stage.nodes.id]}
    assert refused(lambda: elbv2.set_security_groups(**change)) == "InvalidConfigurationRequest"


def test_limits_are_listed(stage) -> None:
    limits = {each["Name"]: each["Max"] for each in stage.client("elbv2").describe_account_limits()["Limits"]}

    assert limits["network-load-balancers"] == "50"
    assert limits["listeners-per-network-load-balancer"] == "50"


def test_an_elastic_address_is_shown_in_its_zone(stage) -> None:
    address = stage.client("ec2").allocate_address(Domain="vpc")
    mapping = [{"SubnetId": stage.subnets[0].id, "AllocationId": address["AllocationId"]}]

    lb = stage.balancer(Scheme="internet-facing", Subnets=[], SubnetMappings=mapping)

    wanted = [{"IpAddress": address["PublicIp"], "AllocationId": address["AllocationId"]}]
    assert lb["AvailabilityZones"][0]["LoadBalancerAddresses"] == wanted


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"Type": "application"}, "InvalidConfigurationRequest"),
        ({"Scheme": "sideways"}, "ValidationError"),
        ({"Name": "x" * 33}, "ValidationError"),
        ({"Subnets": []}, "ValidationError"),
    ],
)
def test_requests_that_cannot_be_met(stage, refused, options, code) -> None:
    assert refused(lambda: stage.balancer(**options)) == code
