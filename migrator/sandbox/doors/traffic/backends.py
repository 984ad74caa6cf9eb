"""Backend pods on real sockets: each answers every HTTP request with its own name and the load balancer in between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from migrator.sandbox.doors.present import Present
from migrator.sandbox.doors.traffic.accepting import Accepting
from migrator.sandbox.doors.traffic.relay import reset
from migrator.sandbox.world.network_dataplane import container_ports

HEAD_END = b"\r\n\r\n"
LARGEST_HEAD_BYTES = 16384


class Backends:
    """The listening sockets of all running pods, by (address, port)."""

    def __init__(self, present: Present) -> None:
        self.present = present
        self.balancer_at: dict[tuple[str, int], str] = {}  # the source of a relayed connection -> its load balancer's name
        self._pods: dict[str, str] = {}  # address -> namespace/name
        self._servers: dict[tuple[str, int], Accepting] = {}
        self._connections: dict[str, set[Conversation]] = {}

    def follow(self, pods: Mapping[str, Mapping[str, Any]]) -> None:
        """Bind what has started and cut off what has stopped. `pods` are the running ones by address."""
        for address in [each for each in self._pods if each not in pods]:
            self._stop(address)
        for address, pod in pods.items():
            self._pods[address] = f"{pod['metadata'].get('namespace', '')}/{pod['metadata']['name']}"
            for port in container_ports(dict(pod)):
                self.reach(address, port)

    def reach(self, address: str, port: int) -> tuple[str, int] | None:
        """Where a pod's port can really be connected to; None for a pod that does not run.

        The very same address and port unless that port cannot be bound, then another port of the address.
        """
        if address not in self._pods:
            return None
        server = self._servers.get((address, port))
        if server is None:
            server = self._servers[address, port] = self._bound(address, port)
        return server.where

    def close(self) -> None:
        """Stop every pod."""
        for address in list(self._pods):
            self._stop(address)

    def _bound(self, address: str, port: int) -> Accepting:
        def answering() -> Conversation:
            return Conversation(self, self._pods.get(address, ""), self._connections.setdefault(address, set()))

        try:
            return Accepting(address, port, answering)
        except OSError:
            return Accepting(address, 0, answering)

    def _stop(self, address: str) -> None:
        del self._pods[address]
        for where in [each for each in self._servers if each[0] == address]:
            self._servers.pop(where).close()
        for each in list(self._connections.pop(address, ())):
            each.cut_off()


class Conversation(asyncio.Protocol):
    """One connection to a pod: HTTP/1.1, kept alive, every request answered with 200."""

    def __init__(self, backends: Backends, pod: str, open_ones: set[Conversation]) -> None:
        self._backends, self._pod, self._open = backends, pod, open_ones
        self._transport: asyncio.Transport | None = None
        self._balancer = ""
        self._received = b""
        self._skip = 0  # bytes of a request body still to come

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._balancer = self._backends.balancer_at.pop(transport.get_extra_info("peername"), "")
        self._open.add(self)
        if not self._pod:  # it stopped between the packet and this line
            self.cut_off()

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while self._received and self._transport is not None:
            if self._skip:
                dropped = min(self._skip, len(self._received))
                self._received, self._skip = self._received[dropped:], self._skip - dropped
                continue
            head, end, rest = self._received.partition(HEAD_END)
            if not end:
                if len(head) > LARGEST_HEAD_BYTES:
                    self.cut_off()
                return
            self._received = rest
            self._request(head.decode("latin-1"))

    def cut_off(self) -> None:
        """End the connection as the death of a process does."""
        if self._transport is not None:
            reset(self._transport)

    def _request(self, head: str) -> None:
        line, *rest = head.split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
        length = headers.get("content-length", "0")
        self._skip = int(length) if length.isdigit() else 0
        method, _, target = line.partition(" ")
        status, delay_s = self._struck()
        if status == 0:
            self.cut_off()
            return
        closes = headers.get("connection", "").lower() == "close" or line.endswith("HTTP/1.0")
        answer = self._answer(method, target.partition(" ")[0], status, closes=closes)
        if delay_s:
            asyncio.get_running_loop().call_later(delay_s, self._write, answer, closes)
        else:
            self._write(answer, closes)

    def _write(self, answer: bytes, closes: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(answer)
        if closes:
            self._transport.close()

    def _answer(self, method: str, path: str, status: int, *, closes: bool) -> bytes:
        body = msgspec.json.encode({"pod": self._pod, "load_balancer": self._balancer, "path": path}) + b"\n"
        head = (
            f"HTTP/1.1 {status} {'OK' if status == 200 else 'Internal Server Error'}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"X-Pod: {self._pod}\r\nX-Load-Balancer: {self._balancer}\r\n"
            f"Connection: {'close' if closes else 'keep-alive'}\r\n\r\n"
        )
        return head.encode("latin-1") + (b"" if method == "HEAD" else body)

    def _struck(self) -> tuple[int, float]:
        """Status and delay of the next answer; status 0 cuts the connection. Faults where "traffic", operation "answer"."""
        if not self._backends.present.world.faults.armed:
            return 200, 0.0
        with self._backends.present as world:
            fault = world.faults.strike("traffic", "answer", self._pod, now=world.now)
        if fault is None:
            return 200, 0.0
        if fault.mode in ("stop", "lose-reply", "deny"):
            return 0, 0.0
        return (200, fault.delay_s) if fault.mode == "slow" else (500, fault.delay_s)
