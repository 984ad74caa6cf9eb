"""What CloudWatch says of flows, whoever asks."""

from __future__ import annotations

from migrator.sandbox.world.network_flows import Flow
from tests.contract.ports.classic import NAME, classic, node_port
from tests.contract.ports.sides import Side

PERIOD_S = 1  # of the sandbox's own pace


def connect(side: Side, arn: str = "", port: int = 8080) -> Flow:
    """A client connects to the legacy load balancer, or to another one."""
    lb = side.world.elb.balancers[arn or side.arn]
    made = side.world.network.connect("203.0.113.9", lb.zones[0].address, port)
    assert isinstance(made, Flow), made
    return made


def window(side: Side, seconds: int) -> tuple[float, float]:
    """The last whole periods that can be read."""
    end = float(int(side.world.now - side.world.pace.metric_lag_s) // PERIOD_S * PERIOD_S)
    return end - seconds, end


def test_an_idle_minute_has_no_new_flows_and_yet_points(side: Side) -> None:
    """A missing NewFlowCount is zero only where another metric shows that CloudWatch was there."""
    side.stage.run(20)
    start, end = window(side, 5)

    flows = side.outside.metrics.flows(side.arn, start, end, PERIOD_S)

    assert [each.start for each in flows] == [start + number for number in range(5)]
    assert all(each.new is None for each in flows)
    assert all(each.active == 0 or each.hosts == 3 for each in flows)
    assert {each.hosts for each in flows} == {3}


def test_flows_are_counted_in_their_minute(side: Side) -> None:
    """Drained means that nobody comes any more, minute for minute."""
    side.stage.run(3)
    came = float(int(side.world.now))
    flow = connect(side)
    side.stage.run(2)
    side.world.network.close(flow)
    side.stage.run(10)

    flows = side.outside.metrics.flows(side.arn, came - 2, came + 5, PERIOD_S)

    assert [each.new for each in flows if each.new] == [1.0]
    assert next(each.start for each in flows if each.new) == came
    assert max(each.active or 0 for each in flows) > 0
    assert (flows[-1].active or 0) == 0


def test_what_cannot_be_read_yet_is_none(side: Side) -> None:
    """The metrics lag; the last minutes are not zero."""
    side.stage.run(5)
    start = float(int(side.world.now))

    flows = side.outside.metrics.flows(side.arn, start, start + 3, PERIOD_S)

    assert [(each.new, each.active, each.hosts) for each in flows] == [(None, None, None)] * 3


def test_a_load_balancer_that_is_gone_has_no_hosts(side: Side) -> None:
    """It must not be an error that ends a wait, nor a zero."""
    side.stage.run(20)
    start, end = window(side, 3)
    gone = side.arn.rpartition("/")[0] + "/0123456789abcdef"

    flows = side.outside.metrics.flows(gone, start, end, PERIOD_S)

    assert [(each.new, each.active, each.hosts) for each in flows] == [(None, None, None)] * 3


def test_all_series_come_in_one_call(wired: Side) -> None:
    """One for the target groups, one for every number."""
    wired.stage.run(20)
    start, end = window(wired, 5)
    before, _ = wired.calls()

    wired.outside.metrics.flows(wired.arn, start, end, PERIOD_S)

    assert wired.calls()[0] - before == 2


def test_a_classic_load_balancer_is_seen_idle(side: Side) -> None:
    """It reports no requests where none came; that it has hosts shows that CloudWatch was there."""
    lb = classic(side)
    side.stage.run(20)
    start, end = window(side, 5)

    flows = side.outside.metrics.flows(lb.arn, start, end, PERIOD_S)

    assert [each.start for each in flows] == [start + number for number in range(5)]
    assert all(not each.new and not each.active for each in flows)
    assert {each.hosts for each in flows} == {3}


def test_connections_to_a_classic_one_are_counted_in_their_minute(side: Side) -> None:
    """Drained means the same for both families."""
    lb = classic(side)
    side.world.elb.classic.set_backend_policies(NAME, node_port(side), [])  # the pods read no PROXY line
    side.stage.run(3)
    came = float(int(side.world.now))
    flow = connect(side, lb.arn, 80)
    side.stage.run(2)
    side.world.network.close(flow)
    side.stage.run(10)

    flows = side.outside.metrics.flows(lb.arn, came - 2, came + 5, PERIOD_S)

    assert [each.new for each in flows if each.new] == [1.0]
    assert next(each.start for each in flows if each.new) == came
    assert max(each.active or 0 for each in flows) > 0
    assert not flows[-1].active


def test_of_a_classic_one_that_is_gone_nothing_is_known(side: Side) -> None:
    side.stage.run(20)
    start, end = window(side, 3)

    flows = side.outside.metrics.flows("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/gone", start, end, PERIOD_S)

    assert [(each.new, each.active, each.hosts) for each in flows] == [(None, None, None)] * 3


def test_a_classic_one_takes_a_single_call(wired: Side) -> None:
    """It has no target groups to ask for."""
    lb = classic(wired)
    wired.stage.run(20)
    start, end = window(wired, 5)
    before, _ = wired.calls()

    wired.outside.metrics.flows(lb.arn, start, end, PERIOD_S)

    assert wired.calls()[0] - before == 1
