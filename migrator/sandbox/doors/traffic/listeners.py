"""Load balancers on real sockets: one listening socket per address and port, forwarding to a backend pod."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from migrator.sandbox.doors.present import Present
from migrator.sandbox.doors.traffic.accepting import Accepting
from migrator.sandbox.doors.traffic.backends import Backends
from migrator.sandbox.doors.traffic.forwarded import Forwarded
from migrator.sandbox.doors.traffic.keys import NEEDS, Keys
from migrator.sandbox.doors.traffic.manners import Manner, Onward, onward
from migrator.sandbox.doors.traffic.relay import Side, reset, turn_away
from migrator.sandbox.doors.traffic.request_heads import UNAVAILABLE
from migrator.sandbox.world.network_flows import Flow, Lost

Place = tuple[str, int]  # address, port

HANDSHAKE_S = 10.0  # Network Load Balancers user guide, "TLS listeners": a handshake that takes longer is given up


class Listeners:
    """Every listening socket of every active load balancer.

    wanted       every place that should listen, and how
    unbound      places that the model has but that could not be bound, with the reason
    refusals     how many connections the model turned down, by reason
    """

    def __init__(self, present: Present, backends: Backends, keys: Keys | None = None) -> None:
        self._present, self._backends, self._keys = present, backends, keys
        self.unbound: dict[Place, str] = {}
        self.refusals: dict[str, int] = {}
        self.wanted: Mapping[Place, Manner] = {}
        self._servers: dict[Place, Accepting] = {}
        self._forwarded: dict[int, Forwarded] = {}

    @property
    def bound(self) -> AbstractSet[Place]:
        """The places that listen."""
        return self._servers.keys()

    def follow(self, wanted: Mapping[Place, Manner]) -> None:
        """Bind what has become active and close what has gone. `wanted` are all the places that should listen, and how."""
        # A listener that is changed keeps its socket: only connections that come later meet the change.
        mute = {place for place, manner in wanted.items() if manner.ends_tls and self._keys is None}
        for place in [each for each in self._servers if each not in wanted or each in mute]:
            self._servers.pop(place).close()
        for place, why in list(self.unbound.items()):
            if place not in wanted or (why == NEEDS and place not in mute):
                del self.unbound[place]
        self.wanted = wanted
        for place in sorted(wanted):
            if place in mute:
                self.unbound[place] = NEEDS
            elif place not in self._servers and place not in self.unbound:
                self._bind(place)

    def cut(self) -> None:
        """Reset every connection that something in the world has cut."""
        if not self._forwarded:
            return
        with self._present as world:
            counted = [each for each in self._forwarded.values() if not each.forgotten]
            broken = [each for each in counted if world.network.cut(each.flow)]
        for each in broken:
            each.cut_off()

    def close(self) -> None:
        """Close every socket."""
        for server in self._servers.values():
            server.close(hard=True)
        self._servers.clear()
        for each in list(self._forwarded.values()):
            each.cut_off()

    def _bind(self, place: Place) -> None:
        async def welcome(accepted: socket.socket) -> None:
            await self._welcome(place, accepted)

        try:
            self._servers[place] = Accepting(*place, welcome)
        except OSError as error:
            self.unbound[place] = error.strerror or str(error)

    async def _welcome(self, place: Place, accepted: socket.socket) -> None:
        """Shake hands where the listener ends TLS, and hear where the connection goes."""
        manner = self.wanted.get(place)
        if manner is None:  # the listener went in this very moment
            turn_away(accepted)
            return
        context = self._context(manner)
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: Side(on_made=lambda side: self._arrived(side, place, manner)),
            accepted,
            ssl=context,
            ssl_handshake_timeout=HANDSHAKE_S if context else None,
        )

    def _context(self, manner: Manner) -> ssl.SSLContext | None:
        if manner.ending is None or self._keys is None:
            return None
        return self._keys.server(manner.ending)

    def _arrived(self, client: Side, place: Place, manner: Manner) -> None:
        """Let the model decide where a new connection goes, and open the way there."""
        assert client.transport is not None
        peer = client.transport.get_extra_info("peername")
        way = self._way(peer[0] if peer else "", place)
        if isinstance(way, Lost):
            self.refusals[way.why] = self.refusals.get(way.why, 0) + 1
            if manner.reads_http:
                client.finish(UNAVAILABLE)
            else:
                reset(client.transport)
            return
        flow, on = way
        forwarded = Forwarded(flow, client, manner, on, self._asked, self._over, self._gone)
        self._forwarded[flow.id] = forwarded
        loop = asyncio.get_running_loop()
        # Not at once: Python 3.11.2 begins to read after `connection_made`, paused or not, and what comes early would be lost.
        loop.call_soon(client.transport.pause_reading)
        forwarded.opening = loop.create_task(forwarded.open(self._backends))

    def _way(self, client: str, place: Place) -> tuple[Flow, Onward] | Lost:
        with self._present as world:
            flow = world.network.connect(client, *place)
            return flow if isinstance(flow, Lost) else (flow, onward(world, flow))

    def _asked(self, flow: Flow) -> None:
        with self._present as world:
            world.network.requested(flow)

    def _over(self, flow: Flow) -> None:
        with self._present as world:
            world.network.close(flow)

    def _gone(self, flow: Flow) -> None:
        self._forwarded.pop(flow.id, None)
