"""The JSON Schema of a plan file, plans/schema.json; `make schema` writes it."""

from __future__ import annotations

from migrator.model.migration import Migration
from migrator.model.schema import schema_of


def schema() -> str:
    """The schema as text; unknown fields are refused everywhere, as reading a plan does."""
    return schema_of(Migration)
