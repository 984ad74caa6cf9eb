"""The parts of docs/promises.md that a run writes, never a hand: what stands between two markers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.mutants.bugs import MUTANTS
from tests.mutants.driver import Caught

PAGE = Path(__file__).parents[2] / "docs" / "promises.md"


def write_figures(figures: Iterable[str]) -> None:
    """What a whole run found, a line each."""
    write("figures", "\n".join(f"- {each}" for each in figures))


def write_mutants(caught: Iterable[Caught]) -> None:
    """A row for each mutant."""
    write("mutants", table(caught))


def table(caught: Iterable[Caught]) -> str:
    """A row for each mutant: the bug that it stands for, who caught it, within how many journeys of those it may take."""
    reports = {each.name: (each.report, len(each.hunts)) for each in MUTANTS}
    lines = ["| mutant | where such a bug was met | caught by | journeys |", "|---|---|---|---|"]
    for each in caught:
        report, most = reports[each.name]
        lines.append(f"| {each.name} | {report} | {', '.join(each.checkers) or 'SURVIVED'} | {each.hunts} of {most} |")
    return "\n".join(lines)


def write(part: str, text: str, page: Path = PAGE) -> None:
    """Put text between the markers of a part. Raises ValueError where the page has none."""
    first, last = markers(part)
    whole = page.read_text()
    head, found, rest = whole.partition(first)
    _, ended, tail = rest.partition(last)
    if not found or not ended:
        raise ValueError(f"{page} has no place for {part}: {first} and {last}")
    page.write_text(f"{head}{first}\n{text}\n{last}{tail}")


def read(part: str, page: Path = PAGE) -> str:
    """What stands between the markers of a part."""
    first, last = markers(part)
    return page.read_text().partition(first)[2].partition(last)[0].strip()


def markers(part: str) -> tuple[str, str]:
    """Where a part begins, and where it ends."""
    return f"<!-- {part}: written by `make sim` -->", f"<!-- end of {part} -->"
