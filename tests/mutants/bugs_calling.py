"""Mutants that call what was not decided, or not as it was decided."""

from __future__ import annotations

from migrator.machine.calls import Calls
from migrator.model import records as nouns
from migrator.simulation.doors.effector import EffectorDoor
from migrator.steps import clone, lower, records, retire, sweep
from tests.mutants import calling, forgetting, hunts, strangers
from tests.mutants.hunts import forward
from tests.mutants.mutant import Mutant, mutant, no
from tests.mutants.troubled import dead, failing, leaked, lost

CALLING: tuple[Mutant, ...] = (
    mutant(
        "upsert-instead-of-compare-and-set",
        "anchors 4.13, needs: never touch what another wrote",
        strangers.raced,
        (EffectorDoor, "_change_records", calling.upsert),
    ),
    mutant(
        "delete-and-create-apart",
        "anchors 4.10: weights all zero for a moment",
        forward,
        (EffectorDoor, "_change_records", calling.apart),
    ),
    mutant(
        "batch-to-the-wrong-zone",
        "anchors 4.13: never widen scope",
        forward,
        (records, "next_batch", calling.in_another_zone(records.next_batch)),
    ),
    mutant(
        "a-record-set-taken-along",
        "anchors 4.13: never widen scope",
        forward,
        (records, "next_batch", calling.renaming(records.next_batch)),
    ),
    mutant(
        "evaluate-target-health-lost",
        "law 5: every field as listed",
        forward,
        (nouns, "pointed", forgetting.health_dropped(nouns.pointed)),
    ),
    mutant("intent-after-the-call", "anchors 4.5: in-flight creates orphaned", forward, (Calls, "make", calling.intent_after)),
    mutant(
        "lost-reply-repeated-blindly",
        "law 4: SDK retries send a write up to four times",
        (lost, failing),
        (Calls, "__init__", calling.repeating(Calls.__init__)),
    ),
    mutant(
        "lost-reply-taken-for-done",
        "anchors 4.3, 4.7: pending operations",
        (failing, *dead),
        (Calls, "resolve", calling.taken_for_done),
    ),
    mutant("lost-reply-forgotten", "anchors 4.5", (lost, failing, *dead), (Calls, "resolve", calling.unasked)),
    mutant("clone-without-mark", "needs N20: whose Service it is", forward, (clone, "absent", calling.unmarked(clone.absent))),
    mutant(
        "a-note-on-the-legacy-service",
        "controllers 4: any annotation change makes legacy run",
        forward,
        (lower, "decide", calling.on_legacy(lower.decide)),
    ),
    mutant("demote-whatever-the-plan-says", "law 2", forward, (retire, "next_effect", calling.demoting(retire.next_effect))),
    mutant(
        "type-annotation-removed-first",
        "anchors 4.26: legacy looks for a Classic ELB, finds none, and lets go",
        forward,
        (retire, "next_effect", calling.type_first(retire.next_effect)),
    ),
    mutant(
        "type-annotation-removed-with-the-type",
        "controllers 4: both in one write leak the load balancer",
        hunts.demoted,
        (EffectorDoor, "_patch", calling.type_along(EffectorDoor._patch)),
    ),
    mutant(
        "finalizer-removed-by-us",
        "anchors 4.26-27: finalizers dropped, load balancers orphaned",
        forward,
        (EffectorDoor, "_delete", calling.unfinalized(EffectorDoor._delete)),
    ),
    mutant(
        "target-groups-by-prefix",
        "anchors 4.22: filters that protect nothing",
        leaked,
        (sweep, "leftovers", calling.by_prefix(sweep.leftovers)),
    ),
    mutant(
        "load-balancer-by-tag",
        "controllers 2: names and tags that both controllers use",
        forward,
        (sweep, "look", calling.by_tag(sweep.look)),
    ),
    mutant(
        "shared-node-rule-swept",
        "controllers 3d: a delete removed the rules of another (kubernetes#98278)",
        hunts.crowded,
        (sweep, "leftovers", calling.any_rule(sweep.leftovers)),
    ),
    mutant(
        "needed-node-rule-swept",
        "controllers 8: legacy revokes the rule that the new one relies on",
        strangers.widened,
        (sweep, "needed", no),
    ),
    mutant(
        "sweep-does-not-wait-for-its-controller",
        "controllers 3a: a retry that finds no load balancer reports success",
        forward,
        (sweep, "cleaning", calling.whole_balancer(sweep.cleaning)),
    ),
)
