"""Targets and their health: each state change is a timer, so that reading one costs nothing.

States and reasons are those of TargetHealth in botocore's elbv2 model:

    unused     Target.NotInUse, Target.InvalidState         no listener forwards, its zone is off, instance stopped
    initial    Elb.RegistrationInProgress, Elb.InitialHealthChecking
    healthy
    unhealthy  Target.FailedHealthChecks, Target.Timeout
    draining   Target.DeregistrationInProgress              until the deregistration delay is over
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from migrator.sandbox.world.balancers import LoadBalancer, Target, TargetGroup, is_classic
from migrator.sandbox.world.elb_rules import check_port, check_target_address
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.elb_store import Store

Key = tuple[str, str, int]  # target group ARN, target id, port
REGISTERING, CHECKING = "Elb.RegistrationInProgress", "Elb.InitialHealthChecking"

DESCRIPTIONS = {
    "Target.NotInUse": "Target group is not configured to receive traffic from the load balancer",
    "Target.InvalidState": "Target is in the stopped state",
    "Target.NotRegistered": "Target is not registered to the target group",
    "Target.DeregistrationInProgress": "Target deregistration is in progress",
    "Target.FailedHealthChecks": "Health checks failed",
    "Target.Timeout": "Request timed out",
    REGISTERING: "Target registration is in progress",
    CHECKING: "Initial health checks in progress",
}
"""What DescribeTargetHealth says beside each reason."""


class TargetHealth:
    """Moves every target from state to state."""

    def __init__(self, world: World, elb: Store) -> None:
        self.world, self.elb = world, elb
        self._serial = 0
        self._next: dict[Key, tuple[int, str]] = {}  # the one transition that is under way for a target
        self._asked: dict[str, None] = {}  # groups to look at before this instant is over
        self._asked_all = self._looking = False

    # What callers ask for

    def register(self, group: TargetGroup, pairs: Iterable[tuple[str, int]]) -> None:
        """Add targets, all or none; one that is there stays as it is, one that drains comes back."""
        wanted = list(dict.fromkeys(pairs))
        for id, port in wanted:
            self._admit(group, id, port)
        limit = self.world.quotas.value("Targets per Target Group per Region")
        if len(group.targets.keys() | set(wanted)) > limit:
            raise AwsError("TooManyTargets", f"The maximum number of targets '{limit}' has been reached on the target group")
        for id, port in wanted:
            target = group.targets.get((id, port))
            if target is None:
                target = Target(id, port, self._zone(group, id), self.world.now, "unused", "Target.NotInUse")
                _add(group, target)
            elif target.state == "draining":
                target.registered, target.draining_until = self.world.now, None
                self._move(group, target, "unused", "Target.NotInUse")
            self._settle(self.elb.balancer_of(group.arn), group, target)

    def deregister(self, group: TargetGroup, pairs: Iterable[tuple[str, int]]) -> None:
        """Let targets drain and then go; InvalidTarget, and nothing done, when one is not registered."""
        wanted = list(dict.fromkeys(pairs))
        for id, port in wanted:
            if (id, port) not in group.targets:
                raise AwsError("InvalidTarget", f"The following targets are not registered with the target group: '{id}'")
        for pair in wanted:
            target = group.targets[pair]
            if target.state in ("unused", "initial"):
                self._remove(group, target)
            elif target.state != "draining":
                delay_s = int(group.attributes["deregistration_delay.timeout_seconds"]) * self.world.pace.draining_scale
                target.draining_until = self.world.now + delay_s
                self._move(group, target, "draining", "Target.DeregistrationInProgress")
                self._schedule(group, target, "removed", delay_s)

    def recheck(self, group_arn: str | None) -> None:
        """Look at a group (None: at all) once this instant is over, however often it is asked for."""
        self.world.network.changed()
        if group_arn is None:
            self._asked_all = True
        else:
            self._asked[group_arn] = None
        if not self._looking:
            self._looking = True
            self.world.at(self.world.now, self._look)

    def adopt(self, group: TargetGroup, other: TargetGroup) -> None:
        """Put the targets of another group into a new one, each as it stands there, on the new group's port."""
        for each in (each for each in other.targets.values() if each.state != "draining"):
            if each.state in ("healthy", "unhealthy"):
                seen = Target(each.id, group.port, each.zone, each.registered, each.state, each.reason, self.world.now)
                _add(group, seen)
                self._count(group, seen, seen.state, +1)
            else:
                self.register(group, [(each.id, group.port)])

    def restart(self, group: TargetGroup) -> None:
        """Count the first checks of targets that register anew: the health check of their load balancer changed."""
        lb = self.elb.balancer_of(group.arn)
        for each in group.targets.values():
            if lb is not None and each.reason == REGISTERING:
                self._schedule(group, each, "first-check", self._registering_s(lb, group))

    def dissolve(self, group: TargetGroup) -> None:
        """Take every target out of a group that is gone, at once and without draining."""
        for target in list(group.targets.values()):
            self._remove(group, target)

    def forget(self, group: TargetGroup) -> None:
        """Drop what is under way for a group that was deleted."""
        for target in list(group.targets.values()):
            self._next.pop((group.arn, target.id, target.port), None)

    # What moves a target

    def _look(self) -> None:
        groups = list(self.elb.groups) if self._asked_all else list(self._asked)
        self._asked, self._asked_all, self._looking = {}, False, False
        for arn in groups:
            if (group := self.elb.groups.get(arn)) is not None:
                lb = self.elb.balancer_of(arn)
                for target in list(group.targets.values()):
                    self._settle(lb, group, target)

    def _settle(self, lb: LoadBalancer | None, group: TargetGroup, target: Target) -> None:
        """Bring a target of a load balancer's group where it belongs now, or start what will bring it there."""
        if target.state == "draining":
            return
        if (why := self._unused(lb, target)) is not None or lb is None:
            self._rest(group, target, why or "Target.NotInUse")
        elif target.state == "unused":
            self._move(group, target, "initial", REGISTERING)
            self._schedule(group, target, "first-check", self._registering_s(lb, group))
        elif target.reason != REGISTERING:
            self._check(group, target)

    def _registering_s(self, lb: LoadBalancer, group: TargetGroup) -> float:
        """Until the first check counts; a Classic Load Balancer begins at once and wants the healthy threshold of checks.

        Source: Classic Load Balancers user guide, "Instance health".
        """
        if lb.kind == "classic":
            check = group.health_check
            return check.healthy * check.interval_s * self.world.pace.health_interval_scale
        return max(self.world.drawn(self.world.pace.register_s), lb.active_at - self.world.now)

    def _unused(self, lb: LoadBalancer | None, target: Target) -> str | None:
        """Why a target gets no health checks at all, or None when it should get some."""
        instance = self.world.ec2.instances.get(target.id)
        if instance is not None and instance.state != "running":
            return "Target.InvalidState"
        if lb is None:
            return "Target.NotInUse"
        if target.zone is None:
            return None
        for each in lb.zones:
            if each.zone == target.zone:
                return None
        return "Target.NotInUse"

    def _check(self, group: TargetGroup, target: Target) -> None:
        """Ask whether a health check would succeed, and start the change when that is not how the target stands.

        The opposite answer has to come as often as the threshold says; a target in its initial checks needs one
        success (target group health checks, "passes its initial health checks"), except behind a Classic Load Balancer.
        """
        passes, reason = self.world.network.check(group, target)
        check, under_way = group.health_check, self._next.get((group.arn, target.id, target.port), (0, ""))[1]
        if passes and target.state != "healthy":
            wanted, count = "healthy", 1 if target.state == "initial" and not is_classic(group.arn) else check.healthy
        elif not passes and target.state != "unhealthy":
            wanted, count = reason or "Target.FailedHealthChecks", check.unhealthy
        else:
            wanted, count = "", 0
            if not passes and reason:
                target.reason = reason
                group.changes += 1
        if not wanted:
            self._next.pop((group.arn, target.id, target.port), None)
        elif wanted != under_way:
            self._schedule(group, target, wanted, count * check.interval_s * self.world.pace.health_interval_scale)

    def _schedule(self, group: TargetGroup, target: Target, what: str, wait_s: float) -> None:
        """Make `what` happen to a target after a while, instead of whatever was under way."""
        key = (group.arn, target.id, target.port)
        self._serial += 1
        serial = self._serial
        self._next[key] = (serial, what)

        def happen() -> None:
            if self._next.get(key, (0, ""))[0] == serial:
                del self._next[key]
                self._happen(group, target, what)

        self.world.after(wait_s, happen)

    def _happen(self, group: TargetGroup, target: Target, what: str) -> None:
        if what == "removed":
            self._remove(group, target)
        elif what == "first-check":
            self._first_check(group, target)
        elif what == "healthy":
            self._move(group, target, "healthy", None)
        else:
            self._move(group, target, "unhealthy", what)

    def _first_check(self, group: TargetGroup, target: Target) -> None:
        """Registration is over: healthy when the first check succeeds. A load balancer that failed never asks."""
        lb = self.elb.balancer_of(group.arn)
        if lb is None or lb.failed:
            return
        if self.world.network.check(group, target)[0]:
            self._move(group, target, "healthy", None)
            return
        self._move(group, target, "initial", CHECKING)
        self._check(group, target)

    def _rest(self, group: TargetGroup, target: Target, reason: str) -> None:
        """Leave a target alone until something uses it."""
        self._next.pop((group.arn, target.id, target.port), None)
        if (target.state, target.reason) != ("unused", reason):
            self._move(group, target, "unused", reason)

    def _move(self, group: TargetGroup, target: Target, state: str, reason: str | None) -> None:
        before = target.state
        target.state, target.reason, target.since = state, reason, self.world.now
        group.changes += 1
        if before != state:
            self._count(group, target, before, -1)
            self._count(group, target, state, +1)
        self.elb.tell("target", group.arn, target)

    def _remove(self, group: TargetGroup, target: Target) -> None:
        self._next.pop((group.arn, target.id, target.port), None)
        self._count(group, target, target.state, -1)
        group.targets.pop((target.id, target.port), None)
        group.changes += 1
        target.state, target.reason = "unused", "Target.NotRegistered"
        self.elb.tell("target-gone", group.arn, target)

    def _count(self, group: TargetGroup, target: Target, state: str, by: int) -> None:
        if state in ("healthy", "unhealthy"):
            self.world.cloudwatch.hosts(group.arn, target.zone, state, by)

    # What a target is

    def _admit(self, group: TargetGroup, id: str, port: int) -> None:
        """Refuse a target that the group cannot have. Source: ELBv2 RegisterTargets, InvalidTarget."""
        check_port(port)
        if group.target_type == "ip":
            check_target_address(id, self.world.ec2.vpc(group.vpc_id).cidr, self.world.network_prefix)
        elif group.target_type == "instance":
            instance = self.world.ec2.instances.get(id)
            if instance is None or instance.state == "terminated":
                raise AwsError(
                    "InvalidTarget", f"The following targets are not in a running state and cannot be registered: '{id}'"
                )
            if instance.vpc_id != group.vpc_id:
                raise AwsError("InvalidTarget", f"The following targets are not in the target group VPC: '{id}'")

    def _zone(self, group: TargetGroup, id: str) -> str | None:
        if group.target_type == "instance":
            return self.world.ec2.instances[id].zone
        return self.world.ec2.zone_of(id, group.vpc_id) if group.target_type == "ip" else None


def _add(group: TargetGroup, target: Target) -> None:
    group.targets[target.id, target.port] = target
    group.changes += 1
