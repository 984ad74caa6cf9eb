"""Who still talks to a load balancer: flows as CloudWatch reports them, missing points included."""

from __future__ import annotations

import pytest

from migrator.errors import Denied
from migrator.model.balancers import FlowMinute
from migrator.model.units import Unknown
from migrator.model.waits import Waits
from migrator.steps import flows
from migrator.steps.flows import Flows
from tests.unit import given
from tests.unit.world import World


def minutes(*told: tuple[float | None, float | None, float | None]) -> Flows:
    """Periods of (new, active, hosts)."""
    return Flows(tuple(FlowMinute(60.0 * at, *each) for at, each in enumerate(told)))


BUSY = (
    ("unread-flows-are-not-quiet", Unknown("throttled"), "flows unread: throttled"),
    ("no-point-at-all-is-not-zero", minutes((0, 0, 2), (None, None, None)), "CloudWatch has no point"),
    ("an-empty-window-is-not-quiet", minutes(), "CloudWatch has no point"),
    ("a-missing-flow-count-is-zero-beside-hosts", minutes((None, None, 2)), ""),
    ("a-missing-flow-count-is-zero-beside-active-flows", minutes((None, 0, None)), ""),
    ("new-flows-are-busy", minutes((3, 0, 2), (0, 0, 2)), "3 new flows a minute in the last 900 s, at most 2 count as noise"),
    ("noise-is-quiet", minutes((2, 0, 2), (1, 0, 2)), ""),
    ("open-flows-are-busy", minutes((0, 5, 2), (0, 1, 2)), "1 flows are still open"),
    ("flows-that-closed-are-quiet", minutes((0, 5, 2), (0, 0, 2)), ""),
)


@pytest.mark.parametrize(("seen", "says"), [row[1:] for row in BUSY], ids=[row[0] for row in BUSY])
def test_whether_a_load_balancer_is_busy(seen: Flows | Unknown, says: str) -> None:
    """Law 3: nothing is read from silence."""
    busy = flows.busy(seen, given.migration(waits=Waits(noise_flows_per_min=2)), 0.0)

    assert says in busy.reason if busy is not None and says else busy is None


def test_the_window_ends_where_cloudwatch_has_settled() -> None:
    """Points of the last minutes may still grow."""
    world = World()
    world.clock.at = 10_050.0

    seen = flows.seen("arn", given.migration(waits=Waits(quiet_s=150, metric_lag_s=300, metric_period_s=60)), world.outside())

    assert isinstance(seen, Flows)
    assert [each.start for each in seen.periods] == [9540.0, 9600.0, 9660.0]


def test_a_rate_is_counted_by_the_minute() -> None:
    assert flows.busiest_per_min(minutes((2, 0, 2), (5, 0, 2)), 10) == 30


QUIET_AT = (
    ("the-last-loud-period-leaves-the-window", minutes((5, 0, 2), (5, 0, 2), (0, 0, 2)), 120 + 900 + 300),
    ("noise-does-not-count", minutes((5, 0, 2), (2, 0, 2), (0, 0, 2)), 60 + 900 + 300),
    ("open-flows-are-seen-closed-a-period-later", minutes((0, 4, 2), (0, 4, 2)), 60 + 120 + 300),
    ("whichever-is-later", minutes((5, 4, 2), (0, 4, 2)), 60 + 900 + 300),
)


@pytest.mark.parametrize(("seen", "at"), [row[1:] for row in QUIET_AT], ids=[row[0] for row in QUIET_AT])
def test_it_says_when_it_can_be_seen_quiet_at_the_earliest(seen: Flows, at: float) -> None:
    """Nobody stares at a wait without an end."""
    busy = flows.busy(seen, given.migration(waits=Waits(noise_flows_per_min=2)), 0.0)

    assert busy is not None
    assert busy.until == at


@pytest.mark.parametrize(("at", "after_s"), [(0, 30), (465, 15), (480, 0.5), (900, 0.5)])
def test_it_is_looked_at_again_when_it_can_be_quiet_but_not_without_a_pause(at: float, after_s: float) -> None:
    busy = flows.busy(Flows(minutes((0, 4, 2), (0, 4, 2)).periods, at), given.migration(), 0.0)

    assert busy is not None
    assert busy.after_s == after_s


def test_a_refused_read_is_unknown() -> None:
    world = World()
    world.refuse("flows", Denied("no rights"))

    assert flows.seen("arn", given.migration(), world.outside()) == Unknown("no rights")


def test_quiet_from_before_the_records_moved_says_nothing() -> None:
    """The window ends minutes ago: right after a move it shows a load balancer that nobody had reason to come to yet."""
    seen = Flows(minutes((0, 0, 2), (0, 0, 2)).periods, 700.0)

    wait = flows.busy(seen, given.migration(), 30.0)

    assert wait is not None
    assert wait.until == 30 + 60 + 900 + 300
    assert "since the records moved" in wait.reason
    assert flows.busy(seen, given.migration(), 0.0) is None
