"""`migrate plan`: from a Service's name to a plan worth signing."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from migrator.cli import options, terminal

Answers = Annotated[list[str], typer.Option("--answer", metavar="ID=VALUE", help="Answer a decision; may be repeated.")]


def plan(
    service: Annotated[str, typer.Argument(metavar="NAMESPACE/NAME", help="The legacy Service.", show_default=False)],
    file: Annotated[str, typer.Option("-o", "--file", metavar="FILE", help="Write the plan here, not to stdout.")] = "",
    context: options.Context = "",
    waits: Annotated[Literal["standard", "sandbox"], typer.Option(envvar="MIGRATE_WAITS", help="How long to wait.")] = "standard",
    on_failure: Annotated[Literal["hold", "rollback"], typer.Option(help="What `apply` does when it cannot go on.")] = "hold",
    clone_name: Annotated[str, typer.Option(metavar="NAME", help="The new Service's name.", show_default="a free one")] = "",
    noise: Annotated[float | None, typer.Option(metavar="N", help="New flows a minute that nobody calls traffic.")] = None,
    retire: Annotated[Literal["delete", "demote"] | None, typer.Option(help="What becomes of the legacy Service.")] = None,
    answer: Answers = [],  # noqa: B006
    state: options.State = "",
    detailed_exitcode: options.DetailedExitcode = False,
    output: options.Output = "text",
) -> int:
    """Look at a legacy Service and write how it will be moved. Changes nothing."""
    from migrator.cli.answers import pending
    from migrator.cli.draft import Draft, drafted

    wanted = Draft(service, file, context, waits, on_failure, clone_name, noise, retire, tuple(answer), state)
    migration, text = drafted(wanted, output)
    terminal.put(text.rstrip())
    return int(pending(migration)) if detailed_exitcode else 0
