"""See in AWS that everything of legacy is gone; delete by recorded id what its controller left behind."""

from __future__ import annotations

import msgspec

from migrator.model.balancers import LoadBalancer, Rule, TargetGroup
from migrator.model.cluster import LEGACY_FINALIZER, Service, Trouble
from migrator.model.effects import DeleteLoadBalancer, DeleteTargetGroup, Effect, RevokeRule
from migrator.model.migration import Migration
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant, Unknown
from migrator.model.verdict import Done, Fail, Hold, Verdict, Wait
from migrator.ports.outside import Outside
from migrator.steps import health
from migrator.steps.asking import asked, unread
from migrator.steps.health import Health

NAME = "sweep"
HOLDS_UNTIL = "finish"


class Sight(msgspec.Struct, frozen=True):
    service: Service | Unknown | None
    balancer: LoadBalancer | Unknown | None
    groups: tuple[TargetGroup, ...] | Unknown
    rules: tuple[str, ...] | Unknown
    new: Health | Unknown  # whose ports a rule of legacy's may have come to serve
    troubles: tuple[Trouble, ...]
    uid: str


def look(migration: Migration, standing: Standing, outside: Outside) -> Sight:
    legacy = migration.legacy
    namespace, name, uid = legacy.service.namespace, legacy.service.name, legacy.service.uid
    rules = tuple(each.id for each in legacy.rules if each.id not in legacy.shared_rules)
    troubles = asked(lambda: outside.cluster.troubles(namespace, uid))
    return Sight(
        asked(lambda: outside.cluster.service(namespace, name)),
        asked(lambda: outside.balancers.balancer(legacy.balancer.arn)),
        asked(lambda: outside.balancers.groups_left(tuple(each.arn for each in legacy.groups))),
        asked(lambda: outside.network.rules_left(rules) if rules else ()),
        health.new_health(standing.fact("clone", "arn", ""), outside),
        () if isinstance(troubles, Unknown) else troubles,
        uid,
    )


def released(sight: Sight) -> bool:
    """Whether the legacy controller let go of the Service: gone, another object, or without its finalizer."""
    service = sight.service
    if isinstance(service, Unknown):
        return False
    return service is None or service.uid != sight.uid or LEGACY_FINALIZER not in service.finalizers


def facts(sight: Sight) -> Facts:
    return {"released": released(sight)}


def decide(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    every = migration.waits.look_every_s
    if blind := unread(sight.service, sight.balancer, sight.groups, sight.rules, sight.new):
        return Wait(f"what is left of legacy is unread: {blind.why}", every)
    left = leftovers(migration, sight)
    if not released(sight):
        return cleaning(migration, standing, sight, left, now)
    if not left and not sight.groups:
        return Done(f"load balancer {migration.legacy.balancer.name} and all that was recorded with it are gone from AWS")
    if standing.streak(NAME, "released") < migration.waits.streak:
        # AWS's lists trail its deletions; a leak is one that several looks agree on.
        return Wait("objects of legacy are still listed", every)
    if not left:
        assert isinstance(sight.groups, tuple)
        return stuck(migration, sight, f"target group {sight.groups[0].name} is attached elsewhere and stays", 0)
    waited_s = now - standing.waiting_since(NAME, now)
    if waited_s > migration.waits.sweep_deadline_s:
        return stuck(migration, sight, f"{left[0].summary} does not succeed", waited_s)
    return Wait(f"its controller left this behind: {left[0].summary}", 0, left[0])


def leftovers(migration: Migration, sight: Sight) -> tuple[Effect, ...]:
    """What would delete each recorded object that is still there: load balancer, target groups, then rules."""
    assert isinstance(sight.groups, tuple) and isinstance(sight.rules, tuple) and isinstance(sight.new, Health)
    if isinstance(sight.balancer, LoadBalancer):
        return (DeleteLoadBalancer(sight.balancer.arn),)
    groups = tuple(DeleteTargetGroup(each.arn) for each in sight.groups if not each.balancers)
    if groups:
        return groups
    ports = {target.port for targets in sight.new.ports.values() for target in targets}
    planned = {each.id: each for each in migration.legacy.rules}
    return tuple(RevokeRule(planned[id].group, id) for id in sight.rules if not needed(planned[id], ports))


def needed(rule: Rule, ports: set[int]) -> bool:
    """Whether the new load balancer's targets are reached through a port that the rule opens."""
    return any(rule.from_port <= port <= rule.to_port for port in ports)


def cleaning(migration: Migration, standing: Standing, sight: Sight, left: tuple[Effect, ...], now: Instant) -> Verdict:
    """The legacy controller is at it; its complaints are shown, and after the deadline a person is asked."""
    waited_s = now - standing.waiting_since(NAME, now)
    complaint = f" ({sight.troubles[0].reason}: {sight.troubles[0].message})" if sight.troubles else ""
    if waited_s > migration.waits.sweep_deadline_s:
        return stuck(migration, sight, f"the finalizer of {migration.service} is still there", waited_s)
    return Wait(f"the legacy controller is removing its load balancer{complaint}", migration.waits.look_every_s)


def stuck(migration: Migration, sight: Sight, what: str, waited_s: float) -> Hold:
    """Past the deadline; traffic is on the new load balancer, only the bill waits."""
    seen = tuple(f"{each.reason}: {each.message}" for each in sight.troubles)
    do = "mend what the controller complains about, then `migrate apply PLAN --resume`"
    return Hold("sweep-stuck", f"{what} after {waited_s:.0f} s", seen, do)


def undo(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    return Fail("past-no-return", f"service {migration.service} was retired")
