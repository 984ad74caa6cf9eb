"""What a Classic Load Balancer's HTTP listener writes into requests, however they are cut into packets."""

from __future__ import annotations

import pytest

from migrator.sandbox.doors.traffic.request_heads import NotHttp, RequestHeads, is_request

TOLD = b"X-Forwarded-For: 127.1.8.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\n\r\n"
PLAIN = b"GET / HTTP/1.1\r\nHost: a\r\n"
SIZED = b"POST /b HTTP/1.1\r\nContent-Length: 9\r\n"
CHUNKED = b"POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
CHUNKS = b"4;x=y\r\nGET \r\n3\r\n\r\n\r\r\n0\r\n\r\n"
TRAILED = b"1\r\na\r\n0\r\nSum: 1\r\n\r\n"


def heads() -> RequestHeads:
    return RequestHeads("127.1.8.1", "https", 443)


STREAM = [(PLAIN, b""), (SIZED, b"GET / HTT"), (CHUNKED, CHUNKS), (CHUNKED, TRAILED), (PLAIN, b"")]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_bodies_pass_as_they_are_and_every_head_is_told(size: int) -> None:
    """Five requests on one connection, whose bodies look like heads."""
    edited = heads()
    sent = b"".join(head + b"\r\n" + body for head, body in STREAM)

    passed = b"".join(edited.feed(sent[place : place + size]) for place in range(0, len(sent), size))

    assert passed == b"".join(head + TOLD + body for head, body in STREAM)
    assert edited.requests == 5


def test_what_a_client_claims_of_itself_is_kept_in_the_chain_only() -> None:
    claims = b"x-forwarded-for: 192.0.2.1\r\nX-FORWARDED-PROTO: http\r\nX-Forwarded-Port: 1\r\n"

    assert heads().feed(PLAIN + claims + b"\r\n") == PLAIN + TOLD.replace(b"For: ", b"For: 192.0.2.1, ")


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x00\r\n\r\n",
        b"PROXY TCP4 1.2.3.4 1.2.3.5 1 2\r\nGET / HTTP/1.1\r\n",
        b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000,
        CHUNKED + b"\r\nno size\r\n",
    ],
    ids=["tls", "proxy-header", "empty", "endless", "bad-chunk"],
)
def test_nonsense_is_said_to_be_such(sent: bytes) -> None:
    with pytest.raises(NotHttp):
        heads().feed(sent)


def test_a_request_is_known_by_its_first_line() -> None:
    assert is_request(b"GET / HTTP/1.0") and is_request(b"DELETE /a?b HTTP/1.1")
    assert not is_request(b"PRI * HTTP/2.0") and not is_request(b"GET /")
