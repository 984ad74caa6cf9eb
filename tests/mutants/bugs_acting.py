"""Mutants that act where they may not, or when they may not."""

from __future__ import annotations

from migrator.machine import calls
from migrator.machine.calls import Calls
from migrator.machine.logbook import Logbook
from migrator.machine.tick import Machine
from migrator.ports.journey import Journey
from migrator.simulation.doors.effector import FenceDoor
from migrator.steps import admit, records, retire
from tests.mutants import acting, hunts, strangers
from tests.mutants.hunts import forward
from tests.mutants.mutant import Mutant, done, empty, mutant, no, nothing, yes

ACTING: tuple[Mutant, ...] = (
    mutant("lease-not-advanced", "anchors 4.6: locks that nobody renews", forward, (Calls, "_move_on", nothing)),
    mutant(
        "lease-written-over-blindly",
        "anchors R4c: at most one effective writer",
        strangers.usurped_meanwhile,
        (FenceDoor, "advance", acting.blindly),
    ),
    mutant(
        "lease-not-looked-at",
        "anchors R4c: at most one effective writer",
        strangers.usurped_after("lower"),
        (Calls, "_marked", acting.unchecked),
        (admit, "ours", yes),
    ),
    mutant(
        "older-journal-acts",
        "anchors 4.4-5: the real progress destroyed",
        strangers.older_copy,
        (Logbook, "has", yes),
        (admit, "decide", acting.unnumbered(admit.decide)),
    ),
    mutant(
        "takeover-without-waiting",
        "law 6: calls of the old host may still arrive",
        strangers.moved_house,
        (admit, "take_over", acting.at_once),
        (Calls, "_anothers", nothing),
    ),
    mutant(
        "epoch-ignored",
        "anchors R4c: at most one effective writer",
        strangers.moved_house,
        (admit, "take_over", done),
        (Calls, "_marked", acting.whoever(Calls._marked)),
    ),
    mutant(
        "mark-counts-anew",
        "anchors R4c: at most one effective writer",
        strangers.marked_again,
        (Calls, "__init__", acting.anew(Calls.__init__)),
        (Logbook, "write", acting.written_anew(Logbook.write)),
    ),
    mutant(
        "mark-taken-for-our-own",
        "anchors R3: frozen after its intent, woken after another went on",
        strangers.marked_unheard,
        (Calls, "_lost", nothing),
    ),
    mutant(
        "called-long-after-its-intent",
        "anchors R3: frozen after its intent, woken after another's rollback",
        strangers.frozen,
        (calls, "PROTECTED_S", float("inf")),
    ),
    mutant("back-from-past-return", "needs N1: a deleted name never returns", hunts.past_return, (Journey, "past_return", no)),
    mutant(
        "hold-not-journalled",
        "anchors 4.30: unclear whether it happened",
        hunts.never_active,
        (Machine, "_hold", acting.unwritten),
    ),
    mutant(
        "gone-on-without-a-decision",
        "law 3: it vetoes until a person answers it by id",
        strangers.unseen_controller,
        (admit, "unanswered", no),
    ),
    mutant(
        "retire-without-recheck",
        "anchors 4.9: gate every irreversible step on what is observed",
        strangers.late_visitor,
        (Machine, "_recheck", acting.not_at("retire", Machine._recheck)),
    ),
    mutant("retire-without-witnesses", "anchors 5.7: proof-carrying deletion", forward, (retire, "facts", lambda sight: {})),
    mutant("witnesses-not-heeded", "anchors 5.7", strangers.added, (retire, "against", empty)),
    mutant(
        "sick-legacy-not-noticed",
        "law 1: what others break leads to hold, never onward",
        strangers.closed_to_legacy,
        (Journey, "guarding", acting.without(Journey.guarding, "legacy-healthy")),
    ),
    mutant(
        "changed-legacy-not-noticed",
        "anchors R3: somebody edits what is being moved",
        strangers.changed_legacy,
        (Journey, "guarding", acting.without(Journey.guarding, "legacy-unchanged")),
        (Machine, "_recheck", nothing),
    ),
    mutant(
        "foreign-edit-not-noticed",
        "anchors 4.13: never touch what another wrote",
        strangers.edited,
        (records, "edited", nothing),
        (Journey, "guarding", acting.without(Journey.guarding, "records-before", "records-after")),
    ),
    mutant(
        "foreign-edit-taken-back",
        "law 8: a foreign edit since is refused and shown",
        strangers.edited_back,
        (records, "edited", nothing),
    ),
)
