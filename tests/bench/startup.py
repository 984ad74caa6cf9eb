"""What a command costs before it does anything, over a bare `python -c pass`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from migrator.machine.tick import Over
from migrator.planning.write import write
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import stage
from tests.bench.measuring import environment, medians_s, migrate

ROUNDS = 11
BARE = "python -c pass"
VERSION, HELP, READS = 3.0, 8.0, 20.0  # at most so many times as long


class Start(msgspec.Struct, frozen=True):
    """One command: its median in milliseconds, and that over the bare interpreter's; `most` where there is a figure to reach."""

    name: str
    ms: float
    ratio: float
    most: float | None


def starts(rounds: int = ROUNDS) -> tuple[Start, ...]:
    """The bare interpreter first, then every command that reads a file at most."""
    with tempfile.TemporaryDirectory(prefix="migrate-bench-") as folder:
        plan, state = left_behind(Path(folder))
        tool = migrate()
        figures: dict[str, tuple[Sequence[str], float | None]] = {
            BARE: ([sys.executable, "-c", "pass"], None),
            "migrate --version": ([*tool, "--version"], VERSION),
            "migrate --help": ([*tool, "--help"], HELP),
            "migrate show PLAN": ([*tool, "show", plan], READS),
            "migrate show PLAN --output markdown": ([*tool, "show", plan, "--output", "markdown"], READS),
            "migrate status PLAN": ([*tool, "status", plan], READS),
            "migrate status": ([*tool, "status"], READS),
        }
        found = medians_s({name: each[0] for name, each in figures.items()}, environment(MIGRATE_STATE=state), rounds)
    return tuple(Start(name, seconds * 1000, seconds / found[BARE], figures[name][1]) for name, seconds in found.items())


def left_behind(folder: Path) -> tuple[str, str]:
    """A plan's file and a state directory with its whole journal, as a journey in virtual time left them."""
    voyage = Voyage(stage(every_s=0))
    if (finish := voyage.sail()) != Over("migrated"):
        raise RuntimeError(f"our journey ended with {finish}")
    plan, state = folder / "plan.yaml", folder / "state"
    write(voyage.migration, str(plan))
    home = state / voyage.migration.id
    home.mkdir(mode=0o700, parents=True)
    (home / "journal.jsonl").write_bytes(b"".join(voyage.journal.lines))
    (home / "plan.yaml").write_bytes(plan.read_bytes())
    return str(plan), str(state)
