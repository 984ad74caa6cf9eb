"""Ours and the naive ways on the same world and traffic, seed by seed."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean, median

import msgspec

from migrator.machine.tick import Over
from migrator.sandbox.world.leftovers import leftovers
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import Stage
from tests.bench.bound import Part, Witness, parts, policy_of, ratio
from tests.bench.naive import delete_at_once, delete_when_insync, edit_in_place
from tests.bench.traffic import Traffic, traffic

AFTER_S = 600.0  # traffic goes on after a move is over: a late loss counts too

NAIVE: dict[str, Callable[[Stage], None]] = {
    "annotations edited in place": edit_in_place,
    "legacy deleted at once": delete_at_once,
    "legacy deleted once INSYNC": delete_when_insync,
}


class Way(msgspec.Struct, frozen=True):
    """What one way of moving cost over all seeds; `outage_s` is the longest, `left` load balancers and their like."""

    name: str
    requests: int
    lost: int
    outage_s: float
    left: int


class Overhead(msgspec.Struct, frozen=True):
    """`apply` over its unavoidable waits. `parts` are means over the seeds, in seconds."""

    median: float
    worst: float
    best: float
    shortest_part_s: float  # below zero where a wait ended before it could
    parts: tuple[Part, ...]


class Moved(msgspec.Struct, frozen=True):
    """Every way, ours first, and our overhead."""

    seeds: tuple[int, ...]
    ways: tuple[Way, ...]
    overhead: Overhead


def moved(seeds: tuple[int, ...]) -> Moved:
    """Move one Service in every way under each seed. Raises RuntimeError when ours does not end well."""
    ways: dict[str, list[Way]] = {name: [] for name in ("migrate apply", *NAIVE)}
    spans: list[tuple[Part, ...]] = []
    for seed in seeds:
        ours = traffic(seed)
        spans.append(_ours(ours))
        over = ours.stage.world.now + AFTER_S
        ways["migrate apply"].append(_counted("migrate apply", ours, over))
        for name, act in NAIVE.items():
            theirs = traffic(seed)
            act(theirs.stage)
            ways[name].append(_counted(name, theirs, over))
    return Moved(seeds, tuple(_summed(each) for each in ways.values()), _overhead(spans))


def _ours(on: Traffic) -> tuple[Part, ...]:
    """One journey; the parts of its time."""
    witness, voyage = Witness(on.stage), Voyage(on.stage)
    finish = voyage.sail()
    if finish != Over("migrated"):
        raise RuntimeError(f"our journey ended with {finish}")
    return parts(witness.marks(voyage), policy_of(voyage.migration))


def _counted(name: str, on: Traffic, until: float) -> Way:
    on.run_until(until)
    legacy = on.stage.legacy
    left = leftovers(on.stage.world, f"{legacy.namespace}/{legacy.name}", legacy.uid)
    return Way(name, on.requests, on.tally.lost, on.outage_s, len(left))


def _summed(runs: list[Way]) -> Way:
    sums = {field: sum(getattr(each, field) for each in runs) for field in ("requests", "lost", "left")}
    return Way(name=runs[0].name, outage_s=max(each.outage_s for each in runs), **sums)


def _overhead(spans: list[tuple[Part, ...]]) -> Overhead:
    ratios = [ratio(each) for each in spans]
    names = {each.name: each.unavoidable for span in spans for each in span}
    means = tuple(
        Part(name, fmean(sum(each.seconds for each in span if each.name == name) for span in spans), unavoidable)
        for name, unavoidable in names.items()
    )
    shortest = min(each.seconds for span in spans for each in span)
    return Overhead(median(ratios), max(ratios), min(ratios), shortest, means)
