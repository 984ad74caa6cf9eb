"""`migrate apply`: make the journey that a plan describes; safe to run again at any time."""

from __future__ import annotations

from typing import Annotated

import typer

from migrator.cli import options

HoldBefore = Annotated[list[str], typer.Option(metavar="STEP", help="Hold before this step; may be repeated.")]


def apply(
    plan: options.Plan,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier run stopped; begins where none did.")] = False,
    dry_run: options.DryRun = False,
    until: Annotated[str, typer.Option(metavar="STEP", help="Stop once this step is done.", show_default=False)] = "",
    hold_before: HoldBefore = [],  # noqa: B006
    yes: options.Yes = False,
    state: options.State = "",
    context: options.Context = "",
    output: options.Output = "text",
) -> int:
    """Move the Service as the plan says."""
    from migrator.cli.conduct import conduct
    from migrator.cli.running import Order

    before, json = tuple(hold_before), output == "json"
    return conduct(Order("apply", plan, resume, dry_run, yes, until, before, state, context, json))
