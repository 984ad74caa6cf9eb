"""docs/promises.md tells of the mutants and checkers that there are, and its figures are written by runs alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrator.simulation.promises import watch
from tests.mutants.bugs import MUTANTS
from tests.mutants.driver import Caught
from tests.sim import page

CAUGHT = tuple(Caught(each.name, ("seen", "end"), "seen: something", 1) for each in MUTANTS)


def cells(line: str) -> list[str]:
    return [each.strip() for each in line.strip("|").split("|")]


def test_the_committed_page_has_every_mutant_and_nobody_else() -> None:
    """A mutant that was added, renamed or taken out needs another run of `make sim`."""
    rows = [cells(line) for line in page.read("mutants").splitlines()[2:]]

    assert [(name, report) for name, report, _, _ in rows] == [(each.name, each.report) for each in MUTANTS]
    assert [name for name, _, checkers, _ in rows if checkers == "SURVIVED"] == []


def test_whoever_caught_a_mutant_is_a_checker_or_the_end_state() -> None:
    rows = [cells(line) for line in page.read("mutants").splitlines()[2:]]
    checkers = {each for _, _, caught, _ in rows for each in caught.split(", ")}

    assert checkers <= {*watch.NAMES, "end", "requests"}


def test_every_checker_stands_on_the_page_and_catches_a_mutant() -> None:
    """A checker that never caught anything may see nothing."""
    table = page.PAGE.read_text().partition("##")[0]
    rows = [cells(line) for line in page.read("mutants").splitlines()[2:]]

    assert set(re.findall(r"`(\w+)\.py`", table)) >= set(watch.NAMES)
    assert set(watch.NAMES) <= {each for _, _, caught, _ in rows for each in caught.split(", ")}


def test_only_what_stands_between_the_markers_is_written(tmp_path: Path) -> None:
    one = tmp_path / "page.md"
    first, last = page.markers("figures")
    one.write_text(f"above\n{first}\nold\n{last}\nbelow\n")

    page.write("figures", "- new", one)

    assert one.read_text() == f"above\n{first}\n- new\n{last}\nbelow\n"
    assert page.read("figures", one) == "- new"


def test_a_page_without_a_place_is_not_written(tmp_path: Path) -> None:
    one = tmp_path / "page.md"
    one.write_text("nothing")

    with pytest.raises(ValueError, match="no place for figures"):
        page.write("figures", "- new", one)
    assert one.read_text() == "nothing"


def test_a_survivor_is_told() -> None:
    lines = page.table((Caught(MUTANTS[0].name, (), "", 1), *CAUGHT[1:])).splitlines()

    assert len(lines) == len(MUTANTS) + 2
    assert "SURVIVED" in lines[2]
