"""Killed at any instant and resumed, the journey ends as if it had not been."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from migrator.model.effects import Effect
from migrator.model.events import Intended
from migrator.simulation.crashes.crash_points import HOWS, Sweep, arrived, points
from tests.simulation.recipes import MATRIX, RECIPES, WAYS

pytestmark = pytest.mark.crash_points

LEAST = 7000  # points in all; `-s` prints how many there are


@pytest.mark.parametrize(("recipe", "way"), MATRIX, ids=["-".join(each) for each in MATRIX])
def test_a_crash_at_any_point_changes_nothing_in_the_end(recipe: str, way: str) -> None:
    """Law 10; and law 8 where the way leads back."""
    sweep = Sweep(RECIPES[recipe], WAYS[way])
    tried = [sweep.judged(point) for point in sweep.singles]

    assert [str(each.points[0]) for each in tried if each.struck != 1] == []
    assert {str(each.points[0]): each.breaches for each in tried if each.breaches} == {}
    print(f"{recipe} {way}: {len(tried)} crash points, ends {dict(Counter(each.outcome for each in tried))}")


def test_every_recipe_and_way_is_swept_and_every_effect_is_crashed_around() -> None:
    """A point that nobody counts is one that nobody kills at."""
    counted, effects = Counter[str](), set[type]()
    for recipe, way in MATRIX:
        voyage = RECIPES[recipe]()
        arrival = arrived(voyage, WAYS[way])
        counted.update(f"{each.how}-{each.kind}" for each in points(arrival.counts, HOWS))
        effects |= {type(each.event.effect) for each in voyage.journal.read() if isinstance(each.event, Intended)}

    print(f"{counted.total()} crash points in {len(MATRIX)} sweeps: {dict(counted)}")
    assert {recipe for recipe, _ in MATRIX} == set(RECIPES)
    assert {way for _, way in MATRIX} == set(WAYS)
    assert effects == set(get_args(Effect))
    assert counted.total() >= LEAST
