"""Killed at any instant and resumed, the journey ends as if it had not been."""

from __future__ import annotations

from functools import cache

import pytest

from migrator.simulation.crash_points import HOWS, Sweep, Way
from tests.simulation.recipes import RECIPES

pytestmark = pytest.mark.crash_points

CRASHES = [(kind, how) for kind, hows in HOWS.items() for how in hows]
WAYS = {
    "forward": Way(),
    **{f"back-from-{step}": Way(back_from=step) for step in ("lower", "clone", "shift", "drain")},
}


@cache
def sweep(recipe: str, way: str) -> Sweep:
    return Sweep(RECIPES[recipe], WAYS[way])


def swept(made: Sweep, kind: str, how: str) -> None:
    """Crash at every boundary of one kind; each time the end state is that of the undisturbed journey."""
    tried = [each for each in made.singles if (each.kind, each.how) == (kind, how)]
    assert tried
    for point in tried:
        arrival = made.judged(point)
        assert arrival.struck == 1, f"{point} was never reached"
        assert not arrival.breaches, f"{point}: {'; '.join(arrival.breaches)}"


@pytest.mark.parametrize(("kind", "how"), CRASHES, ids=["-".join(each) for each in CRASHES])
@pytest.mark.parametrize("way", WAYS)
def test_a_crash_at_any_point_changes_nothing_in_the_end(way: str, kind: str, how: str) -> None:
    """Law 10; and law 8 where the way leads back."""
    swept(sweep("pair", way), kind, how)


@pytest.mark.parametrize(("kind", "how"), CRASHES, ids=["-".join(each) for each in CRASHES])
def test_every_crash_point_of_a_classic_load_balancer_ends_alike(kind: str, how: str) -> None:
    """With the effects that only this family needs, and a security group that its controller leaves behind."""
    swept(sweep("classic", "forward"), kind, how)
