"""What Elastic Load Balancing says, whoever asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrator.errors import Missing
from tests.contract.ports.sides import Side

GONE = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/gone/0123456789abcdef"
NO_GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/gone/0123456789abcdef"


def test_a_load_balancer_is_told_whole(side: Side) -> None:
    """A record needs its zone id, probes need its addresses, ownership is read from its tags."""
    kept = side.world.elb.balancers[side.arn]

    lb = side.outside.balancers.balancer(side.arn)

    assert lb is not None
    assert (lb.arn, lb.name, lb.dns_name, lb.zone_id) == (kept.arn, kept.name, kept.dns_name, kept.zone_id)
    assert (lb.state, lb.kind, lb.scheme, lb.vpc) == ("active", "network", kept.scheme, kept.vpc_id)
    assert [zone.name for zone in lb.zones] == sorted(each.zone for each in kept.zones)
    assert {zone.addresses for zone in lb.zones} == {(each.address,) for each in kept.zones}
    assert lb.tags == kept.tags


@pytest.mark.parametrize("shape", ["{}", "{}.", "dualstack.{}", "DUALSTACK.{}."])
def test_a_load_balancer_is_found_by_its_name_as_records_write_it(side: Side, shape: str) -> None:
    """Route 53 lists aliases with a prefix and a dot, and keeps the case that somebody typed."""
    found = side.outside.balancers.named(shape.format(side.stage.legacy.hostname))

    assert found is not None
    assert found.arn == side.arn


def test_one_that_is_gone_is_none(side: Side) -> None:
    """Absence is an answer here, for ARNs and for names."""
    hostname = side.stage.legacy.hostname.replace(side.arn[-16:], "0123456789abcdef")

    assert side.outside.balancers.balancer(GONE) is None
    assert side.outside.balancers.named(hostname) is None
    assert side.outside.balancers.named("shop.example.com") is None
    assert side.outside.balancers.listeners(GONE) == ()
    assert side.outside.balancers.groups(GONE) == ()


def test_attributes_of_one_that_is_gone_are_missing(side: Side) -> None:
    """Nobody may conclude from an empty answer that nothing protects it."""
    assert side.outside.balancers.attributes(side.arn)["deletion_protection.enabled"] == "false"
    with pytest.raises(Missing):
        side.outside.balancers.attributes(GONE)


def test_listeners_say_where_they_forward_to(side: Side) -> None:
    """Drift is seen by comparing exactly this."""
    (listener,) = side.outside.balancers.listeners(side.arn)
    (kept,) = side.world.elb.listeners_of(side.arn)

    assert (listener.arn, listener.protocol, listener.port) == (kept.arn, "TCP", 8080)
    assert listener.groups == tuple(arn for arn, _ in kept.forwards)


def test_listeners_have_attributes_where_they_are_wanted_whole(side: Side) -> None:
    """Idle time-outs hang on the listener; asking for them takes a call each, so a look in passing goes without."""
    (kept,) = side.world.elb.listeners_of(side.arn)
    side.world.elb.set_listener_attributes(kept.arn, {"tcp.idle_timeout.seconds": "600"})

    (plain,) = side.outside.balancers.listeners(side.arn)
    (whole,) = side.outside.balancers.listeners(side.arn, whole=True)

    assert plain.attributes == {}
    assert whole.attributes == kept.attributes == {"tcp.idle_timeout.seconds": "600"}


def test_groups_come_with_attributes_and_tags(side: Side) -> None:
    """What the new target groups have to be like is read from these."""
    (group,) = side.outside.balancers.groups(side.arn)
    (kept,) = side.world.elb.groups_of(side.arn)

    assert (group.arn, group.name, group.protocol, group.port) == (kept.arn, kept.name, kept.protocol, kept.port)
    assert group.target_type == "instance"
    assert group.balancers == (side.arn,)
    assert group.attributes == kept.attributes
    assert group.tags == kept.tags
    check = kept.health_check
    assert (group.health_check.protocol, group.health_check.port) == (check.protocol, check.port)
    assert (group.health_check.interval_s, group.health_check.healthy) == (check.interval_s, check.healthy)


def test_targets_say_their_zone(side: Side) -> None:
    """Zones are compared between load balancers; ELBv2 leaves them out for instances."""
    (group,) = side.world.elb.groups_of(side.arn)

    targets = side.outside.balancers.targets(group.arn)

    machines = side.world.ec2.instances
    assert [(each.id, each.state) for each in targets] == sorted((id, "healthy") for id, _ in group.targets)
    assert [each.zone for each in targets] == [machines[each.id].zone for each in targets]


def test_targets_of_an_unknown_group_are_missing(side: Side) -> None:
    """An empty answer would read as a load balancer without targets."""
    with pytest.raises(Missing):
        side.outside.balancers.targets(NO_GROUP)


def test_targets_tell_why_they_are_not_healthy(side: Side) -> None:
    """A person mends what the reason names."""
    (group,) = side.world.elb.groups_of(side.arn)
    side.world.elb.deregister_targets(group.arn, [next(iter(group.targets))])

    targets = side.outside.balancers.targets(group.arn)

    assert sorted(each.state for each in targets) == ["draining", "healthy", "healthy"]
    assert {each.reason for each in targets if each.state == "draining"} == {"Target.DeregistrationInProgress"}


def test_only_groups_that_still_exist_are_left(side: Side) -> None:
    """One absent ARN fails ELBv2's whole call; the others still have to be seen."""
    (group,) = side.world.elb.groups_of(side.arn)

    left = side.outside.balancers.groups_left((NO_GROUP, group.arn))

    assert [each.arn for each in left] == [group.arn]
    assert side.outside.balancers.groups_left((NO_GROUP,)) == ()
    assert side.outside.balancers.groups_left(()) == ()


def test_stacks_are_found_by_both_tags(side: Side) -> None:
    """LBC would take a load balancer over that carries them, whoever made it."""
    subnet = side.stage.estate.public_subnets[0].id
    tags = {"elbv2.k8s.aws/cluster": "sandbox", "service.k8s.aws/stack": "shop/web-new"}
    made = side.world.elb.create_load_balancer("left-over", "internal", [subnet], tags=tags)

    found = side.outside.balancers.stacked("sandbox", "shop/web-new")

    assert [each.arn for each in found] == [made.arn]
    assert side.outside.balancers.stacked("another", "shop/web-new") == ()
    assert side.outside.balancers.stacked("sandbox", "shop/web") == ()


def test_many_load_balancers_cost_pages_and_not_items(wired: Side) -> None:
    """Tags come 20 a call, load balancers 400 a page."""
    subnet = wired.stage.estate.public_subnets[0].id
    for number in range(44):
        wired.world.elb.create_load_balancer(f"other-{number}", "internal", [subnet], tags={"team": "other"})
    before, _ = wired.calls()

    assert wired.outside.balancers.stacked("sandbox", "shop/none") == ()

    assert wired.calls()[0] - before == 1 + 3


def test_looks_cost_what_they_say(wired: Side) -> None:
    """The docstrings promise it, and thousands of looks depend on it."""
    (group,) = wired.world.elb.groups_of(wired.arn)
    looks = wired.outside.balancers

    def cost(ask: Callable[[], object]) -> int:
        before, _ = wired.calls()
        ask()
        return wired.calls()[0] - before

    assert cost(lambda: looks.balancer(wired.arn)) <= 3
    assert cost(lambda: looks.named(wired.stage.legacy.hostname)) <= 3
    assert cost(lambda: looks.listeners(wired.arn)) == 1
    assert cost(lambda: looks.listeners(wired.arn, whole=True)) == 2
    assert cost(lambda: looks.groups(wired.arn)) == 3
    assert cost(lambda: looks.targets(group.arn)) <= 2
    assert cost(lambda: looks.targets(group.arn)) == 1
