"""`hold` and `release` append beside a running `apply`, which may be faster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.adapters.disk.state import State
from migrator.cli import standing
from migrator.errors import JournalMoved, OperatorError
from migrator.model.events import Began, Ended, Event, Held, Noticed
from migrator.planning.load import load

PLAN = "plans/example.yaml"
MIGRATION = load(PLAN)
BEGAN = Began("j-1", MIGRATION.id, "sha256:0", "0.1.0", "box/boot")


@pytest.fixture
def wrote(tmp_path: Path) -> Callable[..., str]:
    """Write these events into the plan's journal; the state directory to give on the command line."""

    def events(*written: Event) -> str:
        journal = State(tmp_path).journal(MIGRATION.id)
        for event in written:
            journal.append(event, at=1000.0, after=len(journal.read()))
        return str(tmp_path)

    return events


def last(given: str) -> Event:
    return State(Path(given)).journal(MIGRATION.id).read()[-1].event


def test_a_hold_names_the_step_that_is_next_and_who_asked(wrote: Callable[..., str]) -> None:
    given = wrote(BEGAN)

    assert "migrate release plans/example.yaml" in standing.held(PLAN, given, "lunch")

    event = last(given)
    assert isinstance(event, Held)
    assert (event.step, event.code, event.reason) == ("admit", "operator-hold", "lunch")
    assert event.by != "migrate"


def test_a_release_says_how_to_go_on(wrote: Callable[..., str]) -> None:
    given = wrote(BEGAN, Held("admit", "drift", "changed"))

    assert "migrate apply plans/example.yaml --resume" in standing.released(PLAN, given)


@pytest.mark.parametrize(("deed", "code"), [("held", "already-ended"), ("released", "already-ended")])
def test_what_is_over_is_left_alone(wrote: Callable[..., str], deed: str, code: str) -> None:
    given = wrote(BEGAN, Ended("migrated"))

    with pytest.raises(OperatorError) as caught:
        getattr(standing, deed)(PLAN, given, *(["x"] if deed == "held" else []))
    assert caught.value.code == code


def test_a_run_that_was_faster_is_read_again(wrote: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading and appending, a running apply writes a line of its own."""
    given = wrote(BEGAN)
    operator, raced = standing.wire.operator, []

    def slow() -> str:
        if not raced:
            raced.append(wrote(Noticed("admit", {"failed": []})))
        return operator()

    monkeypatch.setattr(standing.wire, "operator", slow)

    standing.held(PLAN, given, "lunch")

    journal = State(Path(given)).journal(MIGRATION.id).read()
    assert [type(entry.event).__name__ for entry in journal] == ["Began", "Noticed", "Held"]


def test_it_does_not_try_for_ever(wrote: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    given = wrote(BEGAN)
    operator = standing.wire.operator

    def slower() -> str:
        wrote(Noticed("admit", {}))
        return operator()

    monkeypatch.setattr(standing.wire, "operator", slower)

    with pytest.raises(JournalMoved):
        standing.held(PLAN, given, "lunch")


def test_a_directory_that_nobody_can_read_the_plan_of_is_told_by_its_id(wrote: Callable[..., str]) -> None:
    text, code = standing.rendered("", wrote(BEGAN), as_json=False)

    assert code == 0
    assert text.startswith(f"{MIGRATION.id}  under way")
