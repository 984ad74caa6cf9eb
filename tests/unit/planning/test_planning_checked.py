"""What preflight saw becomes findings and questions of a plan, under ids that never change."""

from __future__ import annotations

from migrator.checks.result import failed, ok, unseen, warned
from migrator.model.migration import Decision, Finding
from migrator.planning.checked import checked


def test_each_outcome_has_its_place() -> None:
    results = (
        ok("cluster", "as planned"),
        failed("health", "legacy-unhealthy", "0 of 3 healthy", "mend it", "i-1 draining"),
        warned("mtu", "mtu-rule-lost", "the last rule goes", "add one"),
        unseen("stack", "denied", "may not look", "sign in", "blocked", "HTTP 403"),
        unseen("rights", "denied", "IAM could not be asked", "go on", "warning"),
    )

    findings, decisions = checked(results)

    assert findings == (
        Finding("check/health", "blocked", "0 of 3 healthy; i-1 draining", "mend it"),
        Finding("check/mtu", "warning", "the last rule goes", "add one"),
        Finding("check/rights", "warning", "could not be made: IAM could not be asked", "go on"),
    )
    question = "check stack could not be made (may not look; HTTP 403): go on without it?"
    assert decisions == (Decision("check-stack", question, ("go-on",)),)
