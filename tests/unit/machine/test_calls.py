"""Making one call: our mark, the intent, the call, its outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import (
    Conflict,
    Denied,
    JournalError,
    Missing,
    OperatorError,
    OutsideError,
    Rejected,
    Throttled,
    Unclear,
    Unreachable,
)
from migrator.machine.calls import VIEW_S
from migrator.machine.tick import Again, Standstill
from migrator.model import effects, events
from migrator.model.events import Applied, Intended, Noticed, Refused
from migrator.model.verdict import Wait
from tests.unit import given
from tests.unit.machine.crew import API, LEASE, Crew, marked, record, released

ONE = effects.ChangeRecords


def test_the_intent_is_durable_before_the_call_and_the_result_after_it() -> None:
    """Law 4: whoever dies in between leaves behind what there is to look for."""
    crew = marked()
    at_call: list[str] = []
    crew.world.before[ONE] = lambda: at_call.extend(crew.kinds()[-1:])

    crew.tick()

    assert at_call == ["one Intended"]
    assert crew.kinds()[-2:] == ["one Intended", "one Applied"]
    assert crew.events[-1] == Applied("one", {"change": "C1"})


def test_the_lease_is_at_the_intent_before_the_call() -> None:
    """Law 6: whoever has an older view of the Lease, or of the journal, cannot act after us."""
    crew = marked()
    at_call = []
    crew.world.before[ONE] = lambda: at_call.append(crew.world.leases[LEASE])

    crew.tick()

    intent = next(each for each in crew.journal.read() if isinstance(each.event, Intended) and each.event.step == "one")
    assert [(each.sequence, each.checksum) for each in at_call] == [(intent.sequence, intent.checksum)]
    assert at_call[0].renewed == crew.world.clock.at


PAUSES = [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]


@pytest.mark.parametrize("trouble", [Throttled("slow down"), Unreachable("refused")], ids=lambda each: each.code)
def test_what_was_not_done_for_now_is_intended_again_after_a_growing_pause(trouble: Any) -> None:
    """Each time looked at anew; a minute of throttling costs a minute, and no person is called."""
    crew = marked()
    crew.world.refuse("ChangeRecords", trouble, len(PAUSES))

    pauses = [crew.tick() for _ in PAUSES]

    assert pauses == [Again(each) for each in PAUSES]
    crew.tick()
    assert crew.machine.standing.refusals == 0
    assert crew.leads(API) == "new"


@pytest.mark.parametrize("trouble", [Conflict("changed"), Missing("gone")], ids=lambda each: each.code)
def test_a_guard_that_refuses_is_looked_at_at_once_and_five_times_in_a_row_holds(trouble: Any) -> None:
    """Somebody keeps changing what we hold; a person has to see who."""
    crew = marked()
    crew.world.refuse("ChangeRecords", trouble, 5)

    assert [crew.tick() for _ in range(4)] == [Again(0)] * 4
    hold = crew.tick()

    assert isinstance(hold, Standstill)
    assert hold.code == trouble.code
    assert trouble.message in hold.reason
    assert crew.kinds()[-2:] == ["one Refused", "one Held"]


@pytest.mark.parametrize(
    "trouble", [Denied("no rights", seen=("AccessDenied",), do="sign in"), Rejected("bad field")], ids=lambda each: each.code
)
def test_what_no_second_look_mends_holds_at_once(trouble: Any) -> None:
    crew = marked()
    crew.world.refuse("ChangeRecords", trouble)

    hold = crew.tick()

    assert isinstance(hold, Standstill)
    assert (hold.code, hold.seen) == (trouble.code, trouble.seen)
    assert hold.do == (trouble.do or "mend the cause, then `migrate apply PLAN --resume`")
    assert crew.tick() == hold


def test_a_process_frozen_since_its_look_looks_again() -> None:
    """Nothing is done on an old view: health and witnesses have no precondition that would notice."""
    crew = marked()
    thawed: list[int] = []

    def frozen() -> None:
        crew.world.clock.sleep(0 if thawed else VIEW_S + 1)
        thawed.append(1)

    crew.one.during_look = frozen

    assert crew.tick() == Again(10)
    assert (crew.leads(API), crew.told.waits[-1].reason) == ("old", "what was seen is 301 s old: looking again")
    crew.tick()
    assert crew.leads(API) == "new"


def test_looks_that_take_too_long_five_times_in_a_row_hold() -> None:
    """Going on for ever without a word would be worse; five minutes are not too long."""
    crew = marked()
    crew.one.during_look = lambda: crew.world.clock.sleep(VIEW_S + 1)

    assert [crew.tick() for _ in range(4)] == [Again(10)] * 4
    hold = crew.tick()

    assert isinstance(hold, Standstill)
    assert (hold.code, hold.reason) == ("unread", "looking takes 301 s, and nothing is done on a view older than 300 s")
    assert crew.leads(API) == "old"

    crew.one.during_look = lambda: crew.world.clock.sleep(VIEW_S)
    released(crew)
    crew.until("one")


def test_the_same_call_is_not_made_twice_because_a_list_trails() -> None:
    """Done, and not to be seen yet: it is looked at again first."""
    crew = marked()
    crew.tick()
    done = crew.world.sets["ZPUB"]
    crew.world.set("ZPUB", record(API))

    assert crew.tick() == Again(10)
    assert "done, and not to be seen yet" in crew.told.waits[-1].reason
    assert len([each for each in crew.world.made if isinstance(each, ONE)]) == 1

    crew.world.sets["ZPUB"] = done
    crew.until("one")


def test_the_same_call_is_made_again_when_it_was_undone() -> None:
    crew = marked()
    crew.tick()
    crew.world.set("ZPUB", record(API))

    crew.until("one")

    assert len([each for each in crew.world.made if isinstance(each, ONE)]) == 2


def test_a_hold_written_during_a_call_does_not_lose_its_result() -> None:
    """Law 4: the result after the call, whatever others appended meanwhile."""
    crew = marked()
    crew.world.before[ONE] = lambda: crew.write(events.Held("one", "operator-hold", "lunch", "a person"))

    crew.tick()

    assert crew.events[-1] == Applied("one", {"change": "C1"})
    assert crew.tick() == Standstill("operator-hold", "lunch")


def test_a_call_that_comes_late_is_refused() -> None:
    """Law 6: a frozen process must not act on an old intent when it thaws."""
    crew = marked()
    whole = crew.world.advance

    def frozen(lease: Any) -> Any:
        crew.world.clock.sleep(60.5)
        return whole(lease)

    crew.world.advance = frozen

    assert crew.tick() == Again(0)

    assert crew.events[-1] == Refused("one", "rejected", "60 s passed since the intent")
    assert not [each for each in crew.world.made if isinstance(each, ONE)]


def test_sixty_seconds_are_not_late() -> None:
    crew = marked()
    whole = crew.world.advance

    def slow(lease: Any) -> Any:
        crew.world.clock.sleep(60)
        return whole(lease)

    crew.world.advance = slow
    crew.tick()

    assert crew.leads(API) == "new"


FOREIGN: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("another-journal", lambda lease: replace(lease, journal="journal-9")),
    ("another-epoch", lambda lease: replace(lease, epoch=2)),
)


@pytest.mark.parametrize("change", [row[1] for row in FOREIGN], ids=[row[0] for row in FOREIGN])
def test_under_a_foreign_lease_nothing_is_intended_and_nothing_is_done(change: Callable[[Any], Any]) -> None:
    """Law 6; exit 7."""
    crew = marked()
    crew.world.leases[LEASE] = change(crew.world.leases[LEASE])
    before = crew.kinds()

    with pytest.raises(OperatorError) as refused:
        crew.tick()

    assert (refused.value.code, int(refused.value.exit)) == ("foreign-lease", 7)
    assert crew.kinds() == before
    assert crew.leads(API) == "old"


def test_an_older_journal_does_not_act() -> None:
    """The Lease was moved on at a line that this journal does not have."""
    crew = marked()
    copy = crew.journal.lines
    crew.until("one")
    crew.world.set("ZPUB", record(API))
    crew.journal = type(crew.journal)(copy)
    crew.process()

    with pytest.raises(JournalError) as refused:
        crew.tick(2)

    assert refused.value.code == "journal-behind"
    assert crew.leads(API) == "old"


def test_a_forked_journal_does_not_act() -> None:
    """It has as many lines as the one that acted last, and more, but not the same ones."""
    crew = marked()
    copy = crew.journal.lines
    crew.until("one")
    lines = len(crew.journal.lines)
    crew.world.set("ZPUB", record(API))
    crew.journal = type(crew.journal)(copy)
    while len(crew.journal.lines) < lines + 5:
        crew.write(Noticed("one", {}))
    crew.process()

    with pytest.raises(JournalError) as refused:
        crew.tick(2)

    assert refused.value.code == "journal-behind"


def test_an_unread_lease_is_waited_for() -> None:
    crew = marked()
    crew.world.refuse("lease", Throttled("slow down"), 1)
    before = crew.kinds()

    assert crew.tick() == Again(10)

    assert "cannot read our lease: slow down" in crew.told.waits[-1].reason
    assert crew.kinds() == before


def test_a_lease_that_moved_between_look_and_call_refuses_it() -> None:
    """Two processes read the same Lease; the second to write it has lost."""
    crew = marked()
    crew.world.refuse("advance", Conflict("lease was written since"))

    assert crew.tick() == Again(10)

    assert crew.events[-1] == Refused("one", "conflict", "could not move our lease on: lease was written since")
    assert crew.leads(API) == "old"


@pytest.mark.parametrize(
    ("trouble", "ticks", "code"),
    [(Denied("not allowed"), 1, "denied"), (Throttled("slow down"), 5, "throttled"), (Unclear("no answer"), 5, "unreachable")],
    ids=["denied-at-once", "throttled-five-times", "unanswered-five-times"],
)
def test_a_lease_that_cannot_be_moved_on_holds(trouble: OutsideError, ticks: int, code: str) -> None:
    """Nobody acts without it, and nobody tries for ever without a word."""
    crew = marked()
    crew.world.refuse("advance", trouble, times=ticks)

    outcome = crew.tick(ticks)

    assert isinstance(outcome, Standstill)
    assert outcome.code == code
    assert crew.leads(API) == "old"


def test_a_missing_lease_is_set_again_before_anything_else() -> None:
    """Somebody tidied it away. Nobody else has set theirs, so ours is set first, and the call waits for the next tick."""
    crew = marked()
    crew.world.leases.clear()

    crew.tick()
    assert isinstance(crew.world.made[-1], effects.TakeLease)
    assert (crew.world.leases[LEASE].journal, crew.leads(API)) == (given.JOURNAL, "old")
    assert crew.world.leases[LEASE].epoch == 2, "whoever held the first one must not take this one for its own"

    crew.tick()
    assert crew.leads(API) == "new"


def test_the_mark_itself_needs_no_mark() -> None:
    """The very first call of a journey."""
    crew = Crew()

    crew.tick()

    assert crew.kinds() == ["Began", "mark Intended", "mark Applied"]
    assert crew.machine.standing.epoch == 1


def test_what_was_refused_is_told_by_family() -> None:
    """The journal's reader sees why, not only that."""
    crew = marked()
    crew.world.refuse("ChangeRecords", Throttled("slow down"))

    crew.tick()

    assert crew.events[-1] == events.Refused("one", "throttled", "slow down")


def test_a_process_that_was_stopped_does_not_set_a_mark_that_went_meanwhile() -> None:
    """Another machine may have rolled the journey back and taken the Lease along: acting again would undo that."""
    crew = marked()
    crew.world.clock.sleep(61)
    crew.world.leases.clear()

    outcome = crew.tick()

    assert isinstance(outcome, Standstill)
    assert (outcome.code, crew.leads(API)) == ("lease-gone", "old")
    released(crew)
    crew.tick()
    assert crew.world.leases[LEASE].journal == given.JOURNAL


def unheard() -> Crew:
    """A crew that set its mark again and did not hear of it; the mark that is there now names another host."""
    crew = marked()
    crew.write(Intended("one", effects.TakeLease("shop", LEASE, takeover="300")))
    crew.write(Refused("one", "unclear", "no answer came"))
    crew.world.leases[LEASE] = replace(crew.world.leases[LEASE], epoch=2, host="there/boot-0", renewed=given.START - 1000)
    crew.process()
    return crew


def test_a_process_that_was_stopped_does_not_take_a_mark_for_its_own_that_it_never_heard_of() -> None:
    """Another host went on with a copy of the journal meanwhile: that one's mark looks as ours would that landed late."""
    crew = unheard()
    crew.one.verdict = Wait("waiting", 1)
    crew.tick()
    crew.one.verdict = None
    crew.world.clock.sleep(61)

    outcome = crew.tick()

    assert isinstance(outcome, Standstill)
    assert (outcome.code, crew.world.leases[LEASE].host, crew.leads(API)) == ("lease-unclear", "there/boot-0", "old")
    released(crew)
    crew.tick()
    assert crew.world.leases[LEASE].host == given.HOST


def test_a_process_that_was_not_stopped_takes_it_over() -> None:
    """It is ours, of the boot before."""
    crew = unheard()

    crew.tick()

    assert (crew.world.leases[LEASE].host, crew.world.leases[LEASE].epoch) == (given.HOST, 3)


def test_a_process_that_was_stopped_takes_over_what_it_knows() -> None:
    """The mark is in the epoch that the journal has: nobody came in between."""
    crew = marked()
    crew.one.verdict = Wait("taking over", 0, effects.TakeLease("shop", LEASE, crew.world.leases[LEASE].resource_version))
    crew.world.clock.sleep(61)  # after the last tick of `marked`
    crew.world.refuse("lease", Throttled("slow down"))  # it does not meet its own mark first

    crew.tick()

    assert crew.world.leases[LEASE].epoch == 2


def test_a_process_that_was_stopped_meets_another_host_s_mark_before_it_looks() -> None:
    """It may have nothing to call, and would take for its own doing what that host did."""
    crew = marked()
    crew.one.verdict = Wait("waiting", 1)
    crew.world.leases[LEASE] = replace(crew.world.leases[LEASE], epoch=2, host="there/boot-0")
    crew.tick()
    crew.world.clock.sleep(62)

    with pytest.raises(OperatorError) as caught:
        crew.tick()

    assert caught.value.code == "foreign-lease"


def test_a_process_that_was_stopped_before_its_first_mark_sets_it() -> None:
    """Nothing of ours can have gone meanwhile."""
    crew = Crew()
    crew.world.refuse("TakeLease", Throttled("slow down"))
    crew.tick()
    crew.world.clock.sleep(61)

    crew.tick()

    assert crew.world.leases[LEASE].journal == given.JOURNAL


def test_a_process_that_was_stopped_and_finds_its_mark_goes_on() -> None:
    """It is ours as we left it: nobody took over."""
    crew = marked()
    crew.world.clock.sleep(61)

    crew.tick()

    assert crew.leads(API) == "new"
