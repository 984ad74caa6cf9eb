"""`python -m tests.sim`: drawn journeys in virtual time, mutants of the engine, then kills on real sockets.

Exit 1 where a promise was not kept, or a mutant survived. The seed is the first line; with it the same scenarios and blows
are drawn again. The order of events among processes is the machine's.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections import Counter

from migrator.simulation.scenario import drawn
from migrator.simulation.seeds import told_of
from migrator.simulation.traveller import Told, travelled
from tests.mutants.driver import all_hunted
from tests.mutants.page import written
from tests.sim.fleet import Course
from tests.sim.kills import Verdict, killed

WANTED_KILLS = 200
JOURNEYS = 600
BEAT_S = 10.0


def main() -> int:
    """Every part, or one journey again."""
    asked = _asked()
    if asked.journey is not None:
        return _one(asked.journey)
    say(f"seed {asked.seed}  (`make sim SEED={asked.seed}` draws the same)")
    began = time.monotonic()
    passed, failed = _journeys(asked.seed, asked.journeys) if asked.journeys else (0, 0)
    if asked.mutants:
        more = _mutants()
        passed, failed = passed + more[0], failed + more[1]
    if asked.services:
        course = Course(services=asked.services, kills=-(-asked.kills // asked.services))
        more = _kills(asked.seed, course, asked.kills)
        passed, failed = passed + more[0], failed + more[1]
    say(f"{time.monotonic() - began:.0f} s in all")
    say(f"{passed} passed, {failed} failed")
    return int(failed > 0)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="draw the same again")
    parser.add_argument("--journey", type=int, metavar="SEED", help="only this journey, told whole")
    parser.add_argument("--journeys", type=int, default=JOURNEYS, metavar="N", help="in virtual time; 0 for none")
    parser.add_argument("--mutants", type=int, choices=(0, 1), default=1, help="hunt every mutant of the engine; 0 for none")
    parser.add_argument("--services", type=int, default=Course().services, metavar="N", help="to kill; 0 for none")
    parser.add_argument("--kills", type=int, default=WANTED_KILLS, metavar="N", help="at least so many over all services")
    return parser.parse_args()


def _one(seed: int) -> int:
    told = travelled(seed)
    say(str(drawn(seed)))
    say(
        f"{told.outcome or 'no end'} after {told.virtual_s:.0f} s of virtual time, {told.processes} processes, holds {told.holds}"
    )
    _complain(told)
    say(f"{int(not told.breaches)} passed, {int(bool(told.breaches))} failed")
    return int(bool(told.breaches))


def _journeys(seed: int, count: int) -> tuple[int, int]:
    """Drawn journeys on every core; how many kept every promise, and how many did not."""
    say(f"{count} journeys in virtual time")
    began = told_at = time.monotonic()
    outcomes, holds, sums = Counter[str](), Counter[str](), Counter[str]()
    for told in told_of(seed, count):
        outcomes[told.outcome or "no end"] += 1
        holds.update(told.holds)
        sums.update(journeys=1, failed=int(bool(told.breaches)), crashes=told.crashes, requests=told.requests)
        _complain(told)
        if time.monotonic() - told_at > BEAT_S:
            told_at = time.monotonic()
            say(f"  {told_at - began:4.0f} s  {sums['journeys']} journeys, {sums['failed']} failed")
    seconds = time.monotonic() - began
    say(f"  {', '.join(f'{many} {outcome}' for outcome, many in outcomes.most_common())}; {sums['crashes']} crashes")
    say(f"  holds: {', '.join(f'{many} {code}' for code, many in holds.most_common()) or 'none'}")
    say(f"  {sums['requests']} requests, {seconds:.0f} s, {count / seconds:.1f} journeys a second")
    return count - sums["failed"], sums["failed"]


def _mutants() -> tuple[int, int]:
    """Every mutant of the engine; how many were killed, and how many survived. Writes the table in docs/promises.md."""
    caught = list(all_hunted())
    for each in caught:
        if not each.checkers:
            say(f"  SURVIVED  {each.name} {each.told}".rstrip())
    killed = sum(bool(each.checkers) for each in caught)
    say(f"{killed} of {len(caught)} mutants killed")
    written(caught)
    return killed, len(caught) - killed


def _complain(told: Told) -> None:
    if not told.breaches:
        return
    say(f"  FAILED  `python -m tests.sim --journey {told.seed}`")
    for each in told.breaches:
        say(f"    {each}")


def _kills(seed: int, course: Course, wanted: int) -> tuple[int, int]:
    """The kills; how many Services arrived as they have to, and how many did not, what concerns all counting as one more."""
    say(f"{course.services} services moved at once, each killed {course.kills} times, on real sockets")
    verdict = killed(seed, course, say)
    breaches = dict(verdict.breaches)
    if verdict.blows("kill") < wanted:
        breaches[""] = [*breaches.get("", []), f"only {verdict.blows('kill')} kills struck, {wanted} were wanted"]
    _summary(verdict)
    for each in (line for lines in breaches.values() for line in lines):
        say(f"  FAILED  {each}")
    return course.services + 1 - len(breaches), len(breaches)


def _summary(verdict: Verdict) -> None:
    for how in ("kill", "interrupt", "pause", "long pause"):
        steps = Counter({step: count for (each, step), count in verdict.struck.items() if each == how})
        where = ", ".join(f"{count} in {step}" for step, count in steps.most_common())
        say(f"  {how}s: {verdict.blows(how)} ({where})")
    traffic = verdict.traffic
    say(f"  {verdict.starts} processes; {traffic.requests} requests, {traffic.lost} lost, slowest {traffic.slowest_s:.2f} s")
    say(f"  {verdict.seconds:.0f} s from the first start to the last end")


def say(line: str) -> None:
    """A line for whoever watches, at once."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
