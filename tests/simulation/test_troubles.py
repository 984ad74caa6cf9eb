"""The kinds of trouble that seeds draw: each can be told, each does something, and a seed draws the same every time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from migrator.simulation.journey import Voyage
from migrator.simulation.stage import Name, stage
from migrator.simulation.traveller import Told, Traveller, travelled
from migrator.simulation.troubles.deeds_aboard import ALL_DEEDS
from migrator.simulation.troubles.kinds import BEGIN, END, KINDS, table
from migrator.simulation.troubles.mix import Mix, drawn_mix
from migrator.simulation.troubles.trouble import Trouble

PAGE = Path("docs/faults.md")
BREAKS_ITSELF = "import sys; from migrator.simulation.traveller import travelled; print(travelled(int(sys.argv[1])))"


def test_the_page_lists_every_kind() -> None:
    """A failing seed is told by names that a reader can look up."""
    assert PAGE.read_text().partition(BEGIN)[2].partition(END)[0].strip() == table()


def test_there_are_more_than_thirty_kinds() -> None:
    """The thirty of the reliability goals, as far as they concern one migration."""
    assert len(KINDS) >= 50


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_draws_what_can_happen(kind: object) -> None:
    """Every draw names a deed that there is, or arms a fault that ends by itself or by count."""
    for seed in range(20):
        trouble: Trouble = kind.draw(Random(seed))
        assert bool(trouble.deed) != bool(trouble.blows)
        assert not trouble.deed or trouble.deed in ALL_DEEDS
        assert all(each.times is not None or trouble.for_s is not None for each in trouble.blows)


def test_every_kind_is_drawn_and_every_deed_is_somebody_s() -> None:
    """A kind that no seed draws shows nothing."""
    mixes = [drawn_mix(seed, Random(seed)) for seed in range(3000)]
    deeds = {each.deed for mix in mixes for each in mix.troubles if each.deed}

    assert {kind for mix in mixes for kind in mix.kinds} == set(KINDS)
    assert deeds == set(ALL_DEEDS)
    assert sum(not mix.troubles for mix in mixes) > 300


def beset(trouble: Trouble, step: str) -> Told:
    sailed = Voyage(stage(seed=5, every_s=0.0, zones=2, nodes=4, names=(Name("api.example.com.", ttl_s=30),)), promises=True)
    return Traveller(sailed, Mix(5, "", (replace(trouble, step=step, at_s=5.0),))).travelled()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_journey_keeps_its_promises_over_each_kind(kind: object) -> None:
    """One of each alone, in a step in which it matters; it ends, and nothing is left."""
    steps = kind.steps or ("lower",)
    trouble = replace(kind.draw(Random(3)), kind=kind.name)

    told = beset(trouble, steps[-1] if kind.steps else "lower")

    assert told.breaches == ()
    assert told.outcome in ("migrated", "rolled-back", "untouched")
    assert told.kinds == (kind.name,)


def test_a_journey_is_a_function_of_its_seed() -> None:
    """In this process and in another one: a failing seed fails for whoever runs it."""
    seeds = [seed for seed in range(400) if len(drawn_mix(seed, Random(seed)).troubles) >= 3][:3]

    for seed in seeds:
        here = travelled(seed)
        there = subprocess.run([sys.executable, "-c", BREAKS_ITSELF, str(seed)], capture_output=True, text=True, check=True)
        assert str(here) == there.stdout.strip()
        assert travelled(seed) == here
