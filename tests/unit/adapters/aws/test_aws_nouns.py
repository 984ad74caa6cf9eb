"""ELBv2's, EC2's and Route 53's shapes as our nouns, and back."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.retries.standard import ThrottledRetryableChecker

from migrator.adapters.aws.ec2 import rule_from
from migrator.adapters.aws.elb_nouns import balancer_from, listener_from, target_from
from migrator.adapters.aws.elbv2 import NETWORK_NAME
from migrator.adapters.aws.paging import several
from migrator.adapters.aws.route53_nouns import batch_of, listed_from, record_from, zone_from
from migrator.adapters.aws.trouble import THROTTLING, asking_aws, is_absence
from migrator.errors import Throttled
from migrator.model.effects import ChangeRecords
from migrator.model.records import Swap

LB: dict[str, Any] = {
    "LoadBalancerArn": "arn:lb",
    "LoadBalancerName": "lb",
    "DNSName": "lb-0123.elb.us-east-1.amazonaws.com",
    "CanonicalHostedZoneId": "Z1",
    "Scheme": "internal",
    "VpcId": "vpc-1",
    "State": {"Code": "active"},
    "Type": "network",
    "AvailabilityZones": [
        {"ZoneName": "b", "SubnetId": "subnet-b", "LoadBalancerAddresses": [{"PrivateIPv4Address": "10.0.1.9"}]},
        {
            "ZoneName": "a",
            "SubnetId": "subnet-a",
            "LoadBalancerAddresses": [
                {"IpAddress": "192.0.2.1", "AllocationId": "eipalloc-1", "IPv6Address": "2001:db8::1"},
            ],
        },
    ],
}

RECORDS: tuple[dict[str, Any], ...] = (
    {"Name": "a.example.com.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}, {"Value": "192.0.2.2"}]},
    {
        "Name": "b.example.com.",
        "Type": "A",
        "SetIdentifier": "blue",
        "Weight": 0,
        "AliasTarget": {"HostedZoneId": "Z1", "DNSName": "dualstack.lb.", "EvaluateTargetHealth": False},
    },
    {
        "Name": "c.example.com.",
        "Type": "A",
        "SetIdentifier": "7",
        "GeoLocation": {"CountryCode": "US", "SubdivisionCode": "CA"},
        "TTL": 60,
        "ResourceRecords": [{"Value": "192.0.2.1"}],
        "HealthCheckId": "h-1",
    },
    {
        "Name": "d.example.com.",
        "Type": "A",
        "SetIdentifier": "x",
        "MultiValueAnswer": True,
        "TTL": 0,
        "ResourceRecords": [{"Value": "192.0.2.1"}],
    },
    {
        "Name": "e.example.com.",
        "Type": "A",
        "SetIdentifier": "x",
        "Failover": "PRIMARY",
        "TTL": 60,
        "ResourceRecords": [{"Value": "192.0.2.1"}],
    },
    {
        "Name": "f.example.com.",
        "Type": "A",
        "SetIdentifier": "x",
        "Region": "eu-west-1",
        "TTL": 60,
        "ResourceRecords": [{"Value": "192.0.2.1"}],
    },
)


@pytest.mark.parametrize("listed", RECORDS, ids=lambda listed: str(listed["Name"]))
def test_a_record_set_survives_there_and_back(listed: dict[str, Any]) -> None:
    """DELETE has to repeat every field, whatever the routing."""
    record = record_from(listed)

    assert listed_from(record) == listed
    assert record.simple == ("SetIdentifier" not in listed)


def test_a_batch_deletes_before_it_creates() -> None:
    """Two record sets of one name and type cannot be there at once, not even inside a batch."""
    one, other = (record_from(each) for each in RECORDS[:2])

    batch = batch_of(ChangeRecords("Z1", (Swap(one, other), Swap(other, one)), "move"))

    assert [each["Action"] for each in batch["Changes"]] == ["DELETE", "DELETE", "CREATE", "CREATE"]


def test_zones_lose_their_prefix() -> None:
    """Everything else in Route 53 goes without it."""
    zone = zone_from({"Id": "/hostedzone/Z1", "Name": "example.com.", "CallerReference": "x", "Config": {"PrivateZone": True}})

    assert (zone.id, zone.private) == ("Z1", True)


def test_chosen_addresses_are_told_in_zone_order() -> None:
    """Internal ones have their private address, the others the public one; IPv6 comes behind."""
    lb = balancer_from(LB, {"a": "b"})

    assert [(each.name, each.addresses, each.allocation) for each in lb.zones] == [
        ("a", ("192.0.2.1", "2001:db8::1"), "eipalloc-1"),
        ("b", ("10.0.1.9",), None),
    ]
    assert lb.tags == {"a": "b"}


@pytest.mark.parametrize(
    ("action", "groups"),
    [
        ({"Type": "forward", "TargetGroupArn": "arn:1"}, ("arn:1",)),
        (
            {
                "Type": "forward",
                "TargetGroupArn": "arn:1",
                "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "arn:1"}, {"TargetGroupArn": "arn:2", "Weight": 0}]},
            },
            ("arn:1", "arn:2"),
        ),
        ({"Type": "fixed-response"}, ()),
    ],
    ids=["one", "weighted", "none"],
)
def test_a_listener_names_every_group_it_forwards_to(action: dict[str, Any], groups: tuple[str, ...]) -> None:
    """Once each, whichever of two ways the answer says it."""
    listener = listener_from(
        {
            "ListenerArn": "arn:l",
            "Protocol": "TLS",
            "Port": 443,
            "DefaultActions": [action],
            "SslPolicy": "p",
            "AlpnPolicy": ["None"],
        }
    )

    assert (listener.groups, listener.policy, listener.alpn) == (groups, "p", ("None",))


def test_a_target_without_a_zone_has_an_empty_one() -> None:
    """ELBv2 leaves it out for instances."""
    target = target_from({"Target": {"Id": "i-1", "Port": 80}, "TargetHealth": {"State": "healthy"}})

    assert (target.zone, target.reason) == ("", "")


@pytest.mark.parametrize(
    ("field", "source"),
    [
        ({"CidrIpv4": "10.0.0.0/8"}, "10.0.0.0/8"),
        ({"CidrIpv6": "2001:db8::/32"}, "2001:db8::/32"),
        ({"ReferencedGroupInfo": {"GroupId": "sg-2"}}, "sg-2"),
        ({"PrefixListId": "pl-1"}, "pl-1"),
    ],
)
def test_a_rule_has_one_of_four_sources(field: dict[str, Any], source: str) -> None:
    """All of them are compared as one text."""
    rule = rule_from({"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-1", "IpProtocol": "-1", "IsEgress": False, **field})

    assert (rule.source, rule.from_port, rule.to_port) == (source, -1, -1)


@pytest.mark.parametrize(
    ("hostname", "name"),
    [
        ("a0123-4567890abcdef012.elb.us-east-1.amazonaws.com", "a0123"),
        ("my-lb-4567890abcdef012.elb.us-east-1.amazonaws.com", "my-lb"),
        ("lb-4567890abcdef012.elb.cn-north-1.amazonaws.com.cn", "lb"),
        ("internal-lb-1234567.us-east-1.elb.amazonaws.com", None),
        ("shop.example.com", None),
    ],
    ids=["legacy", "hyphens", "china", "classic", "not-a-load-balancer"],
)
def test_a_network_load_balancers_name_is_in_its_dns_name(hostname: str, name: str | None) -> None:
    """One call finds it by that name."""
    shape = NETWORK_NAME.fullmatch(hostname)

    assert (shape["name"] if shape else None) == name


def test_long_lists_go_in_portions() -> None:
    """Each id once, and no call for none."""
    assert list(several(["a", "b", "a", "c"], 2)) == [["a", "b"], ["c"]]
    assert list(several([], 2)) == []


def test_throttling_is_what_botocore_takes_for_it() -> None:
    """A code that is new there has to be known here."""
    assert frozenset(ThrottledRetryableChecker._THROTTLED_ERROR_CODES) == THROTTLING


def test_classic_load_balancing_has_a_word_of_its_own_for_it() -> None:
    """Taken for a refusal, it would end what another look mends."""
    with pytest.raises(Throttled), asking_aws("read classic load balancer", "web"):
        raise ClientError({"Error": {"Code": "DependencyThrottle", "Message": "slow"}}, "DescribeLoadBalancers")


@pytest.mark.parametrize(
    "code",
    ["LoadBalancerNotFound", "InvalidGroup.NotFound", "NoSuchChange", "NoSuchHostedZone", "InvalidSecurityGroupRuleId.NotFound"],
)
def test_absence_has_many_names(code: str) -> None:
    """Every service has its own."""
    assert is_absence(code)
    assert not is_absence("NotFoundish")
