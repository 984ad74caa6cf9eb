"""What all results of a run come to: the worst of them."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from migrator.checks.result import Result
from migrator.errors import Exit

Verdict = Literal["failed", "unknown", "warnings", "ok"]

# A person has to decide about what could not be seen, as a plan's open decision; a warning stops nothing.
EXITS: dict[Verdict, Exit] = {
    "failed": Exit.REFUSED,
    "unknown": Exit.DECISION,
    "warnings": Exit.DONE,
    "ok": Exit.DONE,
}


def verdict(results: tuple[Result, ...]) -> Verdict:
    """The worst of the results."""
    if any(each.stops for each in results):
        return "failed"
    if any(each.blinds for each in results):
        return "unknown"
    return "warnings" if any(each.status != "ok" for each in results) else "ok"


def answered(results: tuple[Result, ...], answers: dict[str, str | None]) -> tuple[Result, ...]:
    """The results with what a person answered for by id: such a one is a warning still. `answers` are by decision."""
    return tuple(replace(each, severity="warning") if each.blinds and answers.get(each.decision) else each for each in results)


def worst_first(results: tuple[Result, ...]) -> tuple[Result, ...]:
    """What stops, what blinds, what warns, what is fine; in the order of the checks within each."""

    def rank(result: Result) -> int:
        if result.status == "ok":
            return 3
        return 0 if result.stops else 1 if result.blinds else 2

    return tuple(sorted(results, key=rank))
