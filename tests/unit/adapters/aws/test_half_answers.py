"""Half an answer of CloudWatch is no answer: a point that was not read must not look like one that is not there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from migrator.adapters.aws.cloudwatch import MetricLook
from migrator.errors import Denied, OutsideError, Unreachable

ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/web/0123456789abcdef"
GROUPS = tuple(f"arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web{number}/0123" for number in range(2))


class Pages:
    """Stands for a paginator."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.pages = pages

    def paginate(self, **asked: Any) -> tuple[dict[str, Any], ...]:
        return self.pages


class Session:
    """Stands for an AwsSession with two target groups and these pages of metrics."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        groups = {"TargetGroups": [{"TargetGroupArn": each} for each in GROUPS]}
        self.elb = self.cloudwatch = self
        self._of = {"describe_target_groups": Pages(groups), "get_metric_data": Pages(*pages)}

    def get_paginator(self, name: str) -> Pages:
        return self._of[name]


def result(id: str, status: str, **points: float) -> dict[str, Any]:
    """One series; points by the second at which their period begins."""
    at = [datetime.fromtimestamp(float(second.strip("s")), UTC) for second in points]
    return {"Id": id, "StatusCode": status, "Timestamps": at, "Values": list(points.values())}


@pytest.mark.parametrize(
    ("status", "family"), [("Forbidden", Denied), ("InternalError", Unreachable), ("PartialData", Unreachable)]
)
def test_a_series_that_was_not_read_is_an_error(status: str, family: type[OutsideError]) -> None:
    """Drained would otherwise be concluded from it."""
    look = MetricLook(Session({"MetricDataResults": [result("new", status)]}))

    with pytest.raises(family):
        look.flows(ARN, 0, 120, 60)


def test_a_series_may_go_on_on_the_next_page() -> None:
    """Partial is what a page says of itself while more pages follow."""
    pages = (
        {"MetricDataResults": [result("new", "PartialData", s0=5)], "NextToken": "more"},
        {"MetricDataResults": [result("new", "Complete", s60=7), result("active", "Complete", s60=2)]},
    )
    look = MetricLook(Session(*pages))

    flows = look.flows(ARN, 0, 180, 60)

    assert [(each.start, each.new, each.active) for each in flows] == [(0, 5, None), (60, 7, 2), (120, None, None)]


def test_hosts_of_all_groups_are_counted_together() -> None:
    """One group that has a point is enough to know that CloudWatch was there."""
    results = [result("hosts0", "Complete", s0=2, s60=3), result("hosts1", "Complete", s60=1)]
    look = MetricLook(Session({"MetricDataResults": results}))

    assert [each.hosts for each in look.flows(ARN, 0, 180, 60)] == [2, 4, None]
