"""Processes that are killed at drawn instants and started again, under traffic; `make sim` does it to many at once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

from migrator.errors import Exit
from tests.sim.blows import drawn
from tests.sim.fleet import PLAN, Fleet
from tests.sim.ground import ground, place
from tests.sim.landfall import Landfall
from tests.sim.mover import Mover

SEED = 7
RATE = 30.0
TO_WARM, TO_SHIFT, BACK = 12, 15, 5  # journal lines that such a way writes at least


def test_killed_at_drawn_instants_both_ways_end_as_they_should(tmp_path: Path) -> None:
    """One Service is moved as far as its records lead, another is taken back; seven kills change neither."""
    chance = Random(SEED)
    with ground(tmp_path, SEED) as scene:
        shifted, taken_back = place(scene, 2)
        fleet = Fleet(scene, tmp_path, (shifted, taken_back), print)
        gate = asyncio.Semaphore(2)
        forth = ("apply", "--resume", "--until")
        onward = fleet.mover(shifted, (*forth, "shift"), drawn(chance, {"kill": 3}, lines=TO_SHIFT), gate, Exit.WAITING)
        out = fleet.mover(taken_back, (*forth, "warm"), drawn(chance, {"kill": 2}, lines=TO_WARM), gate, Exit.WAITING)
        back = fleet.mover(taken_back, ("rollback",), drawn(chance, {"kill": 2}, lines=BACK), gate)

        with fleet.clients(RATE) as counted:
            asyncio.run(sailed(onward, out, back))

        landfall = Landfall(scene, fleet.state)
        assert landfall.of_shifted(shifted, fleet.folder_of(shifted) / PLAN) == []
        assert landfall.of_rolled_back(taken_back, fleet.folder_of(taken_back) / PLAN) == []
        assert [each.odd for each in (onward, out, back)] == [[], [], []]
        assert onward.kills + out.kills + back.kills == 7
        (traffic,) = counted
        assert traffic.requests > 100
        assert traffic.lost == 0, traffic.losses


async def sailed(onward: Mover, out: Mover, back: Mover) -> None:
    """One way forth beside one way out and back."""

    async def there_and_back() -> None:
        await out.run()
        await back.run()

    await asyncio.gather(onward.run(), there_and_back())
