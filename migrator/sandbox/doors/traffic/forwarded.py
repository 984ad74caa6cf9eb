"""One client's connection through a load balancer: the way to its backend, and how it ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from migrator.sandbox.doors.traffic.backends import Backends
from migrator.sandbox.doors.traffic.idle import Idle
from migrator.sandbox.doors.traffic.keys import upstream
from migrator.sandbox.doors.traffic.manners import Manner, Onward
from migrator.sandbox.doors.traffic.relay import Side
from migrator.sandbox.doors.traffic.request_heads import BAD_REQUEST, TIMED_OUT, RequestHeads
from migrator.sandbox.world.network_flows import Flow

Place = tuple[str, int]  # address, port

HANDSHAKE_S = 10.0
_upstream = upstream()


class Forwarded:
    """The client's side and the backend's. `opening` holds on to the task that makes the latter.

    asked      called for each request after the first, where the load balancer reads them
    over       called once the load balancer no longer counts it: it ended, or was silent for too long
    gone       called once the client's socket is closed
    forgotten  it was silent for too long, and whoever speaks next is reset
    """

    def __init__(
        self,
        flow: Flow,
        client: Side,
        manner: Manner,
        onward: Onward,
        asked: Callable[[Flow], None],
        over: Callable[[Flow], None],
        gone: Callable[[Flow], None],
    ) -> None:
        self.flow = flow
        self.forgotten = False
        self.opening: asyncio.Task[None] | None = None
        self._manner, self._onward = manner, onward
        self._asked, self._over, self._gone = asked, over, gone
        self._client, self._upstream = client, Side(peer=client)
        self._idle = Idle(manner.idle_s, self._expired)
        client.on_heard = self._upstream.on_heard = self._idle.heard
        client.on_lost = self._lost
        if manner.reads_http:
            client.edit = self._edited
            self._heads = RequestHeads(flow.client, manner.scheme, flow.port)
            client.on_nonsense = lambda: client.finish(BAD_REQUEST)

    async def open(self, backends: Backends) -> None:
        """Connect to the backend and let bytes through; turn the client away when nothing answers there."""
        client = self._client
        try:
            connected = await self._connected(backends)
        except OSError:
            connected = False
        if client.transport is None or client.transport.is_closing():
            self.cut_off()
        elif connected:
            client.peer = self._upstream
            client.transport.resume_reading()
        elif self._manner.reads_http:
            client.finish(TIMED_OUT)
        else:
            self.cut_off()

    def cut_off(self) -> None:
        """Reset both sides."""
        self._upstream.close(hard=True)
        self._client.close(hard=True)

    def _edited(self, data: bytes) -> bytes:
        before = self._heads.requests
        across = self._heads.feed(data)
        for _ in range(max(before, 1), self._heads.requests):
            self._asked(self.flow)
        return across

    def _expired(self) -> None:
        """Nothing has come for too long. Network Load Balancers user guide, "Idle timeout": nobody is told until then."""
        if self._manner.forgets:
            self.forgotten = self._client.forgotten = self._upstream.forgotten = True
            self._over(self.flow)
        else:
            self._upstream.close()
            self._client.close()

    def _lost(self) -> None:
        self._idle.stop()
        self._over(self.flow)
        self._gone(self.flow)

    async def _connected(self, backends: Backends) -> bool:
        where = backends.reach(self.flow.backend.address, self.flow.backend.port)
        if where is None:
            return False
        loop = asyncio.get_running_loop()
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        source: Place | None = None
        try:
            sock.setblocking(False)
            # Bound first: so the pod can tell who brought the connection.
            source = self._bound(sock)
            backends.balancer_at[source] = self.flow.lb_name
            await loop.sock_connect(sock, where)
            await loop.sock_sendall(sock, self._begun())
        except BaseException:
            sock.close()
            if source is not None:
                backends.balancer_at.pop(source, None)
            raise
        tls: dict[str, Any] = {"ssl": _upstream, "server_hostname": "", "ssl_handshake_timeout": HANDSHAKE_S}
        await loop.create_connection(lambda: self._upstream, sock=sock, **(tls if self._onward.tls else {}))
        return True

    def _bound(self, sock: socket.socket) -> Place:
        """Give a socket the address that the backend is to see; the load balancer's where that is not this machine's."""
        try:
            sock.bind((self._onward.source, 0))
        except OSError:
            sock.bind((self.flow.address, 0))
        bound: Place = sock.getsockname()
        return bound

    def _begun(self) -> bytes:
        """The first bytes that the backend gets, with true addresses."""
        peer = self._client.transport.get_extra_info("peername") if self._client.transport else None
        return self._onward.begun(peer or (self.flow.client, 0), (self.flow.address, self.flow.port))
