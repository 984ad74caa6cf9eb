"""`migrate simulate`: put a plan through every crash point and many fault mixes, in a virtual copy of its world."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from migrator.cli import options, terminal

SEEDS = 200
Seeds = Annotated[int, typer.Option("--seeds", min=0, metavar="N", help="How many fault mixes to draw.")]
First = Annotated[int, typer.Option("--seed", min=0, metavar="S", help="The first of their seeds.")]
Replay = Annotated[
    str,
    typer.Option(
        "--replay",
        metavar="CASE",
        help="Make one journey and show it: `seed:7`, `forward/after-append-12`, …",
        show_default=False,
    ),
]
Record = Annotated[bool, typer.Option("--record", help="Write the certificate beside the plan.")]
Jobs = Annotated[int, typer.Option("--jobs", min=0, metavar="N", help="Processes at work.", show_default="one a core")]


def simulate(
    plan: options.Plan,
    seeds: Seeds = SEEDS,
    seed: First = 0,
    replay: Replay = "",
    record: Record = False,
    jobs: Jobs = 0,
    output: options.Output = "text",
) -> int:
    """Rehearse a plan in a virtual copy of its world: every crash point, many faults. Reads the file only."""
    from migrator.cli import rehearsing
    from migrator.planning.load import load

    migration = load(plan)
    rehearsing.refuse_blocked(migration, plan)
    if replay:
        return rehearsing.replay(migration, replay, as_json=output == "json")
    from migrator.simulation.certificate.certifying import certified

    with rehearsing.telling() as heard:
        certificate = certified(migration, seeds=seeds, first=seed, jobs=jobs or os.cpu_count() or 1, heard=heard)
    if output == "json":
        from migrator.report.simulated_json import render

        terminal.put(render(certificate))
    else:
        from migrator.report import simulated_text

        terminal.put(simulated_text.render(certificate, plan))
    if record:
        rehearsing.record(certificate, plan)
    return 0 if certificate.first is None else 1
