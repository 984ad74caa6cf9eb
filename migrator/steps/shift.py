"""Move every record set to the new load balancer, a zone at a time."""

from __future__ import annotations

import msgspec

from migrator.model.migration import Migration
from migrator.model.names import ProbeSeen
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant, Unknown
from migrator.model.verdict import Done, Hold, Verdict, Wait
from migrator.ports.outside import Outside
from migrator.steps import flows, health, probing, records
from migrator.steps.asking import asked, unread
from migrator.steps.flows import Flows
from migrator.steps.health import Health
from migrator.steps.records import LOWERED, Form, RecordsSeen, new_name, shifted_to

NAME = "shift"
HOLDS_UNTIL = "finish"  # which puts the old TTLs back


class Sight(msgspec.Struct, frozen=True):
    records: RecordsSeen
    new: Health | Unknown
    legacy: Health | Unknown
    legacy_probe: ProbeSeen  # on the way back only
    flows: Flows | Unknown  # of the new load balancer; on the way back only
    gone: bool | Unknown = False  # whether the new load balancer is no more; on the way back only


def look(migration: Migration, standing: Standing, outside: Outside) -> Sight:
    arn = standing.fact("clone", "arn", "")
    # Once shift intended anything, record sets may have led elsewhere, also where somebody set them back by hand.
    seen = records.seen(NAME, migration, standing, outside, every_zone=standing.back and NAME in standing.intents)
    legacy = health.legacy_health(migration, outside)
    if not standing.back:
        new = health.new_health(arn, outside)
        return Sight(seen, new, legacy, ProbeSeen(False, "not tried"), Unknown("not asked"))
    probe = probing.legacy(migration, outside)
    new_flows = flows.seen(arn, migration, outside)
    there = asked(outside.balancers.balancer, arn)
    gone = there if isinstance(there, Unknown) else there is None
    return Sight(seen, Unknown("not asked"), legacy, probe, new_flows, gone)


def facts(sight: Sight) -> Facts:
    return sight.records.facts


def decide(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    new, every = new_name(standing), migration.waits.look_every_s
    verdict = records.towards(NAME, sight.records, shifted_to(new), "move to the new load balancer", every, LOWERED)
    if verdict is None:
        return Done(f"every record set ({len(migration.dns.moves)}) answers {new.dns_name}")
    if isinstance(verdict, Wait) and verdict.effect is not None and (sick := unfit(migration, sight.new, every)):
        return sick
    return verdict


def unfit(migration: Migration, new: Health | Unknown, every: float) -> Wait | None:
    """Nothing moves to a load balancer that has nothing healthy behind one of its ports."""
    if isinstance(new, Unknown):
        return Wait(f"targets of the new load balancer unread: {new.why}", every)
    missing = set(migration.legacy.ports) - set(new.ports)
    if sick := (*sorted(missing), *new.sick_ports):
        return Wait(f"0 healthy targets behind port {sick[0]} of the new load balancer, 1 needed", every)
    return None


def undo(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    waits, shifted, home = migration.waits, shifted_to(new_name(standing)), returned(sight.records)
    verdict = records.towards(NAME, sight.records, home, "move back to legacy", waits.look_every_s, shifted)
    if isinstance(verdict, Wait) and verdict.effect is not None:
        return unfit_for_return(migration, standing, sight, now) or verdict
    if verdict is not None:
        return verdict
    if NAME not in standing.intents:
        return Done("every record set leads to legacy, and never led elsewhere")
    since = records.insync_since(NAME, standing)
    assert since is not None
    held_s = records.longest_held_s(migration.dns.moves)
    reason = f"answers with the new load balancer run out of caches in {held_s:.0f} s"
    if rest := records.waited(since, held_s, now, reason, waits.look_every_s):
        return rest
    if isinstance(sight.gone, Unknown):
        return Wait(f"new load balancer unread: {sight.gone.why}", waits.look_every_s)
    if not sight.gone and (busy := flows.busy(sight.flows, migration, since)):
        return busy
    return Done("every record set leads to legacy again, the new load balancer is quiet")


def returned(records: RecordsSeen) -> Form:
    """At legacy with the TTL for moving; what somebody has set back as it was listed is where the way leads, and stays."""
    found = () if isinstance(records.listed, Unknown) else records.listed
    as_listed = {move.key for move, record in found if record == move.listed}
    return lambda move: move.listed if move.key in as_listed else move.lowered


def unfit_for_return(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Wait | Hold | None:
    """Nothing moves back to a legacy load balancer that does not serve."""
    every = migration.waits.look_every_s
    if blind := unread(sight.legacy):
        return Wait(f"targets of legacy unread: {blind.why}", every)
    assert isinstance(sight.legacy, Health)
    probed = bool(standing.fact("warm", "legacy_probed", False))
    if not sight.legacy.sick_ports and (sight.legacy_probe.ok or not probed):
        return None
    if sight.legacy.sick_ports:
        reason = f"0 healthy targets behind port {sight.legacy.sick_ports[0]} of legacy"
    else:
        reason = f"a probe through legacy fails: {sight.legacy_probe.seen}"
    if now - standing.waiting_since(NAME, now) > migration.waits.warm_deadline_s:
        do = "mend the targets of legacy, then `migrate rollback PLAN`"
        return Hold("legacy-sick", f"cannot move back: {reason}", sight.legacy.lines(), do)
    return Wait(f"cannot move back yet: {reason}", every)
