"""TLS on real sockets: ended by the load balancer, begun anew behind it, or passed through to the pod."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
from typing import Any

import pytest

from migrator.sandbox.doors.traffic.backends import Backends
from migrator.sandbox.doors.traffic.keys import NEEDS
from migrator.sandbox.doors.traffic.listeners import Listeners
from migrator.sandbox.doors.traffic.manners import places
from migrator.sandbox.world.balancers import LoadBalancer
from tests.contract.sandbox_sockets.staging import CERTIFICATE, LISTENER_PORT, Stage

TLS13_ONLY = "ELBSecurityPolicy-TLS13-1-3-2021-06"


@pytest.fixture(scope="module", autouse=True)
def secret(stage: Stage) -> None:
    stage.app("secret", tls="true")


def handshake(stage: Stage, lb: LoadBalancer, *, name: str = "shop.example.com") -> ssl.SSLSocket:
    plain = socket.create_connection((lb.zones[0].address, LISTENER_PORT), timeout=2)
    return stage.keys.client.wrap_socket(plain, server_hostname=name)


def asked(stream: ssl.SSLSocket, head: str = "GET / HTTP/1.1") -> dict[str, Any]:
    stream.sendall(f"{head}\r\nConnection: close\r\n\r\n".encode())
    said = b""
    while more := stream.recv(4096):
        said += more
    stream.close()
    answer: dict[str, Any] = json.loads(said.partition(b"\r\n\r\n")[2])
    return answer


def test_a_listener_ends_tls_with_its_own_certificate(stage: Stage) -> None:
    """So that a test can tell whether the certificate moved with the listener."""
    lb, _ = stage.balancer("ends", protocol="TLS", certificates=(CERTIFICATE,), policy=TLS13_ONLY)
    stream = handshake(stage, lb)

    subject = dict(each[0] for each in stream.getpeercert()["subject"])
    assert subject["organizationalUnitName"] == CERTIFICATE
    assert stream.version() == "TLSv1.3"
    assert asked(stream)["load_balancer"] == "ends"


def test_a_certificate_says_what_the_account_knows_of_it(stage: Stage) -> None:
    with stage.present as world:
        other = world.certificates.issue("only.example.org")
        old = world.certificates.upload("old", "shop.example.com", lasts_s=-5.0)
    wrong, _ = stage.balancer("wrong", protocol="TLS", certificates=(other.arn,))
    expired, _ = stage.balancer("expired", protocol="TLS", certificates=(old.arn,))

    for lb, why in ((wrong, "Hostname mismatch"), (expired, "expired")):
        with pytest.raises(ssl.SSLCertVerificationError, match=why):
            handshake(stage, lb)
    assert handshake(stage, wrong, name="only.example.org").version() == "TLSv1.2"


def test_a_listener_with_several_certificates_shows_the_one_that_is_asked_for(stage: Stage) -> None:
    with stage.present as world:
        first, second = (world.certificates.issue(each).arn for each in ("one.example.com", "*.example.org"))
    lb, _ = stage.balancer("several", protocol="TLS", certificates=(first, second))

    for name, arn in (("one.example.com", first), ("two.example.org", second)):
        subject = dict(each[0] for each in handshake(stage, lb, name=name).getpeercert()["subject"])
        assert subject["organizationalUnitName"] == arn


@pytest.mark.parametrize(
    ("policy", "spoken"), [("HTTP2Preferred", "h2"), ("HTTP2Optional", "http/1.1"), ("HTTP1Only", "http/1.1"), ("None", None)]
)
def test_an_alpn_policy_decides_what_is_spoken(stage: Stage, policy: str, spoken: str | None) -> None:
    lb, _ = stage.balancer(f"alpn-{policy.lower()}", protocol="TLS", certificates=(CERTIFICATE,), alpn=policy)
    context = ssl.create_default_context(cadata=stage.keys.certificate.decode())
    context.set_alpn_protocols(["h2", "http/1.1"])
    plain = socket.create_connection((lb.zones[0].address, LISTENER_PORT), timeout=2)

    with context.wrap_socket(plain, server_hostname="shop.example.com") as stream:
        assert stream.selected_alpn_protocol() == spoken


def test_a_deleted_load_balancer_resets_those_who_speak_tls_with_it(stage: Stage) -> None:
    lb, _ = stage.balancer("leaving", protocol="TLS", certificates=(CERTIFICATE,))
    stream = handshake(stage, lb)
    stream.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert stream.recv(4096).startswith(b"HTTP/1.1 200 ")
    with stage.present as world:
        world.elb.delete_load_balancer(lb.arn)

    # Beside TLS, which takes a reset for an end.
    with stream, socket.socket(fileno=os.dup(stream.fileno())) as plain, pytest.raises(ConnectionResetError):
        plain.settimeout(2)
        plain.recv(4096)


@pytest.mark.parametrize(
    ("protocol", "to", "app"),
    [("TLS", "TCP", "web"), ("TLS", "TLS", "secret"), ("TCP", "TCP", "secret")],
    ids=["terminated", "re-encrypted", "passed-through"],
)
def test_a_network_load_balancer_serves_tls(stage: Stage, protocol: str, to: str, app: str) -> None:
    certificates = (CERTIFICATE,) if protocol == "TLS" else ()
    lb, _ = stage.balancer(f"nlb-{protocol}-{to}-{app}".lower(), protocol=protocol, to=to, app=app, certificates=certificates)

    assert asked(handshake(stage, lb))["pod"].startswith(f"shop/{app}-")


@pytest.mark.parametrize(
    ("protocol", "to", "app"),
    [("SSL", "TCP", "web"), ("SSL", "SSL", "secret"), ("HTTPS", "HTTP", "web"), ("HTTPS", "HTTPS", "secret")],
)
def test_a_classic_load_balancer_serves_tls(stage: Stage, protocol: str, to: str, app: str) -> None:
    lb = stage.classic(f"clb-{protocol}-{to}".lower(), protocol, to, app=app)
    answer = asked(handshake(stage, lb))

    assert answer["pod"].startswith(f"shop/{app}-")
    assert answer.get("x-forwarded-proto") == ("https" if protocol == "HTTPS" else None)


def test_a_pod_that_speaks_no_tls_is_lost_behind_a_group_that_does(stage: Stage) -> None:
    lb, _ = stage.balancer("deaf", protocol="TLS", to="TLS", app="web", certificates=(CERTIFICATE,))

    with pytest.raises(ConnectionResetError):
        asked(handshake(stage, lb))
    assert any("speaks no TLS" in why for why in stage.traffic.listeners.refusals)


def test_who_does_not_shake_hands_is_no_flow(stage: Stage) -> None:
    lb, _ = stage.balancer("shy", protocol="TLS", certificates=(CERTIFICATE,))
    with socket.create_connection((lb.zones[0].address, LISTENER_PORT), timeout=2) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert b"HTTP" not in plain.recv(100)

    assert not [each for each in stage.world.network.flows.values() if each.lb_name == "shy"]


def test_clients_ask_over_tls_and_verify(stage: Stage) -> None:
    lb, _ = stage.balancer("asked", protocol="TLS", certificates=(CERTIFICATE,))
    stage.record("CREATE", "tls.example.com.", "CNAME", 1, lb.dns_name)
    stage.record("CREATE", "a.tls.example.com.", "CNAME", 1, lb.dns_name)
    crew = stage.crew(names=["tls.example.com"], tls=True, rate=60)
    fooled = stage.crew(names=["a.tls.example.com"], tls=True, rate=20)
    stage.until(lambda: stage.report(crew).answered >= 20 and stage.report(fooled).lost >= 2, "both have counted", patience_s=10)

    report = stage.stop(crew)
    assert report.lost == 0 and report.by_balancer == {"asked": report.answered}
    assert {each.why.partition(":")[0] for each in stage.stop(fooled).losses} == {"the certificate was not taken"}


def test_a_listener_that_begins_to_end_tls_keeps_its_socket(stage: Stage) -> None:
    lb, _ = stage.balancer("turned")
    (listener,) = stage.world.elb.listeners_of(lb.arn)
    with stage.present as world:
        world.elb.modify_listener(listener.arn, protocol="TLS", certificates=(CERTIFICATE,))

    stage.until(lambda: stage.traffic.listeners.wanted[lb.zones[0].address, LISTENER_PORT].ends_tls, "it is followed")
    assert asked(handshake(stage, lb))["load_balancer"] == "turned"


def test_without_keys_such_a_listener_says_what_to_install(stage: Stage) -> None:
    lb, _ = stage.balancer("keyless", protocol="TLS", certificates=(CERTIFICATE,))
    with stage.present as world:
        mine = {place: manner for place, manner in places(world).items() if place[0] in {each.address for each in lb.zones}}

    async def followed() -> dict[tuple[str, int], str]:
        listeners = Listeners(stage.present, Backends(stage.present))
        listeners.follow(mine)
        found = dict(listeners.unbound)
        listeners.follow({})
        assert not listeners.unbound
        return found

    assert asyncio.run(followed()) == dict.fromkeys(mine, NEEDS)
