"""Clients in numbers: what somebody orders, the tasks that carry it out, and one tally for each order."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Collection
from typing import Annotated

import msgspec

from migrator.sandbox.doors.present import Present
from migrator.sandbox.doors.traffic.asker import Asker, Connection, Errand
from migrator.sandbox.doors.traffic.http import ModelConnection, SocketConnection
from migrator.sandbox.doors.traffic.keys import NEEDS, Keys
from migrator.sandbox.doors.traffic.stub import StubResolver
from migrator.sandbox.world.tally import Tally

Count = Annotated[int, msgspec.Meta(ge=0, le=1000)]


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a crew is to do.

    names        asked in turn by one client after the other
    plain        clients that connect anew for every request
    keep_alive   clients that keep a connection for up to ten seconds
    rate         requests a second, all clients together
    resolvers    addresses of the resolvers they ask, in turn, `address:port` for one that is not the sandbox's own; empty for
                 all of the sandbox's
    tls          they speak TLS, and take only a certificate of the sandbox's own authority for the name they asked for
    """

    names: Annotated[list[str], msgspec.Meta(min_length=1)]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 80
    path: str = "/"
    plain: Count = 2
    keep_alive: Count = 2
    rate: Annotated[float, msgspec.Meta(gt=0, le=1000)] = 20.0
    resolvers: list[str] = []
    tls: bool = False


class Crew:
    """The clients of one order."""

    def __init__(
        self,
        order: Order,
        present: Present,
        resolvers: Collection[str],
        dns_port: int,
        unbound: Collection[tuple[str, int]],
        keys: Keys | None = None,
    ) -> None:
        if unknown := [each for each in order.resolvers if ":" not in each and each not in resolvers]:
            raise ValueError(f"no resolver at {', '.join(unknown)}; there are {', '.join(resolvers)}")
        if not order.plain + order.keep_alive:
            raise ValueError("a crew needs at least one client, plain or with keep_alive")
        self.order, self.tally = order, Tally()
        self._present, self._unbound, self._keys = present, unbound, keys
        self._stubs = [StubResolver(*place(each, dns_port)) for each in order.resolvers or resolvers]
        self._tasks: list[asyncio.Task[None]] = []
        self._sources: list[str] = []

    @property
    def running(self) -> bool:
        """Whether its clients are out."""
        return bool(self._tasks)

    async def start(self) -> None:
        """Send everyone off, spread evenly over the first beat."""
        for each in self._stubs:
            await each.open()
        clients = self.order.plain + self.order.keep_alive
        every_s = clients / self.order.rate
        for index in range(clients):
            asker = Asker(self._errand(index), every_s, self.tally)
            self._tasks.append(asyncio.create_task(asker.run(index / self.order.rate)))

    async def stop(self) -> None:
        """Call everyone back. Requests in flight are not counted."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for stub in self._stubs:
            stub.close()
        with self._present as world:
            for each in self._sources:
                world.network.release_address(each)
        self._tasks, self._stubs, self._sources = [], [], []

    def _errand(self, index: int) -> Errand:
        with self._present as world:
            source = world.network.allocate_address("client")
        self._sources.append(source)
        order = self.order
        name = order.names[index % len(order.names)]

        async def connect(address: str, port: int) -> Connection:
            if (address, port) in self._unbound:
                return ModelConnection(self._present, address, port, source)
            return await SocketConnection.to(address, port, source, tls=self._tls(), host=name)

        return Errand(
            name=name,
            port=order.port,
            path=order.path,
            keep_alive=index >= order.plain,
            # A step of its own, so that names and resolvers meet in every pairing.
            resolve=self._stubs[index // len(order.names) % len(self._stubs)].addresses,
            connect=connect,
            choose=random.choice,
        )

    def _tls(self) -> ssl.SSLContext | None:
        if self.order.tls and self._keys is None:
            raise ConnectionAbortedError(NEEDS)
        return self._keys.client if self.order.tls and self._keys is not None else None


def place(resolver: str, dns_port: int) -> tuple[str, int]:
    """Where a resolver listens: `address:port`, or an address on the sandbox's own port. ValueError for no port at all."""
    address, _, port = resolver.partition(":")
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError(f"a resolver of another's is address:port, not {resolver!r}")
    return address, int(port) if port else dns_port
