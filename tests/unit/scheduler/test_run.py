"""The only loop: it sleeps through the clock port, and knows when to stop."""

from __future__ import annotations

from typing import Any

from migrator.machine.tick import Over, Standstill
from migrator.model.verdict import Hold, Wait
from migrator.scheduler.run import Interrupted, Reached, run
from tests.unit import given
from tests.unit.machine.crew import API, Crew


def ran(crew: Crew, **more: Any) -> object:
    return run(crew.machine, crew.world.clock, **more)


def test_it_ticks_to_the_end() -> None:
    crew = Crew()

    assert ran(crew) == Over("migrated")
    assert crew.world.clock.at == given.START


def test_it_sleeps_as_long_as_a_tick_says() -> None:
    """And not at all where there is something to do."""
    crew = Crew()
    crew.until("mark")
    crew.one.verdict = Wait("not yet", 25)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        crew.one.verdict = None if len(slept) == 2 else crew.one.verdict

    crew.world.clock.sleep = sleep

    assert ran(crew) == Over("migrated")
    assert slept == [25, 25]


def test_it_stops_at_a_hold() -> None:
    crew = Crew()
    crew.until("mark")
    crew.one.verdict = Hold("record-edited", "edited")

    assert ran(crew) == Standstill("record-edited", "edited")


def test_until_stops_once_the_step_was_seen() -> None:
    crew = Crew()

    assert ran(crew, until="one") == Reached("one")
    assert crew.kinds()[-1] == "one Seen"


def test_until_a_step_that_is_done_already_does_nothing() -> None:
    """Not even a look: the same command may be typed twice."""
    crew = Crew()
    ran(crew, until="two")
    lines = len(crew.events)

    crew.process()

    assert ran(crew, until="one") == Reached("one")
    assert len(crew.events) == lines


def test_until_does_not_stop_a_way_back() -> None:
    """There the step is taken back, and seen so."""
    crew = Crew()
    ran(crew, until="one")
    crew.machine.turn_back("asked", "told to", "a person")

    assert ran(crew, until="one") == Over("rolled-back")


def test_an_interruption_waits_for_the_call_in_flight_and_its_outcome() -> None:
    """Between ticks everything is written down."""
    crew = Crew()
    crew.until("mark")

    assert ran(crew, interrupted=lambda: crew.leads(API) == "new") == Interrupted()
    assert crew.kinds()[-2:] == ["one Intended", "one Applied"]
