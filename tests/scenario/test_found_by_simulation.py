"""What drawn journeys found, each as the shortest journey that shows it."""

from __future__ import annotations

import pytest

from migrator.machine.tick import Over
from migrator.simulation.crash_points import Point, Sweep, Way
from migrator.simulation.journey import CrashPlan, Voyage
from migrator.simulation.stage import stage

ELSEWHERE = "virtual/boot-2"


def pair() -> Voyage:
    return Voyage(stage(seed=7, every_s=60.0), promises=True)


@pytest.mark.parametrize("way", [Way(host=ELSEWHERE), Way(host=ELSEWHERE, back_at_once=True)], ids=["forward", "back"])
def test_a_machine_that_rebooted_before_it_heard_of_its_mark_goes_on(way: Way) -> None:
    """The Lease was created, its outcome never written, and the next process runs under another boot id.

    It was held with `journal-behind`, for a mark that is its own, and nothing but removing the Lease by hand helped.
    """
    arrival = Sweep(pair, way).judged(Point("effect", 1, "after"))

    assert arrival.struck == 1
    assert arrival.breaches == ()


def test_a_machine_that_rebooted_before_it_heard_that_it_took_over_goes_on() -> None:
    """As above for a Lease that was taken over on the way: nobody was told which epoch it is in."""
    sailed = pair()
    sailed.sail(until="clone")

    assert sailed.sail(CrashPlan(1, "after", "effect"), host=ELSEWHERE) is None
    assert sailed.sail(host="virtual/boot-3") == Over("migrated")
    assert sailed.breaches == ()
