"""Classic Load Balancers in the world: one store with the Network Load Balancers, and never taken for one."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.sandbox.world.balancers import HealthCheck, LoadBalancer, Policy, TargetGroup, is_classic
from migrator.sandbox.world.classic_policies import APP_COOKIE, LB_COOKIE, NEGOTIATION, PROXY, REFERENCE
from migrator.sandbox.world.classic_rules import ListenerSpec, check_from, target_of

Account = Any
PLAIN = ListenerSpec("TCP", 80, "TCP", 30080)
TLS = ListenerSpec("SSL", 443, "TCP", 30080, "arn:aws:acm:us-east-1:123456789012:certificate/one")


def made(account: Account, *listeners: ListenerSpec, name: str = "old", **options: Any) -> LoadBalancer:
    wanted = {"subnets": [each.id for each in account.subnets], "tags": {"k": "v"}, **options}
    lb: LoadBalancer = account.world.elb.classic.create(name, list(listeners or [PLAIN]), **wanted)
    return lb


def serving(account: Account, *listeners: ListenerSpec, **options: Any) -> LoadBalancer:
    """With every instance in service."""
    lb = made(account, *listeners, **options)
    account.world.elb.classic.register("old", [each.id for each in account.instances])
    account.world.elb.classic.configure_health_check("old", HealthCheck("TCP", "30080", None, 10, 5, 2, 6))
    account.later(60)
    return lb


def states(account: Account, lb: LoadBalancer) -> list[str]:
    return [each.state for group in account.world.elb.groups_of(lb.arn) for each in group.targets.values()]


@pytest.mark.parametrize(("scheme", "prefix"), [("internal", "internal-old-"), ("internet-facing", "old-")])
def test_names_are_those_of_the_family(account: Account, scheme: str, prefix: str) -> None:
    lb = made(account, scheme=scheme)

    assert lb.arn == "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/old"
    assert lb.dns_name.startswith(prefix) and lb.dns_name.endswith(".us-east-1.elb.amazonaws.com")
    assert (lb.kind, lb.zone_id, account.world.elb.state(lb)) == ("classic", "Z35SXDOTRQ7X7K", "active")
    assert account.world.elb.by_dns(f"dualstack.{lb.dns_name.upper()}.") is lb


def test_both_families_may_have_one_name(account: Account) -> None:
    """So a Service whose type annotation flips gets a second load balancer of its own name."""
    network, classic = account.balancer("old"), made(account)

    assert account.world.elb.by_name("old") is network
    assert account.world.elb.by_name("old", "classic") is classic
    assert (is_classic(network.arn), is_classic(classic.arn)) == (False, True)


def test_listeners_on_one_instance_port_share_a_group(account: Account) -> None:
    lb = made(account, PLAIN, TLS, ListenerSpec("HTTP", 8080, "HTTP", 30080))

    elb = account.world.elb
    listeners = [(each.arn, each.protocol, each.port, each.ssl_policy) for each in elb.listeners_of(lb.arn)]
    assert listeners == [
        (f"{lb.arn}#80", "TCP", 80, None),
        (f"{lb.arn}#443", "SSL", 443, "ELBSecurityPolicy-2016-08"),
        (f"{lb.arn}#8080", "HTTP", 8080, None),
    ]
    groups = [(each.arn, each.name, each.protocol, each.port) for each in elb.groups_of(lb.arn)]
    assert groups == [
        (f"{lb.arn}#TCP:30080", "TCP:30080", "TCP", 30080),
        (f"{lb.arn}#HTTP:30080", "HTTP:30080", "HTTP", 30080),
    ]
    assert elb.groups_of(lb.arn)[0].health_check == HealthCheck("TCP", "30080", None, 30, 5, 10, 2)


def test_the_same_settings_give_the_same_one(account: Account, refused: Any) -> None:
    lb = made(account, PLAIN, TLS)

    assert made(account, TLS, PLAIN) is lb
    assert refused(lambda: made(account, PLAIN)) == "DuplicateLoadBalancerName"
    assert refused(lambda: made(account, PLAIN, TLS, scheme="internal")) == "DuplicateLoadBalancerName"


@pytest.mark.parametrize(
    ("listeners", "options", "code"),
    [
        pytest.param([], {}, "ValidationError", id="no-listener"),
        pytest.param([PLAIN, PLAIN], {}, "DuplicateListener", id="twice-on-a-port"),
        pytest.param([ListenerSpec("UDP", 53, "UDP", 30053)], {}, "UnsupportedProtocol", id="udp"),
        pytest.param([ListenerSpec("TCP", 80, "HTTP", 30080)], {}, "InvalidConfigurationRequest", id="layers"),
        pytest.param([ListenerSpec("SSL", 443, "TCP", 30080)], {}, "CertificateNotFound", id="no-certificate"),
        pytest.param([ListenerSpec("TCP", 80, "TCP", 30080, "arn")], {}, "InvalidConfigurationRequest", id="certificate"),
        pytest.param([ListenerSpec("TCP", 80, "TCP", 0)], {}, "ValidationError", id="no-port"),
        pytest.param([PLAIN], {"scheme": "public"}, "InvalidScheme", id="scheme"),
        pytest.param([PLAIN], {"security_groups": ["sg-none"]}, "InvalidSecurityGroup", id="security-group"),
        pytest.param([PLAIN], {"subnets": ["subnet-none"]}, "SubnetNotFound", id="subnet"),
        pytest.param([PLAIN], {"name": "-old"}, "ValidationError", id="name"),
    ],
)
def test_what_is_refused_leaves_nothing(
    account: Account, refused: Any, listeners: list[ListenerSpec], options: dict[str, Any], code: str
) -> None:
    wanted = {"name": "old", "subnets": [each.id for each in account.subnets], **options}
    name = wanted.pop("name")

    assert refused(lambda: account.world.elb.classic.create(name, listeners, **wanted)) == code
    assert not account.world.elb.balancers and not account.world.elb.listeners and not account.world.elb.groups


def test_each_family_has_its_own_quota(account: Account, refused: Any) -> None:
    account.world.quotas.set("Classic Load Balancers per Region", 1)
    made(account)
    account.world.quotas.set("Network Load Balancers per Region", 1)
    account.world.quotas.set("Target Groups per Region", 1)

    account.balancer()
    account.group()

    assert refused(lambda: made(account, name="second")) == "TooManyLoadBalancers"
    assert refused(lambda: account.balancer("second")) == "TooManyLoadBalancers"
    assert refused(lambda: account.group("second")) == "TooManyTargetGroups"


def test_an_instance_is_in_service_after_as_many_checks_as_the_threshold_says(account: Account) -> None:
    lb = made(account)
    elb = account.world.elb.classic
    elb.configure_health_check("old", HealthCheck("TCP", "30080", None, 10, 5, 2, 6))
    elb.register("old", [each.id for each in account.instances])

    account.later(19)
    before = states(account, lb)
    account.later(2)

    assert before == ["initial"] * 3
    assert states(account, lb) == ["healthy"] * 3


def test_an_instance_that_never_answers_is_out_of_service(account: Account) -> None:
    account.sick = {account.instances[0].id: "Target.Timeout"}

    lb = serving(account)

    assert states(account, lb) == ["initial", "healthy", "healthy"]
    account.later(60)
    assert states(account, lb) == ["unhealthy", "healthy", "healthy"]
    account.sick = {}
    account.world.elb.recheck()
    account.later(15)
    assert states(account, lb)[0] == "unhealthy"
    account.later(6)
    assert states(account, lb)[0] == "healthy"


def test_a_new_port_does_not_make_instances_begin_again(account: Account) -> None:
    lb = serving(account)

    account.world.elb.classic.add_listeners("old", [ListenerSpec("TCP", 81, "TCP", 30081)])
    account.later(0)

    assert states(account, lb) == ["healthy"] * 6


def test_instances_that_still_register_do_so_on_a_new_port(account: Account) -> None:
    lb = made(account)
    account.world.elb.classic.register("old", [account.instances[0].id])
    account.later(5)

    account.world.elb.classic.add_listeners("old", [ListenerSpec("TCP", 81, "TCP", 30081)])
    account.later(400)

    assert states(account, lb) == ["healthy"] * 2


def test_a_group_goes_with_its_last_listener(account: Account) -> None:
    lb = serving(account, PLAIN, ListenerSpec("TCP", 81, "TCP", 30080))
    elb = account.world.elb

    elb.classic.remove_listeners("old", [80, 9])
    assert list(elb.groups) == [f"{lb.arn}#TCP:30080"]
    elb.classic.remove_listeners("old", [81])

    assert not elb.groups and not elb.listeners and elb.classic.health("old") == {}
    elb.classic.add_listeners("old", [PLAIN])
    account.later(60)
    assert states(account, lb) == ["healthy"] * 3


@pytest.mark.parametrize(("draining", "states_then"), [("false", ["healthy"] * 2), ("true", ["draining", "healthy", "healthy"])])
def test_draining_keeps_an_instance_for_a_while(account: Account, draining: str, states_then: list[str]) -> None:
    lb = serving(account)
    elb = account.world.elb.classic
    elb.set_attributes("old", {"connection_draining.enabled": draining, "connection_draining.timeout_seconds": "30"})

    kept = elb.deregister("old", [account.instances[0].id])
    account.later(1)

    assert kept == [each.id for each in account.instances[1:]]
    assert states(account, lb) == states_then
    account.later(30)
    assert states(account, lb) == ["healthy"] * 2


def test_deletion_takes_all_but_the_interfaces_at_once(account: Account, refused: Any) -> None:
    """The security group cannot go before the interfaces have gone: that is what legacy waits for."""
    world = account.world
    group = world.ec2.create_security_group("front", "for the load balancer", account.vpc.id)
    lb = serving(account, security_groups=[group.id])

    world.elb.classic.delete("old")
    world.elb.classic.delete("old")

    assert not world.elb.balancers and not world.elb.groups and not world.elb.listeners
    assert world.elb.by_dns(lb.dns_name) is None and world.elb.by_address(lb.zones[0].address) is None
    assert refused(lambda: world.ec2.delete_security_group(group.id)) == "DependencyViolation"
    account.later(6)
    world.ec2.delete_security_group(group.id)
    assert not world.elb.vanishing


def test_one_of_the_same_name_survives_what_is_left_of_the_last(account: Account) -> None:
    """A classic ARN is made of the name, so that both have one."""
    made(account)
    account.world.elb.classic.delete("old")
    new = made(account)
    account.world.elb.classic.delete("old")
    newest = made(account)

    account.later(10)

    described = [each for each in account.world.ec2.interfaces.values() if each.description == "ELB old"]
    assert account.world.elb.balancers == {new.arn: newest} and not account.world.elb.vanishing
    assert [each.addresses[0] for each in described] == [each.address for each in newest.zones]


def test_policies_say_what_listeners_and_instance_ports_do(account: Account, refused: Any) -> None:
    lb = made(account, PLAIN, TLS, ListenerSpec("HTTP", 8080, "HTTP", 30081), ListenerSpec("HTTP", 8081, "HTTP", 30082))
    elb = account.world.elb
    for policy in (
        Policy("proxy", PROXY, {"ProxyProtocol": "true"}),
        Policy("strict", NEGOTIATION, {REFERENCE: "ELBSecurityPolicy-TLS-1-2-2017-01"}),
        Policy("own", NEGOTIATION, {"Protocol-TLSv1.2": "true"}),
        Policy("sticky", LB_COOKIE, {"CookieExpirationPeriod": "60"}),
        Policy("follows", APP_COOKIE, {"CookieName": "session"}),
    ):
        elb.classic.put_policy("old", policy)

    elb.classic.set_backend_policies("old", 30080, ["proxy"])
    elb.classic.set_listener_policies("old", 443, ["strict"])
    elb.classic.set_listener_policies("old", 8080, ["sticky"])
    elb.classic.set_listener_policies("old", 8081, ["follows"])

    listeners = elb.listeners_of(lb.arn)
    assert [each.ssl_policy for each in listeners] == [None, "ELBSecurityPolicy-TLS-1-2-2017-01", None, None]
    assert [each.attributes.get("stickiness.type") for each in listeners] == [None, None, "lb_cookie", "app_cookie"]
    on = [each.attributes["proxy_protocol_v1.enabled"] for each in elb.groups_of(lb.arn)]
    assert on == ["true", "false", "false"]
    elb.classic.set_listener_policies("old", 443, ["own"])
    assert elb.listeners_of(lb.arn)[1].ssl_policy == "custom:own"
    assert refused(lambda: elb.classic.delete_policy("old", "own")) == "InvalidConfigurationRequest"
    elb.classic.set_backend_policies("old", 30080, [])
    assert elb.groups_of(lb.arn)[0].attributes["proxy_protocol_v1.enabled"] == "false"
    elb.classic.delete_policy("old", "proxy")
    assert refused(lambda: elb.classic.set_backend_policies("old", 30080, ["proxy"])) == "PolicyNotFound"


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (Policy("a", "NoType"), "PolicyTypeNotFound"),
        (Policy("a", PROXY, {"Other": "1"}), "InvalidConfigurationRequest"),
        (Policy("a", NEGOTIATION, {REFERENCE: "ELBSecurityPolicy-TLS13-1-2-2021-06"}), "InvalidConfigurationRequest"),
        (Policy("have", LB_COOKIE, {}), "DuplicatePolicyName"),
    ],
)
def test_policies_that_are_refused(account: Account, refused: Any, policy: Policy, code: str) -> None:
    made(account)
    account.world.elb.classic.put_policy("old", Policy("have", PROXY, {"ProxyProtocol": "true"}))
    account.world.elb.classic.put_policy("old", Policy("have", PROXY, {"ProxyProtocol": "true"}))

    assert refused(lambda: account.world.elb.classic.put_policy("old", policy)) == code


def test_policies_are_limited_in_number_and_place(account: Account, refused: Any) -> None:
    made(account, PLAIN, TLS)
    elb = account.world.elb.classic
    for number in range(99):
        elb.put_policy("old", Policy(f"p{number}", LB_COOKIE))

    assert refused(lambda: elb.put_policy("old", Policy("one-more", LB_COOKIE))) == "TooManyPolicies"
    assert refused(lambda: elb.set_listener_policies("old", 443, ["p1"])) == "InvalidConfigurationRequest"
    assert refused(lambda: elb.set_listener_policies("old", 9, [])) == "ListenerNotFound"
    assert refused(lambda: elb.set_certificate("old", 80, "arn")) == "InvalidConfigurationRequest"
    elb.set_certificate("old", 443, "arn:new")
    assert elb.specs(elb.named("old"))[1].certificate == "arn:new"


def test_listeners_are_limited(account: Account, refused: Any) -> None:
    made(account)
    many = [ListenerSpec("TCP", 1000 + each, "TCP", 30080) for each in range(100)]
    other = ListenerSpec("TCP", 80, "TCP", 30081)

    assert refused(lambda: account.world.elb.classic.add_listeners("old", many)) == "InvalidConfigurationRequest"
    assert refused(lambda: account.world.elb.classic.add_listeners("old", [other])) == "DuplicateListener"
    account.world.elb.classic.add_listeners("old", [PLAIN])


def test_attributes_are_checked(account: Account, refused: Any) -> None:
    lb = made(account)
    elb = account.world.elb.classic

    logs = {"access_logs.s3.enabled": "true"}
    assert refused(lambda: elb.set_attributes("old", logs)) == "InvalidConfigurationRequest"
    assert refused(lambda: elb.set_attributes("old", {"idle_timeout.timeout_seconds": "4001"})) == "InvalidConfigurationRequest"
    assert refused(lambda: elb.set_attributes("none", {})) == "LoadBalancerNotFound"
    elb.set_attributes("old", {**logs, "access_logs.s3.bucket": "logs"})

    assert lb.attributes == {
        "idle_timeout.timeout_seconds": "60",
        "connection_draining.enabled": "false",
        "connection_draining.timeout_seconds": "300",
        "load_balancing.cross_zone.enabled": "false",
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": "logs",
        "access_logs.emit_interval_min": "60",
        "elb.http.desyncmitigationmode": "defensive",
    }


@pytest.mark.parametrize(
    ("target", "numbers", "code"),
    [
        ("UDP:1", (30, 5, 2, 2), "ValidationError"),
        ("TCP:x", (30, 5, 2, 2), "ValidationError"),
        ("TCP:0", (30, 5, 2, 2), "ValidationError"),
        ("TCP:1/healthz", (30, 5, 2, 2), "ValidationError"),
        ("HTTP:1", (30, 5, 2, 2), "ValidationError"),
        ("TCP:1", (4, 2, 2, 2), "ValidationError"),
        ("TCP:1", (10, 10, 2, 2), "ValidationError"),
        ("TCP:1", (30, 5, 1, 2), "ValidationError"),
    ],
)
def test_health_checks_that_are_refused(refused: Any, target: str, numbers: tuple[int, int, int, int], code: str) -> None:
    assert refused(lambda: check_from(target, *numbers)) == code


@pytest.mark.parametrize("target", ["TCP:30080", "SSL:443", "HTTP:80/", "HTTPS:443/a/b?c"])
def test_a_target_is_written_as_it_was_read(target: str) -> None:
    assert target_of(check_from(target.lower(), 30, 5, 2, 2)) == target


def test_zones_come_and_go(account: Account, refused: Any) -> None:
    subnets = [each.id for each in account.subnets]
    lb = serving(account, subnets=subnets[:2])
    elb = account.world.elb.classic
    assert states(account, lb) == ["healthy", "healthy", "unused"]

    elb.attach_subnets("old", subnets[2:])
    account.later(60)
    assert states(account, lb) == ["healthy"] * 3
    elb.detach_subnets("old", subnets[:1])
    account.later(1)

    assert [each.subnet_id for each in lb.zones] == subnets[1:]
    assert states(account, lb) == ["unused", "healthy", "healthy"]
    assert len([each for each in account.world.ec2.interfaces.values() if each.description == "ELB old"]) == 2
    assert refused(lambda: elb.detach_subnets("old", subnets)) == "InvalidConfigurationRequest"


def test_it_wears_what_it_is_given_and_so_do_its_interfaces(account: Account) -> None:
    other = account.world.ec2.create_security_group("other", "another", account.vpc.id)
    lb = made(account)
    default = next(each for each in account.world.ec2.groups.values() if each.name == "default")
    before = list(lb.security_groups)

    account.world.elb.classic.apply_security_groups("old", [other.id])

    worn = [each.security_groups for each in account.world.ec2.interfaces.values() if each.description == "ELB old"]
    assert before == [default.id]
    assert worn == [[other.id]] * 3 == [lb.security_groups] * 3


def test_instances_must_be_ec2s(account: Account, refused: Any) -> None:
    made(account)
    account.world.ec2.terminate_instance(account.instances[0].id)

    elb = account.world.elb.classic
    assert refused(lambda: elb.register("old", ["i-none"])) == "InvalidInstance"
    assert refused(lambda: elb.register("old", [account.instances[0].id])) == "InvalidInstance"
    assert refused(lambda: elb.deregister("old", ["i-none"])) == "InvalidInstance"
    assert elb.deregister("old", [account.instances[1].id]) == []


def test_elbv2_does_not_see_them(account: Account, refused: Any) -> None:
    lb = serving(account)
    elb = account.world.elb
    (group,) = elb.groups_of(lb.arn)

    assert refused(lambda: elb.balancer(lb.arn)) == "LoadBalancerNotFound"
    assert refused(lambda: elb.listener(f"{lb.arn}#80")) == "ListenerNotFound"
    assert refused(lambda: elb.group(group.arn)) == "TargetGroupNotFound"
    assert elb.group_by_name(group.name) is None
    elb.delete_target_group(group.arn)
    assert [each.state for each in elb.target_health(group.arn)] == ["healthy"] * 3


def read(account: Account, metric: str, stat: str = "Sum", **where: str) -> list[float]:
    span = (60, account.world.now - 3600, account.world.now)
    points = account.world.cloudwatch.series("AWS/ELB", metric, {"LoadBalancerName": "old", **where}, stat, *span)
    return [value for _, value in points]


def test_metrics_are_silent_where_nothing_happens(account: Account) -> None:
    """A missing minute of RequestCount is zero only because HealthyHostCount has a point for it."""
    lb = serving(account, PLAIN, ListenerSpec("TCP", 81, "TCP", 30081))
    zone = lb.zones[0].zone
    watch = account.world.cloudwatch
    account.later(540)
    watch.opened(lb.arn, zone, account.world.now)
    watch.requested(lb.arn, zone, account.world.now)
    watch.closed(lb.arn, zone, account.world.now + 30)
    account.later(600)

    hosts = read(account, "HealthyHostCount", "Average")
    assert hosts[1:] == [3.0] * (len(hosts) - 1) and len(hosts) > 10
    assert (read(account, "RequestCount"), read(account, "EstimatedALBNewConnectionCount")) == ([2.0], [1.0])
    assert read(account, "EstimatedALBActiveConnectionCount", "Maximum") == [1.0]
    assert read(account, "RequestCount", AvailabilityZone=zone) == [2.0]
    assert read(account, "RequestCount", AvailabilityZone=lb.zones[1].zone) == []
    assert read(account, "HealthyHostCount", "Average", AvailabilityZone=zone)[-1] == 1.0
    assert read(account, "RequestCount", AvailabilityZone="us-east-1z") == []
    assert read(account, "RequestCount", TargetGroup="x") == [] == read(account, "NewFlowCount")


def test_metrics_are_listed_under_their_own_namespace(account: Account) -> None:
    serving(account)

    listed = list(account.world.cloudwatch.metrics())

    assert ("AWS/ELB", "HealthyHostCount", {"AvailabilityZone": "us-east-1c", "LoadBalancerName": "old"}) in listed
    assert {namespace for namespace, _, _ in listed} == {"AWS/ELB"}


def test_groups_of_a_load_balancer_share_its_health_check(account: Account) -> None:
    lb = made(account, PLAIN, ListenerSpec("TCP", 81, "TCP", 30081))

    check = HealthCheck("HTTP", "30080", "/", 20, 5, 3, 3)
    account.world.elb.classic.configure_health_check("old", check)
    account.world.elb.classic.add_listeners("old", [ListenerSpec("TCP", 82, "TCP", 30082)])

    groups: list[TargetGroup] = account.world.elb.groups_of(lb.arn)
    assert [each.health_check for each in groups] == [check] * 3
