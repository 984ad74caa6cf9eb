"""A client's view of a load balancer."""

from __future__ import annotations

from msgspec.structs import replace

from migrator.errors import Unreachable
from migrator.model.names import ProbeSeen
from migrator.steps import probing
from tests.unit import given
from tests.unit.world import World


def listening(*protocols: str) -> object:
    planned = given.migration()
    listeners = tuple(given.listener("legacy", 8000 + at, protocol=each) for at, each in enumerate(protocols))
    return replace(planned, legacy=replace(planned.legacy, listeners=listeners))


def test_every_address_is_tried_on_every_port() -> None:
    """One zone that does not answer is a zone without service."""
    world = World()
    addresses = ("192.0.2.1", "192.0.2.2")
    planned = listening("TCP", "TLS", "UDP")

    assert probing.addresses(planned, addresses, world.outside()) == ProbeSeen(True, "4 probes succeeded")

    world.probed["192.0.2.2"] = False
    assert probing.addresses(planned, addresses, world.outside()) == ProbeSeen(False, "tcp 192.0.2.2:8000 refuses")


def test_each_protocol_is_spoken() -> None:
    """A classic load balancer ends TLS and reads HTTP, as its clients know."""
    world = World()
    planned = listening("SSL", "HTTPS", "HTTP")

    for at, kind in enumerate(("tls", "tls", "http")):
        attempted = probing.attempted("192.0.2.1", planned.legacy.listeners[at], "api.example.com", world.outside())
        assert attempted.seen == f"{kind} 192.0.2.1:{8000 + at} answers"


def test_udp_says_nothing_to_strangers() -> None:
    planned = listening("UDP")

    assert not probing.addresses(planned, ("192.0.2.1",), World().outside()).ok


def test_legacy_is_probed_at_the_addresses_of_its_own_authority() -> None:
    assert probing.legacy(given.migration(), World().outside()) == ProbeSeen(True, "2 probes succeeded")


def test_not_getting_through_from_here_is_no_trouble() -> None:
    """It only means that nothing can be told by probing."""
    world = World()
    world.refuse("authorities", Unreachable("no route"))

    assert probing.legacy(given.migration(), world.outside()) == ProbeSeen(False, "no route")


def test_a_silent_name_server_leaves_the_others_to_ask() -> None:
    world = World()
    world.refuse("asked ns1", Unreachable("silent"))

    assert probing.legacy(given.migration(), world.outside()) == ProbeSeen(True, "2 probes succeeded")

    world.refuse("asked", Unreachable("silent"), 2)
    silent = ProbeSeen(False, f"none of 2 name servers answers for {given.LEGACY_NAME}")
    assert probing.legacy(given.migration(), world.outside()) == silent


def test_a_probe_that_could_not_be_made_is_one_that_failed() -> None:
    world = World()

    def tried(*_: object) -> ProbeSeen:
        raise Unreachable("no socket")

    world.tried = tried

    assert probing.legacy(given.migration(), world.outside()) == ProbeSeen(False, "no socket")


def test_the_name_to_ask_for_is_that_of_the_first_record_set() -> None:
    """Without one it is the load balancer's own."""
    asked: list[str] = []
    world = World()
    world.tried = lambda address, port, kind, host: asked.append(host) or ProbeSeen(True, "")

    probing.addresses(given.migration(), ("192.0.2.1",), world.outside())
    probing.addresses(given.moving(), ("192.0.2.1",), world.outside())

    assert asked == ["api.example.com", given.LEGACY_NAME]
