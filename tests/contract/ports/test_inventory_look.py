"""Load balancers as lists: of both families, in pages, with tags by the score."""

from __future__ import annotations

import pytest

from migrator.errors import Denied, Throttled
from migrator.model.balancers import is_classic
from migrator.planning.ownership import legacy_name
from tests.contract.ports.sides import Side


def with_classic(side: Side) -> str:
    """The hostname of a classic load balancer beside the network one of shop/web."""
    manifest = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "old", "namespace": "shop"},
        "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }
    return side.stage.expose(manifest).hostname


def test_every_balancer_of_both_families_is_listed(side: Side) -> None:
    hostname = with_classic(side)

    found = side.outside.inventory.balancers_listed()

    assert [each.arn for each in found] == sorted(each.arn for each in found)
    assert {(each.dns_name, each.kind) for each in found} == {(hostname, "classic"), (side.stage.legacy.hostname, "network")}
    classic = next(each for each in found if each.classic)
    assert is_classic(classic.arn)
    assert (classic.state, classic.scheme, classic.tags) == ("active", "internet-facing", {})
    assert all(each.zone_id and each.vpc for each in found)


def test_a_listed_balancer_is_the_one_that_is_looked_at(side: Side) -> None:
    """Its ARN leads to the very same load balancer."""
    with_classic(side)

    for listed in side.outside.inventory.balancers_listed():
        seen = side.outside.balancers.balancer(listed.arn)
        assert seen is not None
        fields = ("arn", "name", "dns_name", "zone_id", "scheme", "vpc", "kind", "security_groups")
        assert [getattr(listed, each) for each in fields] == [getattr(seen, each) for each in fields]


def test_namesakes_are_of_either_family(side: Side) -> None:
    name = legacy_name(side.stage.legacy.uid)

    assert [each.arn for each in side.outside.inventory.namesakes(name)] == [side.arn]
    assert side.outside.inventory.namesakes("nobody") == ()

    with_classic(side)
    old = side.stage.exposed[-1]
    assert [each.kind for each in side.outside.inventory.namesakes(legacy_name(old.uid))] == ["classic"]


def test_tags_are_read_by_arn(side: Side) -> None:
    with_classic(side)
    old = side.stage.exposed[-1]

    tags = side.outside.inventory.tags_of((side.arn, old.balancer, side.arn.replace("net/a", "net/b")))

    assert set(tags) == {side.arn, old.balancer}
    assert tags[side.arn]["kubernetes.io/service-name"] == "shop/web"
    assert tags[old.balancer]["kubernetes.io/service-name"] == "shop/old"
    assert side.outside.inventory.tags_of(()) == {}


def test_a_classic_one_that_is_gone_has_no_tags(side: Side) -> None:
    with_classic(side)
    old = side.stage.exposed[-1].balancer

    assert set(side.outside.inventory.tags_of((old, old + "x"))) == {old}
    assert side.outside.inventory.tags_of((old + "x",)) == {}


def test_throttling_and_denial_are_told(side: Side) -> None:
    side.fault("aws", "elbv2:DescribeLoadBalancers", "throttle")
    with pytest.raises(Throttled):
        side.outside.inventory.balancers_listed()

    side.fault("aws", "elb:DescribeLoadBalancers", "deny")
    with pytest.raises(Denied):
        side.outside.inventory.namesakes("a")


def test_lists_cost_a_call_each(wired: Side) -> None:
    """And one, once, to learn the account's number, where there is a classic one."""
    before, _ = wired.calls()
    wired.outside.inventory.balancers_listed()
    assert wired.calls()[0] - before == 2

    with_classic(wired)
    before, _ = wired.calls()
    listed = wired.outside.inventory.balancers_listed()
    wired.outside.inventory.balancers_listed()
    assert wired.calls()[0] - before == 2 + 1 + 2

    before, _ = wired.calls()
    wired.outside.inventory.tags_of(tuple(each.arn for each in listed))
    assert wired.calls()[0] - before == 2
