"""Connections as the probing adapter makes them, carried by the world's network instead of sockets."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, cast

from migrator.adapters.dns.probe import ProbeLook
from migrator.model.names import ProbeSeen
from migrator.sandbox.world import World
from migrator.sandbox.world.network_flows import Flow, Lost
from migrator.simulation.doors.names import ENDING_TLS, ProbeDoor

if TYPE_CHECKING:
    import socket

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"  # what the world's pods say


class Stream:
    """One connection, as far as the adapter uses a socket: it says one request and reads one answer."""

    def __init__(self, world: World, flow: Flow) -> None:
        self._world, self._flow, self._answer = world, flow, b""

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._world.network.close(self._flow)

    def settimeout(self, seconds: float) -> None:
        """Nothing here takes time."""

    def sendall(self, request: bytes) -> None:
        """A request, whole. A listener that ends TLS understands none, and closes."""
        listeners = self._world.elb.listeners_of(self._flow.lb_arn)
        plain = any(each.port == self._flow.port and each.protocol not in ENDING_TLS for each in listeners)
        self._answer = ANSWER if plain and request.endswith(b"\r\n\r\n") else b""

    def recv(self, most: int) -> bytes:
        """What is left of the answer; empty at its end."""
        said, self._answer = self._answer[:most], self._answer[most:]
        return said


class WireProbe:
    """Implements ProbeLook: the adapter over the world's connections, but for TLS.

    A handshake takes a peer with a key, which the world has none of; there the world's own answer counts.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._adapter, self._door = ProbeLook(self._connected), ProbeDoor(world)

    @cached_property
    def _address(self) -> str:
        return self._world.network.allocate_address("client")

    def tried(self, address: str, port: int, kind: str, host: str) -> ProbeSeen:
        """As the port says."""
        return (self._door if kind == "tls" else self._adapter).tried(address, port, kind, host)

    def _connected(self, address: str, port: int) -> socket.socket:
        """A connection. Raises OSError where none is made, TimeoutError where nobody answers."""
        made = self._world.network.connect(self._address, address, port)
        if isinstance(made, Lost):
            raise TimeoutError(made.why) if made.why.endswith("timed out") else ConnectionRefusedError(made.why)
        return cast("socket.socket", Stream(self._world, made))
