"""Connects as a client would, over plain sockets, and says what was seen."""

from __future__ import annotations

import hashlib
import socket
import ssl
from collections.abc import Callable

from migrator.model.names import ProbeSeen

TIMEOUT_S = 3.0
HEAD = 4096  # bytes of an answer that are read at most

Connect = Callable[[str, int], socket.socket]


def connected(address: str, port: int) -> socket.socket:
    """A TCP connection."""
    return socket.create_connection((address, port), timeout=TIMEOUT_S)


class ProbeLook:
    """Implements `ports.looks.ProbeLook`. `connect` opens a connection; it is handed in for tests."""

    def __init__(self, connect: Connect = connected) -> None:
        self._connect = connect

    def tried(self, address: str, port: int, kind: str, host: str) -> ProbeSeen:
        """One connection, three seconds for each step of it; a failure is an answer, not an error.

        `tcp` is ok once connected. `tls` once the handshake is done; the certificate is not verified, as it names what
        clients call and not this address, but its fingerprint is seen. `http` once a status below 500 came to
        `GET /` for `host`.
        """
        try:
            with self._connect(address, port) as stream:
                stream.settimeout(TIMEOUT_S)
                if kind == "tls":
                    return _handshake(stream, host)
                if kind == "http":
                    return _request(stream, host)
                return ProbeSeen(True, "connected")
        except TimeoutError:
            return ProbeSeen(False, f"no answer within {TIMEOUT_S:.0f} s")
        except (OSError, ValueError) as error:
            return ProbeSeen(False, " ".join(str(error).split()).lower() or error.__class__.__name__)


def _handshake(stream: socket.socket, host: str) -> ProbeSeen:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with context.wrap_socket(stream, server_hostname=host.rstrip(".") or None) as wrapped:
        certificate = wrapped.getpeercert(binary_form=True) or b""
        return ProbeSeen(True, f"{wrapped.version()}, certificate sha256 {hashlib.sha256(certificate).hexdigest()[:16]}")


def _request(stream: socket.socket, host: str) -> ProbeSeen:
    name = host.rstrip(".")
    asked = f"GET / HTTP/1.1\r\nHost: {name}\r\nUser-Agent: migrate\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    stream.sendall(asked.encode("ascii"))
    head = b""
    while b"\n" not in head and len(head) < HEAD and (more := stream.recv(HEAD - len(head))):
        head += more
    protocol, _, rest = head.partition(b"\n")[0].strip().partition(b" ")
    status = rest[:3]
    if not protocol.startswith(b"HTTP/") or not status.isdigit():
        return ProbeSeen(False, "no HTTP answer" if head else "closed without an answer")
    return ProbeSeen(int(status) < 500, f"HTTP {int(status)}")
