"""A client's view over real sockets on loopback."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from migrator.adapters.dns import probe
from migrator.adapters.dns.probe import ProbeLook

ADDRESS = "127.0.0.1"


@contextmanager
def server(say: bytes | None, wrap: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server for one connection: says something once it was told something, then closes; None says nothing."""
    listener = socket.create_server((ADDRESS, 0))
    over = threading.Event()

    def serve() -> None:
        try:
            stream, _ = listener.accept()
            with wrap.wrap_socket(stream, server_side=True) if wrap else stream as talk:
                if say is None:
                    over.wait(5)
                elif say:
                    talk.recv(4096)
                    talk.sendall(say)
        except OSError:
            return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        listener.close()
        thread.join(5)


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """A certificate that nobody here trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("shop.example.com").configure_cert(context)
    return context


def test_a_connection_is_enough_for_tcp() -> None:
    """Nothing is sent: the protocol is not ours to know."""
    with server(b"") as port:
        assert ProbeLook().tried(ADDRESS, port, "tcp", "shop.example.com").ok


def test_a_closed_port_is_seen_and_no_error() -> None:
    """Whether it matters is the step's to say."""
    with socket.create_server((ADDRESS, 0)) as listener:
        port = listener.getsockname()[1]

    seen = ProbeLook().tried(ADDRESS, port, "tcp", "shop.example.com")

    assert not seen.ok
    assert "refused" in seen.seen


def test_a_certificate_is_seen_and_not_verified(tls: ssl.SSLContext) -> None:
    """It names what clients call, and we call an address."""
    with server(b"", tls) as port:
        seen = ProbeLook().tried(ADDRESS, port, "tls", "other.example.com.")

    assert seen.ok
    assert "sha256" in seen.seen


def test_no_tls_where_tls_is_expected_is_seen() -> None:
    """A listener of the wrong protocol would answer so."""
    with server(b"hello") as port:
        assert not ProbeLook().tried(ADDRESS, port, "tls", "shop.example.com").ok


@pytest.mark.parametrize(
    ("answer", "ok", "seen"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True, "HTTP 200"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", True, "HTTP 404"),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False, "HTTP 503"),
        (b"SSH-2.0-OpenSSH\r\n", False, "no HTTP answer"),
        (b"", False, ""),
    ],
)
def test_an_http_status_below_500_serves(answer: bytes, ok: bool, seen: str) -> None:
    """A page may be missing; a server that fails does not serve."""
    with server(answer) as port:
        found = ProbeLook().tried(ADDRESS, port, "http", "shop.example.com")

    assert found.ok is ok
    assert seen in found.seen


def test_silence_ends_with_the_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look must not hang."""
    monkeypatch.setattr(probe, "TIMEOUT_S", 0.1)
    with server(None) as port:
        seen = ProbeLook().tried(ADDRESS, port, "http", "shop.example.com")

    assert not seen.ok
    assert "no answer within" in seen.seen
