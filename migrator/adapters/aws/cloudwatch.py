"""Reads a load balancer's flows through CloudWatch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from migrator.adapters.aws.session import AwsSession
from migrator.adapters.aws.trouble import RIGHTS, asking_aws
from migrator.errors import Denied, Missing, Unreachable
from migrator.model.balancers import FlowMinute, is_classic
from migrator.model.units import Instant

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import (
        DimensionTypeDef,
        MetricDataQueryTypeDef,
        MetricDataResultTypeDef,
        MetricTypeDef,
    )

NAMESPACE, CLASSIC = "AWS/NetworkELB", "AWS/ELB"
Points = dict[int, float]  # by number of the period


class MetricLook:
    """One account and region. Implements `ports.looks.MetricLook`."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def flows(self, balancer_arn: str, start: Instant, end: Instant, period_s: int) -> tuple[FlowMinute, ...]:
        """One entry per period from start to end; a missing point is None.

        Two calls for a network load balancer, one for a classic one, and one more for each further 100,800 points.
        Source: CloudWatch GetMetricData, ELBv2 DescribeTargetGroups.
        """
        balancer = balancer_arn.partition(":loadbalancer/")[2]
        asked = _of_classic(balancer, period_s) if is_classic(balancer_arn) else self._of_network(balancer_arn, period_s)
        points = self._points(asked, balancer, start, end, period_s)
        # An estimate of new connections is only for a minute in which no request was counted.
        new = points["estimated"] | points["new"]
        hosts = _summed(each for name, each in points.items() if name.startswith("hosts"))
        return tuple(
            FlowMinute(start + number * period_s, new.get(number), points["active"].get(number), hosts.get(number))
            for number in range(round((end - start) / period_s))
        )

    def _of_network(self, arn: str, period_s: int) -> list[MetricDataQueryTypeDef]:
        """`new` is the sum of NewFlowCount, `active` the average of ActiveFlowCount; `hosts` the least HealthyHostCount,
        which CloudWatch has per target group only, of all of them together."""
        balancer = arn.partition(":loadbalancer/")[2]
        queries = [_query("new", NAMESPACE, "NewFlowCount", "Sum", period_s, LoadBalancer=balancer)]
        queries.append(_query("active", NAMESPACE, "ActiveFlowCount", "Average", period_s, LoadBalancer=balancer))
        for number, group in enumerate(self._groups(arn)):
            of = {"LoadBalancer": balancer, "TargetGroup": group}
            queries.append(_query(f"hosts{number}", NAMESPACE, "HealthyHostCount", "Minimum", period_s, **of))
        return queries

    def _groups(self, balancer_arn: str) -> list[str]:
        """The target groups as their metric dimension says them; none for a load balancer that is gone."""
        try:
            with asking_aws("read the target groups of", balancer_arn):
                pages = self._session.elb.get_paginator("describe_target_groups").paginate(LoadBalancerArn=balancer_arn)
                arns = sorted(each["TargetGroupArn"] for page in pages for each in page["TargetGroups"])
        except Missing:
            return []
        return [arn.rpartition(":")[2] for arn in arns]

    def _points(
        self, queries: list[MetricDataQueryTypeDef], balancer: str, start: Instant, end: Instant, period_s: int
    ) -> defaultdict[str, Points]:
        pages = self._session.cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=_utc(start), EndTime=_utc(end), ScanBy="TimestampAscending"
        )
        points: defaultdict[str, Points] = defaultdict(dict)
        with asking_aws("read the flows of", balancer):
            for page in pages:
                for result in page["MetricDataResults"]:
                    _refuse_half_answers(result, balancer, last="NextToken" not in page)
                    for at, value in zip(result.get("Timestamps", []), result.get("Values", []), strict=True):
                        points[result["Id"]][round((at.timestamp() - start) / period_s)] = value
        return points


def _of_classic(name: str, period_s: int) -> list[MetricDataQueryTypeDef]:
    """RequestCount counts connections where a listener speaks TCP or SSL, else requests. What is open is only estimated,
    over clients and instances; both estimates are sums over the load balancer's nodes.

    Source: "CloudWatch metrics for your Classic Load Balancer".
    """
    asked = (
        ("new", "RequestCount", "Sum"),
        ("estimated", "EstimatedALBNewConnectionCount", "Sum"),
        ("active", "EstimatedALBActiveConnectionCount", "Sum"),
        ("hosts", "HealthyHostCount", "Minimum"),
    )
    return [_query(id, CLASSIC, metric, stat, period_s, LoadBalancerName=name) for id, metric, stat in asked]


def _query(id: str, namespace: str, metric: str, stat: str, period_s: int, **dimensions: str) -> MetricDataQueryTypeDef:
    named: list[DimensionTypeDef] = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    measured: MetricTypeDef = {"Namespace": namespace, "MetricName": metric, "Dimensions": named}
    return {"Id": id, "MetricStat": {"Metric": measured, "Period": period_s, "Stat": stat}}


def _refuse_half_answers(result: MetricDataResultTypeDef, balancer: str, *, last: bool) -> None:
    """A point that CloudWatch could not read must not look like one that is not there."""
    status = result.get("StatusCode", "Complete")
    seen = (f"GetMetricData: {result['Id']} {status}",)
    if status == "Forbidden":
        raise Denied(f"cannot read the flows of {balancer}: not allowed", seen=seen, do=RIGHTS)
    if status == "InternalError" or (status == "PartialData" and last):
        raise Unreachable(f"cannot read the flows of {balancer}: AWS gave half an answer", seen=seen)


def _summed(series: Iterable[Points]) -> Points:
    total: Points = {}
    for points in series:
        for number, value in points.items():
            total[number] = total.get(number, 0.0) + value
    return total


def _utc(at: Instant) -> datetime:
    return datetime.fromtimestamp(at, UTC)
