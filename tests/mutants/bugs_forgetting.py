"""Mutants that forget a part of what is to be done, or to be waited for."""

from __future__ import annotations

from migrator.model import records as nouns
from migrator.model.standing import Standing
from migrator.ports.journey import Journey
from migrator.steps import clone, drain, finish, flows, lower, records, retire, settle, shift, sweep, warm
from tests.mutants import forgetting, hunts
from tests.mutants.hunts import forward, resumed, returned
from tests.mutants.mutant import Mutant, done, for_ever, mutant, nothing, yes
from tests.mutants.troubled import leaked

FORGETTING: tuple[Mutant, ...] = (
    mutant(
        "lower-forgets-the-long-ttl",
        "needs N2: caches keep the answer from before",
        forward,
        (lower, "decide", forgetting.unwaited(lower.decide)),
    ),
    mutant(
        "retire-before-the-ttl-ran-out",
        "anchors 5.3: a fixed delay instead of what caches hold",
        forward,
        (settle, "decide", done),
        (drain, "decide", done),
    ),
    mutant("settle-forgets-caches", "anchors 5.3", forward, (settle, "decide", forgetting.unwaited(settle.decide))),
    mutant(
        "settle-forgets-address-records",
        "law 1: 60 s more for the load balancer's own records",
        forward,
        (records, "held_s", forgetting.record_ttl_only),
    ),
    mutant(
        "soak-forgotten-over-a-restart",
        "anchors 4.21: restart marks work done or failed",
        resumed("shift"),
        (settle, "decide", forgetting.soak(settle.decide)),
    ),
    mutant(
        "quiet-window-forgotten-over-a-restart",
        "anchors 4.21",
        resumed("settle"),
        (Standing, "since", forgetting.long_ago(Standing.since)),
    ),
    mutant("warm-is-skipped", "anchors 4.29: cut over on created", forward, (warm, "decide", done), (shift, "unfit", nothing)),
    mutant(
        "finalizer-taken-for-proof",
        "anchors 4.26-27: finalizers dropped, load balancers orphaned",
        leaked,
        (sweep, "decide", forgetting.once_released),
    ),
    mutant("sweep-is-skipped", "anchors 4.27: orphaned across restarts", forward, (sweep, "decide", done)),
    mutant(
        "shift-moves-the-first-only",
        "anchors 4.10: weight left behind",
        forward,
        (records, "next_batch", forgetting.first_only(records.next_batch)),
    ),
    mutant("aaaa-left-behind", "needs: alias pairs", forward, (records, "next_batch", forgetting.one_family(records.next_batch))),
    mutant("ttl-restored-too-early", "needs 2: raise the TTL last", forward, (nouns.Move, "shifted", nouns.Move.final)),
    mutant("ttl-not-restored", "anchors 4.20: prior values lost", forward, (nouns.Move, "final", nouns.Move.shifted)),
    mutant("rollback-forgets-the-ttl", "anchors R4g", (returned("lower"), returned("shift")), (lower, "undo", done)),
    mutant("rollback-forgets-the-records", "anchors 4.10", returned("shift"), (shift, "undo", done)),
    mutant(
        "rollback-removes-the-clone-first",
        "anchors 4.10: rollback switched weights before targets",
        returned("shift"),
        (Journey, "cursor", forgetting.wrong_way(Journey.cursor)),
    ),
    mutant(
        "rollback-waits-for-no-cache",
        "law 8: under law 1 too",
        returned("shift"),
        (shift, "undo", forgetting.unwaited(shift.undo)),
        (flows, "busy", nothing),
    ),
    mutant("rollback-leaves-the-clone", "anchors R4h", returned("clone"), (clone, "undo", done)),
    mutant("mark-left-on-the-clone", "anchors R4h: leftover markers", forward, (finish, "closing_annotations", lambda given: {})),
    mutant("lease-left-behind", "anchors 4.6", forward, (finish, "unmark", forgetting.lease_stays(finish.unmark))),
    mutant(
        "deletion-protection-lost",
        "anchors 4.20",
        hunts.guarded,
        (finish, "closing_annotations", forgetting.unprotected(finish.closing_annotations)),
        (finish, "protected", yes),
    ),
    mutant("rollback-leaves-legacy-unprotected", "law 8", hunts.unguarded, (retire, "undo", done)),
    mutant("deadline-ignored", "anchors 4.12: stuck", hunts.never_active, (warm, "too_late", forgetting.not_too_late)),
    mutant("settle-waits-for-ever", "anchors R4j: finish or clean abort within a bound", forward, (settle, "decide", for_ever)),
)
