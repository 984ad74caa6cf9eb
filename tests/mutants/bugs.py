"""The mutants: each replaces something of the engine, and says which report its bug comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as changed
from typing import Any

import msgspec
from msgspec.structs import replace

from migrator.errors import OutsideError, Unclear
from migrator.machine.calls import Calls
from migrator.machine.outcome import Again
from migrator.model import events
from migrator.model import records as nouns
from migrator.model.cluster import MARK
from migrator.model.effects import CreateService, DeleteTargetGroup, DemoteService, PatchService, TakeLease
from migrator.model.units import Unknown
from migrator.model.verdict import Done, Wait
from migrator.ports.journey import Journey
from migrator.sandbox.world.faults import Fault
from migrator.simulation.doors_effector import EffectorDoor
from migrator.simulation.doors_records import world_record
from migrator.steps import admit, clone, drain, finish, flows, health, lower, records, retire, settle, shift, sweep, warm
from tests.mutants import hunts
from tests.mutants.hunts import Hunt, died, meeting, returned, struck

Swap = tuple[object, str, Any]  # what it is in, its name, what stands there instead


class Mutant(msgspec.Struct, frozen=True):
    """One bug. `report` is where it was met; `hunts` are tried in order, and one has to catch it."""

    name: str
    report: str
    swaps: tuple[Swap, ...]
    hunts: tuple[Hunt, ...]


def done(*given: object) -> Done:
    """A step that says it is done, and asks nobody."""
    return Done("a mutant")


def nothing(*given: object, **more: object) -> None:
    """Whatever it was for, it is not done."""


def empty(*given: object, **more: object) -> tuple[()]:
    """Nobody has anything against it."""
    return ()


# What is read is taken for what it is not


def none_left(left: Callable[..., Any]) -> Callable[..., Any]:
    """What is left of what could not be read is nothing."""

    def instead(migration: Any, sight: Any) -> Any:
        return () if sight.groups is None else left(migration, sight)

    return instead


def taken_for_gone(question: Callable[[], Any]) -> Any:
    """A look that failed is an empty answer."""
    try:
        return question()
    except OutsideError:
        return None


def taken_for_healthy(look: Callable[..., Any]) -> Callable[..., Any]:
    """Targets that could not be read are as healthy as legacy's."""

    def instead(*given: Any) -> Any:
        sight = look(*given)
        return replace(sight, new=sight.legacy) if isinstance(sight.new, Unknown) else sight

    return instead


def synced_at_once(look: Callable[..., Any]) -> Callable[..., Any]:
    """A change that was accepted is taken for one that every server has."""

    def instead(name: str, migration: Any, standing: Any, outside: Any, **more: Any) -> Any:
        seen = look(name, migration, standing, outside, **more)
        known = [each.result.get("change", "") for each in standing.changes(name).values()]
        return replace(seen, lagging=(), synced=tuple(sorted({*known, ""} - {""} if all(known) else set(known))))

    return instead


def lost_is_fine(look: Callable[..., Any]) -> Callable[..., Any]:
    """A change whose id was lost is taken for one that is in sync."""

    def instead(name: str, migration: Any, standing: Any, outside: Any, **more: Any) -> Any:
        seen = look(name, migration, standing, outside, **more)
        return replace(seen, lost=(), synced=tuple(sorted({*seen.synced, *([""] if seen.lost else ())})))

    return instead


def one_zone(legacy: Any, new: Any, pct: int) -> str:
    """One healthy target anywhere is enough."""
    return "" if new.healthy else "0 healthy targets"


# What is called is not what was decided


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
        make(self, migration, changed(outside, effector=Repeating(outside.effector)), log)

    return instead


def whoever(marked: Callable[..., Any]) -> Callable[..., Any]:
    """Whose host the Lease names is not looked at."""

    def instead(self: Any) -> Any:
        lease = marked(self)
        return lease and replace(lease, host=self.outside.host)

    return instead


def taken_for_done(self: Any) -> None:
    """A call without an outcome is written down as done."""
    step, effect = self.log.standing.pending.step, self.log.standing.pending.effect
    result = {"uid": "unknown"} if isinstance(effect, CreateService) else {"epoch": "1", "change": ""}
    self.log.write(events.Applied(step, result, found=True))


def unasked(self: Any) -> None:
    """The call that was in flight is forgotten, and the next one intended."""
    standing = self.log.standing
    self.log.standing = changed(standing, pending=None)


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


# What is forgotten


def first_only(batch: Callable[..., Any]) -> Callable[..., Any]:
    """Only the first record set is looked at."""

    def instead(listed: Any, wanted: Any, why: str) -> Any:
        return batch(listed[:1], wanted, why)

    return instead


def one_family(batch: Callable[..., Any]) -> Callable[..., Any]:
    """AAAA aliases are left where they are."""

    def instead(listed: Any, wanted: Any, why: str) -> Any:
        return batch(tuple(each for each in listed if each[0].listed.type != "AAAA"), wanted, why)

    return instead


def health_dropped(pointed: Callable[..., Any]) -> Callable[..., Any]:
    """An alias loses EvaluateTargetHealth on the way."""

    def instead(record: Any, new: Any) -> Any:
        moved = pointed(record, new)
        return moved if moved.alias is None else replace(moved, alias=replace(moved.alias, evaluate_health=False))

    return instead


def record_ttl_only(move: Any) -> float:
    """The load balancer's own address records are forgotten."""
    return float(move.lowered.ttl_s or 0)


def wrong_way(cursor: Callable[..., Any]) -> Callable[..., Any]:
    """The way back begins with the clone."""

    def instead(self: Any, standing: Any) -> Any:
        if standing.back and "clone" not in standing.seen and "clone" in standing.intents:
            return next(step for step in self.order if step.NAME == "clone")
        return cursor(self, standing)

    return instead


def unprotected(closing: Callable[..., Any]) -> Callable[..., Any]:
    """Deletion protection is not carried over."""

    def instead(migration: Any) -> Any:
        return {MARK: None}

    return instead


def lease_stays(unmark: Callable[..., Any]) -> Callable[..., Any]:
    """The Lease is left behind."""

    def instead(migration: Any, sight: Any) -> Any:
        return unmark(migration, replace(sight, lease=None))

    return instead


def once_released(migration: Any, standing: Any, sight: Any, now: float) -> Any:
    """A finalizer that is gone is taken for proof."""
    return Done("released") if sweep.released(sight) else Wait("the finalizer is there", 10)


def for_ever(*given: object) -> Wait:
    """A step that waits for what it never asks about."""
    return Wait("something", 30)


def unwaited(decide: Callable[..., Any]) -> Callable[..., Any]:
    """A step without its waits for caches."""

    def instead(*given: Any) -> Any:
        waited, records.waited = records.waited, nothing
        try:
            return decide(*given)
        finally:
            records.waited = waited

    return instead


def at_once(migration: Any, lease: Any, now: float) -> Wait:
    """Taking over waits for nobody."""
    return Wait("taking over", 0, TakeLease(lease.namespace, lease.name, lease.resource_version))


forward = hunts.forward
lost = struck("admit", "aws", "route53:ChangeResourceRecordSets", "lose-reply")
lost_late = struck("warm", "aws", "route53:ChangeResourceRecordSets", "lose-reply")
failing = struck("lower", "kube", "POST services", "error")
unread_sweep = meeting(
    "retire",
    Fault(where="legacy", operation="delete-target-group", mode="fail", times=2),
    Fault(where="aws", operation="elbv2:*", mode="throttle", times=None),
)
leaked = struck("drain", "legacy", "delete-target-group", "fail", times=2)
dead = tuple(died("effect", point, "before") for point in (2, 3, 4, 5))

MUTANTS = (
    Mutant(
        "lower-forgets-the-long-ttl",
        "needs N2: caches keep the answer from before",
        ((lower, "decide", unwaited(lower.decide)),),
        (forward,),
    ),
    Mutant(
        "retire-before-the-ttl-ran-out",
        "anchors 5.3: a fixed delay instead of what caches hold",
        ((settle, "decide", done), (drain, "decide", done)),
        (forward,),
    ),
    Mutant("settle-forgets-caches", "anchors 5.3", ((settle, "decide", unwaited(settle.decide)),), (forward,)),
    Mutant(
        "settle-forgets-address-records",
        "law 1: 60 s more for the load balancer's own records",
        ((records, "held_s", record_ttl_only),),
        (forward,),
    ),
    Mutant(
        "upsert-instead-of-compare-and-set",
        "anchors 4.13, needs: never touch what another wrote",
        ((EffectorDoor, "_change_records", upsert),),
        (hunts.raced,),
    ),
    Mutant(
        "unknown-read-as-gone",
        "anchors 4.3: connection error read as copy complete",
        ((sweep, "asked", taken_for_gone), (sweep, "unread", nothing), (sweep, "leftovers", none_left(sweep.leftovers))),
        (unread_sweep,),
    ),
    Mutant(
        "finalizer-taken-for-proof",
        "anchors 4.26-27: finalizers dropped, load balancers orphaned",
        ((sweep, "decide", once_released),),
        (leaked,),
    ),
    Mutant("sweep-is-skipped", "anchors 4.27: orphaned across restarts", ((sweep, "decide", done),), (forward,)),
    Mutant(
        "throttled-read-taken-as-healthy",
        "anchors 4.9: done under ELB throttling",
        ((warm, "look", taken_for_healthy(warm.look)),),
        (hunts.unread,),
    ),
    Mutant(
        "warm-is-skipped", "anchors 4.29: cut over on created", ((warm, "decide", done), (shift, "unfit", nothing)), (forward,)
    ),
    Mutant(
        "warm-counts-one-zone-only", "anchors R3: targets flapping per zone", ((health, "short_of", one_zone),), (hunts.uneven,)
    ),
    Mutant(
        "pending-taken-as-insync",
        "controllers: GetChange PENDING",
        ((records, "seen", synced_at_once(records.seen)),),
        (forward,),
    ),
    Mutant(
        "lost-change-id-taken-as-insync",
        "design 3: a lost change id",
        ((records, "seen", lost_is_fine(records.seen)),),
        (lost, lost_late),
    ),
    Mutant("intent-after-the-call", "anchors 4.5: in-flight creates orphaned", ((Calls, "make", intent_after),), (forward,)),
    Mutant(
        "lost-reply-repeated-blindly",
        "law 4: SDK retries send a write up to four times",
        ((Calls, "__init__", repeating(Calls.__init__)),),
        (lost, failing),
    ),
    Mutant(
        "lost-reply-taken-for-done",
        "anchors 4.3, 4.7: pending operations",
        ((Calls, "resolve", taken_for_done),),
        (failing, *dead),
    ),
    Mutant("lost-reply-forgotten", "anchors 4.5", ((Calls, "resolve", unasked),), (lost, failing, *dead)),
    Mutant("lease-not-advanced", "anchors 4.6: locks that nobody renews", ((Calls, "_move_on", nothing),), (forward,)),
    Mutant(
        "takeover-without-waiting",
        "law 6: calls of the old host may still arrive",
        ((admit, "take_over", at_once),),
        (hunts.moved_house,),
    ),
    Mutant(
        "epoch-ignored",
        "anchors R4c: at most one effective writer",
        ((admit, "take_over", done), (Calls, "_marked", whoever(Calls._marked))),
        (hunts.moved_house,),
    ),
    Mutant("clone-without-mark", "needs N20: whose Service it is", ((clone, "absent", unmarked(clone.absent)),), (forward,)),
    Mutant(
        "a-note-on-the-legacy-service",
        "controllers: any annotation change makes legacy run",
        ((lower, "decide", on_legacy(lower.decide)),),
        (forward,),
    ),
    Mutant("demote-whatever-the-plan-says", "law 2", ((retire, "next_effect", demoting(retire.next_effect)),), (forward,)),
    Mutant(
        "target-groups-by-prefix",
        "anchors 4.22: filters that protect nothing",
        ((sweep, "leftovers", by_prefix(sweep.leftovers)),),
        (leaked,),
    ),
    Mutant(
        "a-record-set-taken-along",
        "anchors 4.13: never widen scope",
        ((records, "next_batch", renaming(records.next_batch)),),
        (forward,),
    ),
    Mutant(
        "shift-moves-the-first-only",
        "anchors 4.10: weight left behind",
        ((records, "next_batch", first_only(records.next_batch)),),
        (forward,),
    ),
    Mutant("aaaa-left-behind", "needs: alias pairs", ((records, "next_batch", one_family(records.next_batch)),), (forward,)),
    Mutant(
        "evaluate-target-health-lost",
        "law 5: every field as listed",
        ((nouns, "pointed", health_dropped(nouns.pointed)),),
        (forward,),
    ),
    Mutant("ttl-not-restored", "anchors 4.20: prior values lost", ((nouns.Move, "final", nouns.Move.shifted),), (forward,)),
    Mutant("rollback-forgets-the-ttl", "anchors R4g", ((lower, "undo", done),), (returned("lower"), returned("shift"))),
    Mutant("rollback-forgets-the-records", "anchors 4.10", ((shift, "undo", done),), (returned("shift"),)),
    Mutant(
        "rollback-removes-the-clone-first",
        "anchors 4.10: rollback switched weights before targets",
        ((Journey, "cursor", wrong_way(Journey.cursor)),),
        (returned("shift"),),
    ),
    Mutant(
        "rollback-waits-for-no-cache",
        "law 8: under law 1 too",
        ((shift, "undo", unwaited(shift.undo)), (flows, "busy", nothing)),
        (returned("shift"),),
    ),
    Mutant("rollback-leaves-the-clone", "anchors R4h", ((clone, "undo", done),), (returned("clone"),)),
    Mutant(
        "retire-without-witnesses", "anchors 5.7: proof-carrying deletion", ((retire, "facts", lambda sight: {}),), (forward,)
    ),
    Mutant(
        "retire-sees-only-planned-records", "anchors 5.15: names nobody manages", ((retire, "pointing", empty),), (hunts.added,)
    ),
    Mutant("drain-is-skipped", "anchors 5.3: then also flows", ((drain, "decide", done),), (forward,)),
    Mutant("drain-trusts-missing-metrics", "anchors 4.12: no traffic, no metric", ((flows, "busy", nothing),), (forward,)),
    Mutant(
        "mark-left-on-the-clone",
        "anchors R4h: leftover markers",
        ((finish, "closing_annotations", lambda migration: {}),),
        (forward,),
    ),
    Mutant("lease-left-behind", "anchors 4.6", ((finish, "unmark", lease_stays(finish.unmark)),), (forward,)),
    Mutant(
        "deletion-protection-lost",
        "anchors 4.20",
        ((finish, "closing_annotations", unprotected(finish.closing_annotations)), (finish, "protected", lambda *given: True)),
        (hunts.guarded,),
    ),
    Mutant(
        "settle-waits-for-ever", "anchors R4j: finish or clean abort within a bound", ((settle, "decide", for_ever),), (forward,)
    ),
)
