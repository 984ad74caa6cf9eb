"""The shape of a step's table: what is given, which verdict follows, and which words of it matter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from migrator.model.migration import Migration
from migrator.model.standing import Standing
from migrator.model.verdict import Done, Fail, Hold, Verdict, Wait
from tests.unit import given


@dataclass(frozen=True)
class Row:
    """A fact as its id; the sight; then what follows: `verdict` is done, wait, act, fail, or a hold's code."""

    id: str
    sight: Any
    verdict: str
    says: str = ""
    standing: Standing = field(default_factory=given.standing)
    migration: Migration = field(default_factory=given.migration)
    after_s: float = 0.0  # seconds since the first line


def rows(*table: Row) -> pytest.MarkDecorator:
    """The table as a parameter `row`."""
    return pytest.mark.parametrize("row", table, ids=[each.id for each in table])


def follows(row: Row, decide: Any) -> Verdict:
    """What the step concludes; it has to be what the row says."""
    verdict: Verdict = decide(row.migration, row.standing, row.sight, given.START + row.after_s)
    assert kind(verdict) == row.verdict, verdict
    assert row.says in said(verdict), verdict
    return verdict


def kind(verdict: Verdict) -> str:
    """A verdict in a word."""
    match verdict:
        case Done():
            return "done"
        case Wait():
            return "wait" if verdict.effect is None else "act"
        case Hold():
            return verdict.code
        case Fail():
            return f"fail {verdict.code}"


def said(verdict: Verdict) -> str:
    """Every word of a verdict."""
    match verdict:
        case Done():
            return verdict.seen
        case Wait():
            return verdict.reason
        case _:
            return "; ".join((verdict.reason, *verdict.seen, verdict.do))
