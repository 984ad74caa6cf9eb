"""Replacements that call what was not decided, or not as it was decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from migrator.errors import Unclear
from migrator.machine.outcome import Again
from migrator.model import events
from migrator.model import records as nouns
from migrator.model.cluster import LEGACY_FINALIZER, MARK, TYPE_ANNOTATION
from migrator.model.effects import (
    ChangeRecords,
    CreateService,
    DeleteLoadBalancer,
    DeleteTargetGroup,
    DemoteService,
    PatchService,
    RevokeRule,
)
from migrator.model.verdict import Done, Wait
from migrator.simulation.doors.records import world_record


def upsert(self: Any, effect: Any) -> dict[str, str]:
    """Never looks at what is there."""
    batch = [("UPSERT", world_record(each.after)) for each in effect.swaps]
    return {"change": self._world.route53.change(effect.zone_id, batch, effect.why).id}


def intent_after(self: Any, step: str, effect: Any, looked: float) -> Any:
    """The call comes first, and is written down once it was made."""
    self.log.begin()
    result = self.outside.effector.apply(effect)
    self.log.write(events.Intended(step, effect))
    self.log.record(events.Applied(step, result))
    return Again(0)


class Repeating:
    """Sends a call again whose answer was lost."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def apply(self, effect: Any) -> Any:
        try:
            return self._inner.apply(effect)
        except Unclear:
            return self._inner.apply(effect)

    def found(self, effect: Any) -> Any:
        return self._inner.found(effect)


def repeating(make: Callable[..., None]) -> Callable[..., None]:
    """SDK retries were left on."""

    def instead(self: Any, migration: Any, outside: Any, log: Any) -> None:
        make(self, migration, outside._replace(effector=Repeating(outside.effector)), log)

    return instead


def taken_for_done(self: Any) -> None:
    """A call without an outcome is written down as done."""
    step, effect = self.log.standing.pending.step, self.log.standing.pending.effect
    result = {"uid": "unknown"} if isinstance(effect, CreateService) else {"epoch": "1", "change": ""}
    self.log.write(events.Applied(step, result, found=True))


def unasked(self: Any) -> None:
    """The call that was in flight is forgotten, and the next one intended."""
    standing = self.log.standing
    self.log.standing = replace(standing, pending=None)


def unmarked(absent: Callable[..., Any]) -> Callable[..., Any]:
    """The clone does not say whose it is."""

    def instead(*given: Any) -> Any:
        verdict = absent(*given)
        effect = getattr(verdict, "effect", None)
        if not isinstance(effect, CreateService):
            return verdict
        meta = effect.manifest["metadata"]
        bare = {**meta, "annotations": {key: value for key, value in meta["annotations"].items() if key != MARK}}
        return replace(verdict, effect=replace(effect, manifest={**effect.manifest, "metadata": bare}))

    return instead


def on_legacy(decide: Callable[..., Any]) -> Callable[..., Any]:
    """The legacy Service gets a note of ours before the move."""

    def instead(migration: Any, standing: Any, sight: Any, now: float) -> Any:
        verdict = decide(migration, standing, sight, now)
        legacy = migration.legacy.service
        if not isinstance(verdict, Done) or any(isinstance(each.effect, PatchService) for each in standing.done("lower")):
            return verdict
        note = PatchService(legacy.namespace, legacy.name, legacy.uid, "", {"example.com/moving": "true"})
        return Wait("a note", 0, note)

    return instead


def demoting(effect: Callable[..., Any]) -> Callable[..., Any]:
    """What the plan says about retiring is not read."""

    def instead(migration: Any, sight: Any, service: Any) -> Any:
        return DemoteService(service.namespace, service.name, service.uid, service.resource_version)

    return instead


def by_prefix(left: Callable[..., Any]) -> Callable[..., Any]:
    """Every target group with a name like legacy's is legacy's."""

    def instead(migration: Any, sight: Any) -> Any:
        mine = migration.legacy.groups[0].arn
        return left(migration, sight) or (DeleteTargetGroup(mine.replace("targetgroup/", "targetgroup/x")),)

    return instead


def renaming(batch: Callable[..., Any]) -> Callable[..., Any]:
    """A batch takes a record set along that the plan does not name."""

    def instead(*given: Any) -> Any:
        change = batch(*given)
        if change is None:
            return None
        more = tuple(nouns.Swap(replace(each.before, name=f"x.{each.before.name}"), each.after) for each in change.swaps)
        return replace(change, swaps=(*change.swaps, *more[:1]))

    return instead


def apart(self: Any, effect: Any) -> dict[str, str]:
    """The old answer goes in one batch, the new one comes in another."""
    self._world.route53.change(effect.zone_id, [("DELETE", world_record(each.before)) for each in effect.swaps], effect.why)
    batch = [("CREATE", world_record(each.after)) for each in effect.swaps]
    return {"change": self._world.route53.change(effect.zone_id, batch, effect.why).id}


def in_another_zone(batch: Callable[..., Any]) -> Callable[..., Any]:
    """A batch goes to the zone that has the other names."""

    def instead(listed: Any, wanted: Any, why: str) -> Any:
        change = batch(listed, wanted, why)
        others = [move.zone.id for move, _ in listed if change is not None and move.zone.id != change.zone_id]
        return replace(change, zone_id=others[0]) if isinstance(change, ChangeRecords) and others else change

    return instead


def by_tag(look: Callable[..., Any]) -> Callable[..., Any]:
    """The load balancer to remove is looked for by what it is tagged for."""

    def instead(migration: Any, standing: Any, outside: Any) -> Any:
        sight = look(migration, standing, outside)
        stack = f"{migration.new.namespace}/{migration.new.name}"
        found = outside.balancers.stacked(migration.cluster.name, stack)
        return replace(sight, balancer=sight.balancer or next(iter(found), None))

    return instead


def any_rule(left: Callable[..., Any]) -> Callable[..., Any]:
    """Every rule on the nodes with legacy's words in it goes, whoever else needs it."""

    def instead(migration: Any, sight: Any) -> Any:
        group = migration.legacy.rules[0].group
        return left(migration, sight) or tuple(RevokeRule(group, each) for each in migration.legacy.shared_rules)

    return instead


def type_first(effect: Callable[..., Any]) -> Callable[..., Any]:
    """The type annotation goes before the Service does."""

    def instead(migration: Any, sight: Any, service: Any) -> Any:
        if TYPE_ANNOTATION not in service.annotations:
            return effect(migration, sight, service)
        of = (service.namespace, service.name, service.uid, service.resource_version)
        return PatchService(*of, {TYPE_ANNOTATION: None})

    return instead


def type_along(patch: Callable[..., Any]) -> Callable[..., Any]:
    """The type annotation goes in the very patch that demotes."""

    def instead(self: Any, effect: Any) -> Any:
        if isinstance(effect, DemoteService):
            meta = {"annotations": {TYPE_ANNOTATION: None}}
            self._kube.patch("Service", effect.namespace, effect.name, {"metadata": meta, "spec": {"type": "ClusterIP"}})
            return {}
        return patch(self, effect)

    return instead


def unfinalized(delete: Callable[..., Any]) -> Callable[..., Any]:
    """The finalizer is taken off, so that the deletion does not hang."""

    def instead(self: Any, effect: Any) -> Any:
        raw = self._kube.find("Service", effect.namespace, effect.name)
        kept = [each for each in (raw or {"metadata": {}})["metadata"].get("finalizers") or () if each != LEGACY_FINALIZER]
        if raw is not None and kept != raw["metadata"].get("finalizers"):
            self._kube.patch("Service", effect.namespace, effect.name, {"metadata": {"finalizers": kept}})
            raw = self._kube.find("Service", effect.namespace, effect.name)
        version = "" if raw is None else raw["metadata"]["resourceVersion"]
        return delete(self, replace(effect, resource_version=version))

    return instead


def whole_balancer(left: Callable[..., Any]) -> Callable[..., Any]:
    """Whatever is left, the load balancer that was planned is deleted first, its controller at it or not."""

    def instead(migration: Any, standing: Any, sight: Any, left_over: Any, now: float) -> Any:
        return (
            Wait("in a hurry", 0, DeleteLoadBalancer(migration.legacy.balancer.arn))
            if sight.balancer
            else left(migration, standing, sight, left_over, now)
        )

    return instead
