"""The smaller services through boto3: CloudWatch, STS, tagging, quotas and EKS."""

from __future__ import annotations

import pytest

NAMESPACE = "AWS/NetworkELB"


def query(lb, metric="ActiveFlowCount", stat="Sum", period=60, id="m1", **dimensions):
    where = {"LoadBalancer": lb["LoadBalancerArn"].partition("loadbalancer/")[2], **dimensions}
    named = [{"Name": name, "Value": value} for name, value in where.items()]
    named_metric = {"Namespace": NAMESPACE, "MetricName": metric, "Dimensions": named}
    return {"Id": id, "MetricStat": {"Metric": named_metric, "Period": period, "Stat": stat}}


def test_metrics_are_silent_where_aws_is(stage) -> None:
    lb, _ = stage.serving()
    cloudwatch, start = stage.client("cloudwatch"), stage.time[0] // 60 * 60
    stage.world.cloudwatch.opened(lb["LoadBalancerArn"], "us-east-1a", stage.world.now + 90)
    stage.later(900)

    asked = [query(lb, "NewFlowCount", id="new"), query(lb, id="active")]
    found = cloudwatch.get_metric_data(MetricDataQueries=asked, StartTime=start, EndTime=stage.time[0])["MetricDataResults"]
    new, active = found

    assert (new["Id"], new["Values"], new["StatusCode"]) == ("new", [1.0], "Complete")
    assert len(active["Values"]) > 9
    assert active["Timestamps"] == sorted(active["Timestamps"], reverse=True)
    upward = cloudwatch.get_metric_data(
        MetricDataQueries=asked, StartTime=start, EndTime=stage.time[0], ScanBy="TimestampAscending"
    )
    assert upward["MetricDataResults"][1]["Values"] == active["Values"][::-1]
    hosts = query(lb, "HealthyHostCount", "Minimum", TargetGroup=next(iter(stage.world.elb.groups)).rpartition(":")[2])
    (healthy,) = cloudwatch.get_metric_data(MetricDataQueries=[hosts], StartTime=start, EndTime=stage.time[0])[
        "MetricDataResults"
    ]
    assert healthy["Values"][0] == 3.0


def test_points_come_in_pages(stage) -> None:
    lb, _ = stage.serving()
    start = stage.time[0]
    stage.later(1200)
    asked = {"MetricDataQueries": [query(lb)], "StartTime": start, "EndTime": stage.time[0], "MaxDatapoints": 7}

    pages = list(stage.client("cloudwatch").get_paginator("get_metric_data").paginate(**asked))

    points = [at for page in pages for at in page["MetricDataResults"][0]["Timestamps"]]
    assert [len(page["MetricDataResults"][0]["Values"]) for page in pages][:2] == [7, 7]
    assert len(set(points)) == len(points) == 17
    assert pages[0]["MetricDataResults"][0]["StatusCode"] == "PartialData"


def test_statistics_and_the_list_of_metrics(stage) -> None:
    lb, _ = stage.serving()
    cloudwatch, start = stage.client("cloudwatch"), stage.time[0]
    stage.later(600)
    metric = query(lb)["MetricStat"]["Metric"]

    found = cloudwatch.get_metric_statistics(
        **metric, StartTime=start, EndTime=stage.time[0], Period=60, Statistics=["Sum", "Maximum"]
    )["Datapoints"]
    assert {frozenset(each) for each in found} == {frozenset({"Timestamp", "Sum", "Maximum", "Unit"})}
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace=NAMESPACE, MetricName="HealthyHostCount")
    assert len([each for page in pages for each in page["Metrics"]]) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"MetricDataQueries": [{"Id": "e1", "Expression": "m1*2"}]},
        {"period": 7},
        {"stat": "Median"},
        {"EndTime": 1},
        {"MetricDataQueries": "501"},
    ],
    ids=str,
)
def test_what_cloudwatch_does_not_answer_is_refused(stage, refused, change) -> None:
    lb = stage.balancer()
    queries = change.get("MetricDataQueries", [query(lb, stat=change.get("stat", "Sum"), period=change.get("period", 60))])
    if queries == "501":
        queries = [query(lb, id=f"m{at}") for at in range(501)]
    asked = {"MetricDataQueries": queries, "StartTime": 2, "EndTime": change.get("EndTime", 1000)}

    assert refused(lambda: stage.client("cloudwatch").get_metric_data(**asked)) == "ValidationError"


def test_who_is_asking(stage) -> None:
    said = stage.client("sts").get_caller_identity()

    assert (said["Account"], said["Arn"]) == ("123456789012", "arn:aws:iam::123456789012:user/sandbox")


def test_resources_are_found_by_type_and_tag(stage) -> None:
    tagging = stage.client("resourcegroupstaggingapi")
    lb = stage.balancer(Tags=[{"Key": "stack", "Value": "shop/web"}])["LoadBalancerArn"]
    group = stage.group(Tags=[{"Key": "stack", "Value": "shop/web"}])

    def arns(**asked):
        pages = tagging.get_paginator("get_resources").paginate(**asked, PaginationConfig={"PageSize": 1})
        return [each["ResourceARN"] for page in pages for each in page["ResourceTagMappingList"]]

    assert arns(TagFilters=[{"Key": "stack", "Values": ["shop/web"]}]) == [lb, group]
    assert arns(TagFilters=[{"Key": "stack", "Values": ["other"]}]) == []
    assert arns(ResourceTypeFilters=["elasticloadbalancing:loadbalancer/net"]) == [lb]
    assert arns(ResourceTypeFilters=["elasticloadbalancing:loadbalancer"]) == [lb]
    assert arns(ResourceTypeFilters=["elasticloadbalancing"]) == [lb, group]
    assert arns(ResourceTypeFilters=["elasticloadbalancing:loadbalancer/app"]) == []
    assert arns(TagFilters=[{"Key": "kubernetes.io/cluster/sandbox"}])[0].endswith(f"security-group/{stage.nodes.id}")
    assert "stack" in tagging.get_tag_keys()["TagKeys"]
    assert tagging.get_tag_values(Key="stack")["TagValues"] == ["shop/web"]


def test_quotas_are_listed_by_service(stage) -> None:
    quotas = stage.client("service-quotas")
    stage.world.quotas.set("Network Load Balancers per Region", 75)

    pages = quotas.get_paginator("list_service_quotas").paginate(
        ServiceCode="elasticloadbalancing", PaginationConfig={"PageSize": 4}
    )
    values = {each["QuotaCode"]: each["Value"] for page in pages for each in page["Quotas"]}

    assert values["L-69A177A2"] == 75.0
    one = quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-0EA8095F")["Quota"]
    assert (one["QuotaName"], one["Value"], one["Adjustable"]) == ("Inbound or outbound rules per security group", 60.0, True)
    default = quotas.get_aws_default_service_quota(ServiceCode="elasticloadbalancing", QuotaCode="L-69A177A2")["Quota"]
    assert default["Value"] == 50.0
    with pytest.raises(quotas.exceptions.NoSuchResourceException):
        quotas.get_service_quota(ServiceCode="elasticloadbalancing", QuotaCode="L-0")


def test_the_cluster_is_known_to_eks(stage) -> None:
    eks = stage.client("eks")

    assert eks.list_clusters()["clusters"] == ["sandbox"]
    assert eks.describe_cluster(name="sandbox")["cluster"]["resourcesVpcConfig"]["vpcId"] == stage.vpc.id
    with pytest.raises(eks.exceptions.ResourceNotFoundException):
        eks.describe_cluster(name="another")
