"""Metrics as CloudWatch reports them: the tool drains by them, so silence must not look like zero."""

from __future__ import annotations

import pytest

from migrator.sandbox.world.cloudwatch import dimension
from migrator.sandbox.world.cloudwatch_levels import Level


@pytest.fixture
def serving(account):
    """A load balancer active for some minutes, and a way to read its metrics from its creation on."""
    lb, group = account.serving()
    start = account.world.now // 60 * 60
    account.world.advance(start + 60)

    def read(metric: str, stat: str = "Sum", *, zone: str = "", by_group: bool = False, period: int = 60, since: float = start):
        where = {"LoadBalancer": dimension(lb.arn)}
        if zone:
            where["AvailabilityZone"] = zone
        if by_group:
            where["TargetGroup"] = dimension(group.arn)
        return account.world.cloudwatch.series("AWS/NetworkELB", metric, where, stat, period, since, account.world.now)

    return lb, group, read, start + 60


def test_an_idle_minute_has_no_new_flows_but_an_active_count_of_zero(account, serving) -> None:
    lb, _, read, start = serving
    account.world.advance(start + 70)
    account.world.cloudwatch.opened(lb.arn, "us-east-1a", account.world.now)
    account.world.cloudwatch.closed(lb.arn, "us-east-1a", account.world.now)
    account.world.advance(start + 600)

    assert read("NewFlowCount", since=start) == [(start + 60, 1)]
    active = read("ActiveFlowCount", "Maximum", since=start)
    assert [at for at, _ in active] == [start + 60 * minute for minute in range(7)]
    assert [value for _, value in active] == [0, 1, 0, 0, 0, 0, 0]


def test_a_minute_can_be_read_only_after_the_lag(account, serving) -> None:
    lb, _, read, start = serving
    account.world.cloudwatch.opened(lb.arn, "us-east-1b", start)

    account.world.advance(start + 60 + 179)
    assert read("NewFlowCount", since=start) == []
    account.world.advance(start + 60 + 180)
    assert read("NewFlowCount", since=start) == [(start, 1)]


def test_open_flows_are_counted_until_they_close(account, serving) -> None:
    lb, _, read, start = serving
    cloudwatch = account.world.cloudwatch
    cloudwatch.opened(lb.arn, "us-east-1a", start + 30)
    cloudwatch.opened(lb.arn, "us-east-1b", start + 90)
    cloudwatch.closed(lb.arn, "us-east-1a", start + 180)
    account.world.advance(start + 600)

    assert [value for _, value in read("ActiveFlowCount", "Average", since=start)[:4]] == [0.5, 1.5, 2.0, 1.0]
    assert [value for _, value in read("ActiveFlowCount", "Maximum", since=start)[:4]] == [1, 2, 2, 2]
    assert [value for _, value in read("ActiveFlowCount", "Minimum", zone="us-east-1a", since=start)[:4]] == [0, 1, 1, 0]
    assert read("ActiveFlowCount", zone="us-east-1z", since=start) == []


def test_longer_periods_put_minutes_together(account, serving) -> None:
    lb, _, read, start = serving
    for minute in (0, 1, 4, 5):
        account.world.cloudwatch.opened(lb.arn, "us-east-1a", start + 60 * minute)
    account.world.advance(start + 900)
    since = start // 300 * 300

    points = dict(read("NewFlowCount", "Sum", period=300, since=since))

    assert sum(points.values()) == 4
    assert all(at % 300 == 0 for at in points)


def test_hosts_are_counted_by_state_and_zone(account, serving) -> None:
    _, _, read, start = serving
    account.sick[account.instances[0].id] = "Target.Timeout"
    account.world.elb.recheck()
    account.world.advance(start + 600)

    healthy = [value for _, value in read("HealthyHostCount", "Minimum", by_group=True, since=start)]
    sick = [value for _, value in read("UnHealthyHostCount", "Maximum", by_group=True, zone="us-east-1a", since=start)]
    assert (healthy[0], healthy[-1]) == (3, 2)
    assert (sick[0], sick[-1]) == (0, 1)
    assert read("HealthyHostCount", since=start) == []


def test_a_deleted_load_balancer_stops_reporting_and_what_it_said_stays(account, serving) -> None:
    lb, _, read, start = serving
    account.world.advance(start + 120)

    account.world.elb.delete_load_balancer(lb.arn)
    account.world.advance(start + 900)

    assert [at for at, _ in read("ActiveFlowCount", since=start)] == [start, start + 60]


def test_nothing_is_known_of_what_does_not_exist(account, serving) -> None:
    _, _, read, _ = serving
    assert read("NoSuchMetric") == []
    assert read("ActiveFlowCount", "p99") == []
    where = {"LoadBalancer": "net/none/0"}
    assert account.world.cloudwatch.series("AWS/NetworkELB", "ActiveFlowCount", where, "Sum", 60, 0, account.world.now) == []


def test_metrics_are_listed_with_their_dimensions(account, serving) -> None:
    lb, group, _, _ = serving
    listed = list(account.world.cloudwatch.metrics())

    assert ("AWS/NetworkELB", "ActiveFlowCount", {"LoadBalancer": dimension(lb.arn)}) in listed
    zone = {"AvailabilityZone": "us-east-1c", "LoadBalancer": dimension(lb.arn), "TargetGroup": dimension(group.arn)}
    assert ("AWS/NetworkELB", "HealthyHostCount", zone) in listed


def test_a_level_remembers_what_it_was_in_buckets_where_it_did_not_change() -> None:
    level = Level(60)
    level.change([(None, +2, 30), (None, -1, 300)])

    seen = [level.at(number) for number in range(7)]
    assert [(each.low, each.high, each.total) for each in seen] == [
        (0, 2, 1.0), (2, 2, 2.0), (2, 2, 2.0), (2, 2, 2.0), (2, 2, 2.0), (1, 2, 1.0), (1, 1, 1.0)
    ]  # fmt: skip
