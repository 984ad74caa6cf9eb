"""A plan through every crash point and many fault mixes, on every core, and the certificate of it."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from multiprocessing import resource_tracker

import msgspec

from migrator import __version__
from migrator.model.certificate import VERSION, Certificate, Failure, Promise, Seeds, Spent, Swept, Times
from migrator.model.migration import Migration, signed_digest
from migrator.simulation.certificate.cases import AT_ONCE, FORWARD, WAYS, Case, case_of
from migrator.simulation.certificate.rehearsal import Ran, Rehearsal, undisturbed
from migrator.simulation.promises import watch
from migrator.steps import JOURNEY

RESUMED = Promise("resumed", "killed at any instant and resumed, the journey ends as if it had not been")
CHUNK = 4  # journeys that a core takes at a time
Heard = Callable[[int, int], None]  # how many journeys are over, of how many


def certified(plan: Migration, *, seeds: int, first: int = 0, jobs: int = 1, heard: Heard = lambda over, of: None) -> Certificate:
    """Every crash point of every way, then `seeds` fault mixes counted up from `first`.

    Raises OperatorError `not-simulated` where the sandbox cannot stand in for what the plan describes.
    """
    rehearsal = Rehearsal(plan)
    assumed = rehearsal.replica.assumed
    whole = undisturbed(rehearsal)
    cases = [*_points(rehearsal, whole), *(Case(seed=first + count) for count in range(seeds))]
    told: list[Ran] = []
    for ran in _made(plan, cases, jobs, rehearsal):
        told.append(ran)
        heard(len(told), len(cases))
    every = [*whole, *told]
    failed = [each for each in every if each.breaches]
    return Certificate(
        version=VERSION,
        tool=__version__,
        migration=plan.id,
        service=plan.service,
        digest=plan.digest,
        signed=signed_digest(plan),
        verdict="broken" if failed else "kept",
        journeys=len(every),
        ways=_swept(cases, told),
        seeds=Seeds(first, seeds),
        promises=promises(),
        times=_times(whole[0], every),
        failures=len(failed),
        first=Failure(failed[0].case, failed[0].breaches) if failed else None,
        assumed=assumed,
    )


def promises() -> tuple[Promise, ...]:
    """What every journey is judged by: each checker is a module of its name."""
    checkers = [import_module(f"{watch.__package__}.{name}") for name in watch.NAMES]
    return (*(Promise(each.NAME, each.LAW) for each in checkers), RESUMED)


def _points(rehearsal: Rehearsal, whole: Iterable[Ran]) -> Iterator[Case]:
    """Every crash point of every way that keeps its promises while nobody dies; of the others there is nothing to compare."""
    sound = {each.case for each in whole if not each.breaches}
    for way in WAYS:
        if way in sound or (way == AT_ONCE and FORWARD in sound):
            yield from (Case(way, point) for point in rehearsal.points(way))


def _made(plan: Migration, cases: Sequence[Case], jobs: int, rehearsal: Rehearsal) -> Iterator[Ran]:
    """Every journey, in the order of `cases`, whoever made it."""
    if jobs == 1:
        yield from map(rehearsal.ran, cases)
        return
    context = multiprocessing.get_context("spawn")
    resource_tracker.ensure_running()  # which lets signals through once it has started, so it starts before they are held back
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # the processes inherit that: only we are interrupted
    try:
        with context.Pool(jobs, _begin, (msgspec.msgpack.encode(plan),)) as pool:  # ended at once, however we leave
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # what came meanwhile comes now
            yield from pool.imap(_ran, map(str, cases), chunksize=CHUNK)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


_rehearsals: list[Rehearsal] = []  # of this process of the pool: one


def _begin(plan: bytes) -> None:
    _rehearsals[:] = [Rehearsal(msgspec.msgpack.decode(plan, type=Migration))]


def _ran(case: str) -> Ran:
    return _rehearsals[0].ran(case_of(case))


def _swept(cases: Sequence[Case], told: Sequence[Ran]) -> tuple[Swept, ...]:
    """How many of the crash points of each way were reached."""
    by_way: dict[str, list[bool]] = {way: [] for way in WAYS}
    for case, ran in zip(cases, told, strict=True):
        if case.seed is None:
            by_way[case.way].append(ran.reached)
    return tuple(Swept(way, len(reached), sum(reached)) for way, reached in by_way.items())


def _times(forward: Ran, every: Sequence[Ran]) -> Times:
    retired = [each.retired_s for each in every if each.retired_s is not None]
    longest = max(every, key=lambda each: each.took_s)
    before = [name for name, _ in forward.steps]
    until = before.index(JOURNEY.no_return) if JOURNEY.no_return in before else len(before)
    return Times(
        earliest_s=min(retired, default=None),
        latest_s=max(retired, default=None),
        steps=tuple(Spent(name, took_s) for name, took_s in forward.steps[:until]),
        longest_s=longest.took_s,
        longest=longest.case,
    )
