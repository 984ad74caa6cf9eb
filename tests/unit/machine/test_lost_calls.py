"""What became of a call that nobody answered: looked at, never blindly repeated, and waited out on the way back."""

from __future__ import annotations

import pytest

from migrator.errors import Conflict, Throttled, Unclear
from migrator.machine.tick import Again, Standstill
from migrator.model import effects
from migrator.model.events import Applied, Refused
from migrator.model.standing import fold
from migrator.model.verdict import Wait
from tests.unit.machine.crew import API, LEASE, Crew, marked, record

ONE = effects.ChangeRecords


def test_a_lost_reply_is_looked_at_and_never_blindly_repeated() -> None:
    """The change was made; the same batch again would only be refused, or worse."""
    crew = marked()
    crew.world.lost = "done"

    crew.tick(2)

    assert crew.kinds()[-4:] == ["one Intended", "one Unclear", "one Applied", "one Seen"]
    assert [each for each in crew.events if isinstance(each, Applied)][-1].found
    assert len([each for each in crew.world.made if isinstance(each, ONE)]) == 1


def test_a_call_that_was_lost_on_its_way_is_looked_for_then_decided_again() -> None:
    """`Not there` proves nothing, so it is only done under the same guard: exactly what was listed has to be there."""
    crew = marked()
    crew.world.lost = "undone"

    crew.tick(2)

    assert crew.kinds()[-5:] == ["one Intended", "one Unclear", "one Refused", "one Intended", "one Applied"]
    assert crew.leads(API) == "new"


def test_a_lost_call_that_lands_after_all_is_found_behind_the_conflict_of_the_second() -> None:
    """Whichever comes first, it is done once; and it is ours, so that its id is asked for."""
    crew = marked()
    crew.world.lost = "undone"
    crew.tick()
    crew.world.before[ONE] = lambda: crew.world.set("ZPUB", record(API, "new"))

    crew.tick(2)

    assert crew.kinds()[-4:] == ["one Refused", "one Intended", "one Applied", "one Seen"]
    assert [each.found for each in crew.events if isinstance(each, Applied)][-1]
    assert crew.leads(API) == "new"


def test_while_the_outside_cannot_be_seen_a_lost_call_is_neither_done_nor_undone() -> None:
    """Law 3."""
    crew = marked()
    crew.world.lost = "done"
    crew.tick()
    crew.world.refuse("found", Throttled("slow down"), 2)
    lines = len(crew.events)

    assert crew.tick() == Again(10)
    assert crew.tick() == Again(10)
    assert len(crew.events) == lines
    assert "cannot see whether it was done: slow down" in crew.told.waits[-1].reason

    crew.until("one")


class Died(BaseException):
    """The process is gone."""


def dies() -> None:
    raise Died


@pytest.mark.parametrize("landed", [True, False], ids=["it-was-made", "it-was-not"])
def test_an_intent_without_an_outcome_is_resolved_by_looking(landed: bool) -> None:
    """Law 10: the process died between intent and outcome; nobody knows which side of the call."""
    crew = marked()
    crew.world.before[ONE] = dies
    with pytest.raises(Died):
        crew.tick()
    crew.world.before.clear()
    if landed:
        crew.world.set("ZPUB", record(API, "new"))

    crew.process()
    crew.until("one")

    after = crew.kinds()[crew.kinds().index("one Intended") + 1 :]
    assert after == (["one Applied", "one Seen"] if landed else ["one Refused", "one Intended", "one Applied", "one Seen"])
    assert crew.leads(API) == "new"


def test_on_the_way_back_a_lost_call_is_waited_out() -> None:
    """Law 8: a late write must not land behind a finished rollback."""
    crew = marked()
    crew.world.lost = "undone"
    crew.tick()
    crew.machine.turn_back("asked", "told to", "a person")
    sent = crew.world.clock.at

    crew.until("one")

    refused = next(each for each in crew.journal.read() if isinstance(each.event, Refused))
    assert refused.at == pytest.approx(sent + 390, abs=1)
    waits = [each for each in crew.told.waits if "may still be done" in each.reason]
    assert len(waits) == 39
    assert waits[0].next_look - waits[0].at == 10


def test_a_call_given_up_on_the_way_forward_is_waited_out_on_the_way_back_too() -> None:
    """It was Refused as not found and nothing was sent again, because the next look was blind; it may still land."""
    crew = marked()
    crew.world.lost = "undone"
    crew.tick()
    sent = crew.world.clock.at
    crew.one.verdict = Wait("unread", 10)
    crew.tick()
    assert crew.kinds()[-1] == "one Refused"
    crew.process().turn_back("asked", "told to", "a person")
    crew.tick(5)
    crew.world.set("ZPUB", record(API, "new"))

    crew.until("mark")

    assert crew.leads(API) == "old"
    assert crew.world.clock.at >= sent + 390


def test_replies_lost_again_and_again_are_paused_for_and_then_a_person_is_asked() -> None:
    """Each was looked for; something between us and the outside eats them."""
    crew = marked()
    outcomes = []
    for _ in range(6):
        crew.world.lost = "undone"
        outcomes.append(crew.tick())

    assert outcomes == [Again(0), Again(0), Again(4), Again(0), Again(8), Again(0)]
    for _ in range(20):
        crew.world.lost = "undone"
        outcome = crew.tick()
        if isinstance(outcome, Standstill):
            break
    assert isinstance(outcome, Standstill)
    assert (outcome.code, outcome.reason) == (
        "unclear",
        "move: api.example.com. CNAME: 5 times in a row no answer came, and it was not done",
    )
    assert crew.kinds()[-1] == "one Held"
    assert crew.leads(API) == "old"


def test_a_conflict_that_cannot_be_looked_into_is_a_conflict() -> None:
    crew = marked()
    crew.world.refuse("ChangeRecords", Conflict("changed"))
    crew.world.refuse("found", Throttled("slow down"))

    crew.tick()

    assert crew.kinds()[-2:] == ["one Intended", "one Refused"]


def test_on_the_way_back_a_call_that_lands_late_is_found() -> None:
    crew = marked()
    crew.world.lost = "undone"
    crew.tick()
    crew.machine.turn_back("asked", "told to", "a person")
    crew.tick(20)
    crew.world.set("ZPUB", record(API, "new"))

    crew.until("one")

    assert [each.found for each in crew.events if isinstance(each, Applied)][1:] == [True, False]
    assert crew.leads(API) == "old"


def test_a_mark_whose_removal_was_lost_is_removed_after_all() -> None:
    """Nothing of ours is left, however long it takes."""
    crew = Crew()
    crew.until("one")
    crew.machine.turn_back("asked", "told to", "a person")
    crew.until("one")
    crew.world.lost = "undone"

    crew.until("mark")

    assert crew.kinds()[-4:] == ["mark Refused", "mark Intended", "mark Applied", "mark Seen"]
    assert LEASE not in crew.world.leases


def test_a_lease_whose_move_is_unclear_leaves_the_call_unmade() -> None:
    """It may have moved or not; the call behind it was certainly not sent."""
    crew = marked()
    crew.world.refuse("advance", Unclear("no answer came"))

    crew.tick()

    assert crew.kinds()[-2:] == ["one Intended", "one Refused"]
    assert crew.machine.standing.pending is None
    assert not [each for each in crew.world.made if isinstance(each, ONE)]


def test_a_bug_in_a_call_leaves_the_intent_for_the_next_process() -> None:
    """Anything that is not the outside's trouble is ours, and shows itself."""
    crew = marked()
    crew.world.before[ONE] = lambda: 1 // 0

    with pytest.raises(ZeroDivisionError):
        crew.tick()

    assert fold(crew.journal.read()).pending is not None
