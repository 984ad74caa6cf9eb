"""Order, cursor and guards, as values of a standing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from migrator.model import effects, events
from migrator.model.standing import Standing
from migrator.ports.journey import Guard, Journey
from migrator.ports.report import Silent, Waiting
from tests.unit import given
from tests.unit.world import World


def step(name: str, holds_until: str = "") -> Any:
    return SimpleNamespace(NAME=name, HOLDS_UNTIL=holds_until)


def guard(first: str, until: str) -> Guard:
    return Guard(f"{first}-{until}", first, until, lambda *_: None, lambda _: {}, lambda *_: None)


JOURNEY = Journey(
    (step("a", "c"), step("b"), step("c", "d"), step("d")),
    (guard("a", "c"), guard("b", ""), guard("c", "d")),
    no_return="c",
)


def seen(*names: str, back: tuple[str, ...] | None = None, intents: tuple[str, ...] = ()) -> Standing:
    intended: list[events.Event] = [events.Intended(each, effects.ChangeRecords("ZPUB", (), "")) for each in intents]
    told: list[events.Event] = [*intended, *(events.Seen(each, "") for each in names)]
    turned: list[events.Event] = (
        [] if back is None else [events.TurnedBack("asked", "", ""), *(events.Seen(each, "") for each in back)]
    )
    return given.standing(*told, *turned)


def name(found: Any) -> str | None:
    return found.NAME if found else None


def test_forward_the_first_step_that_was_not_seen_is_next() -> None:
    assert name(JOURNEY.cursor(given.standing())) == "a"
    assert name(JOURNEY.cursor(seen("a", "b"))) == "c"
    assert JOURNEY.cursor(seen("a", "b", "c", "d")) is None


def test_back_it_starts_at_the_last_step_that_intended_something_or_was_seen() -> None:
    """Steps after it have nothing to take back; one that found its work done by others has."""
    assert name(JOURNEY.cursor(seen("a", back=(), intents=("a", "b")))) == "b"
    assert name(JOURNEY.cursor(seen("a", "b", "c", back=(), intents=("a", "b")))) == "c"
    assert name(JOURNEY.cursor(seen("a", "b", back=("b",), intents=("b", "a")))) == "a"
    assert JOURNEY.cursor(seen("a", "b", back=("b", "a"), intents=("b",))) is None
    assert name(JOURNEY.cursor(seen("a", "b", back=()))) == "b"
    assert JOURNEY.cursor(seen(back=())) is None


def test_what_was_seen_holds_until_its_step() -> None:
    held = [name(each) for each in JOURNEY.still_held(seen("a", "b"), JOURNEY.order[1])]
    later = [name(each) for each in JOURNEY.still_held(seen("a", "b", "c"), JOURNEY.order[3])]

    assert held == ["a", "b"]
    assert later == ["b"]


def test_a_guard_is_up_from_its_first_step_until_before_the_other() -> None:
    assert [each.name for each in JOURNEY.guarding(JOURNEY.order[0])] == ["a-c"]
    assert [each.name for each in JOURNEY.guarding(JOURNEY.order[1])] == ["a-c", "b-"]
    assert [each.name for each in JOURNEY.guarding(JOURNEY.order[3])] == ["b-"]


def test_a_name_that_is_no_step_is_past_the_end() -> None:
    assert [JOURNEY.position(each) for each in ("a", "d", "", "e")] == [0, 3, 4, 4]


def test_the_point_of_no_return_is_the_call_not_the_step() -> None:
    """What the step does before it can be taken back."""
    delete, unprotect = effects.DeleteService("shop", "web", "uid", "1"), effects.DisableDeletionProtection(given.LEGACY_ARN)

    assert not JOURNEY.past_return(seen("a", "b", intents=("a", "c")))
    assert not JOURNEY.past_return(given.standing(events.Intended("c", unprotect), events.Applied("c", {})))
    assert JOURNEY.past_return(given.standing(events.Intended("c", delete)))


def test_a_step_past_it_that_was_seen_is_past_it_whoever_did_it() -> None:
    """Somebody else deleted legacy: there is nothing to come back to all the same."""
    assert JOURNEY.past_return(seen("a", "b", "c"))
    assert not JOURNEY.past_return(seen("a", "b"))
    assert not JOURNEY.past_return(seen("a", "b", back=("b", "a")))


def test_nothing_around_is_wrong_unless_a_journey_says_so() -> None:
    assert JOURNEY.surroundings(given.migration(), given.standing(), World().outside()) is None


def test_nobody_has_to_listen() -> None:
    silent = Silent()

    silent.entry(given.entries(given.began())[0])
    silent.waiting(Waiting("a", "why", 0.0, 1.0))
