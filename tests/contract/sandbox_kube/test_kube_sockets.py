"""The door's HTTP: kept connections, bodies in chunks, and clients that misbehave."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

import pytest

from migrator.sandbox.doors.kube import KubeDoor, serve
from migrator.sandbox.doors.kube.server import Server
from migrator.sandbox.world import World
from tests.contract.sandbox_kube.cluster import DEFAULT, START


@pytest.fixture
def world() -> World:
    return World(now=START, seed=7)


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    running = serve(KubeDoor(world, lambda: START))
    try:
        yield running
    finally:
        running.close()


def test_a_connection_serves_many_requests(server: Server) -> None:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
    for _ in range(3):
        connection.request("GET", "/readyz")
        assert connection.getresponse().read() == b"ok"
    port = connection.sock.getsockname()[1]
    connection.request("HEAD", f"{DEFAULT}/services")
    head = connection.getresponse()

    assert head.read() == b""
    assert int(head.headers["Content-Length"]) > 0
    assert connection.sock.getsockname()[1] == port
    connection.close()


def test_a_body_may_come_in_chunks(server: Server) -> None:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
    parts = iter([b'{"metadata": ', b'{"name": "a"}}'])

    connection.request("POST", f"{DEFAULT}/configmaps", body=parts, headers={"Transfer-Encoding": "chunked"}, encode_chunked=True)

    assert connection.getresponse().status == 201
    connection.close()


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        pytest.param(b"nonsense\r\n\r\n", b"", id="no-http"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"HTTP/1.1 413", id="too-large"),
        pytest.param(b"GET /readyz HTTP/1.0\r\n\r\n", b"HTTP/1.1 200", id="old-http"),
        pytest.param(b"GET /readyz HTTP/1.1\r\nConnection: close\r\n\r\n", b"HTTP/1.1 200", id="last-request"),
        pytest.param(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", b"", id="a-chunk-too-large"),
    ],
)
def test_the_connection_ends_where_it_has_to(server: Server, sent: bytes, answered: bytes) -> None:
    with socket.create_connection((server.host, server.port), timeout=5) as client:
        client.sendall(sent)
        received = b"".join(iter(lambda: client.recv(4096), b""))

    assert received[: len(answered) or None] == answered


def test_a_bug_is_told_to_the_client_and_to_the_log(server: Server, world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Others must not lose their server over it."""

    def stumble(event: str, obj: object, old: object) -> None:
        raise KeyError("left behind")

    world.kube.subscribe("ConfigMap", stumble)
    connection = http.client.HTTPConnection(server.host, server.port, timeout=5)

    connection.request("POST", f"{DEFAULT}/configmaps", body=b'{"metadata": {"name": "a"}}')
    response = connection.getresponse()

    assert response.status == 500
    assert b"KeyError: 'left behind'" in response.read()
    assert "POST /api/v1/namespaces/default/configmaps" in caplog.text
    connection.close()


def test_a_port_that_is_taken_is_said(server: Server, world: World) -> None:
    with pytest.raises(OSError, match="address already in use"):
        serve(KubeDoor(world, lambda: START), server.host, server.port)


def test_closing_twice_is_harmless(server: Server) -> None:
    server.close()
    server.close()
