"""`migrate plan`: from a Service's name, or from several by labels, to plans worth signing."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from migrator.cli import options, terminal

Service = Annotated[
    str, typer.Argument(metavar="[NAMESPACE/NAME]", help="The legacy Service; none for several.", show_default=False)
]
File = Annotated[str, typer.Option("-o", "--file", metavar="FILE", help="Write it here, not to stdout; a folder for several.")]
All = Annotated[bool, typer.Option("--all", help="A plan for every legacy Service of the cluster.")]
Namespace = Annotated[str, typer.Option(metavar="NAME", help="A plan for each of this namespace.", show_default=False)]
Selector = Annotated[str, typer.Option(metavar="K=V", help="A plan for each with these labels.", show_default=False)]
Answers = Annotated[list[str], typer.Option("--answer", metavar="ID=VALUE", help="Answer a decision; may be repeated.")]


def plan(
    service: Service = "",
    file: File = "",
    all: All = False,
    namespace: Namespace = "",
    selector: Selector = "",
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
    """Look at a legacy Service, or at several, and write how each will be moved. Changes nothing."""
    from migrator.cli.answers import pending
    from migrator.cli.draft import Draft, drafted
    from migrator.cli.draft_all import Drafts, drafted_all, refuse_mixture
    from migrator.planning.scan import Narrowed

    many = all or bool(namespace or selector)
    refuse_mixture(service, many, file, {"--clone-name": bool(clone_name), "--answer": bool(answer)})
    if many:
        narrowed = Narrowed(namespace, selector)
        drafts = Drafts(narrowed, file, context, waits, on_failure, noise, retire, state, detailed_exitcode)
        return drafted_all(drafts, output)
    wanted = Draft(service, file, context, waits, on_failure, clone_name, noise, retire, tuple(answer), state)
    migration, text = drafted(wanted, output)
    terminal.put(text.rstrip())
    return int(pending(migration)) if detailed_exitcode else 0
