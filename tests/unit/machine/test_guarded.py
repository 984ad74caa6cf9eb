"""Guards beside the steps, and holds: by the tool, by its orders, and by a person beside a running machine."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.machine.tick import Again, Standstill
from migrator.model.events import Held, Released, Seen
from migrator.model.units import Unknown
from migrator.model.verdict import Fail, Hold, Wait
from migrator.ports.journey import Guard
from tests.unit.machine.crew import API, Crew, released


def healthy(crew_of: list[Crew], first: str = "one", until: str = "rest") -> Guard:
    """A guard over `world.probed["well"]`: True, False, or Unknown where it is missing."""

    def look(migration: Any, standing: Any, outside: Any) -> Any:
        return crew_of[0].world.probed.get("well", Unknown("slow"))

    def trip(migration: Any, standing: Any, sight: Any) -> Wait | Hold | Fail | None:
        if isinstance(sight, Unknown):
            return Wait("unread", 10)
        if sight:
            return None
        if standing.streak("healthy", "sick") < 2:
            return Wait("sick, perhaps passing", 10)
        return Fail("new-sick", "sick")

    return Guard("healthy", first, until, look, lambda sight: {"sick": sight is False}, trip)


def guarded(**more: Any) -> Crew:
    of: list[Crew] = []
    of.append(Crew(healthy(of, **more)))
    of[0].world.probed["well"] = True
    return of[0]


def test_a_guard_trips_only_after_a_streak() -> None:
    """One bad look is a flicker; so is one before a gap in looking."""
    crew = guarded()
    crew.until("mark")
    crew.world.probed["well"] = False

    assert crew.tick() == Again(10)
    crew.world.clock.sleep(600)
    assert crew.tick() == Again(10)
    outcome = crew.tick()

    assert isinstance(outcome, Standstill)
    assert outcome.code == "new-sick"
    assert crew.leads(API) == "old"


def always(name: str, trip: Wait | Hold | Fail) -> Guard:
    return Guard(name, "one", "rest", lambda *_: None, None, lambda *_: trip)


@pytest.mark.parametrize(
    ("trips", "code"),
    [
        ((Wait("unread", 10), Hold("drift", "moved"), Fail("new-sick", "sick")), "new-sick"),
        ((Wait("", 10), Hold("drift", "")), "drift"),
    ],
    ids=["a-failure", "a-hold"],
)
def test_of_several_guards_the_worst_counts(trips: tuple[Any, ...], code: str) -> None:
    """One that is unread must not hide one that failed."""
    crew = Crew(*(always(f"guard {at}", each) for at, each in enumerate(trips)))
    crew.until("mark")

    outcome = crew.tick()

    assert isinstance(outcome, Standstill)
    assert outcome.code == code


def test_unknown_vetoes_an_effect() -> None:
    crew = guarded()
    crew.until("mark")
    del crew.world.probed["well"]

    assert crew.tick() == Again(10)

    assert "one Intended" not in crew.kinds()
    crew.world.probed["well"] = True
    crew.until("one")


def test_a_guard_is_up_between_its_steps_only() -> None:
    crew = guarded(first="two", until="cut")
    crew.world.probed["well"] = False

    crew.until("one")
    crew.tick(5)

    assert "two" not in crew.machine.standing.seen
    crew.world.probed["well"] = True
    crew.process()
    crew.machine.release("a person")
    crew.until("two")
    crew.world.probed["well"] = False
    crew.until("cut")


def test_a_guard_that_passes_lets_the_step_wait() -> None:
    crew = guarded()
    crew.until("mark")
    crew.one.verdict = Wait("not yet", 7)

    assert crew.tick() == Again(7)


# Hold and release


def test_hold_before_a_step_stops_there_until_released() -> None:
    """Every run that asks for it stops, until a person released that very hold."""
    crew = Crew()
    crew.process(hold_before=("two",))

    crew.tick(10)
    assert crew.kinds()[-1] == "two Held"
    assert crew.process(hold_before=("two",)).tick() == Standstill("hold-before", "told to stop before two")
    released(crew)
    crew.process(hold_before=("two",))
    crew.until("two")

    assert crew.events[-1] == Seen("two", "www.example.com. leads to new")


def test_a_release_that_nothing_waits_for_writes_nothing() -> None:
    crew = Crew()
    crew.until("mark")
    lines = len(crew.events)

    crew.machine.release("a person")

    assert len(crew.events) == lines


def test_a_hold_written_beside_a_running_machine_stops_it() -> None:
    """`migrate hold` only appends."""
    crew = Crew()
    crew.until("mark")
    crew.write(Held("one", "operator-hold", "lunch", "a person"))

    assert crew.tick() == Standstill("operator-hold", "lunch")
    assert crew.leads(API) == "old"


def test_a_hold_written_while_the_machine_looks_is_read_before_it_acts() -> None:
    """The intent is a compare-and-set on the journal: it misses, all is read and decided again."""
    crew = Crew()
    crew.until("mark")

    def interfering() -> None:
        crew.one.during_look = lambda: None
        crew.write(Held("one", "operator-hold", "lunch", "a person"))

    crew.one.during_look = interfering

    assert crew.tick() == Again(0)
    assert crew.tick() == Standstill("operator-hold", "lunch")
    assert "one Intended" not in crew.kinds()

    crew.write(Released("a person"))
    crew.until("one")


def test_a_released_hold_gives_the_step_its_time_again() -> None:
    """A deadline counts from the release, not from the first look of yesterday."""
    crew = Crew()
    crew.until("mark")
    crew.one.verdict = Hold("no-hostname", "too late")
    crew.tick()
    crew.world.clock.sleep(9000)

    released(crew)

    assert crew.machine.standing.entered["one"] == crew.world.clock.at
