"""Route 53: batches are atomic, a DELETE is a compare-and-swap, and name servers learn one after another.

The table follows what the Route 53 API reference says about ChangeResourceRecordSets; the tool's law 5 stands on it.
"""

from __future__ import annotations

import msgspec
import pytest

from migrator.sandbox.world.faults import Fault
from migrator.sandbox.world.route53 import AliasTarget, GeoLocation, RecordSet
from migrator.sandbox.world.trouble import AwsError

A = RecordSet(name="a.example.com.", type="A", ttl=300, values=("1.2.3.4",))
OLD = RecordSet(name="w.example.com.", type="A", ttl=60, values=("1.1.1.1",), set_identifier="old", weight=255)
NEW = RecordSet(name="w.example.com.", type="A", ttl=60, values=("2.2.2.2",), set_identifier="new", weight=0)
HERE = RecordSet(name="l.example.com.", type="A", ttl=60, values=("1.1.1.1",), set_identifier="here", region="us-east-1")
FIRST = RecordSet(name="f.example.com.", type="A", ttl=60, values=("1.1.1.1",), set_identifier="1", failover="PRIMARY")
GEO = RecordSet(name="g.example.com.", type="A", ttl=60, values=("1.1.1.1",), set_identifier="eu", geo=GeoLocation("EU"))
MANY = RecordSet(name="m.example.com.", type="A", ttl=60, values=("1.1.1.1",), set_identifier="1", multivalue=True)
ALL = (A, OLD, NEW, HERE, FIRST, GEO, MANY)


def but(record: RecordSet, **changes: object) -> RecordSet:
    return msgspec.structs.replace(record, **changes)


def alias(dns_name: str, zone_id: str = "Z26RNL4JYFTOTI", type: str = "A") -> RecordSet:
    return RecordSet(name="al.example.com.", type=type, alias=AliasTarget(zone_id, dns_name, True))


@pytest.fixture
def zone(account):
    """A public zone that holds one record set of each kind."""
    made = account.world.route53.create_zone("Example.com")
    account.world.route53.change(made.id, [("CREATE", each) for each in ALL])
    account.later(120)
    return made


@pytest.fixture
def change(account, zone):
    return lambda *changes: account.world.route53.change(zone.id, changes)


@pytest.fixture
def listed(account, zone):
    return lambda: {each for each in account.world.route53.record_sets(zone.id) if each.type not in ("NS", "SOA")}


REFUSED = {
    "create-what-exists": ([("CREATE", A)], "but it already exists"),
    "create-an-identifier-twice": ([("CREATE", but(OLD, weight=1))], "set identifier='old'] but it already exists"),
    "delete-what-is-not-there": ([("DELETE", but(A, name="zz.example.com."))], "but it was not found"),
    "delete-with-another-ttl": ([("DELETE", but(A, ttl=301))], "do not match the current values"),
    "delete-with-another-value": ([("DELETE", but(A, values=("9.9.9.9",)))], "do not match the current values"),
    "delete-with-another-weight": ([("DELETE", but(OLD, weight=7))], "do not match the current values"),
    "delete-with-another-identifier": ([("DELETE", but(OLD, set_identifier="x"))], "but it was not found"),
    "delete-twice": ([("DELETE", A), ("DELETE", A)], "invalid set of changes"),
    "create-twice": ([("CREATE", alias("a.example.com.", "own"))] * 2, "invalid set of changes"),
    "simple-beside-weighted": ([("UPSERT", but(A, name=OLD.name))], "as other RRSets exist with the same name and type"),
    "weighted-beside-simple": ([("CREATE", but(OLD, name=A.name))], "because a non weighted rrset exists"),
    "latency-beside-weighted": ([("CREATE", but(HERE, name=OLD.name))], "because a non latency rrset exists"),
    "weighted-with-another-ttl": ([("CREATE", but(NEW, set_identifier="3", ttl=300))], "a weighted rrset with a different TTL"),
    "two-values-weighted": ([("CREATE", but(NEW, set_identifier="3", values=("1.1.1.1", "2.2.2.2")))], "only one ResourceRecord"),
    "the-same-region-twice": ([("CREATE", but(HERE, set_identifier="2"))], "same region"),
    "two-primaries": ([("CREATE", but(FIRST, set_identifier="2"))], "same failover value"),
    "the-same-place-twice": ([("CREATE", but(GEO, set_identifier="2"))], "same location"),
    "cname-beside-a": (
        [("CREATE", RecordSet(name=A.name, type="CNAME", ttl=60, values=("x.test",)))],
        "conflicts with other records",
    ),
    "cname-at-the-apex": ([("CREATE", RecordSet(name="example.com", type="CNAME", ttl=60, values=("x.test",)))], "at apex"),
    "a-name-of-another-zone": ([("CREATE", but(A, name="a.example.org."))], "is not permitted in zone example.com."),
    "a-zone-that-only-ends-alike": ([("CREATE", but(A, name="a.myexample.com."))], "is not permitted in zone"),
    "not-an-address": ([("CREATE", but(A, name="b.example.com", values=("x",)))], "not a valid IPv4 address"),
    "not-an-ipv6-address": ([("CREATE", but(A, name="b.example.com", type="AAAA"))], "not a valid IPv6 address"),
    "txt-without-quotes": ([("CREATE", but(A, type="TXT", values=("heritage=x",)))], "enclosed in quotation marks"),
    "two-cnames": (
        [("CREATE", RecordSet(name="c.example.com", type="CNAME", ttl=1, values=("a.b", "c.d")))],
        "more than one value",
    ),
    "an-empty-cname": ([("CREATE", RecordSet(name="c.example.com", type="CNAME", ttl=1, values=("",)))], "DomainNameEmpty"),
    "the-same-value-twice": ([("CREATE", but(A, name="b.example.com", values=("1.1.1.1",) * 2))], "Duplicate Resource Record"),
    "weighted-ns": ([("CREATE", but(NEW, type="NS", values=("ns.test",)))], "cannot have a routing policy"),
    "mx-without-a-preference": ([("CREATE", but(A, type="MX", values=("mail.test",)))], "MXRRDATANotTwoFields"),
    "alias-in-an-unknown-zone": (
        [("CREATE", alias("x.elb.us-east-1.amazonaws.com.", "ZBOGUS"))],
        "does not lie within the target zone",
    ),
    "alias-to-no-load-balancer": ([("CREATE", alias("x-1.elb.us-east-1.amazonaws.com."))], "but that target was not found"),
    "alias-to-the-classic-zone": (
        [("CREATE", alias("x-1.elb.us-east-1.amazonaws.com.", "Z35SXDOTRQ7X7K"))],
        "does not lie within",
    ),
    "1001-records": ([("CREATE", but(A, name=f"r{at}.example.com.")) for at in range(1001)], "limit of 1000 exceeded"),
    "501-upserts": ([("UPSERT", but(A, name=f"r{at}.example.com.")) for at in range(501)], "limit of 1000 exceeded"),
    "33000-characters": (
        [("CREATE", but(A, type="TXT", values=tuple(f'"{at:0200}"' for at in range(170))))],
        "limit of 32000 exceeded",
    ),
}


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=REFUSED)
def test_a_batch_with_a_fault_changes_nothing(account, zone, change, listed, changes, message) -> None:
    before = listed()
    extra = ("UPSERT", RecordSet(name="extra.example.com.", type="A", ttl=1, values=("1.1.1.1",)))

    with pytest.raises(AwsError) as caught:
        change(extra, *changes)

    assert caught.value.code == "InvalidChangeBatch"
    assert message in caught.value.message
    assert listed() == before


MALFORMED = {
    "no-ttl": but(A, ttl=None),
    "no-values": but(A, values=()),
    "alias-with-ttl": but(alias("a.example.com."), ttl=60),
    "alias-with-values": but(alias("a.example.com."), ttl=60, values=("1.1.1.1",)),
    "weight-without-identifier": but(OLD, set_identifier=None),
    "identifier-without-a-policy": but(A, set_identifier="x"),
    "weight-and-region": but(OLD, region="us-east-1"),
    "weight-256": but(OLD, weight=256),
    "negative-ttl": but(A, ttl=-1),
    "huge-ttl": but(A, ttl=2147483648),
    "multivalue-alias": but(alias("a.example.com."), multivalue=True, set_identifier="x"),
}


@pytest.mark.parametrize("record", MALFORMED.values(), ids=MALFORMED)
def test_a_request_that_makes_no_sense_is_invalid_input(change, listed, record) -> None:
    before = listed()

    with pytest.raises(AwsError) as caught:
        change(("UPSERT", record))

    assert caught.value.code == "InvalidInput"
    assert listed() == before


def test_delete_and_create_in_one_batch_is_a_compare_and_swap(change, listed) -> None:
    """The second writer saw the record as it was before the first one wrote: its batch fails as a whole."""
    ours, theirs = but(A, ttl=60), but(A, values=("5.6.7.8",))

    change(("DELETE", A), ("CREATE", ours))
    with pytest.raises(AwsError):
        change(("DELETE", A), ("CREATE", theirs))

    assert ours in listed()
    assert theirs not in listed()


def test_simple_becomes_weighted_and_back_in_one_batch_each(change, listed) -> None:
    one, two = but(OLD, name=A.name), but(NEW, name=A.name)

    change(("DELETE", A), ("CREATE", one), ("CREATE", two))
    assert {one, two} <= listed()
    change(("DELETE", one), ("DELETE", two), ("CREATE", A))

    assert listed() == set(ALL)


def test_a_delete_states_values_in_any_order_and_names_in_any_case(change, listed) -> None:
    change(("CREATE", but(A, name="two.example.com.", values=("1.1.1.1", "2.2.2.2"))))

    change(("DELETE", but(A, name="Two.Example.COM", values=("2.2.2.2", "1.1.1.1"))))

    assert listed() == set(ALL)


def test_the_ttl_of_a_weighted_group_changes_all_at_once(change, listed) -> None:
    with pytest.raises(AwsError):
        change(("UPSERT", but(OLD, ttl=30)))

    change(("UPSERT", but(OLD, ttl=30)), ("UPSERT", but(NEW, ttl=30)))

    assert {but(OLD, ttl=30), but(NEW, ttl=30)} <= listed()


def test_a_weighted_group_has_a_hundred_members_at_most(change) -> None:
    change(*[("CREATE", but(NEW, set_identifier=f"n{at}")) for at in range(98)])

    with pytest.raises(AwsError, match="more than 100"):
        change(("CREATE", but(NEW, set_identifier="one more")))


def test_an_upsert_never_looks(change, listed) -> None:
    change(("UPSERT", but(A, ttl=1)), ("UPSERT", but(A, name="fresh.example.com.")))

    assert {but(A, ttl=1), but(A, name="fresh.example.com.")} <= listed()


def test_an_alias_points_to_a_load_balancer_or_into_its_own_zone(account, zone, change, listed) -> None:
    lb = account.balancer()
    to_lb = alias(f"dualstack.{lb.dns_name}.".upper())
    inside = but(alias(A.name, zone.id), name="inside.example.com.")

    change(("CREATE", to_lb), ("CREATE", but(to_lb, type="AAAA")), ("CREATE", inside))
    account.world.elb.delete_load_balancer(lb.arn)

    assert inside in listed()
    stored = next(each for each in listed() if each.name == to_lb.name and each.type == "A")
    assert stored.alias == AliasTarget("Z26RNL4JYFTOTI", f"dualstack.{lb.dns_name}.", True)
    change(("DELETE", stored))
    with pytest.raises(AwsError, match="was not found"):
        change(("CREATE", but(alias("absent.example.com.", zone.id), name="x.example.com.")))


def test_a_health_check_has_to_exist(account, change) -> None:
    with pytest.raises(AwsError) as caught:
        change(("UPSERT", but(OLD, health_check_id="none")))
    assert caught.value.code == "NoSuchHealthCheck"

    check = account.world.route53.create_health_check("ref", {"Type": "TCP"})
    change(("UPSERT", but(OLD, health_check_id=check.id)))


def test_a_protected_name_and_type_makes_the_whole_batch_fail(account, zone, change, listed) -> None:
    zone.protections[A.key] = "frozen for the season"

    with pytest.raises(AwsError, match="frozen for the season"):
        change(("CREATE", but(A, name="b.example.com.")), ("DELETE", A))

    assert listed() == set(ALL)


def test_the_zone_keeps_its_own_records(account, zone, change) -> None:
    own = [each for each in account.world.route53.record_sets(zone.id) if each.name == "example.com."]

    for each, message in zip(own, ("NS record", "SOA record"), strict=True):
        with pytest.raises(AwsError, match=message):
            change(("DELETE", each))
    change(("UPSERT", but(own[0], ttl=60)))


def test_names_are_listed_in_the_order_of_their_reversed_labels(account, zone, change) -> None:
    for name in ("*.example.com.", "z.a.example.com.", "b-c.example.com.", "b.example.com."):
        change(("UPSERT", RecordSet(name=name, type="TXT", ttl=1, values=('"x"',))))

    names = list(dict.fromkeys(each.name for each in account.world.route53.record_sets(zone.id)))

    assert names[:6] == [
        "example.com.", r"\052.example.com.", "a.example.com.", "z.a.example.com.", "b-c.example.com.", "b.example.com."
    ]  # fmt: skip


def test_each_name_server_takes_a_change_over_at_its_own_instant_before_insync(account, zone, change) -> None:
    route53 = account.world.route53
    info = change(("UPSERT", but(A, ttl=1)))
    seen: list[int] = []
    while account.world.now < info.insync_at:
        seen.append(sum(route53.visible(zone.id, each)[A.key][0].ttl == 1 for each in range(4)))
        assert info.status(account.world.now) == "PENDING"
        account.later(0.5)

    assert seen == sorted(seen)
    assert {1, 2, 3} & set(seen)
    assert 4 not in seen[:-1]
    assert all(route53.visible(zone.id, each)[A.key][0].ttl == 1 for each in range(4))
    assert info.status(account.world.now) == "INSYNC"


def test_no_name_server_ever_goes_back(account, zone, change) -> None:
    """A second change may draw an earlier instant than the first one: it still arrives after it."""
    infos = [change(("UPSERT", but(A, ttl=ttl))) for ttl in range(1, 40)]
    last = [0] * 4
    while account.world.now < infos[-1].insync_at:
        account.later(0.25)
        for each in range(4):
            ttl = account.world.route53.visible(zone.id, each)[A.key][0].ttl
            assert ttl == 300 or ttl >= last[each]
            last[each] = 0 if ttl == 300 else ttl

    assert last == [39] * 4
    assert [each.insync_at for each in infos] == sorted(each.insync_at for each in infos)


def test_a_deleted_record_vanishes_from_the_name_servers(account, zone, change) -> None:
    change(("DELETE", A))
    account.later(60)

    assert all(A.key not in account.world.route53.visible(zone.id, each) for each in range(4))


def test_a_change_can_be_made_never_to_arrive(account, zone, change) -> None:
    account.world.faults.arm(Fault(where="aws", operation="route53:propagate", mode="stop", match="example.com"))
    info = change(("UPSERT", but(A, ttl=1)))

    account.later(100_000)

    assert info.status(account.world.now) == "PENDING"
    assert [account.world.route53.visible(zone.id, each)[A.key][0].ttl for each in range(4)] == [1, 300, 300, 300]


def test_zones_have_four_name_servers_or_vpcs(account, refused) -> None:
    route53 = account.world.route53
    public, private = route53.create_zone("a.test"), route53.create_zone("b.test", True, account.vpc.id)

    assert [each.partition(".awsdns-")[2][3:] for each in public.name_servers] == ["com", "net", "org", "co.uk"]
    assert (private.vpcs, private.name_servers) == ([account.vpc.id], ())
    assert [each.type for each in route53.record_sets(public.id)] == ["NS", "SOA"]
    assert refused(lambda: route53.create_zone("b.test", True, account.vpc.id)) == "ConflictingDomainExists"
    assert refused(lambda: route53.create_zone("c.test", True)) == "InvalidVPCId"
    assert refused(lambda: route53.create_zone("d.test", caller_reference=public.caller_reference)) == "HostedZoneAlreadyExists"
    route53.create_zone("a.test")


def test_a_private_zone_has_one_authority(account) -> None:
    route53 = account.world.route53
    zone = route53.create_zone("b.test", True, account.vpc.id)
    info = route53.change(zone.id, [("CREATE", but(A, name="a.b.test."))])

    account.world.advance(info.insync_at)

    assert ("a.b.test.", "A") in route53.visible(zone.id, 0)


def test_a_zone_with_records_cannot_be_deleted(account, zone, change, refused) -> None:
    route53 = account.world.route53

    assert refused(lambda: route53.delete_zone(zone.id)) == "HostedZoneNotEmpty"
    change(*[("DELETE", each) for each in ALL])
    route53.delete_zone(zone.id)
    assert refused(lambda: route53.record_sets(zone.id)) == "NoSuchHostedZone"
    assert refused(lambda: route53.change_info("C0")) == "NoSuchChange"
