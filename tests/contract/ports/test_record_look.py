"""What Route 53 says, whoever asks."""

from __future__ import annotations

import pytest

from migrator.errors import Missing
from migrator.model.records import AliasTarget, RecordSet
from migrator.sandbox.world import route53
from tests.contract.ports.sides import Side


def test_every_zone_is_listed(side: Side) -> None:
    """A record in a zone that was not looked at would be left behind."""
    estate = side.stage.estate

    zones = side.outside.records.zones()

    assert [each.id for each in zones] == sorted((estate.public_zone.id, estate.private_zone.id))
    assert {each.name: each.private for each in zones} == {"example.com.": False, "internal.example.": True}


def test_record_sets_come_as_they_are_listed(side: Side) -> None:
    """DELETE has to repeat every field of this."""
    lb = side.world.elb.balancers[side.arn]

    records = side.outside.records.listed(side.stage.estate.public_zone.id)

    by_key = {(each.name, each.type): each for each in records}
    assert by_key["api.example.com.", "CNAME"] == RecordSet("api.example.com.", "CNAME", 300, (lb.dns_name,))
    alias = AliasTarget(lb.zone_id, f"dualstack.{lb.dns_name}.", True)
    assert by_key["example.com.", "AAAA"] == RecordSet("example.com.", "AAAA", alias=alias)
    assert [(each.name, each.type) for each in records][:2] == [("example.com.", "A"), ("example.com.", "AAAA")]


def test_routing_is_kept_field_for_field(side: Side) -> None:
    """Anything but simple routing is refused by its name, so it has to be seen."""
    zone = side.stage.estate.public_zone.id
    weighted = route53.RecordSet(
        name="www.example.com.", type="A", ttl=60, values=("192.0.2.1",), set_identifier="blue", weight=10
    )
    side.world.route53.change(zone, [("CREATE", weighted)])

    (record,) = side.outside.records.at(zone, ("www.example.com.",))

    assert record.routing == {"SetIdentifier": "blue", "Weight": "10"}
    assert not record.simple


def test_names_are_read_alone(side: Side) -> None:
    """All types of a name, and nothing of its neighbours."""
    zone = side.stage.estate.public_zone.id

    records = side.outside.records.at(zone, ("example.com.", "none.example.com."))

    assert {each.name for each in records} == {"example.com."}
    assert {"A", "AAAA", "NS", "SOA"} == {each.type for each in records}
    assert side.outside.records.at(zone, ()) == ()


def test_wildcards_are_found_by_their_listed_name(side: Side) -> None:
    """Route 53 writes the asterisk as an escape, and takes it so."""
    zone = side.stage.estate.public_zone.id
    made = route53.RecordSet(name="*.example.com.", type="CNAME", ttl=60, values=("elsewhere.example.net",))
    side.world.route53.change(zone, [("CREATE", made)])
    (listed,) = [each for each in side.outside.records.listed(zone) if each.type == "CNAME" and each.ttl_s == 60]

    assert side.outside.records.at(zone, (listed.name,)) == (listed,)
    assert listed.name == "\\052.example.com."


def test_a_change_is_insync_when_every_authority_has_it(side: Side) -> None:
    """Waiting for TTLs begins here."""
    made = route53.RecordSet(name="new.example.com.", type="A", ttl=60, values=("192.0.2.1",))
    change = side.world.route53.change(side.stage.estate.public_zone.id, [("CREATE", made)])

    assert not side.outside.records.insync(change.id)
    side.world.advance(change.insync_at)
    assert side.outside.records.insync(change.id)


def test_an_unknown_change_is_missing(side: Side) -> None:
    """It must not read as done."""
    with pytest.raises(Missing):
        side.outside.records.insync("C0123456789ABCDEFGHIJ")


def test_public_zones_have_servers_and_private_ones_none(side: Side) -> None:
    """Only the former can be asked from outside."""
    estate = side.stage.estate

    assert sorted(side.outside.records.servers(estate.public_zone.id)) == sorted(estate.public_zone.name_servers)
    assert side.outside.records.servers(estate.private_zone.id) == ()


def test_an_unknown_zone_is_missing(side: Side) -> None:
    """An empty list would read as no records to move."""
    with pytest.raises(Missing):
        side.outside.records.listed("Z0123456789ABCDEFGHIJ")


def test_long_zones_come_in_pages(wired: Side) -> None:
    """300 a call; and many names are read as pages where that is fewer calls."""
    zone = wired.stage.estate.public_zone.id
    names = [f"n{number:04}.example.com." for number in range(650)]
    made = [route53.RecordSet(name=name, type="A", ttl=60, values=("192.0.2.1",)) for name in names]
    wired.world.route53.change(zone, [("CREATE", each) for each in made])

    before, _ = wired.calls()
    records = wired.outside.records.listed(zone)
    listed = wired.calls()[0] - before

    assert len([each for each in records if each.name in names]) == 650
    assert listed == 3
    before, _ = wired.calls()
    assert [each.name for each in wired.outside.records.at(zone, tuple(names[:10]))] == names[:10]
    assert wired.calls()[0] - before == 1 + 3
    before, _ = wired.calls()
    assert [each.name for each in wired.outside.records.at(zone, (names[0], names[-1]))] == [names[0], names[-1]]
    assert wired.calls()[0] - before == 2


def test_a_name_with_many_record_sets_goes_over_pages(wired: Side) -> None:
    """A weighted name may have a hundred of them."""
    zone = wired.stage.estate.public_zone.id
    made = [
        route53.RecordSet(
            name="w.example.com.", type="A", ttl=60, values=("192.0.2.1",), set_identifier=f"s{number:02}", weight=1
        )
        for number in range(45)
    ]
    wired.world.route53.change(zone, [("CREATE", each) for each in made])

    records = wired.outside.records.at(zone, ("w.example.com.",))

    assert sorted(each.routing["SetIdentifier"] for each in records) == [f"s{number:02}" for number in range(45)]
