"""`python -m tests.sim`: drawn journeys, crash points, mutants and the small model in virtual time, then kills on real sockets.

Exit 1 where a promise was not kept, or a mutant survived. What is printed is the same for the same seed; what differs from
run to run goes to standard error. A whole run writes its figures into docs/promises.md.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections import Counter

from migrator.simulation.scenario import drawn
from migrator.simulation.traveller import travelled
from tests.mutants.driver import Caught
from tests.sim import page, stages
from tests.sim.fleet import Course
from tests.sim.stages import Stage
from tests.sim.struck import struck

WANTED_KILLS = 200
JOURNEYS = 20_000
WIRED = 100


def main() -> int:
    """Every stage that is asked for, or one journey again."""
    asked = _asked()
    if asked.journey is not None:
        return _one(asked.journey)
    say(f"seed {asked.seed}  (`make sim SEED={asked.seed}` prints the same)")
    began = time.monotonic()
    done, caught = _made(asked)
    passed, failed = sum(each.passed for each in done), sum(each.failed for each in done)
    if asked.whole:
        page.write_figures((f"Seed {asked.seed}.", *(figure for each in done for figure in each.figures)))
    if caught:
        page.write_mutants(caught)
    note(f"{time.monotonic() - began:.0f} s in all")
    say(f"{passed} passed, {failed} failed")
    return int(failed > 0)


def _made(asked: argparse.Namespace) -> tuple[list[Stage], tuple[Caught, ...]]:
    """The stages that are asked for, the quick ones first."""
    done, caught = list[Stage](), tuple[Caught, ...]()
    if asked.mutants:
        stage, caught = stages.mutants(say, note)
        done.append(stage)
    if asked.model:
        done.append(stages.model(say, note))
    if asked.journeys:
        done.append(stages.journeys(asked.seed, asked.journeys, say, note))
    if asked.points:
        done += [stages.crash_points(say, note), stages.double_deaths(say, note)]
    if asked.wire:
        done.append(stages.over_the_wire(asked.seed, asked.wire, say, note))
    if asked.services:
        # Some are drawn for moments that a journey is through with too soon, so that a tenth more are drawn than are wanted.
        course = Course(services=asked.services, kills=-(-asked.kills * 11 // (10 * asked.services)))
        done.append(struck(asked.seed, course, asked.kills, say, note))
    return done, caught


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="draw the same again")
    parser.add_argument("--journey", type=int, metavar="SEED", help="only this journey, told whole")
    parser.add_argument("--journeys", type=int, default=JOURNEYS, metavar="N", help="in virtual time; 0 for none")
    parser.add_argument("--points", type=int, choices=(0, 1), default=1, help="every crash, twice, and with the way back")
    parser.add_argument("--wire", type=int, default=WIRED, metavar="N", help="journeys through the real adapters; 0 for none")
    parser.add_argument("--mutants", type=int, choices=(0, 1), default=1, help="hunt every mutant of the engine")
    parser.add_argument("--model", type=int, choices=(0, 1), default=1, help="walk through every state of the small model")
    parser.add_argument("--services", type=int, default=Course().services, metavar="N", help="to kill; 0 for none")
    parser.add_argument("--kills", type=int, default=WANTED_KILLS, metavar="N", help="at least so many over all services")
    asked = parser.parse_args()
    asked.whole = all((asked.journeys, asked.points, asked.mutants, asked.model, asked.wire, asked.services))
    return asked


def _one(seed: int) -> int:
    """One drawn journey, told whole."""
    told = travelled(seed)
    say(str(drawn(seed)))
    holds = stages.counted(Counter(told.holds))
    say(f"{told.outcome or 'no end'} after {told.virtual_s:.0f} s of virtual time, {told.processes} processes, holds: {holds}")
    for each in told.breaches:
        say(f"    {each}")
    say(f"{int(not told.breaches)} passed, {int(bool(told.breaches))} failed")
    return int(bool(told.breaches))


def say(line: str) -> None:
    """A line that is the same for the same seed."""
    print(line, flush=True)


def note(line: str) -> None:
    """A line that differs from run to run."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
