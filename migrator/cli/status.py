"""`migrate status`: where a migration stands, read from its journal alone."""

from __future__ import annotations

from typing import Annotated

import typer

from migrator.cli import options, terminal

OnePlan = Annotated[
    str, typer.Argument(metavar="[PLAN]", help="The plan's file; every migration without it.", show_default=False)
]


def status(plan: OnePlan = "", state: options.State = "", output: options.Output = "text") -> int:
    """Say where a migration stands and what to type next. Reads journals only."""
    from migrator.cli.standing import rendered

    text, code = rendered(plan, state, as_json=output == "json")
    terminal.put(text)
    return code
