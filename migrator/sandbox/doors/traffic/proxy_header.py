"""The PROXY protocol's header: the first bytes with which a load balancer tells a backend whose connection this is.

Source: haproxy.org, "The PROXY protocol", versions 1 (text) and 2 (binary). Classic Load Balancers write version 1,
Network Load Balancers version 2.
"""

from __future__ import annotations

import asyncio
import select
import socket
import struct
from dataclasses import dataclass

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
LONGEST_LINE = 107  # bytes of a version 1 header with its line end
FIXED = 16  # bytes of a version 2 header before the addresses
OVER_TCP4 = 0x11
READ_AGAIN_S = 0.002

Place = tuple[str, int]  # address, port


class Broken(OSError):
    """The first bytes of a connection are not the header that its reader expects."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header as read. `client` and `proxy` are address and port; empty and 0 where it names none."""

    version: str
    client: Place = ("", 0)
    proxy: Place = ("", 0)

    def __bytes__(self) -> bytes:
        (source, source_port), (destination, destination_port) = self.client, self.proxy
        if self.version == "v1":
            return f"PROXY TCP4 {source} {destination} {source_port} {destination_port}\r\n".encode("ascii")
        addresses = socket.inet_aton(source) + socket.inet_aton(destination)
        tail = addresses + struct.pack("!HH", source_port, destination_port)
        return SIGNATURE + struct.pack("!BBH", 0x21, OVER_TCP4, len(tail)) + tail


async def read(sock: socket.socket, accepts: str) -> Header | None:
    """Take the header off a connection that has just been accepted; what follows it stays in the socket.

    accepts   "v1", "v2" or "any"; with "any" a connection without a header is taken as well, and None is the answer.
    Raises Broken where the first bytes are something else, or the connection ends before they are whole.
    """
    begun = await _peeked(sock, len(SIGNATURE))
    version = "v2" if begun == SIGNATURE else "v1" if begun.startswith(b"PROXY ") else ""
    if version != accepts and (accepts != "any" or not begun):
        raise Broken(f"broken header: {accepts} was expected, there came {version or begun[:12]!r}")
    if version == "v2":
        return await _binary(sock)
    return await _line(sock) if version else None


async def _line(sock: socket.socket) -> Header:
    size = 0
    while True:
        seen = await _peeked(sock, LONGEST_LINE, more_than=size)
        if b"\r\n" in seen:
            break
        if len(seen) in (size, LONGEST_LINE):
            raise Broken(f"broken header: {seen!r} has no end")
        size = len(seen)
    line = sock.recv(seen.index(b"\r\n") + 2).decode("ascii", "replace").split()
    if line[1:2] == ["UNKNOWN"]:
        return Header("v1")
    if len(line) != 6 or not line[4].isdigit() or not line[5].isdigit():
        raise Broken(f"broken header: {' '.join(line)}")
    return Header("v1", (line[2], int(line[4])), (line[3], int(line[5])))


async def _binary(sock: socket.socket) -> Header:
    fixed = await _peeked(sock, FIXED)
    if len(fixed) < FIXED:
        raise Broken("broken header: it ends before its length")
    _, family, length = struct.unpack("!BBH", fixed[len(SIGNATURE) :])
    whole = await _peeked(sock, FIXED + length)
    if len(whole) < FIXED + length:
        raise Broken(f"broken header: {len(whole)} of {FIXED + length} bytes")
    sock.recv(len(whole))
    addresses = whole[FIXED:]
    if family != OVER_TCP4 or length < 12:  # LOCAL, or a family that nobody has here
        return Header("v2")
    source_port, destination_port = struct.unpack("!HH", addresses[8:12])
    source, destination = (socket.inet_ntoa(each) for each in (addresses[:4], addresses[4:8]))
    return Header("v2", (source, source_port), (destination, destination_port))


async def _peeked(sock: socket.socket, size: int, *, more_than: int | None = None) -> bytes:
    """The next bytes, left where they are: `size` of them, or more than `more_than`; fewer once the other side has ended."""
    enough = size if more_than is None else more_than + 1
    seen = await _readable(sock, size)
    while len(seen) < enough:
        # A socket with some bytes is readable at once: only time tells whether more come.
        await asyncio.sleep(READ_AGAIN_S)
        again = await _readable(sock, size)
        if again == seen and _ended(sock):
            break
        seen = again
    return seen


async def _readable(sock: socket.socket, size: int) -> bytes:
    loop = asyncio.get_running_loop()
    while True:
        try:
            return sock.recv(size, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            ready: asyncio.Future[None] = loop.create_future()
            loop.add_reader(sock, _resolve, ready)
            try:
                await ready
            finally:
                loop.remove_reader(sock)


def _resolve(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def _ended(sock: socket.socket) -> bool:
    """Whether the other side has sent its end after the bytes that wait: Linux and macOS tell by poll, not by recv."""
    poll = select.poll()
    poll.register(sock, getattr(select, "POLLRDHUP", select.POLLHUP))
    return bool(poll.poll(0))
