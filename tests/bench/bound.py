"""The waits of a journey that no tool could have saved, by what the world did; and what was waited beyond them.

Counted as unavoidable: the old TTL, provisioning and registration (or the negative TTL, where longer), streaks of
looks, caches after the shift, metric lag, the quiet window. Not counted, though others cause it too: Route 53 taking
its time to reach all name servers, and the clean-up of legacy by its controller and AWS.
"""

from __future__ import annotations

from typing import Any

import msgspec

from migrator.model.effects import ChangeRecords
from migrator.model.events import Applied, Intended
from migrator.model.migration import Migration
from migrator.sandbox.world.balancers import Target
from migrator.sandbox.world.cloudwatch import NAMESPACE, dimension
from migrator.sandbox.world.route53 import ChangeInfo
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import Stage
from migrator.steps.finish import longest_interval_s
from migrator.steps.records import longest_held_s

PEEK_S = 0.25  # how exactly the end of what nobody tells of is known


class Marks(msgspec.Struct, frozen=True):
    """Instants of one journey, of the world's own making."""

    began: float
    lowered: ChangeInfo | None  # None where no TTL was too long
    created: float  # the new Service
    ready: float  # load balancer active, every target healthy, its name's absence run out of caches
    shifted: ChangeInfo  # the last zone's
    left: float  # end of the metric period in which the last flow of legacy began
    retired: float  # the legacy Service, or its type, was given up
    cleaned: float  # its controller let go of it, and AWS lists its load balancer no more
    restored: float | None  # the old TTL, submitted
    ended: float


class Policy(msgspec.Struct, frozen=True):
    """What the plan says about waiting, in seconds."""

    old_ttl_s: float
    streak_s: float
    held_s: float
    quiet_s: float
    lag_s: float
    checks_s: float


class Part(msgspec.Struct, frozen=True):
    """One span of the journey."""

    name: str
    seconds: float
    unavoidable: bool


def parts(marks: Marks, policy: Policy) -> tuple[Part, ...]:
    """Every second of the journey under one name. A part below zero would mean that a wait was cut short."""
    found: list[Part] = []

    def unavoidable(name: str, seconds: float) -> None:
        found.append(Part(name, seconds, True))

    def beyond(name: str, seconds: float) -> None:
        found.append(Part(name, seconds, False))

    lowered = marks.lowered
    if lowered is None:
        beyond("before the new Service", marks.created - marks.began)
    else:
        unavoidable("old TTL", policy.old_ttl_s)
        beyond("before lower", lowered.submitted - marks.began)
        beyond("Route 53 after lower", lowered.insync_at - lowered.submitted)
        beyond("late after lower", marks.created - lowered.insync_at - policy.old_ttl_s)
    unavoidable("provisioning, registration", marks.ready - marks.created)
    unavoidable("streak of looks", policy.streak_s)
    beyond("late after warm", marks.shifted.submitted - marks.ready - policy.streak_s)
    held_until, quiet_at = marks.shifted.insync_at + policy.held_s, marks.left + policy.quiet_s + policy.lag_s
    if held_until > quiet_at:
        unavoidable("caches after shift", held_until - marks.shifted.submitted)
    else:
        unavoidable("caches after shift", marks.left - marks.shifted.submitted)
        unavoidable("quiet window", policy.quiet_s)
        unavoidable("metric lag", policy.lag_s)
    beyond("late after drain", marks.retired - max(held_until, quiet_at))
    beyond("clean-up of legacy", marks.cleaned - marks.retired)
    finishing = marks.cleaned if marks.restored is None else marks.restored
    beyond("late after sweep", finishing - marks.cleaned)
    unavoidable("checks at the end", policy.checks_s)
    beyond("late at the end", marks.ended - finishing - policy.checks_s)
    return tuple(found)


def ratio(found: tuple[Part, ...]) -> float:
    """The journey's time over the sum of its unavoidable waits."""
    return sum(each.seconds for each in found) / sum(each.seconds for each in found if each.unavoidable)


def policy_of(migration: Migration) -> Policy:
    """The plan's waits, as far as they bind any tool."""
    waits, moves = migration.waits, migration.dns.moves
    return Policy(
        old_ttl_s=max((each.answer_ttl_s for each in moves if each.lowered != each.listed), default=0),
        streak_s=(waits.streak - 1) * waits.look_every_s,
        held_s=longest_held_s(moves),
        quiet_s=waits.quiet_s,
        lag_s=waits.metric_lag_s,
        checks_s=waits.checks * waits.check_interval_scale * longest_interval_s(migration),
    )


class Witness:
    """Watches Services on a stage from before a journey begins; `marks` once it is over."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.began = stage, stage.world.now
        self._added: dict[str, float] = {}
        self._given_up: dict[str, float] = {}
        self._let_go: dict[str, float] = {}
        self._vanished: dict[str, float] = {}  # load balancers, by ARN
        stage.world.kube.subscribe("Service", self._service)
        stage.world.elb.subscribe(self._balancer)

    def marks(self, voyage: Voyage) -> Marks:
        """The instants of a journey that went well, in one go, with a Service deleted."""
        world, legacy, new = self.stage.world, voyage.migration.legacy, voyage.migration.new.name
        changes = _changes(voyage)
        shifted = max(changes["shift"], key=lambda each: each.insync_at)
        return Marks(
            began=self.began,
            lowered=max(changes.get("lower", ()), key=lambda each: each.insync_at, default=None),
            created=self._added[new],
            ready=self._ready(new),
            shifted=shifted,
            left=self._left(legacy.balancer.arn, self.began, shifted.submitted),
            retired=self._given_up[legacy.service.name],
            cleaned=max(self._let_go[legacy.service.name], self._vanished[legacy.balancer.arn]),
            restored=min((each.submitted for each in changes.get("finish", ())), default=None),
            ended=world.now,
        )

    def _service(self, event: str, service: dict[str, Any], old: dict[str, Any] | None) -> None:
        name, now = service["metadata"]["name"], self.stage.world.now
        if event == "ADDED":
            self._added[name] = now
        if "deletionTimestamp" in service["metadata"]:
            self._given_up.setdefault(name, now)
        if event == "DELETED":
            self._let_go[name] = now

    def _balancer(self, event: str, arn: str, target: Target | None) -> None:
        if event == "deleted":
            self._see_off(arn)

    def _see_off(self, arn: str) -> None:
        """AWS lists a deleted load balancer for a few seconds more, and nobody is told when it ceases to."""
        world = self.stage.world
        if arn not in world.elb.vanishing:
            self._vanished[arn] = world.now
        else:
            world.after(PEEK_S, lambda: self._see_off(arn))

    def _ready(self, name: str) -> float:
        """The latest of: active, each target healthy, and the absence of its name forgotten."""
        world, namespace = self.stage.world, self.stage.legacy.namespace
        hostname = world.kube.get("Service", namespace, name)["status"]["loadBalancer"]["ingress"][0]["hostname"]
        lb = world.elb.by_dns(hostname)
        assert lb is not None
        healthy = [target.since for group in world.elb.groups_of(lb.arn) for target in group.targets.values()]
        return max(lb.active_at, *healthy, lb.created + world.pace.elb_negative_ttl_s)

    def _left(self, arn: str, start: float, shifted: float) -> float:
        """The end of the last metric period with a new flow through a load balancer."""
        world, where = self.stage.world, {"LoadBalancer": dimension(arn)}
        period_s = world.pace.metric_period_s
        points = world.cloudwatch.series(NAMESPACE, "NewFlowCount", where, "Sum", period_s, start, world.now)
        return max((at + period_s for at, _ in points), default=shifted)


def _changes(voyage: Voyage) -> dict[str, list[ChangeInfo]]:
    """What Route 53 knows of the changes that each step made."""
    found: dict[str, list[ChangeInfo]] = {}
    intended = None
    for entry in voyage.journal.read():
        if isinstance(entry.event, Intended):
            intended = entry.event.effect
        elif isinstance(entry.event, Applied) and isinstance(intended, ChangeRecords):
            info = voyage.stage.world.route53.changes[entry.event.result["change"]]
            found.setdefault(entry.event.step, []).append(info)
    return found
