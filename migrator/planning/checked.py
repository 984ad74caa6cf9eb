"""What preflight saw, as findings and questions of a plan."""

from __future__ import annotations

from migrator.checks.result import Result
from migrator.model.migration import Decision, Finding

GO_ON = "go-on"  # the only answer to a check that could not be made; without one the plan does not begin


def checked(results: tuple[Result, ...]) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
    """A finding `check/<id>` for what is not ok, a decision `check-<id>` for what could not be seen and weighs enough."""
    findings = tuple(finding(each) for each in results if each.status != "ok" and not each.blinds)
    return findings, tuple(question(each) for each in results if each.blinds)


def finding(result: Result) -> Finding:
    """A check that failed, or a warning."""
    seen = "; ".join((result.seen, *result.details))
    unmade = "could not be made: " if result.status == "unknown" else ""
    return Finding(f"check/{result.id}", result.severity, unmade + seen, result.do)


def question(result: Result) -> Decision:
    """Whether to go on without a check."""
    seen = "; ".join((result.seen, *result.details))
    return Decision(result.decision, f"check {result.id} could not be made ({seen}): go on without it?", (GO_ON,))
