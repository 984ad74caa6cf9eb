"""Put back what was only for the move: TTLs, deletion protection, our marks; and see that all stays well."""

from __future__ import annotations

import msgspec

from migrator.model.cluster import MARK, PREFIX, Lease, Service
from migrator.model.effects import PatchService, ReleaseLease
from migrator.model.migration import Migration
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant, Unknown
from migrator.model.verdict import Done, Fail, Hold, Verdict, Wait
from migrator.ports.outside import Outside
from migrator.steps import health, records
from migrator.steps.admit import kept
from migrator.steps.asking import asked, unread
from migrator.steps.health import Health
from migrator.steps.records import RecordsSeen, final_at, new_name, shifted_to
from migrator.steps.returning import without_clone

NAME = "finish"
HOLDS_UNTIL = ""  # the last step

ATTRIBUTES = PREFIX + "aws-load-balancer-attributes"


class Sight(msgspec.Struct, frozen=True):
    records: RecordsSeen
    clone: Service | Unknown | None
    legacy: Service | Unknown | None
    lease: Lease | Unknown | None
    new: Health | Unknown
    protected: bool | Unknown = False  # deletion protection of the new load balancer, where it has to be carried over


def look(migration: Migration, standing: Standing, outside: Outside) -> Sight:
    legacy, new = migration.legacy.service, migration.new
    return Sight(
        records.seen(NAME, migration, standing, outside),
        asked(outside.cluster.service, new.namespace, new.name),
        asked(outside.cluster.service, legacy.namespace, legacy.name),
        asked(outside.cluster.lease, legacy.namespace, migration.lease_name),
        health.new_health(standing.fact("clone", "arn", ""), outside),
        asked(protected, migration, standing.fact("clone", "arn", ""), outside),
    )


def protected(migration: Migration, arn: str, outside: Outside) -> bool:
    """Whether the new load balancer is protected; not asked where legacy was not."""
    if not migration.legacy.deletion_protection:
        return False
    return outside.balancers.attributes(arn).get("deletion_protection.enabled") == "true"


def facts(sight: Sight) -> Facts:
    well = isinstance(sight.new, Health) and bool(sight.new.ports) and not sight.new.sick_ports
    return {**sight.records.facts, "well": well}


def decide(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    waits, every, new = migration.waits, migration.waits.look_every_s, new_name(standing)
    if blind := unread(sight.clone, sight.legacy, sight.lease, sight.new, sight.protected):
        return Wait(f"end state unread: {blind.why}", every)
    if hold := wrong(migration, standing, sight):
        return hold
    if still := records.towards(NAME, sight.records, final_at(new), "restore the TTL", every, shifted_to(new)):
        return still
    well_since = standing.since(NAME, "well")
    if well_since is None:
        return Wait("a port of the new load balancer has no healthy target", every)
    checks_s = waits.checks * waits.check_interval_scale * longest_interval_s(migration)
    reason = f"the new targets stay healthy for {waits.checks} more checks"
    if rest := records.waited(well_since, checks_s, now, reason, every):
        return rest
    last = unmark(migration, sight)
    unmarking = isinstance(last, Wait) and isinstance(last.effect, ReleaseLease)
    return (kept(standing, now) or last) if unmarking else last


def wrong(migration: Migration, standing: Standing, sight: Sight) -> Hold | None:
    """What a person has to look at: the clone lost, or the legacy Service made again by somebody's automation."""
    name = f"{migration.new.namespace}/{migration.new.name}"
    clone = sight.clone
    assert not isinstance(clone, Unknown)
    if clone is None or clone.deleting or clone.uid != standing.fact("clone", "uid"):
        do = without_clone(migration, standing)
        return Hold("clone-changed", f"service {name} is gone, being deleted, or another one", (), do)
    assert not isinstance(sight.legacy, Unknown)
    if sight.legacy is not None and sight.legacy.type == "LoadBalancer" and not sight.legacy.deleting:
        seen = (f"its uid is {sight.legacy.uid}, the retired one had {migration.legacy.service.uid}",)
        do = "remove it from what deploys it (Git, Helm), delete it, then `migrate apply PLAN --resume`"
        return Hold("reborn", f"service {migration.service} was made again as a load balancer", seen, do)
    return None


def longest_interval_s(migration: Migration) -> int:
    """The longest health-check interval of legacy's target groups, which the clone reproduces."""
    return max((each.health_check.interval_s for each in migration.legacy.groups), default=30)


def unmark(migration: Migration, sight: Sight) -> Verdict:
    """The last writes: the clone's annotations, then our Lease."""
    assert isinstance(sight.clone, Service) and not isinstance(sight.lease, Unknown)
    clone = sight.clone
    wanted = closing_annotations(migration)
    changed = {key: value for key, value in wanted.items() if clone.annotations.get(key) != value}
    if changed:
        effect = PatchService(clone.namespace, clone.name, clone.uid, clone.resource_version, changed)
        return Wait("taking our mark off the new Service", 0, effect)
    if migration.legacy.deletion_protection and not sight.protected:
        return Wait("the controller turns deletion protection on", migration.waits.look_every_s)
    if sight.lease is not None:
        return Wait("removing our mark", 0, ReleaseLease(sight.lease.namespace, sight.lease.name))
    return Done(f"service {clone.namespace}/{clone.name} stands alone, TTLs are restored, our marks are gone")


def closing_annotations(migration: Migration) -> dict[str, str | None]:
    """What the clone's annotations end as: no mark, and deletion protection where legacy had it."""
    wanted: dict[str, str | None] = {MARK: None}
    if migration.legacy.deletion_protection:
        planned = migration.manifest.get("metadata", {}).get("annotations", {}).get(ATTRIBUTES, "")
        others = [each for each in planned.split(",") if each and not each.startswith("deletion_protection.")]
        wanted[ATTRIBUTES] = ",".join((*others, "deletion_protection.enabled=true"))
    return wanted


def undo(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    return Fail("past-no-return", f"service {migration.service} was retired")
