"""A checker that catches nothing proves nothing: mutants of the engine are seen, and the engine itself is not."""

from __future__ import annotations

import pytest

from tests.mutants.bugs import MUTANTS
from tests.mutants.driver import hunted
from tests.mutants.hunts import Hunt
from tests.mutants.mutant import Mutant

SLOW = "settle-waits-for-ever"  # its hunt goes on for hours of virtual time; `make sim` has patience
FAST = tuple(each for at, each in enumerate(MUTANTS) if at % 2 == 0 and each.name != SLOW)
HUNTS = {hunt: f"{each.name}-{number}" for each in MUTANTS for number, hunt in enumerate(each.hunts, start=1)}


@pytest.mark.parametrize("mutant", FAST, ids=[each.name for each in FAST])
def test_a_mutant_is_caught(mutant: Mutant) -> None:
    """`make sim` hunts all of them."""
    caught = hunted(mutant)

    assert caught.checkers, caught


@pytest.mark.parametrize("hunt", HUNTS, ids=HUNTS.values())
def test_nobody_is_caught_in_the_engine_as_it_is(hunt: Hunt) -> None:
    """Else a mutant would be caught by what is no bug of its own."""
    assert hunt() == ()


def test_there_are_as_many_as_were_promised() -> None:
    assert len(MUTANTS) == len({each.name for each in MUTANTS}) >= 30
