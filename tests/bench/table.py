"""The figures for people, at most 80 columns wide."""

from __future__ import annotations

import msgspec

from tests.bench.bound import PEEK_S
from tests.bench.census import SHARE, Census
from tests.bench.measuring import Peak
from tests.bench.rate import Rate
from tests.bench.startup import Start
from tests.bench.ways import Moved, Overhead, Way

WAITS = 1.05  # `apply` over its unavoidable waits, at most


class Figures(msgspec.Struct, frozen=True):
    """Everything that one run measured."""

    moved: Moved
    rates: tuple[Rate, ...]
    memory: tuple[Peak, ...]
    starts: tuple[Start, ...]
    census: Census
    took_s: float


def rendered(figures: Figures) -> str:
    """All of it, a table each."""
    moved = figures.moved
    blocks = (
        _lost(moved.ways, moved.seeds),
        _waits(moved.overhead, moved.seeds),
        _starts(figures.starts),
        _memory(figures.memory),
        _rates(figures.rates),
        _census(figures.census),
    )
    return "\n\n".join("\n".join(each) for each in blocks) + f"\n\ntook {figures.took_s:.0f} s"


def _lost(ways: tuple[Way, ...], seeds: tuple[int, ...]) -> list[str]:
    lines = [f"requests lost: one world, one traffic, {_seeds(seeds)}"]
    lines.append(f"  {'':30}{'requests':>10}{'lost':>8}{'in 10,000':>11}{'outage':>9}{'left':>6}")
    for each in ways:
        share = each.lost / each.requests * 10_000
        lines.append(f"  {each.name:30}{each.requests:>10}{each.lost:>8}{share:>11.1f}{each.outage_s:>7.0f} s{each.left:>6}")
    lines.append("  outage: the longest from first to last loss; left: things of legacy in AWS")
    return lines


def _waits(overhead: Overhead, seeds: tuple[int, ...]) -> list[str]:
    verdict = _verdict(overhead.median, WAITS)
    lines = [f"apply over its unavoidable waits: virtual time, standard waits, {_seeds(seeds)}"]
    lines.append(f"  {'median':30}{overhead.median:>10.3f}x   at most {WAITS}x{verdict}")
    lines.append(f"  {'from best to worst':30}{overhead.best:>10.3f}x   to {overhead.worst:.3f}x")
    for title, wanted in (("unavoidable", True), ("beyond", False)):
        parts = [each for each in overhead.parts if each.unavoidable is wanted]
        lines.append(f"  {title:30}{sum(each.seconds for each in parts):>10.1f} s   mean")
        lines += [f"    {each.name:28}{each.seconds:>10.1f} s" for each in parts if abs(each.seconds) >= 0.05]
    if overhead.shortest_part_s < -PEEK_S:
        lines.append(f"  A WAIT WAS CUT SHORT by up to {-overhead.shortest_part_s:.1f} s")
    return lines


def _starts(starts: tuple[Start, ...]) -> list[str]:
    lines = [f"start-up over a bare `{starts[0].name}`: medians"]
    for each in starts:
        reach = "" if each.most is None else f"   at most {each.most:.0f}x{_verdict(each.ratio, each.most)}"
        lines.append(f"  {each.name:36}{each.ms:>8.1f} ms{each.ratio:>8.1f}x{reach}")
    return lines


def _memory(memory: tuple[Peak, ...]) -> list[str]:
    lines = ["peak resident memory"]
    lines += [f"  {each.name:36}{each.mib:>8.1f} MiB{each.mib / memory[0].mib:>7.1f}x" for each in memory]
    return lines


def _rates(rates: tuple[Rate, ...]) -> list[str]:
    lines = ["journeys a second of one core, at port level"]
    lines += [f"  {each.name:36}{each.a_second:>8.1f}   ticks alone {each.sailing_only:.1f}" for each in rates]
    return lines


def _census(found: Census) -> list[str]:
    size = f"{found.services:,} Services, {found.legacy} of legacy, {found.records:,} record sets"
    lines = [f"scan of {size}: medians, peak memory"]
    if found.calls is None:
        return [*lines, f"  skipped: {found.skipped}"]
    first = found.costs[0]
    for at, each in enumerate(found.costs):
        time, memory = each.seconds / first.seconds, each.mib / first.mib
        kubernetes = 0 < at < len(found.costs) - 1
        verdict = _verdict(max(time, memory), SHARE) if kubernetes else ""
        lines.append(f"  {each.name:34}{each.seconds:>6.2f} s{time:>6.2f}x{each.mib:>7.1f} MiB{memory:>6.2f}x{verdict}")
    lines.append(f"  what it asks of Kubernetes: at most {SHARE}x of kubectl's time and of its memory")
    lines.append(f"  calls to AWS: {found.calls}, of which {-(-found.legacy // 20)} for tags, the others pages of lists")
    return lines


def _seeds(seeds: tuple[int, ...]) -> str:
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"


def _verdict(figure: float, most: float) -> str:
    return "" if figure <= most else "  MISSED"
