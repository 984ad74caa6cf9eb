"""`migrate show`: a plan for a terminal, for a pull request, for programs."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from migrator.cli import options, terminal

Output = Annotated[Literal["text", "markdown", "json"], typer.Option(help="For people, for a pull request, or for programs.")]


def show(plan: options.Plan, output: Output = "text", detailed_exitcode: options.DetailedExitcode = False) -> int:
    """Show a plan. Reads the file only."""
    from migrator.planning.certificate_file import simulated
    from migrator.planning.load import load

    migration = load(plan)
    if output == "markdown":
        from migrator.report.plan_markdown import render
    elif output == "json":
        from migrator.report.plan_json import render
    else:
        from migrator.report.plan_text import render
    terminal.put(render(migration, plan, simulated(migration, plan)).rstrip())
    if not detailed_exitcode:
        return 0
    from migrator.cli.answers import pending

    return int(pending(migration))
