"""The way back, whoever asked for it; and how a journey ends, or begins again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator.errors import OperatorError, Throttled
from migrator.machine.tick import Again, Over, Standstill, standing_of
from migrator.model.events import Began, Held, Intended, Noticed, Released, TurnedBack
from migrator.model.verdict import Fail, Hold, Wait
from tests.unit import given
from tests.unit.machine.crew import API, LEASE, Crew


def test_the_way_back_undoes_from_the_last_intent() -> None:
    """Backwards, step by step; our mark goes last."""
    crew = Crew()
    crew.until("one")
    crew.machine.turn_back("asked", "told to", "a person")

    for _ in range(20):
        outcome = crew.tick()

    assert outcome == Over("rolled-back")
    assert crew.kinds()[crew.kinds().index("TurnedBack") :] == [
        "TurnedBack",
        *("one Intended", "one Applied", "one Seen"),
        *("mark Intended", "mark Applied", "mark Seen"),
        "Ended",
    ]
    assert (crew.leads(API), crew.world.leases) == ("old", {})


@pytest.mark.parametrize(("lost", "undone"), [(True, ["one Seen", "mark Seen"]), (False, ["mark Seen"])], ids=["lost", "refused"])
def test_a_call_that_may_have_been_made_is_reason_to_undo(lost: bool, undone: list[str]) -> None:
    """One that was refused left nothing behind."""
    crew = Crew()
    crew.until("mark")
    if lost:
        crew.world.lost = "undone"
    else:
        crew.world.refuse("ChangeRecords", Throttled("slow down"))
    crew.tick()
    crew.machine.turn_back("asked", "told to", "a person")

    crew.until("mark")

    assert [each for each in crew.kinds() if each.endswith("Seen")] == ["mark Seen", *undone]


def test_a_delete_that_was_refused_leaves_the_way_back_open() -> None:
    """The hold of `retire` says so, and it has to be true."""
    crew = Crew()
    crew.until("two")
    crew.world.refuse("DeleteService", Throttled("slow down"))
    crew.tick()

    crew.machine.turn_back("asked", "told to", "a person")
    crew.until("mark")

    assert (crew.leads(API), "web" in crew.world.services) == ("old", True)


def test_legacy_that_somebody_else_deleted_leads_nowhere_back() -> None:
    """No intent of ours, and nothing to come back to."""
    crew = Crew(on_failure="rollback")
    crew.until("two")
    del crew.world.services["web"]
    crew.until("cut")
    crew.rest.verdict = Fail("new-sick", "sick")

    assert crew.tick() == Standstill("new-sick", "sick")


@pytest.mark.parametrize("wrong", [Hold("clock-skew", "7 s off"), Wait("clock: unread", 10)], ids=["wrong", "unread"])
def test_before_anything_is_taken_back_the_surroundings_are_looked_at(wrong: Hold | Wait) -> None:
    """Waits across a restart count on a clock that AWS confirms; once for each process."""
    crew = Crew()
    crew.until("one")
    asked: list[int] = []

    def surroundings(*_: Any) -> Hold | Wait | None:
        asked.append(1)
        return wrong if len(asked) == 1 else None

    crew.journey = replace(crew.journey, surroundings=surroundings)
    crew.process().turn_back("asked", "told to", "a person")
    outcome = crew.tick()
    assert crew.leads(API) == "new"
    assert outcome == (Again(10) if isinstance(wrong, Wait) else Standstill("clock-skew", "7 s off"))

    crew.process().release("a person")
    crew.until("mark")
    assert len(asked) == 2


def test_turning_back_twice_is_turning_back_once() -> None:
    crew = Crew()
    crew.until("one")
    for _ in range(2):
        crew.machine.turn_back("asked", "told to", "a person")

    assert crew.kinds().count("TurnedBack") == 1


def test_turning_back_lifts_the_hold_that_stood() -> None:
    crew = Crew()
    crew.until("mark")
    crew.one.verdict = Hold("record-edited", "edited")
    crew.tick()

    crew.machine.turn_back("asked", "told to", "a person")

    assert crew.machine.standing.held is None
    crew.until("mark")


def test_past_the_point_of_no_return_nothing_turns_back() -> None:
    crew = Crew()
    crew.until("cut")

    with pytest.raises(OperatorError) as refused:
        crew.machine.turn_back("asked", "told to", "a person")

    assert refused.value.code == "past-no-return"
    assert "TurnedBack" not in crew.kinds()


def test_a_hold_on_the_way_back_stops_it_too() -> None:
    crew = Crew()
    crew.until("one")
    crew.machine.turn_back("asked", "told to", "a person")
    crew.one.undo = lambda *_: Hold("legacy-sick", "no target", ("a line",))

    assert crew.tick() == Standstill("legacy-sick", "no target", ("a line",))
    assert crew.leads(API) == "new"


def test_a_failure_on_the_way_back_holds() -> None:
    """There is nowhere else to turn to."""
    crew = Crew(on_failure="rollback")
    crew.until("one")
    crew.machine.turn_back("asked", "told to", "a person")
    crew.one.undo = lambda *_: Fail("past-no-return", "it was cut")

    assert crew.tick() == Standstill("past-no-return", "it was cut")


def test_a_failure_turns_back_by_itself_where_the_plan_says_so() -> None:
    crew = Crew(on_failure="rollback")
    crew.until("one")
    crew.two.verdict = Fail("balancer-failed", "failed to provision")

    assert crew.tick() == Again(0)

    assert crew.events[-1] == TurnedBack("balancer-failed", "failed to provision", "migrate")
    crew.until("mark")
    assert crew.leads(API) == "old"


def test_a_failure_holds_where_the_plan_says_hold() -> None:
    crew = Crew(on_failure="hold")
    crew.until("one")
    crew.two.verdict = Fail("balancer-failed", "failed to provision")

    assert crew.tick() == Standstill("balancer-failed", "failed to provision")


def test_a_failure_before_anything_was_intended_has_nothing_to_turn_back_from() -> None:
    crew = Crew(on_failure="rollback")
    crew.journey.order[0].decide = lambda *_: Fail("balancer-failed", "gone")

    assert crew.tick() == Standstill("balancer-failed", "gone")


def test_past_the_point_of_no_return_a_failure_holds_whatever_the_plan_says() -> None:
    """Law 8's other half: what is deleted never comes back under its name."""
    crew = Crew(on_failure="rollback")
    crew.until("cut")
    crew.rest.verdict = Fail("new-sick", "sick")

    assert crew.tick() == Standstill("new-sick", "sick")
    assert "TurnedBack" not in crew.kinds()


# The end


def test_an_ended_journal_stays_ended() -> None:
    crew = Crew()
    crew.until("rest")
    crew.tick()
    lines = len(crew.events)

    assert crew.process().tick() == Over("migrated")
    assert crew.process(journal="journal-2").tick() == Over("migrated")
    assert len(crew.events) == lines


def rolled_back() -> Crew:
    crew = Crew()
    crew.until("one")
    crew.machine.turn_back("asked", "told to", "a person")
    crew.until("mark")
    crew.tick()
    return crew


def test_the_journal_that_was_rolled_back_stays_so() -> None:
    assert rolled_back().process().tick() == Over("rolled-back")


def test_a_new_run_may_follow_a_rollback() -> None:
    """It begins anew in the same file: nothing of the first run counts for it."""
    crew = rolled_back()
    lines = len(crew.events)

    crew.process(journal="journal-2")
    crew.until("rest")

    assert crew.events[lines] == Began("journal-2", given.ID, "sha256:digest", "0", given.HOST)
    assert crew.world.leases[LEASE].journal == "journal-2"
    assert crew.tick() == Over("migrated")


def test_a_new_run_that_is_refused_at_once_leaves_the_rollback_as_it_was() -> None:
    crew = rolled_back()
    lines = len(crew.events)
    crew.journey.order[0].decide = lambda *_: Hold("plan-stale", "changed")

    assert crew.process(journal="journal-2").tick() == Standstill("plan-stale", "changed")
    assert len(crew.events) == lines


def test_whoever_only_reads_gets_the_same_standing() -> None:
    crew = Crew()
    crew.until("one")

    read = standing_of(crew.journal)

    assert (read.sequence, read.checksum, read.seen) == (
        crew.machine.standing.sequence,
        crew.machine.standing.checksum,
        crew.machine.standing.seen,
    )


@pytest.mark.parametrize("asked", ["rollback", "release"])
def test_what_a_person_asks_for_is_written_past_what_another_appended(asked: str) -> None:
    """Two commands typed at once: neither is lost, and nobody has to type again."""
    crew = Crew()
    crew.until("one")
    crew.write(Held("one", "operator-hold", "lunch", "a person"))
    whole = crew.journal.read

    def stale() -> Any:
        entries = whole()
        crew.journal.read = whole
        crew.write(Noticed("one", {}))
        return entries

    crew.journal.read = stale
    if asked == "rollback":
        crew.machine.turn_back("asked", "told to", "a person")
    else:
        crew.machine.release("a person")

    assert [type(each) for each in crew.events[-2:]] == [Noticed, TurnedBack if asked == "rollback" else Released]
    assert crew.machine.standing.held is None


def test_every_call_has_an_intent() -> None:
    """As many as were made, in the same order."""
    crew = Crew()
    crew.until("rest")

    assert [each.effect for each in crew.events if isinstance(each, Intended)] == crew.world.made
