"""The tables fit a terminal."""

from __future__ import annotations

from tests.bench.bound import Part
from tests.bench.measuring import Peak
from tests.bench.rate import Rate
from tests.bench.startup import Start
from tests.bench.table import Figures, rendered
from tests.bench.ways import Moved, Overhead, Way


def figures(ratio: float) -> Figures:
    way = Way("annotations edited in place", 10_000_000, 1_000_000, 1000, 30)
    overhead = Overhead(ratio, 1.1, 1.0, 0, (Part("provisioning, registration", 1234.5, True), Part("late", 12.3, False)))
    return Figures(
        Moved((1, 2), (way,), overhead),
        (Rate("without clients", 100.0, 120.0),),
        (Peak("python -c pass", 10.0), Peak("migrate apply", 100.0)),
        (Start("python -c pass", 1000, 1, None), Start("migrate show PLAN --output markdown", 20_000, 20.5, 20)),
        123.4,
    )


def test_no_line_is_wider_than_80_columns() -> None:
    assert max(map(len, rendered(figures(1.06)).splitlines())) <= 80


def test_a_figure_that_is_not_reached_says_so() -> None:
    assert rendered(figures(1.06)).count("MISSED") == 2
    assert rendered(figures(1.05)).count("MISSED") == 1
