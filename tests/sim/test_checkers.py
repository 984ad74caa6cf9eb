"""The judges of a drawn journey see what they are there for: each mutant of a step breaks a promise, and is told."""

from __future__ import annotations

from types import ModuleType

import pytest

from migrator.model.verdict import Done
from migrator.simulation.scenario import drawn
from migrator.simulation.traveller import travelled
from migrator.steps import clone, drain, finish, settle, sweep

MUTANTS = {
    "nobody-waits-for-caches": (((settle, "decide"), (drain, "decide")), "may still lead to"),
    "nobody-sweeps": (((sweep, "decide"),), "legacy left"),
    "marks-stay": (((finish, "unmark"),), "carries our mark"),
    "the-clone-stays": (((clone, "undo"),), "services were"),
}


def done(*given: object) -> Done:
    """What a step says that does nothing."""
    return Done("a mutant")


SEEDS = range(40)  # one of which it has to be


@pytest.mark.parametrize(("places", "told"), MUTANTS.values(), ids=MUTANTS)
def test_a_mutant_is_told(places: tuple[tuple[ModuleType, str], ...], told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, function in places:
        monkeypatch.setattr(module, function, done)

    assert any(told in each for seed in SEEDS for each in travelled(seed).breaches)


@pytest.mark.parametrize("seed", range(8))
def test_a_drawn_journey_keeps_every_promise(seed: int) -> None:
    """`make sim` draws hundreds."""
    assert travelled(seed).breaches == ()


def test_a_seed_draws_the_same_again() -> None:
    assert drawn(7) == drawn(7)
    assert travelled(7) == travelled(7)
