"""What name servers say, whoever asks."""

from __future__ import annotations

import pytest

from migrator.errors import Unreachable
from migrator.model.records import bare_name
from migrator.sandbox.world import route53
from tests.contract.ports.sides import Side


def addresses(side: Side) -> tuple[str, ...]:
    """The legacy load balancer's, in the order of answers."""
    return tuple(sorted(each.address for each in side.world.elb.balancers[side.arn].zones))


def test_resolvers_are_those_that_were_configured(side: Side) -> None:
    """Evidence is asked of them, one by one."""
    assert side.outside.names.resolvers() == tuple(side.stage.resolvers)


def test_the_authorities_of_a_zone_are_found_by_asking(side: Side) -> None:
    """Each of them takes a change over at its own instant."""
    found = side.outside.names.authorities("api.example.com.")

    assert [each.address for each in found] == list(side.world.names.authorities)
    assert {bare_name(each.zone) for each in found} == {"example.com"}
    assert {bare_name(each.name) for each in found} == {bare_name(each) for each in side.stage.estate.public_zone.name_servers}
    assert {each.negative_ttl_s for each in found} == {900}


def test_a_name_that_is_not_there_yet_has_authorities_too(side: Side) -> None:
    """`warm` waits out the negative TTL of the load balancers' own zone."""
    hostname = side.stage.legacy.hostname

    of_present = side.outside.names.authorities(hostname)
    of_absent = side.outside.names.authorities(f"none-{hostname}")

    assert of_present == of_absent
    assert {bare_name(each.zone) for each in of_present} == {"elb.us-east-1.amazonaws.com"}
    assert {each.negative_ttl_s for each in of_present} == {side.world.pace.elb_negative_ttl_s}


def test_an_authority_answers_for_its_zone(side: Side) -> None:
    """A CNAME leads out of it; its target is told, and its own TTL."""
    server = side.world.names.authorities[0]

    answer = side.outside.names.asked(server, "api.example.com.", "CNAME", recursive=False)

    assert answer.rcode == "NOERROR"
    assert [bare_name(each) for each in answer.values] == [side.stage.legacy.hostname]
    assert answer.ttl_s == 300


def test_an_alias_answers_with_the_load_balancers_addresses(side: Side) -> None:
    """Its TTL is fixed."""
    server = side.world.names.authorities[0]

    answer = side.outside.names.asked(server, "example.com.", "A", recursive=False)

    assert (answer.values, answer.ttl_s) == (addresses(side), 60)


def test_a_resolver_follows_the_chain_and_counts_down(side: Side) -> None:
    """What a client would get, and for how long it may keep it."""
    resolver = side.outside.names.resolvers()[0]
    first = side.outside.names.asked(resolver, "API.example.com", "A", recursive=True)
    side.stage.run(10)

    second = side.outside.names.asked(resolver, "api.example.com.", "A", recursive=True)

    assert first.values == second.values == addresses(side)
    assert [bare_name(each) for each in first.chain] == ["api.example.com", side.stage.legacy.hostname]
    assert first.ttl_s - second.ttl_s == 10


def test_a_negative_answer_says_how_long_it_lasts(side: Side) -> None:
    """Asked too early, an absence stays for that long."""
    server, resolver = side.world.names.authorities[0], side.outside.names.resolvers()[0]

    for answer in (
        side.outside.names.asked(server, "none.example.com.", "A", recursive=False),
        side.outside.names.asked(resolver, "none.example.com.", "A", recursive=True),
    ):
        assert (answer.rcode, answer.values) == ("NXDOMAIN", ())
        assert 0 < answer.ttl_s <= 900


def test_another_type_is_an_empty_answer_and_no_error(side: Side) -> None:
    """NOERROR without values is not NXDOMAIN."""
    answer = side.outside.names.asked(side.world.names.authorities[0], "example.com.", "MX", recursive=False)

    assert (answer.rcode, answer.values) == ("NOERROR", ())


def test_an_authority_refuses_what_is_not_its_own(side: Side) -> None:
    """That is an answer, and never read as absent."""
    answer = side.outside.names.asked(side.world.names.authorities[0], "example.org.", "A", recursive=False)

    assert (answer.rcode, answer.values) == ("REFUSED", ())


def test_a_server_that_does_not_answer_is_unreachable(side: Side) -> None:
    """Silence is not an answer."""
    side.fault("dns", "*", "stop", times=None)

    with pytest.raises(Unreachable):
        side.outside.names.asked(side.world.names.authorities[0], "example.com.", "A", recursive=False)


def test_a_wildcard_is_asked_by_its_listed_name(side: Side) -> None:
    """Route 53's escapes are octal, the wire has none."""
    zone = side.stage.estate.public_zone.id
    made = route53.RecordSet(name="*.example.com.", type="A", ttl=60, values=("192.0.2.1",))
    side.world.advance(side.world.route53.change(zone, [("CREATE", made)]).insync_at)

    answer = side.outside.names.asked(side.world.names.authorities[0], "\\052.example.com.", "A", recursive=False)

    assert answer.values == ("192.0.2.1",)
