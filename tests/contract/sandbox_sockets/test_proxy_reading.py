"""How a pod takes a PROXY header off a connection, byte for byte."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest

from migrator.sandbox.doors.traffic.proxy_header import SIGNATURE, Broken, Header, read

V1_BYTES = bytes(Header("v1", ("127.1.8.1", 5000), ("127.1.128.1", 80)))
V2_BYTES = bytes(Header("v2", ("127.1.8.1", 5000), ("127.1.128.1", 80)))
LOCAL = SIGNATURE + b"\x20\x00\x00\x05\x04\x00\x02ab"


def taken(accepts: str, *parts: bytes, ends: bool = True) -> tuple[Header | None, bytes]:
    """What a reader makes of these bytes, which come one after the other, and what it leaves in the socket."""

    async def reading() -> tuple[Header | None, bytes]:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            task = asyncio.create_task(read(ours, accepts))
            for each in parts:
                theirs.sendall(each)
                await asyncio.sleep(0.01)
            if ends:
                theirs.shutdown(socket.SHUT_WR)
            header = await asyncio.wait_for(task, 2)
            return header, ours.recv(1000)

    return asyncio.run(reading())


@pytest.mark.parametrize(
    ("accepts", "parts", "client"),
    [
        ("v1", (V1_BYTES + b"GET",), "127.1.8.1"),
        ("v1", (V1_BYTES[:3], V1_BYTES[3:30], V1_BYTES[30:], b"GET"), "127.1.8.1"),
        ("v1", (b"PROXY UNKNOWN\r\nGET",), ""),
        ("v2", (V2_BYTES + b"GET",), "127.1.8.1"),
        ("v2", (V2_BYTES[:5], V2_BYTES[5:14], V2_BYTES[14:20], V2_BYTES[20:], b"GET"), "127.1.8.1"),
        ("v2", (LOCAL + b"GET",), ""),
        ("any", (V1_BYTES + b"GET",), "127.1.8.1"),
        ("any", (V2_BYTES + b"GET",), "127.1.8.1"),
    ],
)
def test_a_header_is_taken_off_and_nothing_more(accepts: str, parts: tuple[bytes, ...], client: str) -> None:
    header, rest = taken(accepts, *parts)

    assert header is not None and header.client[0] == client and rest == b"GET"


def test_whoever_takes_any_takes_none() -> None:
    assert taken("any", b"GET / HTTP/1.1\r\n") == (None, b"GET / HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("accepts", "sent"),
    [
        ("v1", V2_BYTES),
        ("v2", V1_BYTES),
        ("v1", b"GET / HTTP/1.1\r\n"),
        ("v1", b""),
        ("any", b""),
        ("v1", V1_BYTES[:20]),
        ("v1", b"PROXY " + b"x" * 200),
        ("v1", b"PROXY TCP4 127.1.8.1 127.1.128.1 5000\r\n"),
        ("v2", V2_BYTES[:14]),
        ("v2", V2_BYTES[:20]),
    ],
)
def test_anything_else_is_a_broken_header(accepts: str, sent: bytes) -> None:
    with pytest.raises(Broken, match="broken header"):
        taken(accepts, *filter(None, (sent,)))


def test_a_reader_that_is_called_off_leaves_nothing_behind() -> None:
    async def called_off() -> Callable[[], int]:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours, theirs:
            task = asyncio.create_task(read(ours, "v1"))
            await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert not asyncio.get_running_loop().remove_reader(ours)
        return ours.fileno

    assert asyncio.run(called_off())() == -1
