"""Listeners and target groups: who uses whom, and what may not be deleted because of it."""

from __future__ import annotations

import pytest

from migrator.sandbox.world.balancers import HealthCheck


def test_a_group_in_use_cannot_be_deleted(account, refused) -> None:
    lb, group = account.serving()
    elb = account.world.elb

    assert refused(lambda: elb.delete_target_group(group.arn)) == "ResourceInUse"
    elb.delete_listener(elb.listeners_of(lb.arn)[0].arn)
    elb.delete_target_group(group.arn)
    elb.delete_target_group(group.arn)
    assert refused(lambda: elb.target_health(group.arn)) == "TargetGroupNotFound"


def test_the_same_group_again_is_the_same_and_another_is_a_duplicate(account, refused) -> None:
    group = account.group()

    assert account.group() is group
    assert refused(lambda: account.group(port=31000)) == "DuplicateTargetGroupName"


def test_a_group_serves_one_load_balancer(account, refused) -> None:
    first, group = account.serving()
    second = account.balancer("second")

    assert refused(lambda: account.listener(second, group)) == "TargetGroupAssociationLimit"
    account.listener(first, group, port=81)
    assert [each.port for each in account.world.elb.listeners_of(first.arn)] == [80, 81]
    assert account.world.elb.groups_of(first.arn) == [group]
    assert account.world.elb.balancer_of(group.arn) is first


def test_a_port_is_taken_once_but_udp_may_share_it_with_tcp(account, refused) -> None:
    lb, group = account.serving()
    udp, other = account.group("udp", protocol="UDP"), account.group("other")
    elb = account.world.elb

    assert account.listener(lb, group) is elb.listeners_of(lb.arn)[0]
    assert refused(lambda: account.listener(lb, other)) == "DuplicateListener"
    elb.create_listener(lb.arn, "UDP", 80, [(udp.arn, 1)])
    both = account.group("both", protocol="TCP_UDP")
    assert refused(lambda: elb.create_listener(lb.arn, "TCP_UDP", 80, [(both.arn, 1)])) == "DuplicateListener"


@pytest.mark.parametrize(
    ("protocol", "options", "code"),
    [
        ("HTTP", {}, "ValidationError"),
        ("TLS", {}, "CertificateNotFound"),
        ("TCP", {"certificates": ["arn:aws:acm:x"]}, "ValidationError"),
        ("TCP", {"alpn": ["HTTP2Only"]}, "ValidationError"),
        ("UDP", {}, "IncompatibleProtocols"),
    ],
)
def test_listeners_that_cannot_be(account, refused, protocol, options, code) -> None:
    lb, group = account.balancer(), account.group()

    assert refused(lambda: account.world.elb.create_listener(lb.arn, protocol, 443, [(group.arn, 1)], **options)) == code


def test_a_tls_listener_has_a_policy(account) -> None:
    lb, group = account.balancer(), account.group()

    listener = account.world.elb.create_listener(lb.arn, "TLS", 443, [(group.arn, 1)], certificates=["arn:aws:acm:x"])

    assert listener.ssl_policy == "ELBSecurityPolicy-2016-08"
    changed = account.world.elb.modify_listener(listener.arn, protocol="TCP")
    assert (changed.ssl_policy, changed.certificates) == (None, ())


def test_moving_a_listener_to_another_group_frees_the_first(account) -> None:
    lb, group = account.serving()
    elb, fresh = account.world.elb, account.group("fresh")
    elb.register_targets(fresh.arn, [(account.instances[0].id, 30080)])

    elb.modify_listener(elb.listeners_of(lb.arn)[0].arn, forwards=[(fresh.arn, 1)])
    account.later(400)

    assert {state for state, _ in account.states(group)} == {"unused"}
    assert account.states(fresh) == [("healthy", None)]
    elb.delete_target_group(group.arn)


def test_modifying_nothing_of_the_forwarding_disturbs_no_target(account) -> None:
    lb, group = account.serving()
    elb = account.world.elb

    elb.modify_listener(elb.listeners_of(lb.arn)[0].arn, port=8080)
    account.later(1)

    assert account.states(group) == [("healthy", None)] * 3


def test_limits_of_listeners_and_groups(account, refused) -> None:
    lb, group = account.serving()
    account.world.quotas.set("Listeners per Network Load Balancer", 1)
    account.world.quotas.set("Target Groups per Region", 1)

    assert refused(lambda: account.listener(lb, group, port=81)) == "TooManyListeners"
    assert refused(lambda: account.group("another")) == "TooManyTargetGroups"


@pytest.mark.parametrize(
    "check",
    [
        HealthCheck(protocol="UDP"),
        HealthCheck(path="/"),
        HealthCheck(port="http"),
        HealthCheck(interval_s=4),
        HealthCheck(timeout_s=40),
        HealthCheck(healthy=1),
        HealthCheck(unhealthy=11),
        HealthCheck(protocol="HTTP", path="/", matcher="20x"),
    ],
)
def test_health_checks_that_cannot_be(account, refused, check) -> None:
    create = account.world.elb.create_target_group

    code = refused(lambda: create("g", "TCP", 80, account.vpc.id, "instance", check, tags={}))

    assert code in ("ValidationError", "InvalidConfigurationRequest")


def test_defaults_of_a_group_depend_on_protocol_and_type(account, refused) -> None:
    tcp, ip, udp = account.group(), account.group("ip", type="ip"), account.group("udp", protocol="UDP")
    key = "preserve_client_ip.enabled"

    assert [each.attributes[key] for each in (tcp, ip, udp)] == ["true", "false", "true"]
    assert udp.attributes["deregistration_delay.connection_termination.enabled"] == "true"
    set_attributes = account.world.elb.set_target_group_attributes
    assert refused(lambda: set_attributes(udp.arn, {key: "false"})) == "InvalidConfigurationRequest"
    assert (
        refused(lambda: set_attributes(tcp.arn, {"deregistration_delay.timeout_seconds": "3601"}))
        == "InvalidConfigurationRequest"
    )


def test_zones_are_crossed_when_the_group_or_else_the_load_balancer_says_so(account) -> None:
    lb, group = account.serving()
    elb, key = account.world.elb, "load_balancing.cross_zone.enabled"

    assert not elb.crosses_zones(group)
    elb.set_load_balancer_attributes(lb.arn, {key: "true"})
    assert elb.crosses_zones(group)
    elb.set_target_group_attributes(group.arn, {key: "false"})
    assert not elb.crosses_zones(group)
