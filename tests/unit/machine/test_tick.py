"""One tick: look, decide, write, and at most one call; forward, held, and on the way back."""

from __future__ import annotations

import pytest

from migrator.machine.tick import Again, Over, Standstill
from migrator.model import effects
from migrator.model.events import Began, Noticed, TurnedBack
from migrator.model.verdict import Fail, Hold, Wait
from tests.unit import given
from tests.unit.machine.crew import API, LEASE, WWW, Crew, record, released

# Forward


def test_a_journey_is_told_line_by_line() -> None:
    """Began, each step's intent, result and end, and the end of all; then nothing more."""
    crew = Crew()

    for _ in range(20):
        outcome = crew.tick()

    assert crew.kinds() == [
        "Began",
        *("mark Intended", "mark Applied", "mark Seen"),
        *("one Intended", "one Applied", "one Seen"),
        *("two Intended", "two Applied", "two Seen"),
        *("cut Intended", "cut Applied", "cut Seen"),
        *("rest Seen", "Ended"),
    ]
    assert outcome == Over("migrated")
    assert [each.event for each in crew.told.entries] == crew.events


def test_the_first_line_binds_plan_and_answers() -> None:
    crew = Crew()
    crew.tick()

    assert crew.events[0] == Began(given.JOURNAL, given.ID, "sha256:digest", "0", given.HOST)


def test_at_most_one_call_a_tick() -> None:
    """Two effects are two ticks, each with a look of its own."""
    crew = Crew()

    for _ in range(20):
        before = len(crew.world.made)
        crew.tick()
        assert len(crew.world.made) - before <= 1


def test_a_step_that_does_nothing_before_the_first_call_leaves_no_journal() -> None:
    """A plan that is refused at once has not begun."""
    crew = Crew()
    crew.journey.order[0].decide = lambda *_: Hold("plan-stale", "changed", ("a line",), "plan again")

    outcome = crew.tick()

    assert outcome == Standstill("plan-stale", "changed", ("a line",), "plan again")
    assert crew.events == []


def test_done_is_seen_never_inferred_from_having_acted() -> None:
    """Law 3: somebody undid it before we looked again."""
    crew = Crew()
    crew.until("mark")
    crew.tick()
    crew.world.set("ZPUB", record(API))

    crew.tick()

    assert crew.kinds()[-2:] == ["one Intended", "one Applied"]
    assert "one" not in crew.machine.standing.seen


def test_facts_are_journalled_when_they_change() -> None:
    """They tell since when something is so, and outlive the process."""
    crew = Crew()
    crew.until("mark")
    crew.one.verdict = Wait("not yet", 10)

    crew.tick(3)
    crew.world.set("ZPUB", record(API, "new"))
    crew.tick(2)

    noticed = [each.facts for each in crew.events if isinstance(each, Noticed) and each.step == "one"]
    assert noticed == [{"leads": "old", "good": True}, {"leads": "new"}]
    assert crew.machine.standing.since("one", "leads", "new") == given.START + 30


def test_a_wait_is_told_and_not_journalled() -> None:
    crew = Crew()
    crew.until("mark")
    crew.one.verdict = Wait("not yet", 7, until=given.START + 70)

    assert crew.tick() == Again(7)

    told = crew.told.waits[-1]
    assert (told.step, told.reason, told.next_look - told.at, told.until) == ("one", "not yet", 7, given.START + 70)


def test_a_hold_stays_with_what_was_seen_and_what_to_do() -> None:
    crew = Crew()
    crew.until("mark")
    crew.one.verdict = Hold("record-edited", "edited", ("theirs",), "set it back")

    first = crew.tick()

    assert first == Standstill("record-edited", "edited", ("theirs",), "set it back")
    assert crew.tick() == first
    assert crew.kinds().count("one Held") == 1
    assert crew.process().tick() == Standstill("record-edited", "edited")


# Resume


def test_on_resume_every_seen_step_that_must_hold_is_looked_at_again() -> None:
    """Law 10: what was done yesterday may have been undone over night."""
    crew = Crew()
    crew.until("one")
    crew.world.set("ZPUB", record(API))

    outcome = crew.process().tick()

    assert isinstance(outcome, Standstill)
    assert outcome.code == "drift"
    assert outcome.reason == "one was done, and is no longer: moving api.example.com."
    assert crew.leads(API) == "old"


def test_a_drifted_step_is_repaired_only_after_a_release() -> None:
    """It is somebody else's edit; overwriting it is a person's decision."""
    crew = Crew()
    crew.until("one")
    crew.world.set("ZPUB", record(API))
    crew.process().tick()
    assert crew.process().tick() == Standstill("drift", "one was done, and is no longer: moving api.example.com.")

    released(crew)
    crew.until("two")

    assert (crew.leads(API), crew.leads(WWW)) == ("new", "new")


def test_a_release_of_drift_is_for_that_drift_only() -> None:
    """The second time, somebody else has to be asked for again."""
    crew = Crew()
    crew.until("one")
    crew.world.set("ZPUB", record(API))
    crew.process().tick()
    released(crew)
    crew.until("two")
    crew.world.clock.sleep(60)
    crew.world.set("ZPUB", record(API))

    outcome = crew.process().tick()

    assert isinstance(outcome, Standstill)
    assert (outcome.code, crew.leads(API)) == ("drift", "old")


def test_our_own_mark_may_always_be_set_again() -> None:
    """It changes nothing that serves."""
    crew = Crew()
    crew.until("one")
    crew.world.leases.clear()

    crew.process()
    crew.until("two")

    assert crew.world.leases[LEASE].journal == given.JOURNAL
    assert "mark Held" not in crew.kinds()


def test_a_seen_step_that_cannot_be_seen_now_is_waited_for() -> None:
    """Unknown vetoes: until every seen step is Done again, no later step acts."""
    crew = Crew()
    crew.until("one")
    crew.one.verdict = Wait("unread", 10)
    crew.process()

    assert [crew.tick() for _ in range(3)] == [Again(10)] * 3
    assert crew.leads(WWW) == "old"

    crew.one.verdict = None
    crew.until("two")


@pytest.mark.parametrize("verdict", [Hold("clone-changed", "edited", ("a line",), "undo"), Fail("balancer-failed", "gone")])
def test_a_seen_step_s_own_hold_keeps_its_code(verdict: Hold | Fail) -> None:
    crew = Crew(on_failure="hold")
    crew.until("one")
    crew.one.verdict = verdict

    outcome = crew.process().tick()

    assert outcome == Standstill(verdict.code, f"one was done, and is no longer: {verdict.reason}", verdict.seen, verdict.do)


def test_a_seen_step_that_fails_now_turns_back_where_the_plan_says_so() -> None:
    """As it would have the first time."""
    crew = Crew(on_failure="rollback")
    crew.until("one")
    crew.one.verdict = Fail("balancer-failed", "gone")

    assert crew.process().tick() == Again(0)

    assert crew.events[-1] == TurnedBack("balancer-failed", "one was done, and is no longer: gone", "migrate")


def test_what_a_repair_changed_is_noticed_and_seen_again() -> None:
    """Waits count from what the repair did; what a look only confirms is not written."""
    crew = Crew()
    crew.until("one")
    crew.world.set("ZPUB", record(API))
    crew.process().tick()
    released(crew)
    crew.world.clock.sleep(60)
    lines = len(crew.events)

    crew.until("two")

    assert crew.kinds()[-5:-3] == ["one Applied", "one Seen"]
    assert [each for each in crew.events[lines:] if isinstance(each, Noticed) and each.step == "mark"] == []
    assert crew.machine.standing.repaired == ()


def test_what_need_not_hold_any_more_is_not_looked_at() -> None:
    """A step changes on purpose what an earlier one had set."""
    crew = Crew()
    crew.one.HOLDS_UNTIL = "two"
    crew.until("one")
    crew.world.set("ZPUB", record(API, "elsewhere"))

    crew.process()
    crew.until("two")


def test_a_resume_looks_again_once() -> None:
    crew = Crew()
    crew.until("one")
    looks: list[int] = []
    crew.process()
    crew.one.during_look = lambda: looks.append(1)

    crew.until("two")

    assert len(looks) == 1


# The point of no return


def test_before_the_point_of_no_return_all_is_looked_at_in_the_tick_of_the_call() -> None:
    """Nothing that was seen may be older than the tick that ends legacy."""
    crew = Crew()
    crew.until("two")
    crew.world.set("ZPUB", record(API))

    outcome = crew.tick()

    assert isinstance(outcome, Standstill)
    assert outcome.code == "drift"
    assert "web" in crew.world.services
    assert "cut Intended" not in crew.kinds()


def test_the_recheck_and_the_call_are_one_tick() -> None:
    crew = Crew()
    crew.until("two")
    looks: list[int] = []
    crew.one.during_look = lambda: looks.append(len(crew.world.made))

    crew.tick()

    assert len(looks) == 1
    assert isinstance(crew.world.made[-1], effects.DeleteService)


def test_drift_names_the_way_back_only_where_there_is_one() -> None:
    """Past the point of no return a rollback would be refused."""
    advice = []
    for step in ("two", "cut"):
        crew = Crew()
        crew.one.HOLDS_UNTIL = ""
        crew.until(step)
        crew.world.set("ZPUB", record(API))
        crew.process()
        outcome = crew.tick()
        assert isinstance(outcome, Standstill)
        advice.append(outcome.do)

    assert ["migrate rollback" in each for each in advice] == [True, False]


def test_past_it_nothing_is_looked_at_again_in_each_tick() -> None:
    crew = Crew()
    crew.until("cut")
    looks: list[int] = []
    crew.one.during_look = lambda: looks.append(1)

    crew.until("rest")

    assert looks == []
