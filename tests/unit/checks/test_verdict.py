"""The worst result counts, and what is unknown is never a failure."""

from __future__ import annotations

import pytest

from migrator.checks.result import Result, failed, ok, unseen, warned
from migrator.checks.verdict import EXITS, Verdict, answered, verdict, worst_first
from migrator.errors import Exit

FINE, BAD = ok("a", "fine"), failed("b", "no-controller", "bad", "mend it")
WARNED, BLIND = warned("c", "mtu-rule-lost", "hm", "see"), unseen("d", "denied", "dark", "look", "blocked")
DIM = unseen("e", "denied", "dim", "look", "warning")


@pytest.mark.parametrize(
    ("results", "worst", "exit"),
    [
        ((FINE,), "ok", Exit.DONE),
        ((FINE, WARNED), "warnings", Exit.DONE),
        ((FINE, DIM), "warnings", Exit.DONE),
        ((WARNED, BLIND), "unknown", Exit.DECISION),
        ((BLIND, BAD), "failed", Exit.REFUSED),
        ((), "ok", Exit.DONE),
    ],
)
def test_the_worst_counts(results: tuple[Result, ...], worst: Verdict, exit: Exit) -> None:
    assert verdict(results) == worst
    assert EXITS[worst] is exit


def test_worst_first() -> None:
    assert worst_first((FINE, DIM, WARNED, BLIND, BAD)) == (BAD, BLIND, DIM, WARNED, FINE)


def test_what_a_person_answered_for_is_a_warning_still() -> None:
    told = answered((BLIND, BAD), {"check-d": "go-on", "check-b": "go-on"})

    assert verdict(told[:1]) == "warnings"
    assert told[0].status == "unknown"
    assert told[1] is BAD
    assert answered((BLIND,), {"check-d": None}) == (BLIND,)
