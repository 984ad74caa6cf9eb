"""CloudWatch as it reports on load balancers: in buckets, late, and silent where nothing happened.

Metrics and dimensions: "CloudWatch metrics for your Network Load Balancer". NewFlowCount has no point for a bucket
without new flows; ActiveFlowCount and the host counts have one for every bucket in which the load balancer is active.
What Classic Load Balancers report is in `cloudwatch_classic`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from migrator.sandbox.world import cloudwatch_classic as classic
from migrator.sandbox.world.balancers import is_classic
from migrator.sandbox.world.cloudwatch_levels import Level, Tally

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import LoadBalancer

Count = TypeVar("Count", Level, Tally)
Counts = tuple[tuple[Level, Tally], tuple[Level, Tally]]  # of one zone, and of the whole load balancer

NAMESPACE = "AWS/NetworkELB"
FLOW_METRICS = ("NewFlowCount", "NewFlowCount_TCP", "ActiveFlowCount", "ActiveFlowCount_TCP")
HOST_METRICS = {"HealthyHostCount": "healthy", "UnHealthyHostCount": "unhealthy"}
STATISTICS = {"SampleCount": "count", "Average": "", "Sum": "total", "Minimum": "low", "Maximum": "high"}
"""Each with the field of a `Sample` that it is; the average is none of them."""
NAMED_BY = {NAMESPACE: "LoadBalancer", classic.NAMESPACE: classic.DIMENSION}


@dataclass(slots=True)
class Sample:
    """What one bucket holds: so many samples, their sum, the smallest and the largest."""

    count: float
    total: float
    low: float
    high: float

    def add(self, other: Sample) -> None:
        """Take the samples of another bucket in."""
        self.count, self.total = self.count + other.count, self.total + other.total
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)

    def statistic(self, name: str) -> float:
        """The value of one of STATISTICS."""
        if name == "Average":
            return self.total / self.count
        value: float = getattr(self, STATISTICS[name])
        return value


@dataclass(slots=True)
class _Life:
    """From when to when a load balancer reports, and its counts by zone (None: the whole load balancer)."""

    zones: tuple[str, ...]
    started: float
    ended: float = math.inf
    active: dict[str | None, Level] = field(default_factory=dict)
    new: dict[str | None, Tally] = field(default_factory=dict)
    requests: dict[str | None, Tally] = field(default_factory=dict)


class CloudWatch:
    """The metrics of every load balancer that ever was active, by the value of its dimension.

    That is LoadBalancer for a Network Load Balancer, `net/<name>/<id>`, and LoadBalancerName for a Classic one.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.period_s = world.pace.metric_period_s
        self._lives: dict[str, _Life] = {}
        self._counts: dict[tuple[str, str], Counts] = {}  # (load balancer, zone) -> what its flows count towards
        self._hosts: dict[tuple[str, str, str | None], Level] = {}  # (TargetGroup, state, zone or None) -> how many
        self._groups: dict[str, dict[str, None]] = {}  # LoadBalancer -> the target groups it ever had

    # What the other parts tell

    def started(self, lb: LoadBalancer) -> None:
        """A load balancer became active: from now on it reports."""
        self._lives[dimension(lb.arn)] = _Life(tuple(each.zone for each in lb.zones), self.world.now)
        self._counts.clear()

    def ended(self, lb: LoadBalancer) -> None:
        """A load balancer was deleted: what it reported can still be read."""
        life = self._lives.get(dimension(lb.arn))
        if life is not None:
            life.ended = self.world.now

    def watched(self, lb_arn: str, group_arn: str) -> None:
        """A listener of a load balancer forwards to a target group."""
        self._groups.setdefault(dimension(lb_arn), {})[dimension(group_arn)] = None

    def opened(self, lb_arn: str, zone: str, at: float) -> None:
        """A flow began in a zone of a load balancer; ignored for one that never was active."""
        counts = self._counts.get((lb_arn, zone)) or self._counted(lb_arn, zone)
        if counts is not None:
            for active, new in counts:
                active.change(+1, at)
                new.add(at)
            if is_classic(lb_arn):
                self.requested(lb_arn, zone, at)

    def _counted(self, lb_arn: str, zone: str) -> Counts | None:
        """What a flow in a zone counts towards, kept until its load balancer begins anew; None for one never active."""
        life = self._lives.get(dimension(lb_arn))
        if life is None:
            return None
        both = [
            (_kept(life.active, each, Level, self.period_s), _kept(life.new, each, Tally, self.period_s)) for each in (zone, None)
        ]
        counts = self._counts[lb_arn, zone] = both[0], both[1]
        return counts

    def requested(self, lb_arn: str, zone: str, at: float) -> None:
        """A request went over a flow; what no listener reads counts as one with the flow that carries it."""
        life = self._lives.get(dimension(lb_arn)) if is_classic(lb_arn) else None
        if life is not None:
            for each in (zone, None):
                _kept(life.requests, each, Tally, self.period_s).add(at)

    def closed(self, lb_arn: str, zone: str, at: float) -> None:
        """A flow that was `opened` ended."""
        counts = self._counts.get((lb_arn, zone)) or self._counted(lb_arn, zone)
        if counts is not None:
            for active, _ in counts:
                active.change(-1, at)

    def hosts(self, group_arn: str, zone: str | None, state: str, by: int) -> None:
        """So many more targets of a group (in a zone, where it is known) are "healthy" or "unhealthy"."""
        group = dimension(group_arn)
        for each in dict.fromkeys((zone, None)):
            self._hosts.setdefault((group, state, each), Level(self.period_s)).change(by, self.world.now)

    # What is read

    def series(
        self,
        namespace: str,
        metric: str,
        dimensions: Mapping[str, str],
        stat: str,
        period: int,
        start: float,
        end: float,
    ) -> list[tuple[float, float]]:
        """The points of one metric, oldest first: (start of the period, value); empty for an unknown metric.

        `start` is included, `end` is not. A period shorter than the world's own gives points as far apart as the
        world keeps them; one that is not over yet has a point for the part of it that can be read.
        """
        life = self._lives.get(dimensions.get(NAMED_BY.get(namespace, ""), ""))
        if life is None or stat not in STATISTICS:
            return []
        counted = self._counted_as(life, metric, dimensions) if namespace == NAMESPACE else None
        if counted is None and namespace == NAMESPACE:
            return []
        period = max(period, self.period_s)
        readable = self.world.now - self.world.pace.metric_lag_s
        first, past = int(start // period) * period, min(end, life.ended, readable)
        points: dict[int, Sample] = {}
        number = max(int(first // self.period_s), int(life.started // self.period_s))
        while number * self.period_s < past and (number + 1) * self.period_s <= readable:
            sample = self._classic_sample(life, metric, dimensions, number) if counted is None else _sample(counted, number)
            at = number * self.period_s // period * period
            if sample is not None and at < end:
                if at in points:
                    points[at].add(sample)
                else:
                    points[at] = sample
            number += 1
        return [(float(at), sample.statistic(stat)) for at, sample in points.items() if at >= first]

    def _counted_as(self, life: _Life, metric: str, dimensions: Mapping[str, str]) -> Level | Tally | None:
        """What a metric of a Network Load Balancer is read from; None where there is no such metric."""
        zone = dimensions.get("AvailabilityZone")
        if zone is not None and zone not in life.zones:
            return None
        named_by = dimensions.keys() - {"AvailabilityZone"}
        if metric in HOST_METRICS and named_by == {"LoadBalancer", "TargetGroup"}:
            group = dimensions["TargetGroup"]
            if group not in self._groups.get(dimensions["LoadBalancer"], ()):
                return None
            return self._hosts.get((group, HOST_METRICS[metric], zone)) or Level(self.period_s)
        if metric not in FLOW_METRICS or named_by != {"LoadBalancer"}:
            return None
        if metric.startswith("NewFlowCount"):
            return life.new.get(zone) or Tally(self.period_s)
        return life.active.get(zone) or Level(self.period_s)

    def _classic_sample(self, life: _Life, metric: str, dimensions: Mapping[str, str], number: int) -> Sample | None:
        """One bucket of a metric of a Classic Load Balancer, or None when it has no point."""
        try:
            zone = classic.zone_asked(dimensions, life.zones)
        except LookupError:
            return None
        if metric in classic.HOSTS:
            return self._classic_hosts(dimensions[classic.DIMENSION], classic.HOSTS[metric], zone, number)
        if metric == classic.ACTIVE:
            level = life.active.get(zone)
            low, high, average = level.at(number) if level else (0, 0, 0.0)
            return Sample(1, average, low, high) if high else None
        tally = (life.new if metric == "EstimatedALBNewConnectionCount" else life.requests).get(zone)
        count = tally.counts.get(number) if tally and metric in classic.NEW else None
        return None if count is None else Sample(count, count, 1, 1)

    def _classic_hosts(self, name: str, state: str, zone: str | None, number: int) -> Sample:
        """An instance has one state for the load balancer: every group that ever was says the same, or nothing any more."""
        levels = [level for group in self._groups.get(name, ()) if (level := self._hosts.get((group, state, zone)))]
        low, high, average = max((each.at(number) for each in levels), default=(0, 0, 0.0))
        return Sample(1, average, low, high)

    def metrics(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        """Every metric there is: its namespace, its name and its dimensions, as ListMetrics shows them."""
        for lb, life in self._lives.items():
            found = self._network_metrics(lb, life) if "/" in lb else classic.names(lb, life.zones)
            yield from ((NAMESPACE if "/" in lb else classic.NAMESPACE, *each) for each in found)

    def _network_metrics(self, lb: str, life: _Life) -> Iterator[tuple[str, dict[str, str]]]:
        for zone in (None, *life.zones):
            where = {"LoadBalancer": lb} if zone is None else {"AvailabilityZone": zone, "LoadBalancer": lb}
            for metric in FLOW_METRICS:
                if not metric.startswith("New") or zone in life.new:
                    yield metric, where
            for group in self._groups.get(lb, ()):
                for metric in HOST_METRICS:
                    yield metric, {**where, "TargetGroup": group}


def _sample(counted: Level | Tally, number: int) -> Sample | None:
    """One bucket of a metric, or None when it has no point."""
    if isinstance(counted, Tally):
        count = counted.counts.get(number)
        return None if count is None else Sample(1, count, count, count)
    low, high, average = counted.at(number)
    return Sample(1, average, low, high)


def _kept(counts: dict[str | None, Count], zone: str | None, kind: Callable[[int], Count], period_s: int) -> Count:
    """The count of a zone, made when it is first asked for."""
    known = counts.get(zone)
    if known is None:
        known = counts[zone] = kind(period_s)
    return known


@lru_cache(maxsize=1024)
def dimension(arn: str) -> str:
    """How metrics name a load balancer or target group: its ARN from `net/`, a classic one's name, or `targetgroup/` on."""
    _, found, rest = arn.partition(":loadbalancer/")
    return rest if found else "targetgroup/" + arn.partition(":targetgroup/")[2]
