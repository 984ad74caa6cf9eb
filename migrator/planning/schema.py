"""The JSON Schema of a plan file, generated from the model: `python -m migrator.planning.schema plans/schema.json`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from migrator.model.migration import Migration


def schema() -> str:
    """The schema as text; unknown fields are refused everywhere, as reading a plan does."""
    definition = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | msgspec.json.schema(Migration)
    for each in definition["$defs"].values():
        _close(each)
    return msgspec.json.format(msgspec.json.encode(definition), indent=2).decode() + "\n"


def _close(definition: dict[str, Any]) -> None:
    definition["additionalProperties"] = False
    definition["description"] = definition["description"].partition("\n\n")[0].replace("\n", " ")


if __name__ == "__main__":  # pragma: no cover
    Path(sys.argv[1]).write_text(schema(), encoding="utf-8")
