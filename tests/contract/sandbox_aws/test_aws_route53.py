"""Route 53 through boto3: batches, changes, pages, and every field of a record set both ways."""

from __future__ import annotations

import pytest


@pytest.fixture
def zone(stage) -> str:
    return stage.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]


@pytest.fixture
def change(stage, zone):
    def send(*changes, comment="because"):
        batch = {"Comment": comment, "Changes": [{"Action": action, "ResourceRecordSet": each} for action, each in changes]}
        return stage.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)["ChangeInfo"]

    return send


@pytest.fixture
def listed(stage, zone):
    def read():
        found = stage.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        return [each for each in found if each["Type"] not in ("NS", "SOA")]

    return read


def record(name="a.example.com.", type="A", ttl=300, values=("1.2.3.4",), **more):
    return {"Name": name, "Type": type, "TTL": ttl, "ResourceRecords": [{"Value": each} for each in values], **more}


EVERY_KIND = [
    record(),
    record("ten.example.com.", values=tuple(f"10.0.0.{at}" for at in range(10))),
    record("t.example.com.", "TXT", values=('"heritage=external-dns" "a&b<c>"',)),
    record("w.example.com.", ttl=60, SetIdentifier="old", Weight=255),
    record("w.example.com.", ttl=60, values=("5.6.7.8",), SetIdentifier="new", Weight=0),
    record("l.example.com.", SetIdentifier="x", Region="us-east-1"),
    record("f.example.com.", SetIdentifier="x", Failover="PRIMARY"),
    record("g.example.com.", SetIdentifier="x", GeoLocation={"CountryCode": "US", "SubdivisionCode": "CA"}),
    record("m.example.com.", SetIdentifier="x", MultiValueAnswer=True),
    record(
        "c.example.com.",
        SetIdentifier="x",
        CidrRoutingConfig={"CollectionId": "0" * 8 + "-0000" * 3 + "-" + "0" * 12, "LocationName": "*"},
    ),
    record(
        "p.example.com.",
        SetIdentifier="x",
        GeoProximityLocation={"Coordinates": {"Latitude": "1.0", "Longitude": "2.0"}, "Bias": 5},
    ),
]


@pytest.mark.parametrize("stated", EVERY_KIND, ids=lambda each: each["Name"] + str(each.get("SetIdentifier", "")))
def test_a_record_set_is_listed_just_as_it_was_stated_and_so_can_be_deleted(change, listed, stated) -> None:
    change(("CREATE", stated))
    assert listed() == [stated]

    change(("DELETE", listed()[0]))

    assert listed() == []


def test_an_alias_is_listed_just_as_it_was_stated(stage, change, listed) -> None:
    lb = stage.balancer()
    target = {"HostedZoneId": lb["CanonicalHostedZoneId"], "DNSName": lb["DNSName"] + ".", "EvaluateTargetHealth": True}
    pair = [{"Name": "example.com.", "Type": type, "AliasTarget": target} for type in ("A", "AAAA")]

    change(*(("CREATE", each) for each in pair))

    assert listed() == pair
    change(*(("DELETE", each) for each in listed()))


def test_a_change_is_pending_until_it_is_insync(stage, change) -> None:
    route53 = stage.client("route53")
    info = change(("CREATE", record()))

    assert info["Status"] == "PENDING"
    assert info["Id"].startswith("/change/C")
    assert info["Comment"] == "because"
    stage.later(61)
    found = route53.get_change(Id=info["Id"])["ChangeInfo"]
    assert (found["Status"], found["SubmittedAt"]) == ("INSYNC", info["SubmittedAt"])


def test_the_waiter_of_botocore_works(stage, change, monkeypatch) -> None:
    monkeypatch.setattr("botocore.waiter.time.sleep", lambda seconds: stage.later(seconds))
    info = change(("CREATE", record()))

    stage.client("route53").get_waiter("resource_record_sets_changed").wait(Id=info["Id"])

    assert stage.client("route53").get_change(Id=info["Id"])["ChangeInfo"]["Status"] == "INSYNC"


def test_a_stale_compare_and_swap_is_refused_and_changes_nothing(stage, change, listed) -> None:
    """What moto accepts and AWS does not: the second of two writers who saw the same record."""
    route53 = stage.client("route53")
    change(("CREATE", record()))
    ours, theirs = record(ttl=60), record(ttl=30)
    change(("DELETE", record()), ("CREATE", ours))

    with pytest.raises(route53.exceptions.InvalidChangeBatch, match="the values provided do not match the current values"):
        change(("DELETE", record()), ("CREATE", theirs))

    assert listed() == [ours]


def test_every_fault_of_a_batch_is_told_at_once(stage, change) -> None:
    route53 = stage.client("route53")

    with pytest.raises(route53.exceptions.InvalidChangeBatch) as caught:
        change(("CREATE", record("x.other.test.")), ("CREATE", record("b.example.com.", values=("nonsense",))))

    message = caught.value.response["Error"]["Message"]
    assert "RRSet with DNS name x.other.test. is not permitted in zone example.com." in message
    assert "Value is not a valid IPv4 address" in message


def test_pages_follow_names_types_and_identifiers(stage, zone, change) -> None:
    route53 = stage.client("route53")
    change(*(("CREATE", record("w.example.com.", ttl=60, SetIdentifier=f"s{at}", Weight=at)) for at in range(5)))
    change(("CREATE", record("w.example.com.", "AAAA", values=("::1",))), ("CREATE", record("*.example.com.")))

    pages = list(route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone, PaginationConfig={"PageSize": 2}))
    shown = [(each["Name"], each["Type"], each.get("SetIdentifier")) for page in pages for each in page["ResourceRecordSets"]]

    assert len(pages) == 5
    weighted = [("w.example.com.", "A", f"s{at}") for at in range(5)]
    star = ("\\052.example.com.", "A", None)
    assert shown == [
        ("example.com.", "NS", None),
        ("example.com.", "SOA", None),
        star,
        *weighted,
        ("w.example.com.", "AAAA", None),
    ]
    start = {"StartRecordName": "w.example.com", "StartRecordType": "A", "StartRecordIdentifier": "s3"}
    found = route53.list_resource_record_sets(HostedZoneId=zone, MaxItems="1", **start)
    assert found["ResourceRecordSets"][0]["SetIdentifier"] == "s3"
    assert (found["NextRecordName"], found["NextRecordIdentifier"]) == ("w.example.com.", "s4")


def test_a_listing_shows_what_is_pending(change, listed) -> None:
    assert change(("CREATE", record()))["Status"] == "PENDING"

    assert listed() == [record()]


def test_zones_are_found_by_name_by_vpc_and_by_page(stage, zone, refused) -> None:
    route53 = stage.client("route53")
    vpc = {"VPCRegion": "us-east-1", "VPCId": stage.vpc.id}
    private = route53.create_hosted_zone(
        Name="example.com", CallerReference="2", VPC=vpc, HostedZoneConfig={"PrivateZone": True, "Comment": "inside"}
    )
    route53.create_hosted_zone(Name="a.test", CallerReference="3")

    by_name = route53.list_hosted_zones_by_name(DNSName="example.com.")["HostedZones"]
    assert {each["Id"] for each in by_name[:2]} == {zone, private["HostedZone"]["Id"]}
    by_vpc = route53.list_hosted_zones_by_vpc(VPCId=stage.vpc.id, VPCRegion="us-east-1")["HostedZoneSummaries"]
    assert ["/hostedzone/" + each["HostedZoneId"] for each in by_vpc] == [private["HostedZone"]["Id"]]
    pages = list(route53.get_paginator("list_hosted_zones").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(each["HostedZones"]) for each in pages] == [2, 1]
    found = route53.get_hosted_zone(Id=private["HostedZone"]["Id"])
    assert found["VPCs"] == [vpc]
    assert found["HostedZone"]["Config"] == {"Comment": "inside", "PrivateZone": True}
    assert len(route53.get_hosted_zone(Id=zone)["DelegationSet"]["NameServers"]) == 4
    assert route53.get_hosted_zone_count()["HostedZoneCount"] == 3
    assert refused(lambda: route53.get_hosted_zone(Id="Z0")) == "NoSuchHostedZone"
    assert refused(lambda: route53.get_change(Id="C0")) == "NoSuchChange"


def test_protections_are_listed_and_enforced(stage, zone, change) -> None:
    route53 = stage.client("route53")
    change(("CREATE", record()))
    stage.world.route53.zone(zone.rpartition("/")[2]).protections["a.example.com.", "A"] = "frozen"

    listed = route53.list_resource_record_set_protections(HostedZoneId=zone)["ResourceRecordSetProtections"]

    assert listed == [{"RecordName": "a.example.com.", "RecordType": "A", "Comment": "frozen"}]
    with pytest.raises(route53.exceptions.InvalidChangeBatch, match="frozen"):
        change(("DELETE", record()))


def test_the_answer_of_a_name_server_can_be_tried(stage, zone, change) -> None:
    route53 = stage.client("route53")
    change(("CREATE", record()))
    stage.later(61)

    said = route53.test_dns_answer(HostedZoneId=zone, RecordName="a.example.com", RecordType="A")

    assert (said["ResponseCode"], said["RecordData"]) == ("NOERROR", ["1.2.3.4"])
    absent = route53.test_dns_answer(HostedZoneId=zone, RecordName="zz.example.com", RecordType="A")
    assert (absent["ResponseCode"], absent["RecordData"]) == ("NXDOMAIN", [])


def test_health_checks_and_tags(stage, zone, refused) -> None:
    route53 = stage.client("route53")
    config = {"Type": "TCP", "IPAddress": "1.2.3.4", "Port": 80}
    check = route53.create_health_check(CallerReference="h", HealthCheckConfig=config)["HealthCheck"]

    assert route53.list_health_checks()["HealthChecks"] == [check]
    assert route53.get_health_check(HealthCheckId=check["Id"])["HealthCheck"]["HealthCheckConfig"] == config
    route53.delete_health_check(HealthCheckId=check["Id"])
    assert refused(lambda: route53.get_health_check(HealthCheckId=check["Id"])) == "NoSuchHealthCheck"
    id = zone.rpartition("/")[2]
    route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=id, AddTags=[{"Key": "a", "Value": "b"}])
    assert route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=id)["ResourceTagSet"]["Tags"] == [
        {"Key": "a", "Value": "b"}
    ]


def test_an_empty_zone_can_be_deleted_and_a_full_one_not(stage, zone, change, refused) -> None:
    route53 = stage.client("route53")
    change(("CREATE", record()))

    assert refused(lambda: route53.delete_hosted_zone(Id=zone)) == "HostedZoneNotEmpty"
    change(("DELETE", record()))
    assert route53.delete_hosted_zone(Id=zone)["ChangeInfo"]["Status"] == "PENDING"
    assert refused(lambda: route53.delete_hosted_zone(Id=zone)) == "NoSuchHostedZone"


def test_limits_come_from_the_model(stage, zone, refused) -> None:
    """botocore checks only some of them itself; the server checks all."""
    weighted = record(SetIdentifier="x", Weight=256)
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": weighted}]}
    route53 = stage.client("route53")

    assert refused(lambda: route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)) == "InvalidInput"
    assert refused(lambda: route53.list_resource_record_sets(HostedZoneId=zone, StartRecordType="A")) == "InvalidInput"
    assert refused(lambda: route53.list_resource_record_sets(HostedZoneId=zone, MaxItems="many")) == "InvalidInput"
