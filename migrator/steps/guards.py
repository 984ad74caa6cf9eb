"""What must stay true from one step to another; a trip is a hold, or the way back where the plan says so."""

from __future__ import annotations

from functools import cached_property

import msgspec

from migrator.checks.records import current
from migrator.checks.service import drifted
from migrator.model.cluster import Service
from migrator.model.migration import Migration
from migrator.model.standing import Standing
from migrator.model.units import Facts, Unknown
from migrator.model.verdict import Fail, Hold, Wait
from migrator.ports.journey import Guard
from migrator.ports.outside import Outside
from migrator.steps import clone, health, records
from migrator.steps.asking import asked
from migrator.steps.health import Health
from migrator.steps.records import LOWERED, Listed, new_name, shifted_to
from migrator.steps.returning import or_back, without_clone


def look_legacy(migration: Migration, standing: Standing, outside: Outside) -> Service | Unknown | None:
    planned = migration.legacy.service
    return asked(outside.cluster.service, planned.namespace, planned.name)


def legacy_changed(migration: Migration, standing: Standing, sight: Service | Unknown | None) -> Wait | Hold | None:
    if isinstance(sight, Unknown):
        return Wait(f"legacy service unread: {sight.why}", migration.waits.look_every_s)
    if sight is None:
        return Hold(
            "service-changed", f"service {migration.service} is gone", (), "see who deleted it; its load balancer follows"
        )
    if lines := sight.compared(migration.legacy.service, drifted):
        do = "set it back, then `migrate apply PLAN --resume`, or `migrate rollback PLAN` and plan again"
        return Hold("service-changed", f"service {migration.service} changed since the plan", lines, do)
    return None


class HealthSeen(msgspec.Struct, frozen=True, dict=True):
    """One load balancer's health; `ports` are those it has to serve."""

    health: Health | Unknown
    ports: tuple[int, ...]

    @cached_property
    def sick(self) -> tuple[int, ...]:
        """Ports without a healthy target, missing ones among them."""
        assert isinstance(self.health, Health)
        return tuple([each for each in self.ports if not self.health.serves(each)])


def look_legacy_health(migration: Migration, standing: Standing, outside: Outside) -> HealthSeen:
    return HealthSeen(health.legacy_health(migration, outside), ())


def legacy_health_facts(sight: HealthSeen) -> Facts:
    return {"sick": isinstance(sight.health, Health) and not sight.health.alive}


def legacy_sick(migration: Migration, standing: Standing, sight: HealthSeen) -> Wait | Hold | None:
    """Legacy serves as long as a client may be led to it, and as long as we may have to come back."""
    if isinstance(sight.health, Unknown):
        return Wait(f"targets of legacy unread: {sight.health.why}", migration.waits.look_every_s)
    if sight.health.alive:
        return None
    reason = "legacy has no healthy target"
    if standing.streak("legacy-healthy", "sick") < migration.waits.streak:
        return Wait(reason, migration.waits.look_every_s)
    do = "mend the workload, then `migrate apply PLAN --resume`"
    return Hold("legacy-sick", reason, sight.health.lines(), do)


def look_new_health(migration: Migration, standing: Standing, outside: Outside) -> HealthSeen:
    return HealthSeen(health.new_health(standing.fact("clone", "arn", ""), outside), migration.legacy.ports)


def new_health_facts(sight: HealthSeen) -> Facts:
    return {"sick": isinstance(sight.health, Health) and bool(sight.sick)}


def new_sick(migration: Migration, standing: Standing, sight: HealthSeen) -> Wait | Fail | None:
    """Once traffic moved, the new load balancer has to carry it."""
    if isinstance(sight.health, Unknown):
        return Wait(f"targets of the new load balancer unread: {sight.health.why}", migration.waits.look_every_s)
    if not (sick := sight.sick) or (not standing.changes("shift") and "shift" not in standing.seen):
        return None
    reason = f"port {sick[0]} of the new load balancer has no healthy target"
    if standing.streak("new-healthy", "sick") < migration.waits.streak:
        return Wait(reason, migration.waits.look_every_s)
    do = or_back("mend the targets, then `migrate apply PLAN --resume`", standing)
    return Fail("new-sick", reason, sight.health.lines(), do)


def look_records(migration: Migration, standing: Standing, outside: Outside) -> Listed | Unknown:
    return asked(current, migration.dns, outside)


def records_edited(migration: Migration, standing: Standing, sight: Listed | Unknown) -> Wait | Hold | None:
    """Nobody else edits what we hold: lowered before the shift, at the new load balancer after it."""
    if isinstance(sight, Unknown):
        return Wait(f"record sets unread: {sight.why}", migration.waits.look_every_s)
    if "shift" in standing.seen:
        return records.edited(sight, shifted_to(new_name(standing)))
    return records.edited(sight, LOWERED)


def look_clone(migration: Migration, standing: Standing, outside: Outside) -> Service | Unknown | None:
    return asked(outside.cluster.service, migration.new.namespace, migration.new.name)


def clone_changed(migration: Migration, standing: Standing, sight: Service | Unknown | None) -> Wait | Hold | Fail | None:
    if isinstance(sight, Unknown):
        return Wait(f"clone unread: {sight.why}", migration.waits.look_every_s)
    if sight is None or sight.uid != standing.fact("clone", "uid"):
        name = f"{migration.new.namespace}/{migration.new.name}"
        # Its load balancer goes with it: where the plan says so, the names are brought back to legacy at once.
        do = without_clone(migration, standing)
        return Fail("clone-changed", f"service {name} is gone or was made again", (), do)
    return clone.not_ours(migration, standing, sight)


GUARDS: tuple[Guard, ...] = (
    Guard("legacy-unchanged", "lower", "retire", look_legacy, None, legacy_changed),
    Guard("legacy-healthy", "lower", "retire", look_legacy_health, legacy_health_facts, legacy_sick),
    Guard("clone-unchanged", "warm", "finish", look_clone, None, clone_changed),
    Guard("records-before", "clone", "shift", look_records, None, records_edited),
    Guard("records-after", "settle", "finish", look_records, None, records_edited),
    Guard("new-healthy", "shift", "", look_new_health, new_health_facts, new_sick),
)
