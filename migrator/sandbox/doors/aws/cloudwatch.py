"""CloudWatch: the metrics of load balancers, as numbers over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.cloudwatch import STATISTICS
from migrator.sandbox.world.trouble import AwsError

MOST_QUERIES = 500
MOST_POINTS = 100_800  # in one answer of GetMetricData
MOST_STATISTICS = 1440  # points in one answer of GetMetricStatistics
_SHORT_PERIODS = (1, 5, 10, 20, 30)


def get_metric_data(world: World, asked: Asked) -> Told:
    """Newest points first unless asked otherwise; metric math is refused.

    With more points than fit into one answer the queries that were cut short are PartialData, and a token goes on.
    """
    queries = asked["MetricDataQueries"]
    if len(queries) > MOST_QUERIES:
        raise AwsError("ValidationError", f"The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}.")
    _check_span(asked)
    if len({each["Id"] for each in queries}) < len(queries):
        raise AwsError("ValidationError", "The values for parameter id in the queries must be unique.")
    answers = [(each, _points(world, asked, each)) for each in queries]
    shown = [(query, points) for query, points in answers if query.get("ReturnData", True)]
    flat = [(query["Id"], point) for query, points in shown for point in points]
    refusal = ("InvalidNextToken", "The token is not valid")
    wanted = min(asked.get("MaxDatapoints", MOST_POINTS), MOST_POINTS)
    found, token = page(flat, lambda each: f"{each[0]}@{each[1][0]}", wanted, asked.get("NextToken"), refusal=refusal)
    return {
        "MetricDataResults": [_result(query, found, len(points)) for query, points in shown],
        "NextToken": token,
        "Messages": [],
    }


def get_metric_statistics(world: World, asked: Asked) -> Told:
    """One metric, several statistics; points come in no order that can be relied on, here the oldest first."""
    _check_span(asked)
    _check_period(asked["Period"])
    if (asked["EndTime"] - asked["StartTime"]) / asked["Period"] > MOST_STATISTICS:
        raise AwsError("InvalidParameterCombination", f"You have requested more datapoints than the limit of {MOST_STATISTICS}.")
    points: dict[float, Told] = {}
    for stat in asked.get("Statistics", ()):
        where = _dimensions(asked.get("Dimensions", ()))
        span = (asked["Period"], asked["StartTime"], asked["EndTime"])
        for at, value in world.cloudwatch.series(asked["Namespace"], asked["MetricName"], where, stat, *span):
            points.setdefault(at, {"Timestamp": at, "Unit": "Count"})[stat] = float(value)
    return {"Label": asked["MetricName"], "Datapoints": list(points.values())}


def list_metrics(world: World, asked: Asked) -> Told:
    """By namespace, name and dimensions, 500 at a time."""
    wanted = [(each["Name"], each.get("Value")) for each in asked.get("Dimensions", ())]
    kept = [
        (namespace, metric, where)
        for namespace, metric, where in world.cloudwatch.metrics()
        if asked.get("Namespace", namespace) == namespace
        and asked.get("MetricName", metric) == metric
        and all(name in where and value in (None, where[name]) for name, value in wanted)
    ]
    refusal = ("InvalidParameterValue", "The token is not valid")
    found, token = page(kept, str, 500, asked.get("NextToken"), refusal=refusal)
    metrics = [
        {
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in where.items()],
        }
        for namespace, metric, where in found
    ]
    return {"Metrics": metrics, "NextToken": token}


def _points(world: World, asked: Asked, query: Mapping[str, Any]) -> list[tuple[float, float]]:
    """The points of one query, in the order that was asked for."""
    if "MetricStat" not in query:
        raise AwsError("ValidationError", f"the sandbox does no metric math: {query.get('Expression')}")
    stat = query["MetricStat"]
    _check_period(stat["Period"])
    if stat["Stat"] not in STATISTICS and not stat["Stat"].startswith(("p", "tm", "wm", "IQM", "PR", "TC", "TS")):
        raise AwsError("ValidationError", f"The value {stat['Stat']} for parameter Stat is not supported.")
    metric = stat["Metric"]
    where = _dimensions(metric.get("Dimensions", ()))
    names = (metric.get("Namespace", ""), metric.get("MetricName", ""))
    points = world.cloudwatch.series(*names, where, stat["Stat"], stat["Period"], asked["StartTime"], asked["EndTime"])
    return points if asked.get("ScanBy") == "TimestampAscending" else points[::-1]


def _result(query: Mapping[str, Any], found: Iterable[tuple[str, tuple[float, float]]], whole: int) -> Told:
    mine = [point for id, point in found if id == query["Id"]]
    return {
        "Id": query["Id"],
        "Label": query.get("Label", query["MetricStat"]["Metric"].get("MetricName")),
        "Timestamps": [at for at, _ in mine],
        "Values": [float(value) for _, value in mine],
        "StatusCode": "Complete" if len(mine) == whole else "PartialData",
    }


def _dimensions(stated: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in stated}


def _check_span(asked: Asked) -> None:
    if asked["StartTime"] >= asked["EndTime"]:
        raise AwsError("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")


def _check_period(period: int) -> None:
    """1, 5, 10, 20, 30 or any multiple of 60. Source: CloudWatch MetricStat."""
    if period not in _SHORT_PERIODS and period % 60:
        raise AwsError("ValidationError", f"Period {period} must be 1, 5, 10, 20, 30 or a multiple of 60.")


HANDLERS: dict[str, Handler] = {
    "GetMetricData": get_metric_data,
    "GetMetricStatistics": get_metric_statistics,
    "ListMetrics": list_metrics,
}
