"""A plan for programs: one JSON object, its first field a version.

Its schema is published beside the plans, as plans/shown.schema.json; `make schema` writes it.
"""

from __future__ import annotations

import msgspec

from migrator.model.certificate import Simulated
from migrator.model.migration import Migration, Readiness
from migrator.model.schema import schema_of
from migrator.report.plan_words import verdict

VERSION = 1


class Shown(msgspec.Struct, frozen=True):
    """What `show` and `plan` print with `--output json`.

    `verdict` is the sentence that people get; `open_decisions` and `blocked` are ids; `shortest_s` adds up every step's
    shortest time, in seconds; `simulated` is what the certificate beside the plan says of it; `plan` is the plan as its
    file has it.
    """

    version: int
    file: str
    verdict: str
    readiness: Readiness
    open_decisions: tuple[str, ...]
    blocked: tuple[str, ...]
    shortest_s: float
    retirement: str
    simulated: Simulated
    plan: Migration


def render(migration: Migration, file: str = "PLAN", simulated: Simulated = Simulated()) -> str:
    """The verdict, what is open, totals, and the plan as its file has it; two blanks of indent, one line at the end."""
    shown = Shown(
        version=VERSION,
        file=file,
        verdict=verdict(migration),
        readiness=migration.readiness,
        open_decisions=tuple(each.id for each in migration.open_decisions),
        blocked=tuple(each.id for each in migration.findings if each.severity == "blocked"),
        shortest_s=sum(each.shortest_s for each in migration.steps),
        retirement=migration.retirement,
        simulated=simulated,
        plan=migration,
    )
    return msgspec.json.format(msgspec.json.encode(shown), indent=2).decode() + "\n"


def schema() -> str:
    """The schema of what `render` gives, as text."""
    return schema_of(Shown)
