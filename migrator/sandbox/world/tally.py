"""What clients counted: every request answered or lost, second by second, and which load balancer brought it."""

from __future__ import annotations

from collections import defaultdict

import msgspec

MOST_LOSSES = 1000  # kept with when and why; beyond that they are only counted
MOST_UNCOUNTED = 1000


class Loss(msgspec.Struct, frozen=True):
    """One request without an answer: when it began, the name that was asked for, and why."""

    at: float
    name: str
    why: str


class Second(msgspec.Struct):
    """One second of traffic. `by_balancer` counts the answers that came through each load balancer."""

    answered: int = 0
    lost: int = 0
    by_balancer: dict[str, int] = {}


class Report(msgspec.Struct, frozen=True):
    """A tally at one instant; `timeline` by whole second since the epoch, only those in which something ended.

    by_header   answers by the PROXY header that the pod read before the request: none, v1 or v2
    """

    requests: int
    answered: int
    lost: int
    losses: list[Loss]
    by_balancer: dict[str, int]
    by_pod: dict[str, int]
    by_header: dict[str, int]
    timeline: dict[int, Second]
    slowest_s: float


class Tally:
    """Counts for any number of clients. A request belongs to the second in which it ended.

    Many are never read, so that an answer is noted, and told apart when somebody reads.
    """

    def __init__(self) -> None:
        self.answered = self.lost = 0
        self.losses: list[Loss] = []
        self._noted: list[tuple[float, str, str, float, str]] = []  # answers by the arguments of `answer`
        self._by_balancer: defaultdict[str, int] = defaultdict(int)
        self._by_pod: defaultdict[str, int] = defaultdict(int)
        self._by_header: defaultdict[str, int] = defaultdict(int)
        self._timeline: dict[int, Second] = {}
        self._slowest_s = 0.0

    @property
    def requests(self) -> int:
        """How many requests have ended."""
        return self.answered + self.lost

    def answer(self, at: float, balancer: str, pod: str, took_s: float = 0.0, header: str = "") -> None:
        """Count a request that got its whole answer. `header` as in `network_flows.Flow`."""
        self.answered += 1
        self._noted.append((at, balancer, pod, took_s, header))
        if len(self._noted) >= MOST_UNCOUNTED:
            self._count()

    def lose(self, at: float, began: float, name: str, why: str) -> None:
        """Count a request that got none."""
        self._count()
        self.lost += 1
        self._second(at).lost += 1
        if len(self.losses) < MOST_LOSSES:
            self.losses.append(Loss(began, name, why))

    def report(self) -> Report:
        """Everything counted so far. The seconds of the timeline are shared, and only the last one still changes."""
        self._count()
        sums = dict(self._by_balancer), dict(self._by_pod), dict(self._by_header)
        timeline = dict(self._timeline)
        return Report(self.requests, self.answered, self.lost, list(self.losses), *sums, timeline, self._slowest_s)

    def _count(self) -> None:
        """Tell apart what was noted."""
        for at, balancer, pod, took_s, header in self._noted:
            self._by_balancer[balancer] += 1
            self._by_pod[pod] += 1
            self._by_header[header or "none"] += 1
            if took_s > self._slowest_s:
                self._slowest_s = took_s
            second = self._second(at)
            second.answered += 1
            second.by_balancer[balancer] = second.by_balancer.get(balancer, 0) + 1
        self._noted.clear()

    def _second(self, at: float) -> Second:
        number = int(at)
        if number not in self._timeline:
            self._timeline[number] = Second()
        return self._timeline[number]
