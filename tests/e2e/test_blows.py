"""Every kind of blow, drawn from a seed, on one apply under traffic; `make sim` does it to many at once."""

from __future__ import annotations

import asyncio
import resource
from pathlib import Path
from random import Random

import pytest

from migrator.errors import Exit
from tests.sim.blows import How, drawn
from tests.sim.fleet import PLAN, Fleet
from tests.sim.ground import ground, place
from tests.sim.landfall import Landfall

SEED = 11
RATE = 20.0
TO_SHIFT = 15  # journal lines that such a way writes at least
COUNTS: dict[How, int] = {"kill": 2, "interrupt": 1, "interrupt twice": 2, "full disk": 2, "pause": 1}


def test_what_is_drawn_from_a_seed_is_drawn_again() -> None:
    """A run that went wrong is repeated with the same blows; another seed has others."""
    one, again, other = (drawn(Random(seed), COUNTS, lines=TO_SHIFT) for seed in (SEED, SEED, SEED + 1))

    assert one == again != other
    assert sorted(each.how for each in one) == sorted(how for how, count in COUNTS.items() for _ in range(count))
    assert all(0 <= each.room_bytes <= 1500 and bool(each.pause_s) == (each.how in ("pause", "interrupt twice")) for each in one)


@pytest.mark.longest
def test_killed_stopped_interrupted_and_out_of_space_it_arrives(tmp_path: Path) -> None:
    """One Service is moved as far as its record leads, by whatever is left of it each time."""
    counts = {how: count for how, count in COUNTS.items() if how != "full disk" or hasattr(resource, "prlimit")}
    with ground(tmp_path, SEED) as scene:
        (service,) = place(scene, 1)
        fleet = Fleet(scene, tmp_path, (service,), print)
        struck = drawn(Random(SEED), counts, lines=TO_SHIFT)
        mover = fleet.mover(service, ("apply", "--resume", "--until", "shift"), struck, asyncio.Semaphore(1), Exit.WAITING)

        with fleet.clients(RATE) as counted:
            asyncio.run(mover.run())

        assert mover.odd == []
        assert Landfall(scene, fleet.state).of_shifted(service, fleet.folder_of(service) / PLAN) == []
        fell = {how: sum(count for (each, _), count in mover.struck.items() if each == how) for how in counts}
        # Room for several lines may be enough for the last of them.
        assert fell.pop("full disk", 1) >= 1
        assert fell == {how: count for how, count in counts.items() if how != "full disk"}
        (traffic,) = counted
        assert traffic.requests > 100
        assert traffic.lost == 0, traffic.losses
