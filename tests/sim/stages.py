"""The stages of `make sim`: each says what its seed decides, always alike, notes what differs from run to run, and gives
what passed, what failed and the figures that stand in docs/promises.md."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from multiprocessing import Pool
from typing import TypeVar

import msgspec

from migrator.simulation.crashes.crash_points import Point, Sweep, parsed
from migrator.simulation.seeds import told_of
from tests.model.explorer import explore
from tests.model.protocol import BEGIN, Rules, moves, over, wrong
from tests.mutants.bugs import MUTANTS
from tests.mutants.driver import Caught, hunted
from tests.simulation.recipes import MATRIX, RECIPES, WAYS

BEAT_S = 15.0
MOST_TOLD = 20  # journeys that failed
Say = Callable[[str], None]
T = TypeVar("T")


class Stage(msgspec.Struct, frozen=True):
    """How a stage ended. `figures` are the same for the same seed."""

    passed: int
    failed: int
    figures: tuple[str, ...] = ()


def journeys(seed: int, count: int, say: Say, note: Say) -> Stage:
    """Drawn journeys in virtual time, on every core."""
    outcomes, holds, sums = Counter[str](), Counter[str](), Counter[str]()
    took_s, began = 0.0, time.monotonic()
    for timed in beaten(told_of(seed, count), count, note):
        told = timed.told
        outcomes[told.outcome or "no end"] += 1
        holds.update(told.holds)
        sums.update(failed=int(bool(told.breaches)), crashes=told.crashes, requests=told.requests)
        took_s += timed.took_s
        if told.breaches and sums["failed"] <= MOST_TOLD:
            say(f"  FAILED  `python -m tests.sim --journey {told.seed}`")
            for each in told.breaches:
                say(f"    {each}")
    clean = count - sums["failed"]
    first = f"{clean} of {count} drawn journeys kept every promise: {counted(outcomes)}"
    figures = (first, f"{sums['crashes']} crashes and {sums['requests']} requests on them, holds: {counted(holds)}")
    for each in figures:
        say(each)
    wall_s = time.monotonic() - began
    note(f"  {count / took_s:.0f} journeys a second on one core, {count / wall_s:.0f} on {os.cpu_count()}, {wall_s:.0f} s")
    return Stage(clean, sums["failed"], figures)


def crash_points(say: Say, note: Say) -> Stage:
    """Every single crash point of every recipe and way; of those that leave the same state, one is made."""
    failed = made = singles = 0
    with Pool(os.cpu_count()) as pool:
        counts = pool.map(_points, MATRIX, chunksize=1)
        tasks = [(*at, str(each)) for at, (_, firsts) in zip(MATRIX, counts, strict=True) for each in firsts]
        for task, breaches in zip(tasks, beaten(pool.imap(_judged, tasks, chunksize=10), len(tasks), note), strict=True):
            failed += bool(breaches)
            for each in breaches[:1]:
                say(f"  FAILED  {' '.join(task)}: {each}")
        made, singles = len(tasks), sum(count for count, _ in counts)
    figure = f"{singles} crash points over {len(MATRIX)} recipes and ways, {made} with states of their own, {failed} failed"
    say(figure)
    return Stage(made - failed, failed, (figure,))


@cache
def _sweep(recipe: str, way: str) -> Sweep:
    return Sweep(RECIPES[recipe], WAYS[way])


def _points(at: tuple[str, str]) -> tuple[int, tuple[Point, ...]]:
    """How many crash points there are, and those that leave states of their own."""
    sweep = _sweep(*at)
    return len(sweep.singles), sweep.firsts


def _judged(task: tuple[str, str, str]) -> tuple[str, ...]:
    """What is wrong with the journey that dies there."""
    recipe, way, point = task
    arrival = _sweep(recipe, way).judged(parsed(point))
    return arrival.breaches if arrival.struck else ("this point was never reached",)


def double_deaths(say: Say, note: Say) -> Stage:
    """Every pair of deaths, and every death followed by a rollback."""
    from tests.sim.doubles import doubles  # it is made of processes of its own, which read this module again

    totals = doubles(say, note)
    made = sum(each.made for each in totals.summaries)
    figures = (
        f"{totals.doubles} double crashes, {totals.doubles_made} with states of their own",
        f"{totals.backs} rollbacks after a crash, {totals.failed} of all these failed",
    )
    return Stage(made - totals.failed, totals.failed, figures)


def over_the_wire(seed: int, count: int, say: Say, note: Say) -> Stage:
    """Drawn journeys and crash points through the real adapters."""
    from tests.sim.wire import wired  # boto3 and the Kubernetes client are only loaded where they are used

    result = wired(seed, count, say, note)
    clean = result.passed
    figure = f"{clean} of {result.journeys + result.points} journeys and crash points over the wire kept every promise"
    say(figure)
    return Stage(clean, result.failed, (figure,))


def mutants(say: Say, note: Say) -> tuple[Stage, tuple[Caught, ...]]:
    """Every mutant of the engine, and who caught it."""
    with Pool(os.cpu_count()) as pool:
        caught = tuple(beaten(pool.imap(_hunted, range(len(MUTANTS))), len(MUTANTS), note))
    for each in caught:
        if not each.checkers:
            say(f"  SURVIVED  {each.name} {each.told}".rstrip())
    killed = sum(bool(each.checkers) for each in caught)
    figure = f"{killed} of {len(caught)} mutants killed"
    say(figure)
    return Stage(killed, len(caught) - killed, (figure,)), caught


def _hunted(at: int) -> Caught:
    """A mutant by its place: its replacements do not travel between processes."""
    return hunted(MUTANTS[at])


def model(say: Say, note: Say) -> Stage:
    """The small model with two operators, one other writer and three crashes, whole."""
    began = time.monotonic()
    walked = explore(BEGIN, partial(moves, rules=Rules()), wrong, over)
    for breach in walked.breaches:
        say(f"  FAILED  {breach}")
    for way in walked.stuck[:1]:
        say(f"  FAILED  no end can be reached after: {'; '.join(way)}")
    failed = int(bool(walked.breaches or walked.stuck))
    figure = f"{walked.states} states of the small model, {walked.moves} moves, {len(walked.breaches)} breaches"
    say(figure)
    note(f"  {time.monotonic() - began:.0f} s")
    return Stage(1 - failed, failed, (figure,))


def beaten(results: Iterable[T], count: int, note: Say) -> Iterator[T]:
    """The same, with a note now and then."""
    began = told_at = time.monotonic()
    for number, each in enumerate(results, start=1):
        if time.monotonic() - told_at > BEAT_S:
            told_at = time.monotonic()
            note(f"  {told_at - began:4.0f} s  {number} of {count}")
        yield each


def counted(counts: Counter[str]) -> str:
    """The most frequent first, then by name."""
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{many} {what}" for what, many in ranked) or "none"
