"""`migrate hold`: let a migration stand still, beside a running `apply` or without one."""

from __future__ import annotations

from typing import Annotated

import typer

from migrator.cli import options, terminal


def hold(
    plan: options.Plan,
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the journal.", show_default=False)] = "",
    state: options.State = "",
    output: options.Output = "text",
) -> int:
    """Stop after the call in flight and stay there until released. Changes the journal only."""
    from migrator.cli.standing import held

    terminal.put_said("hold", held(plan, state, reason), as_json=output == "json")
    return 0
