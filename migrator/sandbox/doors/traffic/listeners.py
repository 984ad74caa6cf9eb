"""Load balancers on real sockets: one listening socket per address and port, forwarding to a backend pod."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from migrator.sandbox.doors.present import Present
from migrator.sandbox.doors.traffic.accepting import Accepting
from migrator.sandbox.doors.traffic.backends import Backends
from migrator.sandbox.doors.traffic.relay import Side, reset
from migrator.sandbox.world.network_flows import Flow, Lost

Place = tuple[str, int]  # address, port


class Listeners:
    """Every listening socket of every active load balancer.

    unbound      places that the model has but that could not be bound, with the reason
    refusals     how many connections the model turned down, by reason
    """

    def __init__(self, present: Present, backends: Backends) -> None:
        self._present, self._backends = present, backends
        self.unbound: dict[Place, str] = {}
        self.refusals: dict[str, int] = {}
        self._servers: dict[Place, Accepting] = {}
        self._forwarded: dict[int, Forwarded] = {}

    @property
    def bound(self) -> AbstractSet[Place]:
        """The places that listen."""
        return self._servers.keys()

    def follow(self, wanted: AbstractSet[Place]) -> None:
        """Bind what has become active and close what has gone. `wanted` are all the places that should listen."""
        for place in [each for each in self._servers if each not in wanted]:
            self._servers.pop(place).close()
        for place in [each for each in self.unbound if each not in wanted]:
            del self.unbound[place]
        for place in sorted(wanted):
            if place not in self._servers and place not in self.unbound:
                self._bind(place)

    def cut(self) -> None:
        """Reset every connection that something in the world has cut."""
        if not self._forwarded:
            return
        with self._present as world:
            broken = [each for each in self._forwarded.values() if world.network.cut(each.flow)]
        for each in broken:
            each.cut_off()

    def close(self) -> None:
        """Close every socket."""
        for server in self._servers.values():
            server.close()
        self._servers.clear()
        for each in list(self._forwarded.values()):
            each.cut_off()

    def _bind(self, place: Place) -> None:
        try:
            self._servers[place] = Accepting(*place, lambda: self._arrival(place))
        except OSError as error:
            self.unbound[place] = error.strerror or str(error)

    def _arrival(self, place: Place) -> Side:
        return Side(on_made=lambda side: self._arrived(side, place))

    def _arrived(self, client: Side, place: Place) -> None:
        """Let the model decide where a new connection goes, and open the way there."""
        assert client.transport is not None
        peer = client.transport.get_extra_info("peername")
        with self._present as world:
            flow = world.network.connect(peer[0] if peer else "", *place)
        if isinstance(flow, Lost):
            self.refusals[flow.why] = self.refusals.get(flow.why, 0) + 1
            reset(client.transport)
            return
        client.transport.pause_reading()
        forwarded = Forwarded(flow, client, self._ended)
        self._forwarded[flow.id] = forwarded
        forwarded.opening = asyncio.get_running_loop().create_task(forwarded.open(self._backends))

    def _ended(self, flow: Flow) -> None:
        if self._forwarded.pop(flow.id, None) is not None:
            with self._present as world:
                world.network.close(flow)


class Forwarded:
    """One client's connection and the one to its backend. `opening` holds on to the task that makes the latter."""

    def __init__(self, flow: Flow, client: Side, ended: Callable[[Flow], None]) -> None:
        self.flow = flow
        self.opening: asyncio.Task[None] | None = None
        self._client, self._upstream = client, Side(peer=client)
        client.on_lost = lambda: ended(flow)

    async def open(self, backends: Backends) -> None:
        """Connect to the backend and let bytes through; reset the client when nothing answers there."""
        client = self._client
        try:
            connected = await self._connected(backends)
        except OSError:
            connected = False
        if not connected or client.transport is None or client.transport.is_closing():
            self.cut_off()
            return
        client.peer = self._upstream
        client.transport.resume_reading()

    def cut_off(self) -> None:
        """Reset both sides."""
        self._upstream.close(hard=True)
        self._client.close(hard=True)

    async def _connected(self, backends: Backends) -> bool:
        where = backends.reach(self.flow.backend.address, self.flow.backend.port)
        if where is None:
            return False
        loop = asyncio.get_running_loop()
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        source: Place | None = None
        try:
            sock.setblocking(False)
            # From the load balancer's own address, and bound first: so the pod can tell who brought the connection.
            sock.bind((self.flow.address, 0))
            source = sock.getsockname()
            backends.balancer_at[source] = self.flow.lb_name
            await loop.sock_connect(sock, where)
            await loop.create_connection(lambda: self._upstream, sock=sock)
        except BaseException:
            sock.close()
            if source is not None:
                backends.balancer_at.pop(source, None)
            raise
        return True
