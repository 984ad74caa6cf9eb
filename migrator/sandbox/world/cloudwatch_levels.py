"""Counts over time, kept only for the buckets in which something happened."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

import msgspec

MOST_UNCOUNTED = 1000

Note = tuple[str | None, int, float]  # in which zone, how many more, when


class Sample(msgspec.Struct):
    """What one bucket holds: so many samples, their sum, the smallest and the largest."""

    count: float
    total: float
    low: float
    high: float

    def add(self, other: Sample) -> None:
        """Take the samples of another bucket in."""
        self.count, self.total = self.count + other.count, self.total + other.total
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)


def _average(sample: Sample) -> float:
    return sample.total / sample.count


STATISTICS: Mapping[str, Callable[[Sample], float]] = {
    "SampleCount": attrgetter("count"),
    "Average": _average,
    "Sum": attrgetter("total"),
    "Minimum": attrgetter("low"),
    "Maximum": attrgetter("high"),
}
"""Each statistic that CloudWatch has, and how it is read from a `Sample`."""


@dataclass(slots=True)
class Bucket:
    """One metric period: lowest and highest level, level times seconds up to `until`, and the level after it."""

    low: int
    high: int
    area: float
    until: float
    level: int


@dataclass(slots=True)
class Level:
    """A number that goes up and down, such as open flows or healthy targets, with its history by bucket."""

    period_s: int
    numbers: list[int] = field(default_factory=list)  # of the buckets in which it changed, ascending
    buckets: list[Bucket] = field(default_factory=list)
    end: float = -math.inf  # of the last bucket

    def change(self, notes: Iterable[Note]) -> None:
        """Add the number of each note at its instant, none earlier than the last one; where it was does not count."""
        for _, by, at in notes:
            if at >= self.end:
                self._begin(int(at // self.period_s))
            bucket = self.buckets[-1]
            level = bucket.level
            if at > bucket.until:
                bucket.area += level * (at - bucket.until)
                bucket.until = at
            bucket.level = level = level + by
            if level < bucket.low:
                bucket.low = level
            elif level > bucket.high:
                bucket.high = level

    def _begin(self, number: int) -> None:
        """Count the last bucket to its end, and begin another at the level that it left."""
        level = 0
        if self.buckets:
            last = self.buckets[-1]
            level = last.level
            last.area += level * (self.end - last.until)
            last.until = self.end
        self.numbers.append(number)
        self.buckets.append(Bucket(level, level, 0.0, float(number * self.period_s), level))
        self.end = float((number + 1) * self.period_s)

    def at(self, number: int) -> Sample:
        """The average, lowest and highest level of one bucket; the level never changes in one that is not kept."""
        index = bisect_right(self.numbers, number) - 1
        if index < 0:
            return Sample(1, 0.0, 0, 0)
        bucket = self.buckets[index]
        if self.numbers[index] != number:
            return Sample(1, float(bucket.level), bucket.level, bucket.level)
        rest = (number + 1) * self.period_s - bucket.until
        return Sample(1, (bucket.area + bucket.level * rest) / self.period_s, bucket.low, bucket.high)


@dataclass(slots=True)
class Tally:
    """How often something happened, by bucket; a bucket in which it did not is not there."""

    period_s: int
    counts: dict[int, int] = field(default_factory=dict)

    def add(self, instants: Iterable[float]) -> None:
        """Once more at each instant."""
        for at in instants:
            number = int(at // self.period_s)
            self.counts[number] = self.counts.get(number, 0) + 1

    def at(self, number: int) -> Sample | None:
        """What one bucket sums up to; None where there is none."""
        count = self.counts.get(number)
        return None if count is None else Sample(1, count, count, count)


@dataclass(slots=True)
class Counted:
    """The flows of one zone, or of all: how many are open, and how many began; `notes` is how many were counted."""

    open: Level
    new: Tally
    notes: int = 0


class Flows:
    """The flows of one load balancer: noted as they come and go, and counted by zone when somebody reads.

    Many are never read, so that a flow costs no more than two notes.
    """

    def __init__(self, period_s: int) -> None:
        self._period_s = period_s
        self._notes: list[Note] = []
        self._counted: dict[str | None, Counted] = {}  # by zone; None is all of them

    def note(self, zone: str, by: int, at: float) -> None:
        """One flow more (+1) or less (-1) in a zone, at an instant no earlier than the last one."""
        self._notes.append((zone, by, at))
        if by > 0 and len(self._notes) >= MOST_UNCOUNTED:
            for each in {None, *[zone for zone, _, _ in self._notes], *self._counted}:
                self.counted(each).notes = 0
            self._notes.clear()

    def counted(self, zone: str | None) -> Counted:
        """The flows of a zone, None for those of all."""
        known = self._counted.get(zone)
        if known is None:
            known = self._counted[zone] = Counted(Level(self._period_s), Tally(self._period_s))
        if known.notes < len(self._notes):
            fresh = self._notes[known.notes :]
            if zone is not None:
                fresh = [each for each in fresh if each[0] == zone]
            known.open.change(fresh)
            known.new.add([at for _, by, at in fresh if by > 0])
            known.notes = len(self._notes)
        return known
