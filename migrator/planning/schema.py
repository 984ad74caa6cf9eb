"""The JSON Schema of a plan file: `python -m migrator.planning.schema plans/schema.json` writes it."""

from __future__ import annotations

import sys
from pathlib import Path

from migrator.model.migration import Migration
from migrator.model.schema import schema_of


def schema() -> str:
    """The schema as text; unknown fields are refused everywhere, as reading a plan does."""
    return schema_of(Migration)


if __name__ == "__main__":  # pragma: no cover
    Path(sys.argv[1]).write_text(schema(), encoding="utf-8")
