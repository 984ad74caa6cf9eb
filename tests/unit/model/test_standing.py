"""The standing is a fold over the journal: each kind of line, and nothing else."""

from __future__ import annotations

import pytest

from migrator.model import effects, events
from migrator.model.events import (
    Applied,
    Began,
    Ended,
    Event,
    Held,
    Intended,
    Noticed,
    Refused,
    Released,
    Seen,
    TurnedBack,
    Unclear,
)
from migrator.model.standing import FOR_A_PERSON, Done, Pending, Standing, fold
from tests.unit import given

TAKE = effects.TakeLease("shop", "lease")
CREATE = effects.CreateService("shop", "web-lbc", {})
BATCH, OTHER = effects.ChangeRecords("ZPUB", (), "one"), effects.ChangeRecords("ZPRI", (), "two")


def test_an_empty_journal_has_not_begun() -> None:
    empty = fold(())

    assert empty == Standing()
    assert (empty.began, empty.back, empty.sequence, empty.result("clone"), empty.noticed("clone", "uid")) == (
        None,
        False,
        0,
        {},
        None,
    )


def test_the_last_line_is_where_the_next_is_appended() -> None:
    told = given.standing((5.0, Seen("admit", "")))

    assert (told.sequence, told.checksum, told.last_at) == (2, "c2", given.START + 5)


def test_an_intent_is_pending_until_its_outcome() -> None:
    """Law 4: only the outside knows what became of it."""
    intended = given.standing((3.0, Intended("clone", CREATE)))

    assert intended.pending == Pending("clone", CREATE, given.START + 3)
    assert given.standing(Intended("clone", CREATE), Unclear("clone", "")).pending is not None
    assert given.standing(Intended("clone", CREATE), Applied("clone", {})).pending is None
    assert given.standing(Intended("clone", CREATE), Refused("clone", "conflict", "")).pending is None


def test_a_step_s_result_is_that_of_its_last_call() -> None:
    told = given.standing(
        (1.0, Intended("clone", CREATE)),
        (2.0, Applied("clone", {"uid": "u1"})),
        (3.0, Intended("clone", CREATE)),
        (4.0, Applied("clone", {"uid": "u2"}, found=True)),
    )

    assert told.result("clone") == {"uid": "u2"}
    assert told.done("clone")[0] == Done(CREATE, {"uid": "u1"}, given.START + 1, given.START + 2)


def test_an_outcome_without_an_intent_changes_nothing() -> None:
    assert given.standing(Applied("clone", {"uid": "u1"})).done("clone") == ()


def test_the_last_change_of_each_zone_counts() -> None:
    lines: list[events.Event] = []
    for batch, change in ((BATCH, "C1"), (OTHER, "C2"), (BATCH, "C3")):
        lines += [Intended("shift", batch), Applied("shift", {"change": change})]

    told = given.standing(*lines, Intended("shift", TAKE), Applied("shift", {"epoch": "1"}))

    assert {zone: done.result["change"] for zone, done in told.changes("shift").items()} == {"ZPUB": "C3", "ZPRI": "C2"}


def test_refusals_are_counted_in_a_row() -> None:
    """Anything that goes well, and anything a person does, begins the row anew."""
    refused = (Intended("shift", BATCH), Refused("shift", "conflict", "")) * 3

    assert given.standing(*refused).refusals == 3
    assert given.standing(*refused, Intended("shift", BATCH), Applied("shift", {})).refusals == 0
    assert given.standing(*refused, Seen("shift", "")).refusals == 0
    assert given.standing(*refused, TurnedBack("", "", "")).refusals == 0
    assert given.standing(*refused, Held("shift", "conflict", ""), Released("")).refusals == 0


def test_the_epoch_is_that_of_the_last_lease_we_took() -> None:
    taken = (Intended("admit", TAKE), Applied("admit", {"epoch": "1"}))
    over = (Intended("admit", TAKE), Applied("admit", {"epoch": "4"}))

    assert given.standing().epoch == 0
    assert given.standing(*taken).epoch == 1
    assert given.standing(*taken, Intended("x", CREATE), Applied("x", {"epoch": "9"}), *over).epoch == 4


def test_since_is_when_we_first_saw_it_so() -> None:
    """A later look that sees the same does not make it younger; one that sees another does."""
    told = given.standing(
        (1.0, Noticed("warm", {"healthy": 2, "named": True})),
        (2.0, Noticed("warm", {"healthy": 3, "named": True})),
    )

    assert told.since("warm", "named") == given.START + 1
    assert told.since("warm", "healthy", 3) == given.START + 2
    assert told.since("warm", "healthy", 2) is None
    assert told.since("warm", "never") is None
    assert told.fact("warm", "healthy") == 3
    assert told.fact("warm", "never", "default") == "default"


def test_a_fact_that_came_back_is_as_young_as_its_return() -> None:
    told = given.standing(*((float(at), Noticed("warm", {"named": value})) for at, value in enumerate((True, False, True))))

    assert told.since("warm", "named") == given.START + 2


def test_a_step_is_entered_at_its_first_look_or_its_release() -> None:
    told = given.standing((1.0, Noticed("warm", {})), (5.0, Noticed("warm", {"named": True})))
    held = told.after(given.entries(Held("warm", "probe-failed", ""))[0])
    lifted = fold((*given.entries(given.began(), Noticed("warm", {}), Held("warm", "probe-failed", ""), Released("me")),))

    assert told.entered == {"warm": given.START + 1}
    assert held.entered == told.entered
    assert lifted.entered == {"warm": given.START + 3}


def test_a_release_lifts_the_hold_that_stands_and_is_remembered() -> None:
    held = given.standing(Held("settle", "resolver-lags", "slow"))
    lifted = given.standing((1.0, Held("settle", "resolver-lags", "slow")), (2.0, Released("me")))

    assert held.held == Held("settle", "resolver-lags", "slow")
    assert (lifted.held, lifted.released) == (None, {("settle", "resolver-lags"): given.START + 2})
    assert given.standing(Released("me")).released == {}


def test_turning_back_begins_the_direction_anew() -> None:
    """What was done on the way forward is still known as such; what is seen from now on is of the way back."""
    there = (
        Noticed("shift", {"insync": True}),
        Intended("shift", BATCH),
        Applied("shift", {"change": "C1"}),
        Seen("shift", "moved"),
    )
    back = given.standing(*there, Held("settle", "x", ""), TurnedBack("asked", "told to", "me"))
    again = given.standing(*there, TurnedBack("", "", ""), Noticed("shift", {"insync": True}), Intended("clone", CREATE))

    assert (back.back, back.held, back.seen, back.forward_seen, back.entered) == (True, None, {}, ("shift",), {})
    assert back.turned == TurnedBack("asked", "told to", "me")
    assert (back.since("shift", "insync"), back.noticed("shift", "insync")) == (None, None)
    assert (back.done("shift"), back.changes("shift")) == ((), {})
    assert (back.fact("shift", "insync"), back.result("shift")) == (True, {"change": "C1"})
    assert again.intents == ("shift",)
    assert again.noticed("shift", "insync") is True


def test_what_was_refused_leaves_nothing_to_take_back_and_what_was_lost_does() -> None:
    """The way back begins at the last step that may have changed something."""
    first = (Intended("admit", TAKE), Applied("admit", {"epoch": "1"}))
    lost = (Intended("clone", CREATE), Refused("clone", "unclear", ""))
    refused = (Intended("clone", CREATE), Refused("clone", "denied", ""))
    made = (Intended("clone", CREATE), Applied("clone", {"uid": "u"}))

    assert given.standing(*first, *refused).intents == ("admit",)
    assert given.standing(*first, *lost).intents == ("admit", "clone")
    assert given.standing(*first, *lost, *refused).intents == ("admit", "clone")
    assert given.standing(*first, *made, *refused).intents == ("admit", "clone")
    assert given.standing(*first, *made, TurnedBack("", "", ""), *refused).intents == ("admit", "clone")


PATCH = effects.DisableDeletionProtection(given.LEGACY_ARN)
DELETE = effects.DeleteService("shop", "web", given.UID, "64")
DEMOTE = effects.DemoteService("shop", "web", given.UID, "64")
UNPROTECTED = (Intended("retire", PATCH), Applied("retire", {}))
DELETING = (*UNPROTECTED, Intended("retire", DELETE))
LOST = (*DELETING, Refused("retire", "unclear", ""))


def witnessed(version: str, uid: str = given.UID) -> Noticed:
    return Noticed("retire", {"witnesses": {"uid": uid, "version": version}})


BACK = TurnedBack("", "", "")


@pytest.mark.parametrize(
    ("told", "past"),
    [
        pytest.param((), False, id="nothing-begun"),
        pytest.param((Intended("retire", PATCH),), False, id="protection-off-is-intended"),
        pytest.param((Intended("retire", PATCH), Refused("retire", "unclear", "")), False, id="or-lost"),
        pytest.param(UNPROTECTED, False, id="or-done"),
        pytest.param(DELETING, True, id="a-delete-is-intended"),
        pytest.param((Intended("retire", DEMOTE),), True, id="or-a-demotion"),
        pytest.param((*DELETING, Unclear("retire", "")), True, id="its-answer-was-lost"),
        pytest.param((*DELETING, Refused("retire", "conflict", "")), False, id="it-was-refused"),
        pytest.param(LOST, True, id="it-was-not-found-and-may-still-land"),
        pytest.param(
            (*LOST, Intended("retire", DELETE), Refused("retire", "conflict", "")), True, id="also-once-another-is-refused"
        ),
        pytest.param((*LOST, witnessed("65")), False, id="the-service-is-at-a-later-version"),
        pytest.param((*LOST, witnessed("64")), True, id="it-is-at-the-same-one"),
        pytest.param((*LOST, witnessed("9")), True, id="a-read-that-trails-shows-an-older-one"),
        pytest.param((*LOST, witnessed("later")), True, id="a-version-that-is-no-number-proves-nothing"),
        pytest.param((*LOST, witnessed("65", uid="u-2")), True, id="another-service-proves-nothing"),
        pytest.param((*LOST, witnessed("65"), *DELETING), True, id="another-is-intended"),
        pytest.param((*LOST, Noticed("retire", {"witnesses": {"uid": given.UID}})), True, id="an-older-journal-has-no-version"),
        pytest.param((*DELETING, Applied("retire", {})), True, id="it-was-done"),
        pytest.param((Seen("retire", ""),), True, id="others-did-it"),
        pytest.param((*UNPROTECTED, BACK, Seen("retire", "")), False, id="the-step-was-taken-back"),
        pytest.param((BACK, Intended("clone", DELETE)), False, id="back-the-clone-is-to-be-deleted"),
        pytest.param((BACK, Intended("clone", DELETE), Refused("clone", "unclear", "")), False, id="or-that-was-lost"),
        pytest.param((BACK, Intended("clone", DELETE), Applied("clone", {})), False, id="or-done-back"),
        pytest.param((*LOST, Ended("rolled-back"), given.began()), False, id="another-run-begins-anew"),
    ],
)
def test_nothing_leads_back_once_legacy_may_be_gone(told: tuple[Event, ...], past: bool) -> None:
    """The call decides, not the step: protection can be turned on again, a load balancer's name never comes back."""
    assert given.standing(*told).past_return("retire") is past


def test_a_mark_that_is_refused_later_on_stays_taken() -> None:
    """A take-over that was refused must not make us forget that `admit` put our mark there."""
    first = (Intended("admit", TAKE), Applied("admit", {"epoch": "1"}))

    assert given.standing(*first, Intended("admit", TAKE), Refused("admit", "conflict", "")).intents == ("admit",)
    assert given.standing(Intended("admit", TAKE), Refused("admit", "conflict", "")).intents == ()


def test_a_removed_mark_is_nothing_to_doubt() -> None:
    """It changes nothing that serves, whenever it lands."""
    release = effects.ReleaseLease("shop", "lease")
    told = given.standing(TurnedBack("", "", ""), Intended("admit", release), Refused("admit", "unclear", ""))

    assert (told.doubtful, told.doubted) == (0, ())


def test_a_seen_step_that_called_again_is_repaired_until_it_is_seen_again() -> None:
    """A released drift is that one; the next is asked about."""
    seen = (Intended("lower", BATCH), Applied("lower", {"change": "C1"}), Seen("lower", ""))
    lifted = (*seen, Held("lower", "drift", ""), Released("me"))
    again = (*lifted, Intended("lower", BATCH), Applied("lower", {"change": "C2"}))
    twice = (*again, Intended("lower", OTHER), Applied("lower", {"change": "C3"}))

    assert given.standing(*seen).repaired == ()
    assert given.standing(*again).repaired == given.standing(*twice).repaired == ("lower",)
    assert ("lower", "drift") in given.standing(*twice).released
    assert (given.standing(*twice, Seen("lower", "")).repaired, given.standing(*twice, Seen("lower", "")).released) == ((), {})


def test_when_the_last_lost_call_was_intended_is_remembered() -> None:
    """Until it can no longer land, nothing may be called undone."""
    told = given.standing((7.0, Intended("clone", CREATE)), (9.0, Refused("clone", "unclear", "")))

    assert (told.doubtful, told.doubted) == (given.START + 7, ("clone",))
    assert given.standing(Refused("clone", "unclear", "")).doubtful == 0


def test_our_mark_set_again_is_not_the_step_s_own_doing() -> None:
    """Else `clone` would take it for a Service that it made, and `retire` for a retirement."""
    told = given.standing(
        Intended("admit", TAKE), Applied("admit", {"epoch": "1"}), Intended("clone", TAKE), Applied("clone", {"epoch": "1"})
    )

    assert (told.intents, told.done("clone"), told.epoch) == (("admit",), (), 1)


def test_a_release_accepts_what_was_measured() -> None:
    told = given.standing(Held("drain", "still-draining", "", measure=3.0), Released("me"))

    assert told.accepted == {("drain", "still-draining"): 3.0}


def test_a_deadline_counts_from_the_resume_where_that_was_later() -> None:
    """Nobody waited while no process ran."""
    from msgspec.structs import replace

    told = given.standing((5.0, Noticed("warm", {})))

    assert told.waiting_since("warm", given.START + 9) == given.START + 5
    assert replace(told, resumed=given.START + 7).waiting_since("warm", given.START + 9) == given.START + 7
    assert told.waiting_since("never", given.START + 9) == given.START + 9


def test_intents_are_kept_in_their_order_and_once() -> None:
    told = given.standing(Intended("lower", BATCH), Intended("clone", CREATE), Intended("lower", BATCH))

    assert told.intents == ("lower", "clone")


def test_the_end_is_the_outcome() -> None:
    assert given.standing(Ended("migrated")).ended == "migrated"


def test_a_new_run_in_the_same_journal_knows_nothing_of_the_first() -> None:
    first = (Intended("admit", TAKE), Applied("admit", {"epoch": "2"}), Seen("admit", ""), Ended("rolled-back"))
    second = Began("journal-2", given.ID, "sha256:other", "0", given.HOST)

    told = given.standing(*first, second)

    assert told == Standing(6, "c6", given.START + 5, second)


def test_streaks_are_not_in_the_journal() -> None:
    """Nobody looked while we were away."""
    told = given.standing().looked("warm", {"good": True, "bad": False, "count": 3}, given.START, 60)

    assert [told.streak("warm", each) for each in ("good", "bad", "count", "never")] == [1, 0, 0, 0]
    assert told.looked("warm", {"good": True}, given.START + 60, 60).streak("warm", "good") == 2
    assert told.looked("warm", {"good": True}, given.START + 61, 60).streak("warm", "good") == 1
    assert told.after(given.entries(Seen("x", ""))[0]).streak("warm", "good") == 1


@pytest.mark.parametrize("code", FOR_A_PERSON)
def test_holds_for_a_person_are_codes(code: str) -> None:
    from migrator.errors import CODES

    assert code in CODES
