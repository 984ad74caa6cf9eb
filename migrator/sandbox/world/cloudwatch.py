"""CloudWatch as it reports on load balancers: in buckets, late, and silent where nothing happened.

Metrics and dimensions: "CloudWatch metrics for your Network Load Balancer". NewFlowCount has no point for a bucket
without new flows; ActiveFlowCount and the host counts have one for every bucket in which the load balancer is active.
What Classic Load Balancers report is in `cloudwatch_classic`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from migrator.sandbox.world import cloudwatch_classic as classic
from migrator.sandbox.world.balancers import is_classic
from migrator.sandbox.world.cloudwatch_levels import STATISTICS, Flows, Level, Sample, Tally

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import LoadBalancer

__all__ = ["STATISTICS", "CloudWatch", "dimension"]

Buckets = Callable[[int], Sample | None]  # what the bucket with this number holds; None when it has no point

NAMESPACE = "AWS/NetworkELB"
NEW_FLOWS, ACTIVE_FLOWS = ("NewFlowCount", "NewFlowCount_TCP"), ("ActiveFlowCount", "ActiveFlowCount_TCP")
HOST_METRICS = {"HealthyHostCount": "healthy", "UnHealthyHostCount": "unhealthy"}
NAMED_BY = {NAMESPACE: "LoadBalancer", classic.NAMESPACE: classic.DIMENSION}


@dataclass(slots=True)
class _Life:
    """From when to when a load balancer reports, its flows, and its requests by zone (None: the whole load balancer)."""

    zones: tuple[str, ...]
    started: float
    flows: Flows
    ended: float = math.inf
    requests: dict[str | None, Tally] = field(default_factory=dict)


class CloudWatch:
    """The metrics of every load balancer that ever was active, by the value of its dimension.

    That is LoadBalancer for a Network Load Balancer, `net/<name>/<id>`, and LoadBalancerName for a Classic one.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.period_s = world.pace.metric_period_s
        self._lives: dict[str, _Life] = {}
        self._hosts: dict[tuple[str, str, str | None], Level] = {}  # (TargetGroup, state, zone or None) -> how many
        self._groups: dict[str, dict[str, None]] = {}  # LoadBalancer -> the target groups it ever had

    # What the other parts tell

    def started(self, lb: LoadBalancer) -> None:
        """A load balancer became active: from now on it reports."""
        self._lives[dimension(lb.arn)] = _Life(tuple(each.zone for each in lb.zones), self.world.now, Flows(self.period_s))

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
        life = self._lives.get(dimension(lb_arn))
        if life is not None:
            life.flows.note(zone, +1, at)
            if is_classic(lb_arn):
                self.requested(lb_arn, zone, at)

    def requested(self, lb_arn: str, zone: str, at: float) -> None:
        """A request went over a flow; what no listener reads counts as one with the flow that carries it."""
        life = self._lives.get(dimension(lb_arn)) if is_classic(lb_arn) else None
        if life is not None:
            for each in (zone, None):
                life.requests.setdefault(each, Tally(self.period_s)).add((at,))

    def closed(self, lb_arn: str, zone: str, at: float) -> None:
        """A flow that was `opened` ended."""
        life = self._lives.get(dimension(lb_arn))
        if life is not None:
            life.flows.note(zone, -1, at)

    def hosts(self, group_arn: str, zone: str | None, state: str, by: int) -> None:
        """So many more targets of a group (in a zone, where it is known) are "healthy" or "unhealthy"."""
        group = dimension(group_arn)
        for each in dict.fromkeys((zone, None)):
            self._hosts.setdefault((group, state, each), Level(self.period_s)).change([(each, by, self.world.now)])

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
        read, life = STATISTICS.get(stat), self._lives.get(dimensions.get(NAMED_BY.get(namespace, ""), ""))
        if read is None or life is None:
            return []
        kept_s, readable = self.period_s, self.world.now - self.world.pace.metric_lag_s
        if period < kept_s:
            period = kept_s
        first = int(start // period) * period
        number = int((first if first > life.started else life.started) // kept_s)
        # As many buckets as begin before the end, and are over for long enough.
        past = min(math.ceil((end if end < life.ended else life.ended) / kept_s), int(readable // kept_s))
        if number >= past:
            return []
        held = (self._of_network if namespace == NAMESPACE else self._of_classic)(life, metric, dimensions)
        if held is None:
            return []
        if period == kept_s:
            return [(float(each * kept_s), read(sample)) for each in range(number, past) if (sample := held(each)) is not None]
        points: dict[int, Sample] = {}
        for each in range(number, past):
            if (sample := held(each)) is not None:
                at = each * kept_s // period * period
                if at in points:
                    points[at].add(sample)
                else:
                    points[at] = sample
        return [(float(at), read(sample)) for at, sample in points.items() if at >= first]

    def _of_network(self, life: _Life, metric: str, dimensions: Mapping[str, str]) -> Buckets | None:
        """The buckets of a metric of a Network Load Balancer; None where there is no such metric."""
        zone = dimensions.get("AvailabilityZone")
        if zone is not None and zone not in life.zones:
            return None
        further = len(dimensions) - (1 if zone is None else 2)  # beside the load balancer and the zone
        state = HOST_METRICS.get(metric)
        if state is not None:
            group = dimensions.get("TargetGroup", "")
            if further != 1 or group not in self._groups.get(dimensions["LoadBalancer"], ()):
                return None
            return (self._hosts.get((group, state, zone)) or Level(self.period_s)).at
        if further:
            return None
        if metric in NEW_FLOWS:
            return life.flows.counted(zone).new.at
        return life.flows.counted(zone).open.at if metric in ACTIVE_FLOWS else None

    def _of_classic(self, life: _Life, metric: str, dimensions: Mapping[str, str]) -> Buckets | None:
        """The buckets of a metric of a Classic Load Balancer; None where there is no such metric."""
        try:
            zone = classic.zone_asked(dimensions, life.zones)
        except LookupError:
            return None
        if metric in classic.HOSTS:
            return partial(self._classic_hosts, dimensions[classic.DIMENSION], classic.HOSTS[metric], zone)
        if metric == classic.ACTIVE:
            return partial(_above_zero, life.flows.counted(zone).open)
        if metric not in classic.NEW:
            return None
        requests = life.requests.get(zone) or Tally(self.period_s)
        return partial(_ones, requests if metric == "RequestCount" else life.flows.counted(zone).new)

    def _classic_hosts(self, name: str, state: str, zone: str | None, number: int) -> Sample:
        """An instance has one state for the load balancer: every group that ever was says the same, or nothing any more."""
        levels = [level for group in self._groups.get(name, ()) if (level := self._hosts.get((group, state, zone)))]
        return max([each.at(number) for each in levels], key=_by_level, default=Sample(1, 0.0, 0, 0))

    def metrics(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        """Every metric there is: its namespace, its name and its dimensions, as ListMetrics shows them."""
        for lb, life in self._lives.items():
            found = self._network_metrics(lb, life) if "/" in lb else classic.names(lb, life.zones)
            yield from ((NAMESPACE if "/" in lb else classic.NAMESPACE, *each) for each in found)

    def _network_metrics(self, lb: str, life: _Life) -> Iterator[tuple[str, dict[str, str]]]:
        for zone in (None, *life.zones):
            where = {"LoadBalancer": lb} if zone is None else {"AvailabilityZone": zone, "LoadBalancer": lb}
            for metric in (*(NEW_FLOWS if life.flows.counted(zone).new.counts else ()), *ACTIVE_FLOWS):
                yield metric, where
            for group in self._groups.get(lb, ()):
                for metric in HOST_METRICS:
                    yield metric, {**where, "TargetGroup": group}


def _above_zero(level: Level, number: int) -> Sample | None:
    """One bucket of a level that has no point where it is zero throughout."""
    sample = level.at(number)
    return sample if sample.high else None


def _ones(tally: Tally, number: int) -> Sample | None:
    """One bucket of what is reported one by one."""
    count = tally.counts.get(number)
    return None if count is None else Sample(count, count, 1, 1)


def _by_level(sample: Sample) -> tuple[float, float, float]:
    return sample.low, sample.high, sample.total


@lru_cache(maxsize=1024)
def dimension(arn: str) -> str:
    """How metrics name a load balancer or target group: its ARN from `net/`, a classic one's name, or `targetgroup/` on."""
    _, found, rest = arn.partition(":loadbalancer/")
    return rest if found else "targetgroup/" + arn.partition(":targetgroup/")[2]
