"""Many journeys at once, one process a core, told in the order in which their seeds are drawn."""

from __future__ import annotations

import gc
import os
import time
import traceback
from collections.abc import Iterator
from multiprocessing import Pool
from random import Random

import msgspec

from migrator.simulation.scenario import SHARED
from migrator.simulation.traveller import Told, travelled

SEED_BITS = 32
LONGEST_CHUNK = SHARED  # journeys that a process takes at a time: a second of work, and one plan


class Timed(msgspec.Struct, frozen=True):
    """A journey, and the processor's seconds that it took."""

    told: Told
    took_s: float


def seeds_of(seed: int, count: int) -> tuple[int, ...]:
    """The seeds of so many journeys: rows of those that share a setting."""
    chance = Random(seed)
    rows = (chance.getrandbits(SEED_BITS) // SHARED * SHARED for _ in range(0, count, SHARED))
    return tuple(row + place for row in rows for place in range(SHARED))[:count]


def told_of(seed: int, count: int) -> Iterator[Timed]:
    """So many journeys on every core, in the order of their seeds."""
    cores = os.cpu_count() or 1
    chunk = max(1, min(LONGEST_CHUNK, count // (4 * cores)))
    with Pool(cores, gc.disable) as pool:  # `timed` looks for garbage between two journeys
        yield from pool.imap(timed, seeds_of(seed, count), chunksize=chunk)


def timed(seed: int) -> Timed:
    """One journey. What raises is a breach like any other, and the next one goes on."""
    began = time.process_time()
    try:
        told = travelled(seed)
    except Exception as error:
        raised = "".join(traceback.format_exception(error)[-2:])
        told = Told(seed, "raised", (raised,), 0, 0, 0, {}, 0.0)
    gc.collect(0)  # worlds are full of cycles; to look at what is older than this journey, too, costs half as much again
    return Timed(told, time.process_time() - began)
