"""Where the time of a journey went."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.sandbox.world.route53 import ChangeInfo
from tests.bench.bound import Marks, Policy, parts, ratio

POLICY = Policy(old_ttl_s=300, streak_s=20, held_s=120, quiet_s=900, lag_s=300, checks_s=90)
MARKS = Marks(
    began=0,
    lowered=ChangeInfo("C1", "Z", submitted=1, insync_at=31),
    created=335,
    ready=500,
    shifted=ChangeInfo("C2", "Z", submitted=524, insync_at=560),
    left=660,
    retired=1872,
    cleaned=1875,
    restored=1880,
    ended=1972,
)


@pytest.mark.parametrize(
    "marks",
    [MARKS, replace(MARKS, lowered=None), replace(MARKS, restored=None), replace(MARKS, left=540, retired=1745)],
    ids=["everything", "no-ttl-was-too-long", "no-ttl-to-restore", "caches-are-empty-early"],
)
def test_every_second_of_the_journey_has_one_name(marks: Marks) -> None:
    """A ratio over parts that do not add up would say nothing."""
    found = parts(marks, POLICY)

    assert sum(each.seconds for each in found) == pytest.approx(marks.ended - marks.began)
    assert all(each.seconds >= 0 for each in found)


def test_a_tool_that_is_never_late_has_a_ratio_of_one() -> None:
    prompt = Marks(
        began=0,
        lowered=ChangeInfo("C1", "Z", submitted=0, insync_at=0),
        created=300,
        ready=400,
        shifted=ChangeInfo("C2", "Z", submitted=420, insync_at=450),
        left=540,
        retired=1740,
        cleaned=1740,
        restored=1740,
        ended=1830,
    )

    assert ratio(parts(prompt, POLICY)) == 1


def test_a_wait_that_was_cut_short_shows_below_zero() -> None:
    early = replace(MARKS, retired=1800, cleaned=1803, restored=1808, ended=1900)

    assert min(each.seconds for each in parts(early, POLICY)) == pytest.approx(-60)


def test_caches_count_in_full_where_nobody_looks_at_flows_for_long() -> None:
    found = {each.name: each.seconds for each in parts(MARKS, replace(POLICY, quiet_s=0, lag_s=0))}

    assert found["caches after shift"] == 680 - 524
