"""What other services bind to load balancers, through boto3: pages, filters and refusals in each service's own words."""

from __future__ import annotations

import pytest

from migrator.sandbox.doors.aws import attach

ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/a/0123456789abcdef"


def test_vpc_links_come_in_pages(stage) -> None:
    for _ in range(3):
        stage.world.attached.link(ARN)

    pages = list(stage.client("apigateway").get_paginator("get_vpc_links").paginate(PaginationConfig={"PageSize": 2}))

    assert [len(page["items"]) for page in pages] == [2, 1]
    assert pages[0]["items"][0]["targetArns"] == [ARN]


def test_both_gateway_apis_answer_under_one_signing_name(stage) -> None:
    """Only the paths tell them apart."""
    stage.world.attached.link(ARN, "rest")
    stage.world.attached.integrate("http", "shop", ARN)

    (rest,) = stage.client("apigateway").get_vpc_links()["items"]
    (newer,) = stage.client("apigatewayv2").get_vpc_links()["Items"]

    assert (rest["name"], newer["Name"]) == ("rest", "shop-link")


def test_methods_tell_their_integration_only_when_asked(stage) -> None:
    made = stage.world.attached.integrate("rest", "shop", ARN)
    client = stage.client("apigateway")

    (bare,) = client.get_resources(restApiId=made.api)["items"]
    (whole,) = client.get_resources(restApiId=made.api, embed=["methods"])["items"]

    assert bare["resourceMethods"] == {"GET": {}}
    assert whole["resourceMethods"]["GET"]["methodIntegration"]["integrationTarget"] == ARN


@pytest.mark.parametrize(
    ("service", "ask", "code"),
    [
        ("apigateway", lambda client: client.get_resources(restApiId="none"), "NotFoundException"),
        ("apigateway", lambda client: client.get_vpc_links(position="none"), "BadRequestException"),
        ("apigatewayv2", lambda client: client.get_integrations(ApiId="none"), "NotFoundException"),
        ("globalaccelerator", lambda client: client.list_listeners(AcceleratorArn="none"), "AcceleratorNotFoundException"),
        ("globalaccelerator", lambda client: client.list_endpoint_groups(ListenerArn="none"), "ListenerNotFoundException"),
        ("cloudwatch", lambda client: client.get_dashboard(DashboardName="none"), "ResourceNotFound"),
        ("cloudwatch", lambda client: client.describe_alarms(NextToken="none"), "InvalidNextToken"),
        ("autoscaling", lambda client: client.describe_auto_scaling_groups(NextToken="none"), "InvalidNextToken"),
        ("cloudfront", lambda client: client.list_distributions(MaxItems="many"), "InvalidArgument"),
    ],
    ids=["api", "position", "http-api", "accelerator", "listener", "dashboard", "alarms", "scaling-groups", "max-items"],
)
def test_what_is_not_there_is_refused_in_the_service_s_words(stage, refused, service, ask, code) -> None:
    assert refused(lambda: ask(stage.client(service))) == code


def test_an_accelerator_is_walked_from_the_top(stage) -> None:
    made = stage.world.attached.accelerate(ARN, weight=7)
    client = stage.client("globalaccelerator")

    (accelerator,) = client.list_accelerators()["Accelerators"]
    (listener,) = client.list_listeners(AcceleratorArn=accelerator["AcceleratorArn"])["Listeners"]
    (group,) = client.list_endpoint_groups(ListenerArn=listener["ListenerArn"])["EndpointGroups"]

    assert (group["EndpointGroupArn"], group["EndpointGroupRegion"]) == (made.group, "us-east-1")
    assert group["EndpointDescriptions"] == [{"EndpointId": ARN, "Weight": 7, "HealthState": "HEALTHY"}]


def test_scaling_groups_are_found_by_name(stage) -> None:
    stage.world.attached.scale("a", ("tg",))
    stage.world.attached.scale("b", balancers=("classic",))

    (found,) = stage.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=["b", "none"])["AutoScalingGroups"]

    assert (found["LoadBalancerNames"], found["TargetGroupARNs"]) == (["classic"], [])
    assert found["TrafficSources"] == [{"Identifier": "classic", "Type": "elb"}]


def test_alarms_are_found_by_name_and_type(stage) -> None:
    stage.world.attached.alarm("a", {"LoadBalancer": "net/a/1"})
    stage.world.attached.alarm("q", expression="SELECT 1")
    client = stage.client("cloudwatch")

    assert [each["AlarmName"] for each in client.describe_alarms()["MetricAlarms"]] == ["a", "q"]
    assert [each["AlarmName"] for each in client.describe_alarms(AlarmNames=["q"])["MetricAlarms"]] == ["q"]
    assert client.describe_alarms(AlarmTypes=["CompositeAlarm"])["MetricAlarms"] == []


def test_dashboards_are_found_by_prefix(stage) -> None:
    stage.world.attached.dashboards |= {"front": "{}", "back": "{}"}
    client = stage.client("cloudwatch")

    assert [each["DashboardName"] for each in client.list_dashboards()["DashboardEntries"]] == ["back", "front"]
    assert [each["DashboardName"] for each in client.list_dashboards(DashboardNamePrefix="f")["DashboardEntries"]] == ["front"]
    assert client.get_dashboard(DashboardName="front")["DashboardBody"] == "{}"


def test_an_endpoint_service_and_its_connections_are_filtered(stage) -> None:
    lb = stage.balancer()["LoadBalancerArn"]
    one, other = stage.world.elb.attach_endpoint_service(lb), stage.world.elb.attach_endpoint_service(lb)
    stage.world.attached.connect(one, "111111111111")
    stage.world.attached.connect(other, "222222222222", "rejected")
    client = stage.client("ec2")

    def services(**asked):
        return [
            each["ServiceId"] for each in client.describe_vpc_endpoint_service_configurations(**asked)["ServiceConfigurations"]
        ]

    def owners(name, *values):
        found = client.describe_vpc_endpoint_connections(Filters=[{"Name": name, "Values": list(values)}])
        return [each["VpcEndpointOwner"] for each in found["VpcEndpointConnections"]]

    assert services() == [one, other]
    assert services(ServiceIds=[one]) == services(Filters=[{"Name": "service-id", "Values": [one]}]) == [one]
    assert owners("service-id", one) == ["111111111111"]
    assert owners("vpc-endpoint-state", "rejected") == ["222222222222"]


def test_denied_is_said_by_each_service(stage) -> None:
    session = stage.session("DENIED")
    attach(stage.door, session)
    asks = {
        "apigateway": lambda client: client.get_vpc_links(),
        "apigatewayv2": lambda client: client.get_apis(),
        "autoscaling": lambda client: client.describe_auto_scaling_groups(),
        "cloudfront": lambda client: client.list_distributions(),
        "globalaccelerator": lambda client: client.list_accelerators(),
    }
    for name, ask in asks.items():
        client = session.client(name)
        with pytest.raises(client.exceptions.ClientError) as caught:
            ask(client)
        assert caught.value.response["Error"]["Code"].startswith("AccessDenied")
