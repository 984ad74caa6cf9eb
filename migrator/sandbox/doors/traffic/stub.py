"""Asks a caching resolver over UDP as a client's own libc does: one socket, one try after another, nothing kept."""

from __future__ import annotations

import asyncio
import itertools

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

PATIENCE_S = (0.8, 1.2)  # for the first try and for the second


class StubResolver(asyncio.DatagramProtocol):
    """One client-side socket to one resolver, shared by any number of clients."""

    def __init__(self, address: str, port: int) -> None:
        self.address, self._port = address, port
        self._transport: asyncio.DatagramTransport | None = None
        self._waiting: dict[int, asyncio.Future[dns.message.Message]] = {}
        self._ids = itertools.count(1)

    async def open(self) -> None:
        """Open the socket, inside a running event loop."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=(self.address, self._port))

    def close(self) -> None:
        """Close the socket; who still waits is told that nothing came."""
        if self._transport is not None:
            self._transport.close()
        for each in self._waiting.values():
            each.cancel()

    async def addresses(self, name: str) -> list[str]:
        """The A records of a name. LookupError, with why, when there are none or no reply comes in two seconds."""
        query = dns.message.make_query(name, "A")
        for patience_s in PATIENCE_S:
            query.id = next(self._ids) & 0xFFFF
            reply = await self._asked(query, patience_s)
            if reply is not None:
                return self._read(name, reply)
        raise LookupError(f"{name} does not resolve: no reply from {self.address} in {sum(PATIENCE_S):.0f} s")

    async def _asked(self, query: dns.message.Message, patience_s: float) -> dns.message.Message | None:
        assert self._transport is not None
        waiting: asyncio.Future[dns.message.Message] = asyncio.get_running_loop().create_future()
        self._waiting[query.id] = waiting
        self._transport.sendto(query.to_wire())
        try:
            # Not wait_for: before 3.12 it may swallow a cancellation, and the client would never stop.
            async with asyncio.timeout(patience_s):
                return await waiting
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(query.id, None)

    def _read(self, name: str, reply: dns.message.Message) -> list[str]:
        found = [each.address for rrset in reply.answer if rrset.rdtype == dns.rdatatype.A for each in rrset]
        if found:
            return found
        rcode = dns.rcode.to_text(reply.rcode())
        raise LookupError(f"{name} does not resolve: {rcode} from {self.address}")

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        try:
            reply = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return
        waiting = self._waiting.get(reply.id)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)
