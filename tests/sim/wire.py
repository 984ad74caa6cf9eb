"""`python -m tests.sim.wire`: drawn journeys and crash points over the wire, through the real adapters, on every core.

A call through boto3 takes a millisecond, so these are fewer than those at the ports.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from multiprocessing import Pool
from multiprocessing.pool import Pool as PoolOfProcesses
from random import Random
from typing import TypeVar

import msgspec

from migrator.simulation import wire
from migrator.simulation.crashes.crash_points import Point, Sweep, parsed
from migrator.simulation.journey import Voyage
from migrator.simulation.scenario import drawn
from migrator.simulation.seeds import SEED_BITS
from migrator.simulation.traveller import Told
from tests.simulation.recipes import RECIPES, WAYS

JOURNEYS = 100
SWEPT = (("pair", "forward"), ("pair", "back-from-drain"), ("classic-leaves-its-group", "forward"))
KINDS = ("effect", "fence")  # where the adapters are met; what dies around an append is no matter of theirs
BEAT_S = 10.0

Say = Callable[[str], None]
T = TypeVar("T")


class Result(msgspec.Struct, frozen=True):
    """What was tried over the wire; the same for the same seed. `breaches` tell what failed, and how it is seen again."""

    journeys: int
    points: int
    outcomes: dict[str, int]
    holds: dict[str, int]
    requests: int
    failed: int
    breaches: tuple[str, ...]

    @property
    def passed(self) -> int:
        """Journeys and crash points that kept every promise."""
        return self.journeys + self.points - self.failed


def wired(seed: int, count: int, say: Say, note: Say, swept: Sequence[tuple[str, str]] = SWEPT) -> Result:
    """So many drawn journeys, then every crash point of these recipes and ways.

    `say` is told what the seed decides, always in the same order; `note` whatever differs from run to run.
    """
    with Pool(os.cpu_count()) as pool:
        told = tuple(_journeys(pool, seed, count, say, note))
        points = [(recipe, way, str(each)) for recipe, way in swept for each in pool.apply(_points, (recipe, way))]
        say(f"{len(points)} crash points over the wire, of {', '.join(' '.join(each) for each in swept) or 'nothing'}")
        wrong = tuple(_beaten(pool.imap(_judged, points, chunksize=4), note))
    breaches = [(f"--journey {each.seed}", each.breaches) for each in told if each.breaches]
    breaches += [(f"--point {' '.join(at)}", each) for at, each in zip(points, wrong, strict=True) if each]
    lines = tuple(line for how, those in breaches for line in (f"`python -m tests.sim.wire {how}`", *those))
    for each in lines:
        say(f"  FAILED  {each}" if each.startswith("`") else f"    {each}")
    outcomes = Counter(each.outcome or "no end" for each in told)
    holds = sum((Counter(each.holds) for each in told), Counter[str]())
    requests = sum(each.requests for each in told)
    return Result(count, len(points), dict(outcomes), dict(holds), requests, len(breaches), lines)


def _journeys(pool: PoolOfProcesses, seed: int, count: int, say: Say, note: Say) -> Iterator[Told]:
    """Drawn journeys, in the order in which their seeds are drawn."""
    say(f"{count} journeys over the wire")
    chance = Random(seed)
    seeds = [chance.getrandbits(SEED_BITS) for _ in range(count)]
    outcomes, holds, spent_s = Counter[str](), Counter[str](), 0.0
    for told, took_s in _beaten(pool.imap(_told, seeds, chunksize=2), note):
        outcomes[told.outcome or "no end"] += 1
        holds.update(told.holds)
        spent_s += took_s
        yield told
    say(f"  {_counted(outcomes)}; holds: {_counted(holds)}")
    if count:
        note(f"  {count / spent_s:.1f} journeys a second on one core")


def _beaten(results: Iterable[T], note: Say) -> Iterator[T]:
    """The same, with a note now and then."""
    told_at = time.monotonic()
    for number, each in enumerate(results, start=1):
        if time.monotonic() - told_at > BEAT_S:
            told_at = time.monotonic()
            note(f"  {number} so far")
        yield each


def _counted(counts: Counter[str]) -> str:
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{many} {what}" for what, many in ranked) or "none"


def _told(seed: int) -> tuple[Told, float]:
    """A journey and the processor's seconds; one that raises is a breach like any other, and the next one goes on."""
    began = time.process_time()
    try:
        told = wire.travelled(seed)
    except Exception as error:
        told = Told(seed, "raised", ("".join(traceback.format_exception(error)[-2:]),), 0, 0, 0, {}, 0.0)
    return told, time.process_time() - began


@cache
def _sweep(recipe: str, way: str) -> Sweep:
    def made() -> Voyage:
        return wire.rewired(RECIPES[recipe]())

    return Sweep(made, WAYS[way])


def _points(recipe: str, way: str) -> tuple[Point, ...]:
    return tuple(each for each in _sweep(recipe, way).firsts if each.kind in KINDS)


def _judged(at: tuple[str, str, str]) -> tuple[str, ...]:
    """What is wrong with the journey that dies there."""
    recipe, way, point = at
    arrival = _sweep(recipe, way).judged(parsed(point))
    return arrival.breaches if arrival.struck else ("this point was never reached",)


def main() -> int:
    """Every part, or one journey or crash point again."""
    asked = _asked()
    if asked.journey is not None:
        print(drawn(asked.journey))
        told, _ = _told(asked.journey)
        print(told)
        return int(bool(told.breaches))
    if asked.point is not None:
        wrong = _judged(tuple(asked.point))
        print("\n".join(wrong) or "every promise was kept")
        return int(bool(wrong))
    print(f"seed {asked.seed}", flush=True)
    result = wired(asked.seed, asked.journeys, _said, _noted, SWEPT if asked.points else ())
    print(f"{result.passed} passed, {result.failed} failed")
    return int(result.failed > 0)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sim.wire", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="draw the same again")
    parser.add_argument("--journeys", type=int, default=JOURNEYS, metavar="N", help="drawn ones; 0 for none")
    parser.add_argument("--points", type=int, choices=(0, 1), default=1, help="every crash point; 0 for none")
    parser.add_argument("--journey", type=int, metavar="SEED", help="only this journey, told whole")
    parser.add_argument("--point", nargs=3, metavar=("RECIPE", "WAY", "POINT"), help="only this crash point")
    return parser.parse_args()


def _said(line: str) -> None:
    print(line, flush=True)


def _noted(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
