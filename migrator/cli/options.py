"""What several commands take, said once."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

Plan = Annotated[str, typer.Argument(metavar="PLAN", help="The plan's file.", show_default=False)]
State = Annotated[
    str, typer.Option(envvar="MIGRATE_STATE", metavar="DIR", help="Where journals are kept.", show_default="the user's state")
]
Context = Annotated[str, typer.Option(metavar="NAME", help="The kubeconfig's context.", show_default="the current one")]
Output = Annotated[Literal["text", "json"], typer.Option(help="For people or for programs.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be changed first, and change nothing.")]
DetailedExitcode = Annotated[
    bool, typer.Option("--detailed-exitcode", help="Leave 2 when changes are pending, 3 for a decision, 4 when blocked.")
]
