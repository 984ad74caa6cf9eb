"""Create the second Service beside the first, and see that the controller gave it a load balancer."""

from __future__ import annotations

from typing import Any

import msgspec

from migrator.model.balancers import LoadBalancer
from migrator.model.cluster import MARK, Binding, Service, Trouble
from migrator.model.effects import CreateService, DeleteService
from migrator.model.migration import Migration
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant, Unknown
from migrator.model.verdict import Done, Fail, Hold, Verdict, Wait
from migrator.ports.outside import Outside
from migrator.steps.asking import asked, unread
from migrator.steps.returning import or_back, without_clone

NAME = "clone"
HOLDS_UNTIL = "finish"  # which takes our mark off


class Sight(msgspec.Struct, frozen=True):
    service: Service | Unknown | None
    balancer: LoadBalancer | Unknown | None  # behind the clone's hostname, or as noticed before
    bindings: tuple[Binding, ...] | Unknown
    taken: tuple[LoadBalancer, ...] | Unknown  # load balancers with the clone's stack tag, while there is no clone
    left: tuple[str, ...] | Unknown  # on the way back: what LBC made and is still there
    troubles: tuple[Trouble, ...] = ()


def look(migration: Migration, standing: Standing, outside: Outside) -> Sight:
    new = migration.new
    service = asked(outside.cluster.service, new.namespace, new.name)
    bindings = asked(outside.cluster.bindings, new.namespace, new.name)
    taken: tuple[LoadBalancer, ...] | Unknown = ()
    troubles: tuple[Trouble, ...] | Unknown = ()
    stack = f"{new.namespace}/{new.name}"
    if service is None and not standing.back:
        taken = asked(outside.balancers.stacked, migration.cluster.name, stack)
    if isinstance(service, Service) and (service.hostname is None or service.deleting):
        troubles = asked(outside.cluster.troubles, new.namespace, service.uid)
    left = remains(migration, standing, outside) if standing.back else ()
    balancer = balancer_of(service, standing, outside)
    return Sight(service, balancer, bindings, taken, left, () if isinstance(troubles, Unknown) else troubles)


def balancer_of(service: Service | Unknown | None, standing: Standing, outside: Outside) -> LoadBalancer | Unknown | None:
    """The load balancer behind the clone's hostname; None before it has one."""
    if isinstance(service, Unknown):
        return service
    hostname = service.hostname if service is not None else None
    if standing.back or hostname is None:
        return None
    return asked(outside.balancers.named, hostname)


def remains(migration: Migration, standing: Standing, outside: Outside) -> tuple[str, ...] | Unknown:
    """What LBC made for the clone and is still in AWS, by id: load balancers, target groups, security groups."""
    stack = f"{migration.new.namespace}/{migration.new.name}"

    def question() -> tuple[str, ...]:
        stacked = outside.balancers.stacked(migration.cluster.name, stack)
        noticed = {*standing.fact(NAME, "groups", ()), *standing.noticed(NAME, "groups", ())}
        groups = outside.balancers.groups_left(tuple(sorted(noticed)))
        security = outside.network.stacked_groups(migration.cluster.name, stack)
        return (*(each.arn for each in stacked), *(each.arn for each in groups), *security)

    return asked(question)


def facts(sight: Sight) -> Facts:
    """Only what is known: a later look that sees less does not make us forget."""
    known: Facts = {}
    if isinstance(sight.service, Service):
        known["uid"] = sight.service.uid
    if isinstance(sight.balancer, LoadBalancer) and isinstance(sight.service, Service):
        known |= {"hostname": sight.service.hostname, "arn": sight.balancer.arn, "zone_id": sight.balancer.zone_id}
    if isinstance(sight.bindings, tuple) and sight.bindings:
        known["groups"] = [each.group_arn for each in sight.bindings]
    return known


def decide(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    waits, name = migration.waits, f"{migration.new.namespace}/{migration.new.name}"
    if blind := unread(sight.service, sight.taken, sight.balancer, sight.bindings):
        return Wait(f"clone unread: {blind.why}", waits.look_every_s)
    service, taken = sight.service, sight.taken
    assert not isinstance(service, Unknown) and not isinstance(taken, Unknown)
    if service is None:
        return absent(migration, standing, taken)
    if hold := not_ours(migration, standing, service):
        return hold
    if isinstance(sight.balancer, LoadBalancer) and sight.bindings:
        return Done(f"service {name} has load balancer {sight.balancer.name} as {service.hostname}")
    waited_s = now - standing.waiting_since(NAME, now)
    complaints = tuple(f"{each.reason}: {each.message}" for each in sight.troubles)
    if waited_s > waits.clone_deadline_s:
        reason = f"service {name} has no load balancer after {waited_s:.0f} s"
        do = or_back("mend what the controller complains about, then `migrate apply PLAN --resume`", standing)
        return Hold("no-hostname", reason, complaints, do)
    because = f" ({complaints[0]})" if complaints else ""
    return Wait(f"the controller makes a load balancer for {name}{because}", waits.look_every_s)


def absent(migration: Migration, standing: Standing, taken: tuple[LoadBalancer, ...]) -> Verdict:
    """There is no clone: make it, unless somebody removed it or LBC would adopt a stranger's load balancer."""
    new = migration.new
    if standing.done(NAME):
        reason = f"service {new.namespace}/{new.name} was made and is gone"
        return Fail("clone-changed", reason, (), without_clone(migration, standing))
    if taken:
        seen = tuple(each.arn for each in taken)
        reason = f"load balancer {taken[0].name} is already tagged for {new.namespace}/{new.name}; it would be taken over"
        return Hold("stack-taken", reason, seen, "delete it if nothing uses it, or plan with another --clone-name")
    return Wait(f"create service {new.namespace}/{new.name}", 0, CreateService(new.namespace, new.name, migration.manifest))


def not_ours(migration: Migration, standing: Standing, service: Service) -> Hold | Fail | None:
    """The hold or failure when the Service of the clone's name is not the one that the plan describes."""
    if service.annotations.get(MARK) != migration.id:
        do = "plan with another --clone-name"
        return Hold("clone-exists", f"service {named(service)} exists and does not carry our mark", (), do)
    if service.deleting:
        return Fail("clone-changed", f"service {named(service)} is being deleted", (), without_clone(migration, standing))
    if changed := service.compared(migration.manifest, differences):
        do = or_back("set it back, then `migrate apply PLAN --resume`", standing)
        return Hold("clone-changed", f"service {named(service)} is not as planned", changed, do)
    return None


def named(service: Service) -> str:
    """namespace/name."""
    return f"{service.namespace}/{service.name}"


def differences(manifest: dict[str, Any], service: Service) -> tuple[str, ...]:
    """Planned values that the stored Service does not have; what the server adds does not count."""
    wanted, found = manifest.get("metadata", {}).get("annotations", {}), service.annotations
    lines = [f"annotation {key} is {found.get(key)!r}, planned {wanted[key]!r}" for key in lacking(wanted, found)]
    return (*lines, *missing_parts("spec", manifest.get("spec", {}), service.spec))


def missing_parts(path: str, wanted: Any, found: Any) -> list[str]:
    """Where `found` does not contain `wanted`, a line each; lists are compared item by item."""
    lines: list[str] = []
    match wanted, found:
        case dict(), dict():
            for key in lacking(wanted, found):
                lines += missing_parts(f"{path}.{key}", wanted[key], found.get(key))
        case list(), list() if len(wanted) == len(found):
            for at, one in enumerate(wanted):
                lines += missing_parts(f"{path}[{at}]", one, found[at])
        case _:
            lines += [] if wanted == found else [f"{path} is {found!r}, planned {wanted!r}"]
    return lines


def lacking(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """The keys of `wanted` that have other values in `found`, sorted; most often there are none."""
    return sorted([key for key in wanted if key not in found or found[key] != wanted[key]])


def undo(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    waits, name = migration.waits, f"{migration.new.namespace}/{migration.new.name}"
    if blind := unread(sight.service, sight.left):
        return Wait(f"clone unread: {blind.why}", waits.look_every_s)
    service, left = sight.service, sight.left
    assert not isinstance(service, Unknown) and not isinstance(left, Unknown)
    if service is not None and service.annotations.get(MARK) != migration.id:
        return Done(f"service {name} is not ours and stays")
    if service is not None and not service.deleting:
        effect = DeleteService(service.namespace, service.name, service.uid, service.resource_version)
        return Wait(f"delete service {name}", 0, effect)
    if service is None and not left:
        return Done(f"service {name} and everything the controller made for it are gone")
    waited_s = now - standing.waiting_since(NAME, now)
    complaints = tuple(f"{each.reason}: {each.message}" for each in sight.troubles)
    if waited_s > waits.sweep_deadline_s:
        seen = (*left, *complaints)
        do = "mend what the controller complains about (its events on the Service), then `migrate rollback PLAN`"
        return Hold("sweep-stuck", f"what was made for {name} is still there after {waited_s:.0f} s", seen, do)
    what = f"{len(left)} AWS objects" if left else "the finalizer"
    return Wait(f"the controller is removing {name}: {what} left", waits.look_every_s)
