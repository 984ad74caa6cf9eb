"""What `make sim` prints is the same for the same seed; what is not is only noted."""

from __future__ import annotations

from collections import Counter

from migrator.simulation.seeds import seeds_of, told_of
from tests.sim import stages

SEED, COUNT = 5, 3


def test_a_seed_prints_the_same_again() -> None:
    said: tuple[list[str], list[str]] = [], []
    noted: list[str] = []

    done = [stages.journeys(SEED, COUNT, lines.append, noted.append) for lines in said]

    assert said[0] == said[1] != []
    assert done[0] == done[1]
    assert len([line for line in noted if "journeys a second on one core" in line]) == 2


def test_journeys_are_told_in_the_order_of_their_seeds() -> None:
    """Whichever process is done first."""
    assert tuple(each.told.seed for each in told_of(SEED, COUNT)) == seeds_of(SEED, COUNT)


def test_counts_are_told_the_most_frequent_first_then_by_name() -> None:
    assert stages.counted(Counter({"b": 1, "a": 1, "c": 2})) == "2 c, 1 a, 1 b"
