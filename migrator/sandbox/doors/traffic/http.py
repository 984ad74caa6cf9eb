"""A client's HTTP connection, on a socket or, where a port could not be bound, through the model alone."""

from __future__ import annotations

import asyncio
import ssl
import time

from migrator.sandbox.doors.present import Present
from migrator.sandbox.doors.traffic.asker import Answer
from migrator.sandbox.world.network_flows import Lost


class SocketConnection:
    """HTTP/1.1 over TCP from a client's own address, or over TLS."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened = time.monotonic()
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(
        cls, address: str, port: int, source: str, *, tls: ssl.SSLContext | None = None, host: str = ""
    ) -> SocketConnection:
        """Connect; OSError when that is refused, or with `tls` when the certificate is not `host`'s."""
        there = asyncio.open_connection(
            address, port, local_addr=(source, 0), ssl=tls, server_hostname=host.rstrip(".") if tls else None
        )
        return cls(*await there)

    async def ask(self, host: str, path: str, *, keep: bool) -> Answer:
        """GET once: who says that they answered. OSError or EOFError when no whole answer comes.

        Any status but 200 is an OSError too.
        """
        connection = "keep-alive" if keep else "close"
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: {connection}\r\n\r\n".encode("ascii"))
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in head[1:])}
        await self._reader.readexactly(int(headers.get("content-length", "0")))
        status = head[0].split(" ")[1]
        if status != "200":
            raise OSError(f"answered {status}")
        said = (headers.get(each, "") for each in ("x-load-balancer", "x-pod", "x-proxy-protocol"))
        return Answer(*said)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


class ModelConnection:
    """A connection that exists in the model only, to a place whose port could not be bound."""

    def __init__(self, present: Present, address: str, port: int, source: str) -> None:
        self.opened = time.monotonic()
        self._present = present
        with present as world:
            made = world.network.connect(source, address, port)
        if isinstance(made, Lost):
            raise ConnectionRefusedError(made.why)
        self._flow, self._asked = made, False

    async def ask(self, host: str, path: str, *, keep: bool) -> Answer:
        """What the model says of the connection at this instant; OSError when it was cut."""
        with self._present as world:
            if cut := world.network.cut(self._flow):
                raise ConnectionResetError(cut.why)
            if self._asked:
                world.network.requested(self._flow)
            self._asked = True
        return Answer(self._flow.lb_name, self._flow.backend.pod, self._flow.header)

    def close(self) -> None:
        """Hang up."""
        with self._present as world:
            world.network.close(self._flow)
