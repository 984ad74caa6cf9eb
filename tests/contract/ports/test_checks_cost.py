"""Every check on the real adapters, and what a whole run of them costs in calls."""

from __future__ import annotations

from migrator import checks
from migrator.planning.plan import unchecked
from tests.contract.ports.sides import Side


def test_every_check_passes_on_a_furnished_world(side: Side) -> None:
    """Both sides see the same; nothing in a healthy set-up is a warning."""
    draft = unchecked("shop", "web", side.outside, side.survey)

    results = checks.run(draft, side.outside)

    assert [(each.id, each.seen) for each in results if each.status != "ok"] == []


def test_a_run_of_all_checks_costs_some_forty_calls(wired: Side) -> None:
    """It is made at every plan and every start; without sharing answers it would be twice as many."""
    draft = unchecked("shop", "web", wired.outside, wired.survey)
    before = wired.calls()

    checks.run(draft, wired.outside)

    aws, cluster = (after - then for after, then in zip(wired.calls(), before, strict=True))
    assert aws <= 22
    assert cluster <= 18
