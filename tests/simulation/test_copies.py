"""A copy of a stage is the stage: what happens on it is the same, and nothing that happens on one is met on another."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from migrator.simulation.copies import KeptStage
from migrator.simulation.journey import Voyage
from migrator.simulation.scenario import SHARED, drawn, kept, set_out, staged
from migrator.simulation.stage import Stage
from migrator.simulation.traveller import Traveller, travelled


def sailed(stage: Stage) -> tuple[bytes, ...]:
    """The journal of a journey on it, checked all the way."""
    stage.world.random.seed(7)
    voyage = Voyage(stage, promises=True)
    voyage.sail()
    assert voyage.breaches == ()
    return voyage.journal.lines


def test_a_journey_on_a_copy_is_the_journey_on_the_stage(fresh: Stage) -> None:
    """Same draws, same looks, same journal, for the first copy and for the one after it."""
    kept = KeptStage(fresh)

    first, second, original = sailed(kept.copy()), sailed(kept.copy()), sailed(fresh)

    assert first == second == original


@pytest.mark.parametrize("setting", range(40))
def test_every_setting_can_be_copied(setting: int) -> None:
    """No timer that a setting leaves behind is a lambda, and no controller is in the middle of something."""
    made = staged(drawn(setting * SHARED))

    assert made.world.kube.get("Service", made.legacy.namespace, made.legacy.name)["metadata"]["uid"] == made.legacy.uid
    assert made.world.now == made.clock.now()


@pytest.mark.parametrize("seed", Random(3).sample(range(6400), 3))
def test_what_copies_share_no_journey_changes(seed: int) -> None:
    """Else the next seed of the row would begin in another world than it does alone."""
    shared = kept(drawn(seed)).stage.shared
    before = repr(shared)

    travelled(seed)

    assert repr(shared) == before


def test_a_journey_is_the_same_alone_and_in_its_row() -> None:
    """Whichever seed comes first makes the setting; those behind it must not notice."""
    alone = msgspec.json.encode(travelled(650))
    for seed in range(640, 650):
        scenario = drawn(seed)
        Traveller(set_out(scenario), scenario.mix).travelled()

    assert msgspec.json.encode(travelled(650)) == alone


def test_a_setting_that_is_altered_is_set_anew() -> None:
    """The number of a setting alone does not say what it is."""
    scenario = drawn(640)
    other = msgspec.structs.replace(scenario, zones=scenario.zones % 3 + 1, nodes=6)

    first, second = staged(scenario), staged(other)

    assert len(first.world.kube.list("Node")) == scenario.nodes
    assert len(second.world.kube.list("Node")) == 6
    assert kept(scenario).plan != kept(other).plan
