"""`migrate scan`: every Service of type LoadBalancer, whose it is, and what `plan` would say of it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from migrator.cli import terminal

Contexts = Annotated[list[str], typer.Option("--context", metavar="NAME", help="A kubeconfig's context; may be repeated.")]
Namespace = Annotated[str, typer.Option(metavar="NAME", help="Of this namespace only.", show_default="all")]
Selector = Annotated[
    str, typer.Option(metavar="K=V", help="Of these labels only, as `kubectl -l` takes them.", show_default="all")
]
PricesFile = Annotated[str, typer.Option(metavar="FILE", help="Prices an hour, TOML or YAML.", show_default="AWS public ones")]
Output = Annotated[Literal["text", "json", "csv"], typer.Option(help="For people, for programs, or for a spreadsheet.")]


def scan(
    context: Contexts = [],  # noqa: B006
    namespace: Namespace = "",
    selector: Selector = "",
    prices: PricesFile = "",
    output: Output = "text",
) -> int:
    """List LoadBalancer Services of one or several clusters. Changes nothing; leaves 1 where something was not read."""
    from migrator.cli.scanning import scanned

    found, text = scanned(tuple(context), namespace, selector, prices, output)
    (terminal.put_whole if output == "csv" else terminal.put)(text)
    return 1 if found.unread else 0
