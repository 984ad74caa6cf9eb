"""`migrate approve`: answer a plan's decisions in its file."""

from __future__ import annotations

from typing import Annotated

import typer

from migrator.cli import options, terminal

Answers = Annotated[list[str], typer.Argument(metavar="ID=VALUE...", help="A decision and its answer.", show_default=False)]


def approve(plan: options.Plan, answers: Answers, output: options.Output = "text") -> int:
    """Answer a plan's decisions in its file. Comments and everything else stay as they are."""
    from migrator.cli.answers import answering, split
    from migrator.planning.load import answer, load

    given = split(answers)
    answering(load(plan), given)  # all of them fit, or none is written
    for id, value in given:
        answer(plan, id, value)
    left = ", ".join(each.id for each in load(plan).open_decisions) or "none"
    terminal.put_said("approve", f"{plan}: {len(given)} answered, still open: {left}", as_json=output == "json")
    return 0
