"""The stage of `make sim` on real sockets: many Services moved at once by processes that are killed."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from tests.sim.blows import How
from tests.sim.fleet import Course
from tests.sim.kills import Verdict, killed
from tests.sim.stages import Say, Stage


def struck(seed: int, course: Course, wanted: int, say: Say, note: Say) -> Stage:
    """How many Services arrived as they have to, and how many did not; what concerns all counts as one more.

    Which blow falls where is decided by the machine, so it is noted and not said.
    """
    verdict = killed(seed, course, say, note)
    breaches = dict(verdict.breaches)
    few = verdict.blows("kill") < wanted
    if few:
        breaches[""] = [*breaches.get("", []), f"only {verdict.blows('kill')} kills struck, {wanted} were wanted"]
    for each in (line for lines in breaches.values() for line in lines):
        say(f"  FAILED  {each}")
    noted(verdict, note)
    arrived, many = course.services - sum(bool(name) for name in breaches), "fewer than" if few else "at least"
    figure = (
        f"{arrived} of {course.services} Services moved at once on real sockets arrived, {many} {wanted} kills among them, "
        f"{verdict.traffic.lost} requests lost"
    )
    say(figure)
    return Stage(course.services + 1 - len(breaches), len(breaches), (figure,))


def noted(verdict: Verdict, note: Say) -> None:
    """Where blows fell, and what clients counted."""
    for how in get_args(How):
        steps = Counter({step: count for (each, step), count in verdict.struck.items() if each == how})
        where = ", ".join(f"{count} in {step}" for step, count in steps.most_common())
        note(f"  {how}s: {verdict.blows(how)} ({where})")
    traffic = verdict.traffic
    note(f"  {verdict.starts} processes; {traffic.requests} requests, slowest {traffic.slowest_s:.2f} s")
    note(f"  {verdict.seconds:.0f} s from the first start to the last end")
