"""The journal with its fold: streaks that live as long as the process, and facts that outlive it."""

from __future__ import annotations

import pytest

from migrator.errors import JournalError
from migrator.machine.logbook import Logbook
from migrator.machine.outcome import Orders
from migrator.model.events import Event, Held, Noticed, Refused, Released
from migrator.model.waits import Waits
from migrator.simulation.memory import MemoryJournal
from tests.unit import given
from tests.unit.machine.crew import Told
from tests.unit.world import Clock

ORDERS = Orders(given.JOURNAL, "0", given.HOST, "sha256:digest")


def logbook(journal: MemoryJournal, clock: Clock) -> Logbook:
    return Logbook(given.migration(waits=Waits(look_every_s=10)), journal, clock, Told(), ORDERS)


def test_a_run_begins_once() -> None:
    journal, clock = MemoryJournal(), Clock()
    log = logbook(journal, clock)

    log.begin()
    log.begin()

    assert [type(each.event).__name__ for each in journal.read()] == ["Began"]


def test_before_a_run_began_facts_are_counted_but_not_written() -> None:
    """A look that finds a plan stale has not begun anything."""
    journal, clock = MemoryJournal(), Clock()
    log = logbook(journal, clock)

    log.notice("one", {"good": True})
    log.notice("one", {"good": True})

    assert journal.read() == ()
    assert log.standing.streak("one", "good") == 2


def test_the_first_look_is_written_even_without_facts() -> None:
    """It says since when the step is waited for."""
    journal, clock = MemoryJournal(), Clock()
    log = logbook(journal, clock)
    log.begin()

    log.notice("one", {})
    log.notice("one", {})

    assert [each.event for each in journal.read()][1:] == [Noticed("one", {})]


def test_a_gap_in_looking_breaks_a_streak() -> None:
    """Nobody knows what was between; three looks' time and half a minute are no gap."""
    log = logbook(MemoryJournal(), Clock())
    clock = log._clock

    streaks = []
    for pause in (0.0, 60.0, 60.5, 1.0):
        clock.sleep(pause)
        log.count("one", {"good": True})
        streaks.append(log.standing.streak("one", "good"))
    log.count("one", {"good": False})

    assert streaks == [1, 2, 1, 2]
    assert log.standing.streak("one", "good") == 0


def test_what_others_appended_is_taken_in_and_streaks_stay() -> None:
    """A hold and its release are no gap in looking."""
    journal, clock = MemoryJournal(), Clock()
    log = logbook(journal, clock)
    log.begin()
    log.count("one", {"good": True})
    journal.append(Held("one", "operator-hold", "lunch"), at=clock.now(), after=1)

    assert log.standing.held is None
    assert log.read().held is not None
    assert log.standing.streak("one", "good") == 1
    assert log.read() is log.standing


@pytest.mark.parametrize("found", [(), (Held("one", "operator-hold", "lunch"),)], ids=["gone", "another"])
def test_a_journal_that_was_exchanged_under_us_is_not_written_to(found: tuple[Event, ...]) -> None:
    """A run that began anew in it would forget its calls; `journal-lost` says what to put back."""
    journal, clock = MemoryJournal(), Clock()
    log = logbook(journal, clock)
    log.begin()
    other = MemoryJournal()
    for each in found:
        other.append(each, at=clock.now(), after=0)
    log._journal = other

    with pytest.raises(JournalError) as caught:
        log.record(Refused("one", "conflict", "changed")) if not found else log.read()

    assert (caught.value.code, other.read() == ()) == ("journal-lost", not found)


def test_an_outcome_is_written_past_what_others_appended() -> None:
    """A call that was made must not be forgotten because somebody typed `hold` meanwhile."""
    journal, clock = MemoryJournal(), Clock()
    log = logbook(journal, clock)
    log.begin()
    journal.append(Held("one", "operator-hold", "lunch"), at=clock.now(), after=1)
    journal.append(Released("me"), at=clock.now(), after=2)

    log.record(Refused("one", "conflict", "changed"))

    assert [type(each.event).__name__ for each in journal.read()] == ["Began", "Held", "Released", "Refused"]
    assert (log.standing.sequence, log.standing.refusals) == (4, 1)


def test_when_this_process_began_to_look_is_not_in_the_journal() -> None:
    """It outlives a hold and its release, and begins anew with the process."""
    journal, clock = MemoryJournal(), Clock()
    log = logbook(journal, clock)
    log.begin()
    clock.sleep(100)
    journal.append(Held("one", "operator-hold", "lunch"), at=clock.now(), after=1)

    assert log.read().resumed == given.START
    assert logbook(journal, clock).standing.resumed == given.START + 100


def test_a_restart_begins_every_streak_anew() -> None:
    journal, clock = MemoryJournal(), Clock()
    log = logbook(journal, clock)
    log.begin()
    log.notice("one", {"good": True})

    again = logbook(journal, clock)

    assert again.standing.streak("one", "good") == 0
    assert again.standing.since("one", "good") == clock.now()


def test_whether_a_line_is_in_this_journal() -> None:
    """A Lease that was never moved on is at line 0, which every journal has."""
    journal, clock = MemoryJournal(), Clock()
    log = logbook(journal, clock)
    log.begin()
    first = journal.read()[0]

    assert log.has(0, "")
    assert log.has(1, first.checksum)
    assert not log.has(1, "another")
    assert not log.has(2, first.checksum)
