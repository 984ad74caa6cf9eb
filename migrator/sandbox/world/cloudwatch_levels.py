"""Counts over time, kept only for the buckets in which something happened."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

MOST_UNCOUNTED = 1000


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
    level: int = 0  # after all that is counted
    numbers: list[int] = field(default_factory=list)  # of the buckets in which it changed, ascending
    buckets: list[Bucket] = field(default_factory=list)
    uncounted: list[tuple[int, float]] = field(default_factory=list)  # changes since somebody last read: many are never read

    def change(self, by: int, at: float) -> None:
        """Add `by` at an instant no earlier than the last one."""
        self.uncounted.append((by, at))
        if len(self.uncounted) == MOST_UNCOUNTED:
            self._count()

    def _count(self) -> None:
        """Put every change into its bucket."""
        for by, at in self.uncounted:
            number = int(at // self.period_s)
            if not self.numbers or self.numbers[-1] != number:
                self._close()
                self.numbers.append(number)
                self.buckets.append(Bucket(self.level, self.level, 0.0, float(number * self.period_s), self.level))
            bucket = self.buckets[-1]
            if at > bucket.until:
                bucket.area += self.level * (at - bucket.until)
                bucket.until = at
            level = self.level = bucket.level = self.level + by
            if level < bucket.low:
                bucket.low = level
            elif level > bucket.high:
                bucket.high = level
        self.uncounted.clear()

    def _close(self) -> None:
        """Count the last bucket to its end."""
        if self.buckets:
            last, end = self.buckets[-1], float((self.numbers[-1] + 1) * self.period_s)
            last.area += last.level * (end - last.until)
            last.until = end

    def at(self, number: int) -> tuple[int, int, float]:
        """Lowest, highest and average level of one bucket; the level never changes in one that is not kept."""
        if self.uncounted:
            self._count()
        index = bisect_right(self.numbers, number) - 1
        if index < 0:
            return 0, 0, 0.0
        bucket = self.buckets[index]
        if self.numbers[index] != number:
            return bucket.level, bucket.level, float(bucket.level)
        rest = (number + 1) * self.period_s - bucket.until
        return bucket.low, bucket.high, (bucket.area + bucket.level * rest) / self.period_s


@dataclass(slots=True)
class Tally:
    """How often something happened, by bucket; a bucket in which it did not is not there."""

    period_s: int
    counts: dict[int, int] = field(default_factory=dict)

    def add(self, at: float) -> None:
        """Once more at this instant."""
        number = int(at // self.period_s)
        self.counts[number] = self.counts.get(number, 0) + 1
