"""The rows of rule_rows.txt, where their form is explained."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    state: str
    key: str
    value: str
    fate: str
    says: tuple[str, ...]


def rows() -> list[Row]:
    """Every row, one a value."""
    text = Path(__file__).with_name("rule_rows.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [Row(state, key, _value(value), fate, says) for line in lines for state, key, value, fate, says in _read(line)]


def _read(line: str) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    state, key, values, fate, says = (each.strip() for each in line.split(" | "))
    return [(state, key, each, fate, tuple(part.strip() for part in says.split(" ; "))) for each in values.split(" ~ ")]


def _value(text: str) -> str:
    bare = text[1:-1] if text.startswith('"') and text.endswith('"') else text
    return bare.replace("\\n", "\n")
