"""`migrate doctor`: every check, alone."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from migrator.cli import options, terminal

Target = Annotated[
    str,
    typer.Argument(metavar="[NAMESPACE/NAME | PLAN]", help="A legacy Service, or a plan's file.", show_default="the cluster"),
]


def doctor(target: Target = "", context: options.Context = "", output: options.Output = "text") -> int:
    """Look whether a Service can be moved, or whether the cluster is fit for it. Changes nothing."""
    from migrator.checks.verdict import EXITS, verdict
    from migrator.cli.examining import examined

    seen = examined(target, context)
    if output == "json":
        from migrator.report.doctor_json import render

        terminal.put(render(seen.results, seen.about))
    else:
        from migrator.report import doctor_text

        terminal.put(doctor_text.render(seen.results, seen.about, terminal.width(sys.stdout)))
    return int(EXITS[verdict(seen.results)])
