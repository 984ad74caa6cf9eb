"""The DNS door as programs meet it: dnspython over UDP and TCP, `dig` where there is one, and in process."""

from __future__ import annotations

import shutil
import subprocess

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.resolver
import pytest

from migrator.sandbox.world.faults import Fault
from tests.contract.sandbox_sockets.staging import Stage


@pytest.fixture(scope="module", autouse=True)
def records(stage: Stage) -> None:
    stage.balancer("named")
    stage.record("CREATE", "named.example.com.", "CNAME", 30, dns_name(stage))
    stage.record("CREATE", "txt.example.com.", "TXT", 30, '"a; b"', '"c"')
    stage.record("CREATE", "large.example.com.", "TXT", 30, *(f'"{each:02d}{"x" * 200}"' for each in range(20)))


def dns_name(stage: Stage) -> str:
    lb = stage.world.elb.by_name("named")
    assert lb is not None
    return lb.dns_name


def asked(stage: Stage, name: str, rtype: str, server: str, *, tcp: bool = False, **how: object) -> dns.message.Message:
    query = dns.message.make_query(name, rtype, **how)
    ask = dns.query.tcp if tcp else dns.query.udp
    return ask(query, server, timeout=2, port=stage.dns_port)


def plain(stage: Stage) -> str:
    return next(iter(stage.door.resolvers))


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_a_resolver_follows_the_chain_and_is_no_authority(stage: Stage, tcp: bool) -> None:
    reply = asked(stage, "named.example.com", "A", plain(stage), tcp=tcp)

    assert [each.rdtype.name for each in reply.answer] == ["CNAME", "A"]
    assert len(reply.answer[1]) == 3 and reply.answer[1].ttl <= 60
    assert reply.flags & dns.flags.RA and not reply.flags & dns.flags.AA


def test_an_authority_answers_its_own_part_only(stage: Stage) -> None:
    for server in stage.door.authorities:
        reply = asked(stage, "named.example.com", "A", server, flags=0)
        assert [each.rdtype.name for each in reply.answer] == ["CNAME"]
        assert reply.flags & dns.flags.AA and not reply.flags & dns.flags.RA

    assert asked(stage, "www.example.org", "A", server).rcode() == dns.rcode.REFUSED


def test_a_negative_answer_carries_the_zones_soa(stage: Stage) -> None:
    reply = asked(stage, "nowhere.example.com", "A", plain(stage))

    (soa,) = reply.authority
    assert reply.rcode() == dns.rcode.NXDOMAIN
    assert (soa.name.to_text(), soa.rdtype.name) == ("example.com.", "SOA") and soa.ttl <= 900


def test_a_resolver_refuses_those_who_only_look_into_its_cache(stage: Stage) -> None:
    assert asked(stage, "named.example.com", "A", plain(stage), flags=0).rcode() == dns.rcode.REFUSED


def test_what_does_not_fit_comes_over_tcp(stage: Stage) -> None:
    cut = asked(stage, "large.example.com", "TXT", plain(stage))
    assert cut.flags & dns.flags.TC and not cut.answer

    query = dns.message.make_query("large.example.com", "TXT")
    reply, over_tcp = dns.query.udp_with_fallback(query, plain(stage), timeout=2, port=stage.dns_port)
    assert over_tcp and len(reply.answer[0]) == 20


def test_text_keeps_its_quoting(stage: Stage) -> None:
    reply = asked(stage, "txt.example.com", "TXT", plain(stage))

    assert {each.to_text() for each in reply.answer[0]} == {'"a; b"', '"c"'}


@pytest.mark.parametrize(
    ("change", "rcode"),
    [("opcode", dns.rcode.NOTIMP), ("class", dns.rcode.REFUSED), ("questions", dns.rcode.FORMERR)],
)
def test_odd_questions_get_an_honest_code(stage: Stage, change: str, rcode: dns.rcode.Rcode) -> None:
    query = dns.message.make_query("example.com", "A", "CH" if change == "class" else "IN")
    if change == "opcode":
        query.set_opcode(dns.opcode.STATUS)
    if change == "questions":
        query.question.clear()

    assert stage.door.exchange(query, plain(stage)).rcode() == rcode


def test_noise_gets_no_reply(stage: Stage) -> None:
    answer = dns.message.make_response(dns.message.make_query("example.com", "A"))

    assert stage.door.reply(b"\x00\x01", plain(stage), udp=True) == (None, 0.0)
    assert stage.door.reply(answer.to_wire(), plain(stage), udp=True) == (None, 0.0)


def test_a_silent_server_times_out(stage: Stage) -> None:
    with stage.present as world:
        fault = world.faults.arm(Fault(where="dns", operation="resolver:stale", mode="stop", times=None))
    server = list(stage.door.resolvers)[2]
    with pytest.raises(dns.exception.Timeout):
        dns.query.udp(dns.message.make_query("example.com", "A"), server, timeout=0.2, port=stage.dns_port)
    with pytest.raises(dns.exception.Timeout):
        stage.door.exchange(dns.message.make_query("example.com", "A"), server)
    with stage.present as world:
        world.faults.clear(fault.id)


def test_the_authority_of_a_name_is_found_by_walking_up(stage: Stage) -> None:
    """What a tool does that wants to ask the authority itself: zone, name servers, their addresses, then the name."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [plain(stage)], stage.dns_port

    for name, expected in (("named.example.com.", "example.com."), (dns_name(stage) + ".", "elb.us-east-1.amazonaws.com.")):
        zone = dns.resolver.zone_for_name(name, resolver=resolver)
        servers = [each.to_text() for each in resolver.resolve(zone, "NS")]
        addresses = [resolver.resolve(each, "A")[0].to_text() for each in servers]
        assert zone == dns.name.from_text(expected)
        assert sorted(addresses) == sorted(stage.door.authorities)
        assert asked(stage, name, "A", addresses[0], flags=0).flags & dns.flags.AA


def test_a_taken_port_leaves_nothing_open(stage: Stage) -> None:
    from migrator.sandbox.doors.dns import DnsSockets

    second = DnsSockets(stage.door, stage.dns_port)
    with pytest.raises(OSError):
        stage.loop.call(second.open())


@pytest.mark.skipif(shutil.which("dig") is None, reason="dig is not installed")
def test_dig_understands_every_answer(stage: Stage) -> None:
    def dig(*args: str) -> str:
        command = ["dig", f"@{plain(stage)}", "-p", str(stage.dns_port), "+tries=1", "+time=2", *args]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
        assert ";; WARNING" not in done.stdout and ";; Warning" not in done.stdout
        return done.stdout

    assert len(dig("+short", "named.example.com").split()) == 4
    assert "status: NXDOMAIN" in dig("nowhere.example.com")
    assert "SOA" in dig("+noall", "+authority", "named.example.com", "MX") + dig("+noall", "+authority", "example.com", "MX")
    assert len(dig("+short", "large.example.com", "TXT").splitlines()) == 20
