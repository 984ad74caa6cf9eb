"""Many journeys at once, one process a core."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from multiprocessing import Pool
from random import Random

from migrator.simulation.traveller import Told, travelled

SEED_BITS = 32


def told_of(seed: int, count: int) -> Iterator[Told]:
    """So many journeys, whose own seeds are drawn from one; in the order in which they end."""
    chance = Random(seed)
    seeds = [chance.getrandbits(SEED_BITS) for _ in range(count)]
    with Pool(os.cpu_count()) as pool:
        yield from pool.imap_unordered(_told, seeds, chunksize=2)


def _told(seed: int) -> Told:
    """A journey that raises is a breach like any other, and the next one goes on."""
    try:
        return travelled(seed)
    except Exception as error:
        raised = "".join(traceback.format_exception(error)[-2:])
        return Told(seed, "raised", (raised,), 0, 0, 0, {}, 0.0)
