"""The table of mutants in docs/promises.md: written by the last run, never by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.mutants.driver import Caught

PAGE = Path(__file__).parents[2] / "docs" / "promises.md"
FIRST, LAST = "<!-- mutants: written by `make sim` -->", "<!-- end of mutants -->"


def written(caught: Sequence[Caught]) -> None:
    """Put the last run's figures between the markers."""
    text = PAGE.read_text()
    head, _, rest = text.partition(FIRST)
    _, _, tail = rest.partition(LAST)
    PAGE.write_text(f"{head}{FIRST}\n{table(caught)}\n{LAST}{tail}")


def table(caught: Sequence[Caught]) -> str:
    """A line for each mutant, and the sum."""
    killed = sum(bool(each.checkers) for each in caught)
    lines = [f"{killed} of {len(caught)} mutants killed.", "", "| mutant | caught by | journeys |", "|---|---|---|"]
    lines += [f"| {each.name} | {', '.join(each.checkers) or 'SURVIVED'} | {each.hunts} |" for each in caught]
    return "\n".join(lines)
