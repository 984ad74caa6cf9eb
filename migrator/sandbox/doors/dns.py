"""The DNS door: four authorities and any number of caching resolvers, over UDP and TCP or in process.

Every server has an address of its own; all of them use one port. An authority answers without recursion and only
for the zones of this world as the internet sees them; a resolver answers those who desire recursion, and sees the
private zones too.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from migrator.sandbox.doors.present import Present
from migrator.sandbox.world.names_answer import REFUSED, Answer, canonical

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.resolvers import CachingResolver

PLAIN_UDP_BYTES = 512  # RFC 1035, where the asker says nothing about EDNS
LARGEST_UDP_BYTES = 1232  # DNS flag day 2020: fits one packet on every path
TCP_IDLE_S = 10.0


class DnsDoor:
    """Answers wire messages for each of its servers. `servers` are their addresses, authorities first."""

    def __init__(self, world: World, clock: Callable[[], float], resolvers: Mapping[str, CachingResolver] | None = None) -> None:
        self._present = Present(world, clock)
        self.resolvers = dict(resolvers or {})
        self.authorities = world.names.authorities

    @property
    def servers(self) -> tuple[str, ...]:
        """Every address that answers, authorities first."""
        return (*self.authorities, *self.resolvers)

    def reply(self, wire: bytes, server: str, *, udp: bool) -> tuple[bytes | None, float]:
        """The reply of one server to one message, and the seconds to hold it back; None when it stays silent.

        Over UDP a reply that does not fit is cut to its header with TC set, so that the asker comes back over TCP.
        """
        try:
            query = dns.message.from_wire(wire)
        except (dns.exception.DNSException, ValueError):
            return None, 0.0
        if query.flags & dns.flags.QR:
            return None, 0.0
        reply, delay_s = self._replied(query, server)
        if reply is None:
            return None, delay_s
        if not udp:
            return reply.to_wire(max_size=65535), delay_s
        room = min(query.payload, LARGEST_UDP_BYTES) if query.edns >= 0 else PLAIN_UDP_BYTES
        try:
            return reply.to_wire(max_size=max(room, PLAIN_UDP_BYTES)), delay_s
        except dns.exception.TooBig:
            for section in (reply.answer, reply.authority, reply.additional):
                section.clear()
            reply.flags |= dns.flags.TC
            return reply.to_wire(), delay_s

    def exchange(self, query: dns.message.Message, server: str) -> dns.message.Message:
        """Ask a server in process, with no socket; dns.exception.Timeout when it would not reply."""
        wire, _ = self.reply(query.to_wire(), server, udp=False)
        if wire is None:
            raise dns.exception.Timeout
        return dns.message.from_wire(wire)

    def _replied(self, query: dns.message.Message, server: str) -> tuple[dns.message.Message | None, float]:
        reply = dns.message.make_response(query, recursion_available=server in self.resolvers, our_payload=LARGEST_UDP_BYTES)
        if query.opcode() != dns.opcode.QUERY:
            reply.set_rcode(dns.rcode.NOTIMP)
            return reply, 0.0
        if len(query.question) != 1:
            reply.set_rcode(dns.rcode.FORMERR)
            return reply, 0.0
        question = query.question[0]
        if question.rdclass != dns.rdataclass.IN:
            reply.set_rcode(dns.rcode.REFUSED)
            return reply, 0.0
        name, rtype = canonical(question.name.to_text()), dns.rdatatype.to_text(question.rdtype)
        with self._present as world:
            said = self._said(name, rtype, server, recursion=bool(query.flags & dns.flags.RD))
            soa = world.names.start_of_authority(said.soa[0], vpc=server in self.resolvers) if said.soa else ""
        if not said.rcode:
            return None, said.delay_s
        try:
            _fill(reply, said, soa)
        except dns.exception.DNSException:
            # Route 53 took a value that cannot be put on the wire: what a name server says that cannot load its zone.
            reply.answer.clear()
            reply.set_rcode(dns.rcode.SERVFAIL)
        return reply, said.delay_s

    def _said(self, name: str, rtype: str, server: str, *, recursion: bool) -> Answer:
        resolver = self.resolvers.get(server)
        if resolver is not None:
            # Whoever does not desire recursion would look into other people's cache: refused, as unbound does.
            return resolver.ask(name, rtype) if recursion else REFUSED
        return self._present.world.names.asked(name, rtype, authority=self.authorities.index(server), vpc=False)


def _fill(reply: dns.message.Message, said: Answer, soa: str) -> None:
    """Put an answer into a reply. `soa` is the data of the SOA record that a negative answer carries."""
    reply.set_rcode(dns.rcode.from_text(said.rcode))
    if said.authoritative:
        reply.flags |= dns.flags.AA
    sets: dict[tuple[str, str], tuple[int, list[str]]] = {}
    for name, rtype, ttl, value in said.records:
        sets.setdefault((name, rtype), (ttl, []))[1].append(value)
    for (name, rtype), (ttl, values) in sets.items():
        # Route 53 takes every name in a value for a whole one, with or without its last dot.
        reply.answer.append(dns.rrset.from_text_list(name, ttl, "IN", rtype, values, origin=dns.name.root, relativize=False))
    if said.soa is not None:
        zone, ttl = said.soa
        reply.authority.append(dns.rrset.from_text(zone, ttl, "IN", "SOA", soa))


class DnsSockets:
    """The door on real sockets, inside a running event loop."""

    def __init__(self, door: DnsDoor, port: int) -> None:
        self._door, self.port = door, port
        self._transports: list[asyncio.DatagramTransport] = []
        self._servers: list[asyncio.Server] = []

    async def open(self, addresses: Sequence[str] | None = None) -> None:
        """Bind UDP and TCP on every server's address; OSError when one is taken, with nothing left open."""
        loop = asyncio.get_running_loop()
        try:
            for address in addresses or self._door.servers:
                listening = (address, self.port)
                transport, _ = await loop.create_datagram_endpoint(functools.partial(_Udp, self._door, address), listening)
                self._transports.append(transport)
                self._servers.append(await asyncio.start_server(self._answer_tcp, *listening))
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Free every port."""
        for transport in self._transports:
            transport.close()
        for server in self._servers:
            server.close()
        self._transports, self._servers = [], []

    async def _answer_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's messages in turn: each comes after its length in two bytes (RFC 7766)."""
        server = writer.get_extra_info("sockname")[0]
        try:
            while True:
                async with asyncio.timeout(TCP_IDLE_S):
                    length = await reader.readexactly(2)
                    wire = await reader.readexactly(int.from_bytes(length, "big"))
                reply, delay_s = self._door.reply(wire, server, udp=False)
                if reply is None:
                    return
                await asyncio.sleep(delay_s)
                writer.write(len(reply).to_bytes(2, "big") + reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
            pass  # the asker has gone, which is how every such connection ends
        finally:
            writer.close()


class _Udp(asyncio.DatagramProtocol):
    """One server's UDP socket."""

    def __init__(self, door: DnsDoor, server: str) -> None:
        self._door, self._server = door, server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # asyncio's own is no subclass of it before 3.12

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        reply, delay_s = self._door.reply(data, self._server, udp=True)
        if reply is None or self._transport is None:
            return
        if delay_s:
            asyncio.get_running_loop().call_later(delay_s, self._transport.sendto, reply, addr)
        else:
            self._transport.sendto(reply, addr)
