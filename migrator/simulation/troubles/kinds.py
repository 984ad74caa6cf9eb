"""Every kind of trouble that a seed may draw, by name, and the page that lists them."""

from __future__ import annotations

from migrator.simulation.troubles.kinds_beside import BESIDE
from migrator.simulation.troubles.kinds_calls import CALLS
from migrator.simulation.troubles.kinds_outside import OUTSIDE
from migrator.simulation.troubles.trouble import Kind

KINDS: dict[str, Kind] = {each.name: each for each in (*CALLS, *OUTSIDE, *BESIDE)}

BEGIN, END = "<!-- kinds: `python -m migrator.simulation.troubles.kinds` -->", "<!-- end of kinds -->"


def table() -> str:
    """The kinds as a table for docs/faults.md."""
    rows = [f"| `{each.name}` | {each.does} | {each.stake} | {each.expected} |" for each in KINDS.values()]
    return "\n".join(("| kind | what it does | law | what the tool is expected to do |", "|---|---|---|---|", *rows))


if __name__ == "__main__":
    print(table())
