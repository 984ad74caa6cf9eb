"""What EC2 says, and who we are, whoever asks."""

from __future__ import annotations

from tests.contract.ports.sides import Side


def test_the_caller_is_told_with_awss_own_time(side: Side) -> None:
    """Account and region are compared with the plan, the time with our own clock."""
    caller = side.outside.network.caller()

    assert (caller.account, caller.region) == (side.world.account, side.world.region)
    assert caller.arn.startswith("arn:aws:")
    assert abs(caller.date - side.world.now) <= 1


def test_the_rules_of_a_load_balancer_are_found_by_their_description(side: Side) -> None:
    """Nothing else tells which rules legacy will leave behind."""
    lb = side.world.elb.balancers[side.arn]
    kept = {id: each for id, each in side.world.ec2.rules.items() if lb.name in each.description}

    rules = side.outside.network.rules_for(lb.name)

    assert [each.id for each in rules] == sorted(kept)
    assert rules
    for each in rules:
        assert (each.group, each.protocol) == (kept[each.id].group_id, kept[each.id].protocol)
        assert (each.from_port, each.to_port) == (kept[each.id].from_port, kept[each.id].to_port)
        assert each.source == kept[each.id].cidr
    assert side.outside.network.rules_for(lb.name[:-1]) == ()


def test_inbound_rules_of_groups_are_all_there(side: Side) -> None:
    """Whether the new targets stay reachable is judged by these."""
    group = side.stage.estate.node_group
    kept = sorted(id for id, each in side.world.ec2.rules.items() if each.group_id == group.id and not each.egress)

    assert [each.id for each in side.outside.network.rules_of((group.id,))] == kept
    assert side.outside.network.rules_of(("sg-0123456789abcdef0",)) == ()
    assert side.outside.network.rules_of(()) == ()


def test_only_what_still_exists_is_left(side: Side) -> None:
    """EC2 fails a whole call for one absent id; the others still have to be seen."""
    rules = tuple(each.id for each in side.outside.network.rules_of((side.stage.estate.node_group.id,)))
    group = side.stage.estate.node_group.id

    assert side.outside.network.rules_left((*rules, "sgr-0123456789abcdef0")) == tuple(sorted(rules))
    assert side.outside.network.rules_left(("sgr-0123456789abcdef0",)) == ()
    assert side.outside.network.rules_left(()) == ()
    assert side.outside.network.security_groups_left((group, "sg-0123456789abcdef0")) == (group,)
    assert side.outside.network.security_groups_left(()) == ()


def test_groups_of_a_stack_are_found_by_both_tags(side: Side) -> None:
    """A clone that was taken back has to take its security group along."""
    vpc = side.stage.estate.vpc.id
    tags = {"elbv2.k8s.aws/cluster": "sandbox", "service.k8s.aws/stack": "shop/web-new"}
    made = side.world.ec2.create_security_group("k8s-shop-web", "[k8s] Managed SecurityGroup", vpc, tags=tags)

    assert side.outside.network.stacked_groups("sandbox", "shop/web-new") == (made.id,)
    assert side.outside.network.stacked_groups("another", "shop/web-new") == ()


def test_many_ids_cost_one_call_for_two_hundred(wired: Side) -> None:
    """Filters take no more values than that."""
    before, _ = wired.calls()

    wired.outside.network.rules_left(tuple(f"sgr-{number:017x}" for number in range(201)))

    assert wired.calls()[0] - before == 2
