"""Many plans made at once, for programs: one JSON object."""

from __future__ import annotations

import json

import msgspec

from migrator.model.drafted import Drafted, verdicts


def render(rows: tuple[Drafted, ...], exit: int) -> str:
    """A line a Service, the counts, and the exit code that the command leaves."""
    plans = [msgspec.to_builtins(each) for each in rows]
    return json.dumps({"kind": "plans", "schema": 1, "plans": plans, "verdicts": verdicts(rows), "exit": exit}, indent=2)
