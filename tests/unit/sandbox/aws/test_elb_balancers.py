"""How load balancers come and go: what the tool waits for, and what keeps it from deleting too early."""

from __future__ import annotations

import math

import pytest

from migrator.sandbox.world.faults import Fault


def test_a_new_load_balancer_provisions_for_as_long_as_the_pace_says(account) -> None:
    lb = account.balancer()

    assert account.world.elb.state(lb) == "provisioning"
    assert 90 <= lb.active_at - account.world.now <= 180
    account.later(180)
    assert account.world.elb.state(lb) == "active"


def test_names_and_arns_look_like_a_network_load_balancers(account) -> None:
    lb = account.balancer("a1b2")
    id = lb.arn.rpartition("/")[2]

    assert lb.arn == f"arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/a1b2/{id}"
    assert lb.dns_name == f"a1b2-{id}.elb.us-east-1.amazonaws.com"
    assert len(id) == 16
    assert lb.zone_id == "Z26RNL4JYFTOTI"


def test_the_same_settings_give_the_same_load_balancer_and_others_are_refused(account, refused) -> None:
    lb = account.balancer()

    assert account.balancer() is lb
    assert refused(lambda: account.balancer(scheme="internet-facing")) == "DuplicateLoadBalancerName"
    assert refused(lambda: account.balancer(subnets=[account.subnets[0].id])) == "DuplicateLoadBalancerName"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "x" * 33}, "ValidationError"),
        ({"name": "internal-x"}, "ValidationError"),
        ({"name": "-x"}, "ValidationError"),
        ({"name": "a_b"}, "ValidationError"),
        ({"scheme": "public"}, "InvalidScheme"),
        ({"subnets": []}, "ValidationError"),
        ({"subnets": ["subnet-0"]}, "SubnetNotFound"),
        ({"security_groups": ["sg-0"]}, "InvalidSecurityGroup"),
        ({"attributes": {"idle_timeout.timeout_seconds": "60"}}, "InvalidConfigurationRequest"),
        ({"attributes": {"deletion_protection.enabled": "yes"}}, "InvalidConfigurationRequest"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value)[:40],
)
def test_what_aws_does_not_make_is_refused(account, refused, changes, code) -> None:
    assert refused(lambda: account.balancer(**{"name": "front", **changes})) == code


def test_one_subnet_a_zone_with_room_in_it(account, refused) -> None:
    ec2, first = account.world.ec2, account.subnets[0]
    twin = ec2.create_subnet(account.vpc.id, first.zone, "10.0.9.0/24")
    full = ec2.create_subnet(account.vpc.id, "us-east-1d", "10.0.10.0/28")
    full.free_addresses = 7

    assert refused(lambda: account.balancer(subnets=[first.id, twin.id])) == "InvalidConfigurationRequest"
    assert refused(lambda: account.balancer(subnets=[full.id])) == "InvalidSubnet"


def test_the_quota_counts(account, refused) -> None:
    account.world.quotas.set("Network Load Balancers per Region", 1)
    account.balancer()

    assert refused(lambda: account.balancer("second")) == "TooManyLoadBalancers"


def test_a_deleted_load_balancer_answers_no_more_and_is_found_a_little_longer(account) -> None:
    lb, group = account.serving()
    elb, ec2 = account.world.elb, account.world.ec2

    elb.delete_load_balancer(lb.arn)

    assert elb.by_address(lb.zones[0].address) is None
    assert elb.by_dns(lb.dns_name) is None
    assert elb.listeners_of(lb.arn) == []
    assert lb.arn in elb.vanishing
    assert [each for each in ec2.interfaces.values() if each.description.startswith("ELB net/front/")]
    account.later(5)
    assert lb.arn not in elb.vanishing
    assert not [each for each in ec2.interfaces.values() if each.description.startswith("ELB net/front/")]
    assert account.states(group) == [("unused", "Target.NotInUse")] * 3


def test_deleting_twice_and_making_it_again_at_once_both_work(account) -> None:
    lb = account.balancer()

    account.world.elb.delete_load_balancer(lb.arn)
    account.world.elb.delete_load_balancer(lb.arn)
    again = account.balancer()

    assert again.dns_name != lb.dns_name
    account.later(10)
    assert account.world.elb.by_name("front") is again


def test_protection_and_attachments_keep_it_from_being_deleted(account, refused) -> None:
    lb, elb = account.balancer(), account.world.elb
    elb.set_load_balancer_attributes(lb.arn, {"deletion_protection.enabled": "true"})

    assert refused(lambda: elb.delete_load_balancer(lb.arn)) == "OperationNotPermitted"
    elb.set_load_balancer_attributes(lb.arn, {"deletion_protection.enabled": "false"})
    service = elb.attach_endpoint_service(lb.arn)
    assert refused(lambda: elb.delete_load_balancer(lb.arn)) == "ResourceInUse"
    del elb.endpoint_services[service]
    elb.delete_load_balancer(lb.arn)
    assert lb.arn not in elb.balancers


def test_provisioning_can_fail_and_can_never_end(account) -> None:
    faults, elb = account.world.faults, account.world.elb
    faults.arm(Fault(where="aws", operation="elbv2:provision", mode="fail", match="bad", message="no capacity"))
    faults.arm(Fault(where="aws", operation="elbv2:provision", mode="stop", match="slow"))
    bad, slow = account.balancer("bad"), account.balancer("slow")

    account.later(10_000)

    assert elb.state(bad) == "failed"
    assert bad.failed == "no capacity"
    assert elb.state(slow) == "provisioning"
    assert slow.active_at == math.inf


def test_creation_can_be_made_to_fail_for_controllers_too(account, refused) -> None:
    account.world.faults.arm(Fault(where="aws", operation="elbv2:CreateLoadBalancer", mode="throttle", match="front"))

    assert refused(account.balancer) == "Throttling"
    assert account.balancer().name == "front"


def test_every_zone_has_an_interface_with_the_groups_of_the_load_balancer(account) -> None:
    lb = account.balancer(security_groups=[account.nodes.id])
    id = lb.arn.rpartition("/")[2]

    found = [each for each in account.world.ec2.interfaces.values() if each.description == f"ELB net/front/{id}"]

    assert [each.zone for each in found] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert [each.addresses[0] for each in found] == [each.address for each in lb.zones]
    assert all(each.security_groups == [account.nodes.id] and each.requester == "amazon-elb" for each in found)


def test_elastic_addresses_are_taken_and_given_back(account, refused) -> None:
    ec2 = account.world.ec2
    eip, subnet = ec2.allocate_address(), account.subnets[0]
    wanted = {"subnets": [subnet.id], "allocations": {subnet.id: eip.allocation_id}}

    lb = account.balancer(scheme="internet-facing", **wanted)

    assert lb.zones[0].address == eip.public_ip
    assert eip.association_id
    assert refused(lambda: ec2.release_address(eip.allocation_id)) == "InvalidIPAddress.InUse"
    assert refused(lambda: account.balancer("second", "internet-facing", **wanted)) == "ResourceInUse"
    assert refused(lambda: account.balancer("third", "internal", **wanted)) == "InvalidConfigurationRequest"
    account.world.elb.delete_load_balancer(lb.arn)
    account.later(5)
    ec2.release_address(eip.allocation_id)


def test_security_groups_can_be_changed_but_not_added_later(account, refused) -> None:
    elb, plain, dressed = (
        account.world.elb,
        account.balancer("plain"),
        account.balancer("dressed", security_groups=[account.nodes.id]),
    )
    other = account.world.ec2.create_security_group("other", "d", account.vpc.id)

    elb.set_security_groups(dressed.arn, [other.id])

    assert dressed.security_groups == [other.id]
    assert refused(lambda: elb.set_security_groups(plain.arn, [other.id])) == "InvalidConfigurationRequest"
    assert refused(lambda: elb.set_security_groups(dressed.arn, [])) == "InvalidConfigurationRequest"
    assert refused(lambda: account.world.ec2.delete_security_group(other.id)) == "DependencyViolation"


def test_zones_can_be_added_and_taken_away_and_the_others_keep_their_address(account) -> None:
    lb, group = account.serving()
    first = lb.zones[0].address

    account.world.elb.set_subnets(lb.arn, [each.id for each in account.subnets[:2]])
    account.later(1)

    assert [each.zone for each in lb.zones] == ["us-east-1a", "us-east-1b"]
    assert lb.zones[0].address == first
    assert account.states(group) == [("healthy", None), ("healthy", None), ("unused", "Target.NotInUse")]
    account.world.elb.set_subnets(lb.arn, [each.id for each in account.subnets])
    account.later(400)
    assert account.states(group) == [("healthy", None)] * 3


def test_it_is_found_by_name_in_every_form_that_dns_has(account) -> None:
    lb, elb = account.balancer(), account.world.elb

    for name in (lb.dns_name, lb.dns_name.upper(), lb.dns_name + ".", "dualstack." + lb.dns_name):
        assert elb.by_dns(name) is lb
    assert elb.by_dns("x" + lb.dns_name) is None


def test_watchers_hear_of_it_in_order(account) -> None:
    heard: list[str] = []
    account.world.elb.subscribe(lambda event, arn, target: heard.append(event))
    lb, _ = account.serving()
    account.world.elb.delete_load_balancer(lb.arn)

    assert heard[0] == "created"
    assert heard.index("changed") < heard.index("active") < heard.index("deleted")
    assert heard.count("target") >= 6


def test_tags_belong_to_every_kind_of_thing(account, refused) -> None:
    lb, group = account.serving()
    listener = account.world.elb.listeners_of(lb.arn)[0]

    for arn in (lb.arn, group.arn, listener.arn):
        account.world.elb.tag(arn, {"a": "1", "b": "2"})
        account.world.elb.untag(arn, ["a", "zz"])
        assert account.world.elb.tags_of(arn) == {"b": "2"}
    assert refused(lambda: account.world.elb.tags_of(lb.arn + "0")) == "LoadBalancerNotFound"
    assert refused(lambda: account.world.elb.tag(lb.arn, {str(at): "" for at in range(50)})) == "TooManyTags"
