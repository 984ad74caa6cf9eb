"""Killed at any instant and resumed, a Classic Load Balancer's journey ends as if it had not been, leaks and all."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from migrator.sandbox.world.estate import legacy_service
from migrator.sandbox.world.faults import Fault
from migrator.simulation.journey import CrashPlan, Voyage
from migrator.simulation.stage import NAMES, empty_stage
from tests.scenario.test_classic import answered, traces
from tests.simulation.test_crash_points import CRASHES, legs

pytestmark = pytest.mark.crash_points


def sailed() -> Voyage:
    """A planned migration whose legacy controller will leave the security group behind."""
    on = empty_stage(seed=7)
    manifest = legacy_service("shop", "web", app="web")
    del manifest["metadata"]["annotations"]
    on.visit(on.expose(manifest, NAMES), every_s=30.0)
    on.world.faults.arm(Fault(where="legacy", operation="delete-security-group", mode="fail"))
    voyage = Voyage(on, promises=True)
    voyage.migration = answered(voyage.migration)
    return voyage


@cache
def uncrashed() -> tuple[dict[str, Any], int, int]:
    """The end state of a journey that nothing disturbs, and how many appends and effects it has."""
    voyage = sailed()
    effects = sum(crash.count for crash in legs(voyage, "", CrashPlan(kind="effect")))
    assert traces(voyage.stage) == []
    return voyage.end(), len(voyage.journal.lines), effects


@pytest.mark.parametrize(("kind", "how"), CRASHES, ids=["-".join(each) for each in CRASHES])
def test_every_crash_point_ends_alike(kind: str, how: str) -> None:
    """Law 10, with the effects that only this family needs."""
    end, appends, effects = uncrashed()
    for point in range(1, (appends if kind == "append" else effects) + 1):
        voyage = sailed()
        legs(voyage, "", CrashPlan(point, how, kind))
        account = voyage.stage.ledger.account()
        assert (voyage.end(), traces(voyage.stage)) == (end, []), f"crash {how} {kind} {point}"
        assert account.lost_by_us == 0, f"crash {how} {kind} {point}: {account.complaint}"
        assert voyage.breaches == (), f"crash {how} {kind} {point}"
