"""What Elastic Load Balancing says of Classic Load Balancers, whoever asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrator.errors import Conflict, Missing
from migrator.model.balancers import HealthCheck
from migrator.model.effects import DeleteLoadBalancer, DeleteSecurityGroup
from migrator.sandbox.world.balancers import HealthCheck as Check
from migrator.sandbox.world.balancers import Policy
from migrator.sandbox.world.classic_policies import NEGOTIATION
from migrator.sandbox.world.classic_rules import ListenerSpec
from tests.contract.ports.classic import CERTIFICATE, NAME, TAGS, TLS, classic, node_port
from tests.contract.ports.sides import Side
from tests.contract.ports.test_effector import unclear

GONE = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/gone"


def test_a_classic_load_balancer_is_told_whole(side: Side) -> None:
    """It wears the nouns of the other family, its zones and addresses put together from two services."""
    kept = classic(side)

    lb = side.outside.balancers.balancer(kept.arn)

    assert lb is not None
    assert (lb.arn, lb.name, lb.dns_name, lb.zone_id) == (kept.arn, NAME, kept.dns_name, kept.zone_id)
    assert (lb.state, lb.kind, lb.classic, lb.scheme, lb.vpc) == ("active", "classic", True, kept.scheme, kept.vpc_id)
    assert [(zone.name, zone.subnet) for zone in lb.zones] == sorted((each.zone, each.subnet_id) for each in kept.zones)
    assert {zone.addresses for zone in lb.zones} == {(each.address,) for each in kept.zones}
    assert lb.security_groups == tuple(kept.security_groups)
    assert lb.tags == TAGS


@pytest.mark.parametrize("shape", ["{}", "{}.", "dualstack.{}", "DUALSTACK.{}."])
def test_it_is_found_by_its_name_as_records_write_it(side: Side, shape: str) -> None:
    """Names keep their case and DNS names do not: the name in the hostname may not be the load balancer's."""
    kept = classic(side)

    found = side.outside.balancers.named(shape.format(kept.dns_name.lower()))

    assert found is not None
    assert found.arn == kept.arn


def test_an_internal_one_has_a_prefix(side: Side) -> None:
    subnets = [each.id for each in side.stage.estate.private_subnets]
    kept = side.world.elb.classic.create("inside", [ListenerSpec("TCP", 80, "TCP", 31080)], subnets=subnets, scheme="internal")

    found = side.outside.balancers.named(kept.dns_name)

    assert kept.dns_name.startswith("internal-")
    assert found is not None
    assert (found.arn, found.scheme) == (kept.arn, "internal")


def test_one_that_is_gone_is_none(side: Side) -> None:
    """Absence is an answer here, for ARNs and for names."""
    lb = classic(side)
    side.world.elb.classic.delete(NAME)
    assert side.outside.balancers.listeners(lb.arn) == ()
    assert side.outside.balancers.groups(lb.arn) == ()
    side.stage.until(lambda: side.outside.balancers.balancer(lb.arn) is None)

    for arn in (GONE, lb.arn):
        assert side.outside.balancers.balancer(arn) is None
        assert side.outside.balancers.listeners(arn) == ()
        assert side.outside.balancers.groups(arn) == ()
        with pytest.raises(Missing):
            side.outside.balancers.attributes(arn)
    assert side.outside.balancers.named(lb.dns_name) is None
    assert side.outside.balancers.groups_left((f"{lb.arn}#TCP:{node_port(side)}",)) == ()


def test_attributes_have_the_names_of_the_model(side: Side) -> None:
    """What the clone has to reproduce is read from these."""
    lb = classic(side)

    attributes = side.outside.balancers.attributes(lb.arn)

    assert attributes["idle_timeout.timeout_seconds"] == "3600"
    assert (attributes["connection_draining.enabled"], attributes["connection_draining.timeout_seconds"]) == ("true", "300")
    assert attributes["load_balancing.cross_zone.enabled"] == "false"
    assert {key for key in attributes if key.startswith("access_logs.")} == {"access_logs.s3.enabled"}


def test_access_logs_are_told_where_they_are_on(side: Side) -> None:
    lb = classic(side)
    wanted = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": "logs", "access_logs.emit_interval_min": "5"}
    side.world.elb.classic.set_attributes(NAME, wanted)

    attributes = side.outside.balancers.attributes(lb.arn)

    assert {key: attributes[key] for key in wanted} == wanted


def test_listeners_say_their_policies(side: Side) -> None:
    """Cookies, the predefined TLS policy behind its own, and where they forward to; no ARN, as they have none."""
    lb, port = classic(side), node_port(side)

    plain, secure = side.outside.balancers.listeners(lb.arn)

    assert (plain.arn, plain.protocol, plain.port, plain.groups) == ("", "TCP", 80, (f"{lb.arn}#TCP:{port}",))
    assert (plain.certificates, plain.policy, plain.attributes) == ((), None, {})
    assert (secure.protocol, secure.port, secure.groups) == ("HTTPS", 443, (f"{lb.arn}#HTTP:{port}",))
    assert (secure.certificates, secure.policy) == ((CERTIFICATE,), TLS)
    assert secure.attributes == {"stickiness.type": "lb_cookie"}
    assert side.outside.balancers.listeners(lb.arn, whole=True) == (plain, secure)


def test_a_policy_of_somebody_s_own_is_told_as_such(side: Side) -> None:
    """No network load balancer knows it by name."""
    lb = classic(side)
    side.world.elb.classic.put_policy(NAME, Policy("mine", NEGOTIATION, {"Protocol-TLSv1.2": "true"}))
    side.world.elb.classic.set_listener_policies(NAME, 443, ["mine"])

    assert side.outside.balancers.listeners(lb.arn)[1].policy == "custom:mine"


def test_each_instance_protocol_and_port_is_a_group(side: Side) -> None:
    """All have the one health check, and the PROXY line of their port."""
    lb, port = classic(side), node_port(side)

    groups = side.outside.balancers.groups(lb.arn)

    assert [each.arn for each in groups] == [f"{lb.arn}#HTTP:{port}", f"{lb.arn}#TCP:{port}"]
    for each in groups:
        assert (each.name, each.protocol, each.port) == (f"{each.protocol}:{port}", each.protocol, port)
        assert (each.target_type, each.balancers, each.tags) == ("instance", (lb.arn,), {})
        assert each.health_check == HealthCheck("TCP", str(port), 10, 5, 2, 6)
        assert each.attributes == {"proxy_protocol_v1.enabled": "true", "deregistration_delay.timeout_seconds": "300"}
    assert side.outside.balancers.groups_left((f"{GONE}#TCP:1", groups[1].arn)) == (groups[1],)


def test_instances_say_their_zone_and_how_they_do(side: Side) -> None:
    lb, port = classic(side), node_port(side)

    targets = side.outside.balancers.targets(f"{lb.arn}#TCP:{port}")

    machines = side.world.ec2.instances
    assert [(each.id, each.port, each.state, each.reason) for each in targets] == [
        (id, port, "healthy", "") for id in sorted(machines)
    ]
    assert [each.zone for each in targets] == [machines[each.id].zone for each in targets]
    with pytest.raises(Missing):
        side.outside.balancers.targets(f"{GONE}#TCP:{port}")


def test_an_instance_that_fails_its_checks_says_why(side: Side) -> None:
    """A person mends what the reason names."""
    lb, port = classic(side), node_port(side)
    side.world.elb.classic.configure_health_check(NAME, Check("TCP", "1", None, 10, 5, 2, 6))
    arn = f"{lb.arn}#TCP:{port}"
    side.stage.until(lambda: all(each.state == "unhealthy" for each in side.outside.balancers.targets(arn)))

    reasons = {each.reason for each in side.outside.balancers.targets(arn)}

    assert reasons == {"Instance: Instance has failed at least the UnhealthyThreshold number of health checks consecutively"}


def test_an_instance_that_comes_is_not_yet_healthy(side: Side) -> None:
    lb, port = classic(side), node_port(side)
    (first, *_) = side.world.ec2.instances
    side.world.elb.classic.set_attributes(NAME, {"connection_draining.enabled": "false"})
    side.world.elb.classic.deregister(NAME, [first])
    side.world.elb.classic.register(NAME, [first])

    target = next(each for each in side.outside.balancers.targets(f"{lb.arn}#TCP:{port}") if each.id == first)

    assert (target.state, target.reason) == ("initial", "ELB: Instance registration is still in progress")


def test_an_instance_that_goes_is_not_counted_on(side: Side) -> None:
    """AWS calls it in service until it has left."""
    lb, port = classic(side), node_port(side)
    (first, *_) = side.world.ec2.instances
    side.world.elb.classic.deregister(NAME, [first])

    states = {each.id: each.state for each in side.outside.balancers.targets(f"{lb.arn}#TCP:{port}")}

    assert states.pop(first) == "draining"
    assert set(states.values()) == {"healthy"}


def test_the_nodes_rule_is_found_by_the_group_that_it_lets_in(side: Side) -> None:
    """Legacy says nothing in its description."""
    (group,) = classic(side).security_groups

    (rule,) = side.outside.network.rules_from((group,))

    assert (rule.group, rule.protocol, rule.source) == (side.stage.estate.node_group.id, "-1", group)
    assert side.outside.network.rules_from(("sg-0123456789abcdef0",)) == ()
    assert side.outside.network.rules_from(()) == ()


def test_its_interfaces_wear_its_group(side: Side) -> None:
    """The group cannot be deleted before they are gone."""
    (group,) = classic(side).security_groups

    worn = side.outside.network.worn((group,))

    assert len(worn) == len(side.stage.estate.public_subnets)
    assert all(each.endswith(f" ELB {NAME}") for each in worn)
    assert side.outside.network.worn(("sg-0123456789abcdef0",)) == side.outside.network.worn(()) == ()


def test_it_is_deleted_by_its_arn_and_nothing_happens_twice(side: Side) -> None:
    lb = classic(side)
    effect = DeleteLoadBalancer(lb.arn)

    unclear(side, "aws", "elb:DeleteLoadBalancer", effect)

    assert lb.arn not in side.world.elb.balancers
    side.stage.until(lambda: side.outside.effector.found(effect) == {})
    assert side.outside.effector.apply(effect) == {}


def test_its_security_group_goes_after_its_interfaces(side: Side) -> None:
    """EC2 refuses while anything holds it; what was refused was not done."""
    lb = classic(side)
    (group,) = lb.security_groups
    side.world.elb.classic.delete(NAME)
    (rule,) = side.outside.network.rules_from((group,))
    side.world.ec2.revoke(rule.group, [rule.id])
    with pytest.raises(Conflict):
        side.outside.effector.apply(DeleteSecurityGroup(group))
    side.stage.until(lambda: not side.outside.network.worn((group,)))

    assert unclear(side, "aws", "ec2:DeleteSecurityGroup", DeleteSecurityGroup(group)) == {}

    assert side.outside.network.security_groups_left((group,)) == ()


def test_looks_cost_what_they_say(wired: Side) -> None:
    """The docstrings promise it, and thousands of looks depend on it."""
    lb, port = classic(wired), node_port(wired)
    looks = wired.outside.balancers

    def cost(ask: Callable[[], object]) -> int:
        before, _ = wired.calls()
        ask()
        return wired.calls()[0] - before

    looks.balancer(lb.arn)
    assert cost(lambda: looks.balancer(lb.arn)) == 3
    assert cost(lambda: looks.listeners(lb.arn)) == 2
    assert cost(lambda: looks.groups(lb.arn)) == 3
    assert cost(lambda: looks.targets(f"{lb.arn}#TCP:{port}")) <= 2
    assert cost(lambda: looks.targets(f"{lb.arn}#TCP:{port}")) == 1
