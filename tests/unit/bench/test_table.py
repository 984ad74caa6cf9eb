"""The tables fit a terminal."""

from __future__ import annotations

from msgspec.structs import replace

from tests.bench.bound import Part
from tests.bench.census import Census, Cost
from tests.bench.measuring import Peak
from tests.bench.rate import Rate
from tests.bench.startup import Start
from tests.bench.table import Figures, rendered
from tests.bench.ways import Moved, Overhead, Way

COSTS = (
    Cost("kubectl get services -A -o json", 4, 400),
    Cost("scan, what it asks of Kubernetes", 1, 100),
    Cost("scan as a whole, AWS and DNS too", 10, 400),
)


def figures(ratio: float) -> Figures:
    way = Way("annotations edited in place", 10_000_000, 1_000_000, 1000, 30)
    overhead = Overhead(ratio, 1.1, 1.0, 0, (Part("provisioning, registration", 1234.5, True), Part("late", 12.3, False)))
    return Figures(
        Moved((1, 2), (way,), overhead),
        (Rate("without clients", 100.0, 120.0),),
        (Peak("python -c pass", 10.0), Peak("migrate apply", 100.0)),
        (Start("python -c pass", 1000, 1, None), Start("migrate show PLAN --output markdown", 20_000, 20.5, 20)),
        Census(10_000, 300, 10_000, COSTS, 55),
        123.4,
    )


def test_no_line_is_wider_than_80_columns() -> None:
    assert max(map(len, rendered(figures(1.06)).splitlines())) <= 80


def test_a_figure_that_is_not_reached_says_so() -> None:
    assert rendered(figures(1.06)).count("MISSED") == 2
    assert rendered(figures(1.05)).count("MISSED") == 1


def test_a_scan_that_takes_too_much_says_so() -> None:
    """Time or memory, whichever is worse."""
    heavy = replace(figures(1.0), census=Census(1, 1, 1, (COSTS[0], Cost("a", 0.1, 101), COSTS[2]), 55))

    assert rendered(heavy).count("MISSED") == rendered(figures(1.0)).count("MISSED") + 1


def test_a_scan_that_was_not_measured_says_why() -> None:
    skipped = replace(figures(1.0), census=Census(1, 1, 1, (), None, "no kubectl on the PATH to compare with"))

    assert "skipped: no kubectl" in rendered(skipped)
