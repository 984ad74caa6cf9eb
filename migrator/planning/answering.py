"""Answer a decision in the file's own text: comments, order and everything else stay byte for byte."""

from __future__ import annotations

import json
from typing import Any

import yaml

from migrator.planning.compose import compose, entries


def answered(file: str, text: str, at: int, value: str) -> str:
    """The plan's text with `value` as the answer to its decision number `at` (from 0)."""
    decisions = dict(entries(compose(file, text).root))["decisions"]
    fields = dict(entries(decisions.value[at]))
    node = fields.get("answer")
    if node is None:
        return _inserted(text, decisions.value[at], value)
    start, end = node.start_mark.index, node.end_mark.index
    if start == end:  # `answer:` with nothing behind it
        return f"{text[:start]} {_written(value)}{text[end:]}"
    old = text[start:end]
    kept = old[len(old.rstrip()) :]  # a block scalar ends behind its line's end
    return text[:start] + _written(value) + kept + text[end:]


def _inserted(text: str, decision: Any, value: str) -> str:
    """The text with an answer where the decision has none, in the style of its first line."""
    first = decision.value[0][0].start_mark
    between = ", " if decision.flow_style else "\n" + " " * first.column
    return f"{text[: first.index]}answer: {_written(value)}{between}{text[first.index :]}"


def _written(value: str) -> str:
    """The value as a YAML scalar, quoted where it would be read as something else."""
    try:
        plain = yaml.safe_load(value) == value and yaml.safe_load(f"[{value}, x]") == [value, "x"]
    except yaml.YAMLError:
        plain = False
    return value if plain and "#" not in value else json.dumps(value)
