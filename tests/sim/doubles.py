"""Every first death with every second one, and every death followed by a rollback: `python -m tests.sim.doubles [NAME]`.

Journeys are not made twice. After each first death the journey is made once to its end, and at each boundary it is noted
what a second death there would leave (`states`); of the pairs that leave the same, one is made. The reasons why a pair
need not be made are those of `crash_points.own_state`, and that nothing but what it left can tell a new process of the past.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from migrator.simulation.crashes.crash_points import Point, Sweep, arrived
from tests.sim.states import Key, Noting
from tests.simulation.recipes import MATRIX, RECIPES, WAYS

DOUBLE, BACK = "double crashes", "rollbacks after a crash"
MOST_TOLD = 5  # failures of one recipe on one way


class Summary(msgspec.Struct, frozen=True):
    """One recipe on one way.

    what      DOUBLE or BACK
    covered   pairs of deaths that leave states of their own, or single deaths; `made` of them were made, one of each state
    outcomes  how those ended, sorted
    failures  where it died and what was wrong; the first ones, of `failed`
    """

    what: str
    recipe: str
    way: str
    covered: int
    made: int
    outcomes: dict[str, int]
    failed: int
    failures: tuple[str, ...]

    def __str__(self) -> str:
        """A line."""
        ends = ", ".join(f"{count} {outcome or 'nowhere'}" for outcome, count in self.outcomes.items())
        return f"{self.recipe}/{self.way}: {self.covered} {self.what}, {self.made} made ({ends}), {self.failed} failed"


class Totals(msgspec.Struct, frozen=True):
    """Everything; the same for the same files, whatever the machine. Sums over the summaries."""

    doubles: int
    doubles_made: int
    backs: int
    failed: int
    summaries: tuple[Summary, ...]


class Task(msgspec.Struct, frozen=True):
    """What one process does at a time."""

    what: str
    recipe: str
    way: str


def tasks() -> tuple[Task, ...]:
    """Double crashes of every recipe and way of the matrix; every crash of every recipe, then taken back."""
    doubles = (Task(DOUBLE, recipe, way) for recipe, way in MATRIX)
    return (*doubles, *(Task(BACK, recipe, "forward") for recipe in RECIPES))


def doubles(say: Callable[[str], None], note: Callable[[str], None] = lambda line: None, only: str = "") -> Totals:
    """Everything, on all cores; `say` gets lines that are the same each time, `note` what differs.

    `only` takes the recipes and ways whose `recipe/way` contains it.
    """
    todo = [each for each in tasks() if only in f"{each.recipe}/{each.way}"]
    began, summaries = time.monotonic(), []
    with multiprocessing.Pool(os.cpu_count()) as pool:
        for summary in pool.imap(made, todo):
            summaries.append(summary)
            note(f"  {time.monotonic() - began:.0f} s: {summary}")
            for each in summary.failures:
                say(f"  FAILED  {summary.recipe}/{summary.way}, {summary.what}: {each}")
    double = [each for each in summaries if each.what == DOUBLE]
    backs = [each for each in summaries if each.what == BACK]
    totals = Totals(
        sum(each.covered for each in double),
        sum(each.made for each in double),
        sum(each.covered for each in backs),
        sum(each.failed for each in summaries),
        tuple(summaries),
    )
    say(f"{totals.doubles} {DOUBLE} over {len(double)} recipes and ways, {totals.doubles_made} states of their own")
    say(f"{totals.backs} {BACK} over {len(backs)} recipes")
    say(f"{totals.failed} of them failed")
    return totals


def made(task: Task) -> Summary:
    """One recipe on one way. A journey that raises has failed, and the next one goes on."""
    way = WAYS[task.way]
    if task.what == BACK:
        sweep = Sweep(RECIPES[task.recipe], replace(way, back_at_once=True))
        paths: list[tuple[Point, ...]] = [(each,) for each in sweep.singles]
        covered, failures = len(paths), list[str]()
    else:
        sweep = Sweep(RECIPES[task.recipe], way)
        covered, paths, failures = pairs(sweep)
    ends = Counter[str]()
    for path in paths:
        outcome, wrong = judged(sweep, path)
        ends[outcome] += 1
        failures += [f"{' then '.join(map(str, path))}: {wrong}"] if wrong else []
    outcomes = dict(sorted(ends.items()))
    return Summary(task.what, task.recipe, task.way, covered, len(paths), outcomes, len(failures), tuple(failures[:MOST_TOLD]))


def judged(sweep: Sweep, path: tuple[Point, ...]) -> tuple[str, str]:
    """How a journey with these deaths ended, and what was wrong first; a point that was not reached is wrong, too."""
    try:
        arrival = sweep.judged(*path)
    except Exception as error:
        return "raised", "".join(traceback.format_exception(error)[-2:])
    missed = () if arrival.struck == len(path) else (f"{arrival.struck} of {len(path)} deaths were reached",)
    return arrival.outcome, next(iter((*arrival.breaches, *missed)), "")


def pairs(sweep: Sweep) -> tuple[int, list[tuple[Point, ...]], list[str]]:
    """How many pairs of deaths there are, the first one for each state that a pair leaves, and what one death broke."""
    covered, first_with, failures = 0, dict[Key, tuple[Point, ...]](), list[str]()
    for first in sweep.firsts:
        voyage = sweep.recipe()
        noting = Noting(voyage, first)
        arrival = arrived(voyage, sweep.way, crash=noting)
        failures += [f"{first}: {each}" for each in sweep.verdict(arrival).breaches[:1]]
        seconds = sweep.seconds(arrival)
        covered += len(seconds)
        for second in seconds:
            first_with.setdefault(noting.noted[second], (first, second))
    return covered, list(first_with.values()), failures


def main() -> int:
    """All of it, or what is asked for."""
    totals = doubles(lambda text: print(text, flush=True), lambda text: print(text, file=sys.stderr, flush=True), *sys.argv[1:2])
    return int(totals.failed > 0)


if __name__ == "__main__":
    sys.exit(main())
