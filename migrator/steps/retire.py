"""Take the witnesses once more, then delete the legacy Service or demote it. From that call on nothing leads back."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from migrator.checks.service import drifted
from migrator.model.balancers import Rule, TargetGroup
from migrator.model.cluster import LEGACY_FINALIZER, TYPE_ANNOTATION, Service
from migrator.model.effects import DeleteService, DemoteService, DisableDeletionProtection, Effect, EnableDeletionProtection
from migrator.model.migration import Attachment, Migration
from migrator.model.records import leads_to
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant, Unknown
from migrator.model.verdict import Done, Fail, Hold, Verdict, Wait
from migrator.ports.outside import Outside
from migrator.steps import attached, health
from migrator.steps.asking import asked, unread
from migrator.steps.health import Health, zones
from migrator.steps.returning import or_back

NAME = "retire"
HOLDS_UNTIL = "finish"
NOT_ASKED = Unknown("no witness is asked for on the way back")


class Sight(msgspec.Struct, frozen=True):
    service: Service | Unknown | None
    pointing: tuple[str, ...] | Unknown  # record sets that still lead to legacy, in every zone that can be read
    groups: tuple[TargetGroup, ...] | Unknown  # attached to legacy now
    protected: bool | Unknown
    new: Health | Unknown
    rules: tuple[Rule, ...] | Unknown  # of the node security groups that legacy opened
    new_groups: tuple[str, ...] | Unknown = ()  # security groups of the new load balancer; empty where it has none
    holding: tuple[Attachment, ...] | Unknown = ()  # what is bound to legacy; asked once no witness speaks against it


def look(migration: Migration, standing: Standing, outside: Outside) -> Sight:
    planned, arn = migration.legacy.service, migration.legacy.balancer.arn
    service = asked(outside.cluster.service, planned.namespace, planned.name)
    if gone(service, migration):
        # Its load balancer may be gone too; what is left of it is for `sweep` to see.
        return Sight(service, (), (), False, Health({}), ())
    protected = asked(lambda: outside.balancers.attributes(arn).get("deletion_protection.enabled") == "true")
    if standing.back:
        return Sight(service, NOT_ASKED, NOT_ASKED, protected, NOT_ASKED, NOT_ASKED)
    nodes = tuple(sorted({each.group for each in migration.legacy.rules}))
    seen = Sight(
        service,
        asked(pointing, migration, outside),
        asked(outside.balancers.groups, arn),
        protected,
        health.new_health(standing.fact("clone", "arn", ""), outside),
        asked(lambda: outside.network.rules_of(nodes) if nodes else ()),
        asked(groups_of, standing.fact("clone", "arn", ""), outside),
    )
    if unread(*blindable(seen)) or not isinstance(service, Service) or against(migration, seen, service):
        return seen
    return replace(seen, holding=attached.holding(migration, outside))


def groups_of(arn: str, outside: Outside) -> tuple[str, ...]:
    """The security groups of a load balancer; empty where it has none, or is gone."""
    balancer = outside.balancers.balancer(arn)
    return () if balancer is None else balancer.security_groups


def pointing(migration: Migration, outside: Outside) -> tuple[str, ...]:
    """Every record set, in every zone but those a person answered for, that still leads to legacy."""
    accepted = {each.id for each in migration.dns.unread}
    return tuple(
        f"{record.name} {record.type} in zone {zone.id}"
        for zone in outside.records.zones()
        if zone.id not in accepted
        for record in outside.records.listed(zone.id)
        if leads_to(record, migration.legacy.balancer.dns_name)
    )


def gone(service: Service | Unknown | None, migration: Migration) -> bool:
    """Whether the legacy Service was deleted, is being deleted, or is no load balancer any more."""
    if isinstance(service, Unknown):
        return False
    if service is None or service.uid != migration.legacy.service.uid:
        return True
    return gone_as_seen(service)


def gone_as_seen(service: Service) -> bool:
    """Whether this object is being deleted, or is no load balancer any more."""
    return service.deleting or service.type != "LoadBalancer"


def facts(sight: Sight) -> Facts:
    """The witnesses themselves: nothing is deleted without them in the journal. They stay as last seen in full."""
    service = sight.service
    if unread(*blindable(sight)) is not None or not isinstance(service, Service) or gone_as_seen(service):
        return {}
    assert isinstance(sight.pointing, tuple) and isinstance(sight.groups, tuple) and isinstance(sight.new, Health)
    return {
        "witnesses": {
            "uid": service.uid,
            "version": service.resource_version,
            "finalizers": list(service.finalizers),
            "type": service.annotations.get(TYPE_ANNOTATION, ""),
            "records at legacy": list(sight.pointing),
            "legacy target groups": [each.arn for each in sight.groups],
            "deletion protection": sight.protected,
            "new healthy targets": {str(port): sum(zones(targets).values()) for port, targets in sight.new.ports.items()},
        }
    }


def blindable(sight: Sight) -> tuple[object, ...]:
    return (sight.service, sight.pointing, sight.groups, sight.protected, sight.new, sight.rules, sight.new_groups)


def decide(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    if blind := unread(*blindable(sight)):
        return Wait(f"a witness is unread: {blind.why}", migration.waits.look_every_s)
    service = sight.service
    if gone(service, migration):
        return Done(f"service {migration.service} is {retired_as(service)}")
    assert isinstance(service, Service)
    if lines := against(migration, sight, service):
        do = or_back("mend it, then `migrate apply PLAN --resume`", standing, "; `migrate rollback PLAN` is still possible")
        return Hold("witness-missing", f"cannot retire {migration.service}: {lines[0]}", lines, do)
    if held := attached.against(migration, sight.holding):
        return held
    effect = next_effect(migration, sight, service)
    # Whoever is still on it is cut off at once, not when the load balancer goes.
    order = ", whose controller closes the nodes to the load balancer first" if migration.legacy.balancer.classic else ""
    return Wait(effect.summary + order, 0, effect)


def retired_as(service: Service | Unknown | None) -> str:
    """How it ended, in words."""
    if isinstance(service, Service) and not service.deleting and service.type != "LoadBalancer":
        return f"demoted to {service.type}"
    return "deleted"


def against(migration: Migration, sight: Sight, service: Service) -> tuple[str, ...]:
    """Every witness that speaks against it, a line each."""
    assert isinstance(sight.pointing, tuple) and isinstance(sight.groups, tuple)
    assert isinstance(sight.new, Health) and isinstance(sight.rules, tuple) and isinstance(sight.new_groups, tuple)
    lines = [f"record set {each} still leads to legacy" for each in sight.pointing]
    planned = {each.arn for each in migration.legacy.groups}
    lines += [
        f"target group {each.name} was not there when the plan was made" for each in sight.groups if each.arn not in planned
    ]
    lines += [
        f"target group {each.name} is used by {other} too"
        for each in sight.groups
        for other in each.balancers
        if other != migration.legacy.balancer.arn
    ]
    lines += drifted(migration.legacy.service, service)
    if LEGACY_FINALIZER not in service.finalizers:
        lines.append(f"finalizer {LEGACY_FINALIZER} is missing: its controller would not clean up")
    family, kind = service.annotations.get(TYPE_ANNOTATION), migration.legacy.balancer.kind
    if finds(family) != kind:
        lines.append(f"annotation {TYPE_ANNOTATION} is {family!r}: its controller would not find the {kind} load balancer")
    lines += [f"port {port} of the new load balancer has no healthy target" for port in sight.new.sick_ports]
    if not sight.new.ports:
        lines.append("the new load balancer has no listener")
    return (*lines, *unadmitted(migration, sight.new, sight.rules, sight.new_groups))


def finds(family: str | None) -> str:
    """The kind of load balancer that the legacy controller looks for by its type annotation; empty where it steps aside.

    Source: kubernetes/cloud-provider-aws pkg/providers/v1/aws_loadbalancer.go, isNLB and isLBExternal.
    """
    return {"nlb": "network", "external": "", "nlb-ip": ""}.get(family or "", "classic")


def unadmitted(migration: Migration, new: Health, rules: tuple[Rule, ...], groups: tuple[str, ...]) -> list[str]:
    """New target ports that only a rule of legacy's admits; that rule goes with legacy."""
    if not migration.legacy.rules:
        return []
    leaving = {each.id for each in migration.legacy.rules}
    staying = [each for each in rules if each.id not in leaving]
    wanted = sorted({target.port for targets in new.ports.values() for target in targets})
    return [f"no rule but legacy's admits port {port} of the new targets" for port in wanted if not admits(staying, port, groups)]


def admits(rules: list[Rule], port: int, groups: tuple[str, ...]) -> bool:
    """Whether one of the rules opens a port to a load balancer with these security groups, or to addresses where it has none."""
    opening = [each for each in rules if each.protocol == "-1" or each.from_port <= port <= each.to_port]
    return any(each.source in groups if groups else "/" in each.source for each in opening)


def next_effect(migration: Migration, sight: Sight, service: Service) -> Effect:
    """Deletion protection first: with it on, the legacy controller would fail half way."""
    if sight.protected:
        return DisableDeletionProtection(migration.legacy.balancer.arn)
    of = (service.namespace, service.name, service.uid, service.resource_version)
    return DeleteService(*of) if migration.retirement == "delete" else DemoteService(*of)


def undo(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    if isinstance(sight.service, Unknown):
        return Wait(f"legacy service unread: {sight.service.why}", migration.waits.look_every_s)
    if gone(sight.service, migration):
        # No way back: a deleted load balancer never returns under the same name.
        return Fail("past-no-return", f"service {migration.service} was retired")
    if not migration.legacy.deletion_protection:
        return Done("the legacy Service is there, its load balancer was never protected")
    if isinstance(sight.protected, Unknown):
        return Wait(f"deletion protection of legacy unread: {sight.protected.why}", migration.waits.look_every_s)
    if sight.protected:
        return Done("the legacy Service is there, its load balancer is protected")
    effect = EnableDeletionProtection(migration.legacy.balancer.arn)
    return Wait(effect.summary, 0, effect)
