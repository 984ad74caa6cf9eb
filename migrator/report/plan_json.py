"""A plan for programs: one JSON object, its first field a version."""

from __future__ import annotations

import msgspec

from migrator.model.migration import Migration
from migrator.report.plan_words import verdict

VERSION = 1


def render(migration: Migration, file: str = "PLAN") -> str:
    """The verdict, what is open, totals, and the plan as its file has it; two blanks of indent, one line at the end."""
    document = {
        "version": VERSION,
        "file": file,
        "verdict": verdict(migration),
        "readiness": migration.readiness,
        "open_decisions": [each.id for each in migration.open_decisions],
        "blocked": [each.id for each in migration.findings if each.severity == "blocked"],
        "shortest_s": sum(each.shortest_s for each in migration.steps),
        "retirement": migration.retirement,
        "plan": migration,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
