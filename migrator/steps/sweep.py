"""See in AWS that everything of legacy is gone; delete by recorded id what its controller left behind."""

from __future__ import annotations

import msgspec

from migrator.model.balancers import LoadBalancer, Rule, TargetGroup
from migrator.model.cluster import LEGACY_FINALIZER, Service, Trouble
from migrator.model.effects import DeleteLoadBalancer, DeleteSecurityGroup, DeleteTargetGroup, Effect, RevokeRule
from migrator.model.migration import Migration
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant, Unknown
from migrator.model.verdict import Done, Fail, Hold, Verdict, Wait
from migrator.ports.outside import Outside
from migrator.steps import health
from migrator.steps.asking import asked, unread
from migrator.steps.health import Health
from migrator.steps.retire import groups_of

NAME = "sweep"
HOLDS_UNTIL = "finish"

# Legacy's one worker tries for ten minutes to delete a classic load balancer's security group, and serves no other Service
# meanwhile. Source: kubernetes/cloud-provider-aws pkg/providers/v1/aws.go, EnsureLoadBalancerDeleted.
BUSY_S = 60.0  # it takes a network load balancer away in less, where nothing keeps it


class Sight(msgspec.Struct, frozen=True):
    service: Service | Unknown | None
    balancer: LoadBalancer | Unknown | None
    groups: tuple[TargetGroup, ...] | Unknown
    rules: tuple[str, ...] | Unknown
    new: Health | Unknown  # whose ports a rule of legacy's may have come to serve
    troubles: tuple[Trouble, ...]
    uid: str
    security_groups: tuple[str, ...] | Unknown = ()  # of those that legacy made for this load balancer alone
    holders: tuple[str, ...] | Unknown = ()  # what keeps them from being deleted: interfaces, rules that name them
    new_groups: tuple[str, ...] | Unknown = ()  # security groups of the new load balancer


def look(migration: Migration, standing: Standing, outside: Outside) -> Sight:
    legacy = migration.legacy
    namespace, name, uid = legacy.service.namespace, legacy.service.name, legacy.service.uid
    rules = tuple(each.id for each in legacy.rules if each.id not in legacy.shared_rules)
    own, arn = legacy.own_groups, standing.fact("clone", "arn", "")
    left = asked(lambda: outside.network.security_groups_left(own) if own else ())
    troubles = asked(outside.cluster.troubles, namespace, uid)
    return Sight(
        asked(outside.cluster.service, namespace, name),
        asked(outside.balancers.balancer, legacy.balancer.arn),
        asked(groups_left, migration, outside),
        asked(lambda: outside.network.rules_left(rules) if rules else ()),
        health.new_health(arn, outside),
        () if isinstance(troubles, Unknown) else troubles,
        uid,
        left,
        left if isinstance(left, Unknown) else asked(holders, left, rules, outside),
        # Only a rule that names a group as its source asks who wears that group.
        asked(lambda: groups_of(arn, outside) if any(by_group(each) for each in legacy.rules) else ()),
    )


def groups_left(migration: Migration, outside: Outside) -> tuple[TargetGroup, ...]:
    """Legacy's target groups that still exist; what a Classic Load Balancer wears as such goes with it."""
    if migration.legacy.balancer.classic:
        return ()
    return outside.balancers.groups_left(tuple(each.arn for each in migration.legacy.groups))


def holders(left: tuple[str, ...], rules: tuple[str, ...], outside: Outside) -> tuple[str, ...]:
    """Why security groups cannot be deleted yet, a line each: interfaces that wear them, rules of others that name them."""
    if not left:
        return ()
    naming = (each for each in outside.network.rules_from(left) if each.id not in rules and each.group not in left)
    worn = (f"interface {each}" for each in outside.network.worn(left))
    return (*worn, *(f"rule {each.id} of security group {each.group}" for each in naming))


def by_group(rule: Rule) -> bool:
    """Whether a rule lets a security group in, not addresses."""
    return rule.source.startswith("sg-")


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
    seen = (sight.service, sight.balancer, sight.groups, sight.rules, sight.new)
    if blind := unread(*seen, sight.security_groups, sight.holders, sight.new_groups):
        return Wait(f"what is left of legacy is unread: {blind.why}", every)
    left = leftovers(migration, sight)
    if not released(sight):
        return cleaning(migration, standing, sight, left, now)
    if not left and not sight.groups and not sight.security_groups:
        return Done(f"load balancer {migration.legacy.balancer.name} and all that was recorded with it are gone from AWS")
    if standing.streak(NAME, "released") < migration.waits.streak:
        # AWS's lists trail its deletions; a leak is one that several looks agree on.
        return Wait("objects of legacy are still listed", every)
    if not left and sight.groups:
        assert isinstance(sight.groups, tuple)
        return stuck(migration, sight, f"target group {sight.groups[0].name} is attached elsewhere and stays", 0)
    waited_s = now - standing.waiting_since(NAME, now)
    if not left:
        return held_back(migration, sight, waited_s)
    if waited_s > migration.waits.sweep_deadline_s:
        return stuck(migration, sight, f"{left[0].summary} does not succeed", waited_s)
    if rest := pause(standing, left[0], now, every):
        return rest
    return Wait(f"its controller left this behind: {left[0].summary}", 0, left[0])


def held_back(migration: Migration, sight: Sight, waited_s: float) -> Wait | Hold:
    """Nothing but security groups is left, and something holds them; a load balancer's interfaces go within minutes."""
    assert isinstance(sight.security_groups, tuple) and isinstance(sight.holders, tuple)
    what = f"security group {sight.security_groups[0]} is still held by {sight.holders[0]}"
    if waited_s > migration.waits.sweep_deadline_s:
        return stuck(migration, sight, what, waited_s)
    return Wait(what, migration.waits.look_every_s)


def pause(standing: Standing, effect: Effect, now: Instant, every: float) -> Wait | None:
    """The wait after a security group was refused: EC2 knows of an interface for a while after it shows none."""
    if not isinstance(effect, DeleteSecurityGroup) or not standing.refusals:
        return None
    until = standing.last_at + every * 2**standing.refusals
    return Wait(f"{effect.summary} was refused, something held it", min(every, until - now), until=until) if now < until else None


def leftovers(migration: Migration, sight: Sight) -> tuple[Effect, ...]:
    """What would delete each recorded object that is still there: load balancer, target groups, rules, security groups."""
    assert isinstance(sight.groups, tuple) and isinstance(sight.rules, tuple) and isinstance(sight.new, Health)
    assert isinstance(sight.security_groups, tuple) and isinstance(sight.new_groups, tuple)
    if isinstance(sight.balancer, LoadBalancer):
        return (DeleteLoadBalancer(sight.balancer.arn),)
    groups = tuple(DeleteTargetGroup(each.arn) for each in sight.groups if not each.balancers)
    if groups:
        return groups
    ports = {target.port for targets in sight.new.ports.values() for target in targets}
    planned = {each.id: each for each in migration.legacy.rules}
    useless = [id for id in sight.rules if not needed(planned[id], ports, sight.new_groups)]
    rules = tuple(RevokeRule(planned[id].group, id) for id in useless)
    return rules or (() if sight.holders else tuple(DeleteSecurityGroup(each) for each in sight.security_groups))


def needed(rule: Rule, ports: set[int], groups: tuple[str, ...] = ()) -> bool:
    """Whether the rule lets the new load balancer, which wears these groups, reach its targets' ports."""
    if by_group(rule) and rule.source not in groups:
        return False
    return any(rule.protocol == "-1" or rule.from_port <= port <= rule.to_port for port in ports)


def cleaning(migration: Migration, standing: Standing, sight: Sight, left: tuple[Effect, ...], now: Instant) -> Verdict:
    """The legacy controller is at it; its complaints are shown, and after the deadline a person is asked."""
    waited_s = now - standing.waiting_since(NAME, now)
    complaint = f" ({sight.troubles[0].reason}: {sight.troubles[0].message})" if sight.troubles else ""
    if waited_s > migration.waits.sweep_deadline_s:
        return stuck(migration, sight, f"the finalizer of {migration.service} is still there", waited_s)
    order = ": nodes first, its security group last, for up to 10 min" if migration.legacy.balancer.classic else ""
    if not order and waited_s > BUSY_S:
        order = ", unless another Service's classic one keeps it busy for up to 10 min"
    return Wait(f"the legacy controller is removing its load balancer{order}{complaint}", migration.waits.look_every_s)


def stuck(migration: Migration, sight: Sight, what: str, waited_s: float) -> Hold:
    """Past the deadline; traffic is on the new load balancer, only the bill waits."""
    holding = sight.holders if isinstance(sight.holders, tuple) else ()
    seen = (*holding, *(f"{each.reason}: {each.message}" for each in sight.troubles))
    do = "mend what the controller complains about, then `migrate apply PLAN --resume`"
    return Hold("sweep-stuck", f"{what} after {waited_s:.0f} s", seen, do)


def undo(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    return Fail("past-no-return", f"service {migration.service} was retired")
