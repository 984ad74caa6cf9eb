"""EC2's, STS's and CloudWatch's looks on the world's own values."""

from __future__ import annotations

from operator import attrgetter

import msgspec

from migrator.model.balancers import Caller, FlowMinute, Rule, balancer_name
from migrator.model.units import Instant
from migrator.sandbox.world import World, ec2_nouns
from migrator.sandbox.world.balancers import is_classic
from migrator.sandbox.world.cloudwatch import dimension
from migrator.simulation.doors.balancers import CLUSTER_TAG, STACK_TAG
from migrator.simulation.doors.gate import Gate

LEGACY_RULES = ("kubernetes.io/rule/nlb/client=", "kubernetes.io/rule/nlb/health=")
NAMESPACE, CLASSIC = "AWS/NetworkELB", "AWS/ELB"
READ = "cloudwatch:GetMetricData"
BY_ID = attrgetter("id")

# Which figure of a period (new, estimated, active or hosts) a metric is part of: namespace, name, dimensions, statistic.
Series = tuple[str, tuple[str, str, dict[str, str], str]]


class NetworkDoor:
    """Implements NetworkLook."""

    def __init__(self, world: World) -> None:
        self._world, self._ec2 = world, world.ec2
        self._gate = Gate(world, "aws")

    def caller(self) -> Caller:
        """Who the sandbox takes us for, and its own time in whole seconds, as a Date header has it."""
        self._gate.look("", "sts:GetCallerIdentity")
        account, region = self._world.account, self._world.region
        return Caller(account, f"arn:aws:iam::{account}:user/sandbox", region, float(int(self._world.now)))

    def rules_for(self, balancer_name: str) -> tuple[Rule, ...]:
        """The inbound rules whose description names the load balancer as its client or health rule, by id."""
        self._gate.look(balancer_name, "ec2:DescribeSecurityGroupRules")
        wanted = tuple(each + balancer_name for each in LEGACY_RULES)
        found = [each for each in self._ec2.rules.values() if each.description in wanted and not each.egress]
        return rules_from(found)

    def rules_of(self, groups: tuple[str, ...]) -> tuple[Rule, ...]:
        """Every inbound rule of these security groups, by id; a group that is gone has none."""
        self._gate.look(" ".join(groups), "ec2:DescribeSecurityGroupRules")
        known = [each for each in dict.fromkeys(groups) if each in self._ec2.groups]
        return rules_from([rule for each in known for rule in self._ec2.rules_of(each)])

    def rules_from(self, groups: tuple[str, ...]) -> tuple[Rule, ...]:
        """Every inbound rule, of whichever group, whose source is one of these security groups, by id."""
        self._gate.look(" ".join(groups), "ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules")
        return rules_from([each for each in self._ec2.rules.values() if each.source_group in groups and not each.egress])

    def rules_left(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Which of these rule ids still exist, in order."""
        self._gate.look(" ".join(ids), "ec2:DescribeSecurityGroupRules")
        return tuple(sorted(each for each in set(ids) if each in self._ec2.rules))

    def security_groups_left(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Which of these security groups still exist, in order."""
        self._gate.look(" ".join(ids), "ec2:DescribeSecurityGroups")
        return tuple(sorted(each for each in set(ids) if each in self._ec2.groups))

    def worn(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """The network interfaces that wear one of these security groups, a line each; sorted."""
        self._gate.look(" ".join(groups), "ec2:DescribeNetworkInterfaces")
        worn = [each for each in self._ec2.interfaces.values() if set(groups) & set(each.security_groups)]
        return tuple(sorted(f"{each.id} {each.description}".rstrip() for each in worn))

    def stacked_groups(self, cluster: str, stack: str) -> tuple[str, ...]:
        """Security groups that LBC tagged for this stack, by id."""
        self._gate.look(stack, "ec2:DescribeSecurityGroups")
        return tuple(
            sorted(
                each.id
                for each in self._ec2.groups.values()
                if each.tags.get(CLUSTER_TAG) == cluster and each.tags.get(STACK_TAG) == stack
            )
        )


class Known(msgspec.Struct):
    """What is asked of a load balancer, and the last periods that could be read whole, one after the other."""

    asked: tuple[Series, ...]
    periods: list[FlowMinute] = []

    def after(self, start: Instant, period_s: int) -> list[FlowMinute]:
        """Those from `start` on without a gap."""
        if not self.periods:
            return []
        passed = round((start - self.periods[0].start) / period_s)
        known = self.periods[passed:] if passed >= 0 else []
        return known if known and known[0].start == start else []


class MetricDoor:
    """Implements MetricLook. A period that could be read whole never changes, so it is read once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._gate = Gate(world, "aws")
        self._read: dict[tuple[str, tuple[str, ...], int], Known] = {}

    def flows(self, balancer_arn: str, start: Instant, end: Instant, period_s: int) -> tuple[FlowMinute, ...]:
        """One entry per period from start to end; a point that CloudWatch does not have is None."""
        classic = is_classic(balancer_arn)
        groups = () if classic else tuple([each.arn for each in self._world.elb.groups_of(balancer_arn)])
        self._gate.look(balancer_arn, *(() if classic else ("elbv2:DescribeTargetGroups",)), READ)
        known = self._read.get((balancer_arn, groups, period_s))
        if known is None:
            asked = _of_classic(balancer_arn) if classic else _of_network(balancer_arn, groups)
            known = self._read[balancer_arn, groups, period_s] = Known(asked)
        count = max(0, round((end - start) / period_s))
        there = known.after(start, period_s)
        if len(there) >= count:
            return tuple(there[:count])
        fresh = self._asked(known.asked, start + len(there) * period_s, end, period_s)
        settled = self._world.now - self._world.pace.metric_lag_s - period_s
        known.periods = there + [each for each in fresh if each.start <= settled]
        return (*there, *fresh)

    def _asked(self, asked: tuple[Series, ...], start: Instant, end: Instant, period_s: int) -> list[FlowMinute]:
        """Every period from start to end."""
        figures: dict[str, dict[float, float]] = {}
        read = self._world.cloudwatch.series
        for name, metric in asked:
            points = read(*metric, period_s, start, end)
            if name not in figures:
                figures[name] = dict(points)
                continue
            said = figures[name]
            for at, value in points:
                said[at] = said.get(at, 0) + value
        new, active, hosts = figures["new"], figures["active"], figures.get("hosts", {})
        if "estimated" in figures:
            new = figures["estimated"] | new
        minutes = []
        for index in range(round((end - start) / period_s)):
            at = start + index * period_s
            minutes.append(FlowMinute(at, new.get(at), active.get(at), hosts.get(at)))
        return minutes


def _of_network(arn: str, groups: tuple[str, ...]) -> tuple[Series, ...]:
    balancer = {"LoadBalancer": dimension(arn)}
    both = [balancer | {"TargetGroup": dimension(each)} for each in groups]
    return (
        ("new", (NAMESPACE, "NewFlowCount", balancer, "Sum")),
        ("active", (NAMESPACE, "ActiveFlowCount", balancer, "Average")),
        *[("hosts", (NAMESPACE, "HealthyHostCount", each, "Minimum")) for each in both],
    )


def _of_classic(arn: str) -> tuple[Series, ...]:
    balancer = {"LoadBalancerName": balancer_name(arn)}
    return (
        ("new", (CLASSIC, "RequestCount", balancer, "Sum")),
        ("estimated", (CLASSIC, "EstimatedALBNewConnectionCount", balancer, "Sum")),
        ("active", (CLASSIC, "EstimatedALBActiveConnectionCount", balancer, "Sum")),
        ("hosts", (CLASSIC, "HealthyHostCount", balancer, "Minimum")),
    )


def rules_from(found: list[ec2_nouns.Rule]) -> tuple[Rule, ...]:
    """Rules for traffic coming in, by id."""
    return tuple(map(rule_from, sorted(found, key=BY_ID)))


def rule_from(rule: ec2_nouns.Rule) -> Rule:
    """A rule for traffic coming in."""
    source = rule.cidr or rule.cidr6 or rule.source_group or rule.prefix_list or ""
    return Rule(rule.id, rule.group_id, rule.protocol, rule.from_port, rule.to_port, source, rule.description)
