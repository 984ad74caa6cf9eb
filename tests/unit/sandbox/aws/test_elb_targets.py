"""The states of targets: what the tool counts as healthy must be what AWS would have said."""

from __future__ import annotations

import pytest

from migrator.sandbox.world.balancers import HealthCheck
from migrator.sandbox.world.pace import Pace

REGISTERING, CHECKING = ("initial", "Elb.RegistrationInProgress"), ("initial", "Elb.InitialHealthChecking")
HEALTHY, UNUSED = ("healthy", None), ("unused", "Target.NotInUse")


def test_targets_are_unused_until_a_listener_forwards_to_them(account) -> None:
    lb, group = account.balancer(), account.group()
    account.world.elb.register_targets(group.arn, [(each.id, 30080) for each in account.instances])
    account.later(1000)

    assert account.states(group) == [UNUSED] * 3
    account.listener(lb, group)
    account.later(1)
    assert account.states(group) == [REGISTERING] * 3
    account.later(181)
    assert account.states(group) == [HEALTHY] * 3


def test_nothing_is_healthy_before_the_load_balancer_is_active(account) -> None:
    lb, group = account.balancer(), account.group()
    account.listener(lb, group)
    account.world.elb.register_targets(group.arn, [(account.instances[0].id, 30080)])

    account.world.advance(lb.active_at - 0.1)
    assert account.states(group) == [REGISTERING]
    account.later(180)
    assert account.states(group) == [HEALTHY]


def test_a_load_balancer_that_failed_never_checks(account) -> None:
    lb, group = account.balancer(), account.group()
    lb.failed = "no capacity"
    account.listener(lb, group)
    account.world.elb.register_targets(group.arn, [(account.instances[0].id, 30080)])

    account.later(10_000)
    account.world.elb.recheck()
    account.later(10_000)

    assert account.states(group) == [REGISTERING]


def test_a_target_that_never_passes_goes_through_its_initial_checks_to_unhealthy(account) -> None:
    account.sick[account.instances[0].id] = "Target.Timeout"
    lb, group = account.balancer(), account.group()
    account.later(200)
    account.world.elb.register_targets(group.arn, [(account.instances[0].id, 30080)])
    account.listener(lb, group)
    seen = []
    for _ in range(300):
        account.later(1)
        if not seen or seen[-1] != account.states(group)[0]:
            seen.append(account.states(group)[0])

    assert seen == [REGISTERING, CHECKING, ("unhealthy", "Target.Timeout")]


def test_one_success_ends_the_initial_checks(account) -> None:
    sick = account.instances[0].id
    account.sick[sick] = "Target.Timeout"
    lb, group = account.balancer(), account.group()
    account.world.elb.register_targets(group.arn, [(sick, 30080)])
    account.listener(lb, group)
    while account.states(group) != [CHECKING]:
        account.later(1)

    del account.sick[sick]
    account.world.elb.recheck(group.arn)
    account.later(30)

    assert account.states(group) == [HEALTHY]


def test_a_change_shows_only_after_threshold_times_interval(account) -> None:
    _, group = account.serving()
    sick = account.instances[1].id

    account.sick[sick] = "Target.FailedHealthChecks"
    account.world.elb.recheck()
    account.later(89)
    assert account.states(group) == [HEALTHY] * 3
    account.later(1.5)
    assert account.states(group) == [HEALTHY, ("unhealthy", "Target.FailedHealthChecks"), HEALTHY]
    account.sick.clear()
    account.world.elb.recheck()
    account.later(89)
    assert account.states(group)[1][0] == "unhealthy"
    account.later(1.5)
    assert account.states(group) == [HEALTHY] * 3


def test_a_blip_shorter_than_the_threshold_is_never_seen(account) -> None:
    _, group = account.serving()
    sick = account.instances[1].id

    account.sick[sick] = "Target.Timeout"
    account.world.elb.recheck()
    account.later(60)
    del account.sick[sick]
    account.world.elb.recheck()
    account.later(600)

    assert account.states(group) == [HEALTHY] * 3


def test_the_health_check_settings_and_the_pace_scale_it(account) -> None:
    _, group = account.serving()
    account.world.pace = Pace(health_interval_scale=0.1)
    account.world.elb.modify_target_group(group.arn, HealthCheck(interval_s=10, timeout_s=5, unhealthy=2))

    account.sick[account.instances[0].id] = "Target.Timeout"
    account.world.elb.recheck()
    account.later(2.1)

    assert account.states(group)[0] == ("unhealthy", "Target.Timeout")


def test_a_healthy_target_drains_for_the_delay_and_then_is_gone(account) -> None:
    _, group = account.serving()
    account.world.elb.set_target_group_attributes(group.arn, {"deregistration_delay.timeout_seconds": "60"})

    account.world.elb.deregister_targets(group.arn, [(account.instances[0].id, 30080)])

    assert account.states(group)[0] == ("draining", "Target.DeregistrationInProgress")
    account.later(59)
    assert len(account.states(group)) == 3
    account.later(1.5)
    assert account.states(group) == [HEALTHY] * 2


def test_a_draining_target_can_come_back(account) -> None:
    _, group = account.serving()
    pair = (account.instances[0].id, 30080)

    account.world.elb.deregister_targets(group.arn, [pair])
    account.later(10)
    account.world.elb.register_targets(group.arn, [pair])
    assert account.states(group)[0] == REGISTERING
    account.later(600)

    assert account.states(group) == [HEALTHY] * 3


def test_an_unused_target_goes_at_once(account) -> None:
    group = account.group()
    account.world.elb.register_targets(group.arn, [(account.instances[0].id, 1)])

    account.world.elb.deregister_targets(group.arn, [(account.instances[0].id, 1)])

    assert account.states(group) == []


def test_a_stopped_instance_is_in_no_state_to_be_checked(account) -> None:
    _, group = account.serving()

    account.world.ec2.set_instance_state(account.instances[0].id, "stopped")
    account.later(1)
    assert account.states(group)[0] == ("unused", "Target.InvalidState")
    account.world.ec2.set_instance_state(account.instances[0].id, "running")
    account.later(400)

    assert account.states(group) == [HEALTHY] * 3


def test_ip_targets_know_their_zone_by_interface_and_by_subnet(account) -> None:
    group = account.group("ips", type="ip")
    interface = next(each for each in account.world.ec2.interfaces.values() if each.instance_id == account.instances[2].id)
    account.world.ec2.assign_private_address(interface.id, "127.10.40.1")

    account.world.elb.register_targets(group.arn, [("127.10.40.1", 8080), ("10.0.1.77", 8080), ("192.168.1.1", 8080)])

    assert [each.zone for each in account.world.elb.target_health(group.arn)] == ["us-east-1c", "us-east-1b", None]


@pytest.mark.parametrize(
    ("type", "id", "port", "code"),
    [
        ("instance", "i-0000000000000dead", 80, "InvalidTarget"),
        ("ip", "8.8.8.8", 80, "ValidationError"),
        ("ip", "not-an-ip", 80, "ValidationError"),
        ("ip", "10.0.0.5", 0, "ValidationError"),
    ],
)
def test_targets_that_cannot_be_had_are_refused(account, refused, type, id, port, code) -> None:
    group = account.group("g", type=type)

    assert refused(lambda: account.world.elb.register_targets(group.arn, [(id, port)])) == code
    assert account.states(group) == []


def test_a_refused_registration_adds_none(account, refused) -> None:
    group = account.group()
    pairs = [(account.instances[0].id, 80), ("i-0", 80)]

    assert refused(lambda: account.world.elb.register_targets(group.arn, pairs)) == "InvalidTarget"
    assert refused(lambda: account.world.elb.deregister_targets(group.arn, pairs[:1])) == "InvalidTarget"
    account.world.quotas.set("Targets per Target Group per Region", 1)
    two = [(account.instances[0].id, 80), (account.instances[1].id, 80)]
    assert refused(lambda: account.world.elb.register_targets(group.arn, two)) == "TooManyTargets"
    assert account.states(group) == []


def test_registering_again_changes_nothing(account) -> None:
    _, group = account.serving()

    account.world.elb.register_targets(group.arn, [(account.instances[0].id, 30080)])

    assert account.states(group) == [HEALTHY] * 3


def test_asking_often_costs_one_look(account) -> None:
    asked = []
    account.serving()
    account.world.network.check = lambda group, target: (asked.append(target.id), (True, None))[1]

    for _ in range(100):
        account.world.elb.recheck()
    account.later(1)

    assert len(asked) == 3
