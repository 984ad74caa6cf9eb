"""How answers are read, and when a question is asked again."""

from __future__ import annotations

import dns.exception
import dns.flags
import dns.message
import pytest

from migrator.adapters.dns.names import NameLook, answer_from, wire_name
from migrator.adapters.dns.patient import Patient
from migrator.errors import OperatorError, Unreachable
from migrator.model.names import Answer, Authority

CHAIN = """id 1
opcode QUERY
rcode NOERROR
flags QR
;QUESTION
api.example.com. IN A
;ANSWER
API.example.com. 30 IN CNAME lb.example.net.
lb.example.net. 60 IN A 192.0.2.2
lb.example.net. 60 IN A 192.0.2.1
"""

NEGATIVE = """id 1
opcode QUERY
rcode NXDOMAIN
flags QR
;QUESTION
none.example.com. IN A
;AUTHORITY
example.com. 900 IN SOA ns.example.com. host.example.com. 1 7200 900 1209600 60
"""


def test_a_chain_is_followed_as_far_as_it_was_told() -> None:
    """The smallest TTL on the way is how long a client may keep it."""
    answer = answer_from(dns.message.from_text(CHAIN), "api.example.com", "A")

    assert answer == Answer("NOERROR", ("192.0.2.1", "192.0.2.2"), ("api.example.com.", "lb.example.net."), 30)


def test_a_negative_answer_lasts_for_the_lesser_of_two_numbers() -> None:
    """RFC 2308."""
    assert answer_from(dns.message.from_text(NEGATIVE), "none.example.com.", "A") == Answer(
        "NXDOMAIN", (), ("none.example.com.",), 60
    )


def test_a_circle_of_aliases_ends() -> None:
    """Somebody's mistake must not hang us."""
    text = CHAIN.replace("lb.example.net. 60 IN A 192.0.2.2", "lb.example.net. 60 IN CNAME api.example.com.")
    answer = answer_from(dns.message.from_text(text.replace("lb.example.net. 60 IN A 192.0.2.1\n", "")), "api.example.com.", "A")

    assert answer.values == ()


@pytest.mark.parametrize(
    ("listed", "wire"),
    [
        ("\\052.example.com.", "*.example.com."),
        ("a\\100b.example.com.", "a\\@b.example.com."),
        ("plain.example.com", "plain.example.com."),
    ],
)
def test_route53s_octal_escapes_become_bytes(listed: str, wire: str) -> None:
    """A master file would read the same digits as decimal."""
    assert wire_name(listed).to_text() == wire


class Server:
    """Remembers what it was asked; loses the first packets."""

    def __init__(self, loses: int = 0) -> None:
        self.loses, self.asked = loses, []

    def __call__(self, question: dns.message.Message, server: str) -> dns.message.Message:
        self.asked.append((server, bool(question.flags & dns.flags.RD)))
        if len(self.asked) <= self.loses:
            raise dns.exception.Timeout
        return dns.message.make_response(question)


def test_a_lost_packet_is_sent_once_more() -> None:
    """UDP loses packets; silence twice is silence."""
    patient, silent = Server(loses=1), Server(loses=9)

    NameLook(resolvers=(), exchange=patient).asked("192.0.2.53", "a.example.", "A", recursive=True)
    with pytest.raises(Unreachable):
        NameLook(resolvers=(), exchange=silent).asked("192.0.2.53", "a.example.", "A", recursive=True)

    assert len(patient.asked) == len(silent.asked) == 2


def test_recursion_is_desired_of_resolvers_only() -> None:
    """An authority asked with it may refuse, a resolver asked without it does."""
    server = Server()
    names = NameLook(resolvers=(), exchange=server)

    names.asked("192.0.2.53", "a.example.", "A", recursive=False)
    names.asked("192.0.2.53", "a.example.", "A", recursive=True)

    assert [desired for _, desired in server.asked] == [False, True]


def test_no_resolver_that_answers_is_unreachable() -> None:
    """The authorities of a name cannot be found then."""
    for resolvers in ((), ("192.0.2.53", "192.0.2.54")):
        with pytest.raises(Unreachable) as caught:
            NameLook(resolvers=resolvers, exchange=Server(loses=99)).authorities("a.example.com.")
        assert caught.value.seen


@pytest.mark.parametrize(
    ("text", "resolvers"), [("192.0.2.1", ("192.0.2.1",)), (" 192.0.2.1, 2001:db8::1 192.0.2.1 ", ("192.0.2.1", "2001:db8::1"))]
)
def test_resolvers_are_told_by_the_environment(text: str, resolvers: tuple[str, ...]) -> None:
    """Separated by commas or spaces, each once."""
    assert NameLook(environ={"MIGRATE_RESOLVERS": text}).resolvers() == resolvers


@pytest.mark.parametrize(
    "environ", [{"MIGRATE_RESOLVERS": "dns.example.com"}, {"MIGRATE_DNS_PORT": "dns"}, {"MIGRATE_DNS_PORT": "0"}]
)
def test_what_is_no_address_or_port_is_the_operators(environ: dict[str, str]) -> None:
    """A typing mistake."""
    with pytest.raises(OperatorError):
        NameLook(environ=environ)


class Clock:
    """Stands still until it is moved."""

    at = 1000.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


class Names:
    """Counts questions; every answer lasts for ten seconds."""

    def __init__(self) -> None:
        self.count = 0

    def resolvers(self) -> tuple[str, ...]:
        return ("192.0.2.53",)

    def authorities(self, name: str) -> tuple[Authority, ...]:
        return ()

    def asked(self, server: str, name: str, type: str, *, recursive: bool) -> Answer:
        self.count += 1
        if server == "dead":
            raise Unreachable("no answer")
        return Answer("NOERROR", (str(self.count),), (name,), 0 if name == "zero." else 10)


def test_a_resolver_is_asked_again_when_its_answer_has_run_out() -> None:
    """Earlier it would only repeat its cache."""
    clock, names = Clock(), Names()
    patient = Patient(names, clock)

    first = patient.asked("192.0.2.53", "a.example.", "A", recursive=True)
    clock.sleep(9.9)
    again = patient.asked("192.0.2.53", "A.example.", "A", recursive=True)
    clock.sleep(0.1)
    new = patient.asked("192.0.2.53", "a.example.", "A", recursive=True)

    assert (first.values, again.values, new.values) == (("1",), ("1",), ("2",))
    assert patient.asked("192.0.2.53", "a.example.", "AAAA", recursive=True).values == ("3",)
    assert patient.asked("192.0.2.54", "a.example.", "A", recursive=True).values == ("4",)
    assert (patient.resolvers(), patient.authorities("a.example.")) == (names.resolvers(), ())


def test_authorities_are_asked_each_time() -> None:
    """They keep nothing: what they say is so now."""
    names = Names()
    patient = Patient(names, Clock())

    for _ in range(3):
        patient.asked("192.0.2.53", "a.example.", "A", recursive=False)

    assert names.count == 3


def test_silence_and_zero_are_not_repeated() -> None:
    """Neither lasts."""
    names = Names()
    patient = Patient(names, Clock())
    for _ in range(2):
        patient.asked("192.0.2.53", "zero.", "A", recursive=True)
        with pytest.raises(Unreachable):
            patient.asked("dead", "a.example.", "A", recursive=True)

    assert names.count == 4
