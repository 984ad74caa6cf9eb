"""Backend pods on real sockets, each with its name, its ports, and its own idea of how a connection begins.

What a pod wants before the first request stands in its annotations: a PROXY header (`sandbox/proxy-protocol`: off, v1,
v2 or any) and TLS (`sandbox/tls: "true"`). A connection that begins otherwise is cut.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrator.sandbox.doors.present import Present
from migrator.sandbox.doors.traffic import proxy_header
from migrator.sandbox.doors.traffic.accepting import Accepting
from migrator.sandbox.doors.traffic.conversation import Caller, Conversation
from migrator.sandbox.doors.traffic.keys import NEEDS, Ending, Identity, Keys
from migrator.sandbox.doors.traffic.relay import turn_away
from migrator.sandbox.world.network_dataplane import container_ports
from migrator.sandbox.world.network_wire import PROXY_MARK, TLS_MARK, reads

Place = tuple[str, int]  # address, port

POD, POLICY = "pod", "ELBSecurityPolicy-TLS13-1-2-2021-06"  # where a pod ends TLS, its program chooses; say, as usual today
HANDSHAKE_S = 10.0


@dataclass(slots=True)
class Pod:
    """A running pod: how connections to it begin, where it listens and who talks with it."""

    name: str
    header: str = "off"
    tls: bool = False
    servers: dict[int, Accepting] = field(default_factory=dict)
    open_ones: set[Conversation] = field(default_factory=set)


class Backends:
    """All running pods by address.

    names         what the pods' own certificate is for
    balancer_at   the source of a relayed connection -> its load balancer's name
    """

    def __init__(self, present: Present, keys: Keys | None = None, names: Sequence[str] = ()) -> None:
        self.balancer_at: dict[Place, str] = {}
        self._present, self._keys, self._ending = present, keys, Ending((Identity(POD, tuple(names)),), POLICY)
        self._pods: dict[str, Pod] = {}

    def follow(self, pods: Mapping[str, Mapping[str, Any]]) -> None:
        """Bind what has started and cut off what has stopped. `pods` are the running ones by address."""
        for address, known in list(self._pods.items()):
            if address not in pods or known.name != _name(pods[address]):
                self._stop(address)
        for address, pod in pods.items():
            known = self._pods.setdefault(address, Pod(_name(pod)))
            wants = pod["metadata"].get("annotations") or {}
            known.header, known.tls = wants.get(PROXY_MARK, "off"), wants.get(TLS_MARK) == "true"
            for port in container_ports(dict(pod)):
                self.reach(address, port)

    def reach(self, address: str, port: int) -> Place | None:
        """Where a pod's port can really be connected to; None for a pod that does not run.

        The very same address and port unless that port cannot be bound, then another port of the address.
        """
        pod = self._pods.get(address)
        if pod is None:
            return None
        if port not in pod.servers:
            pod.servers[port] = self._bound(pod, address, port)
        return pod.servers[port].where

    def close(self) -> None:
        """Stop every pod."""
        for address in list(self._pods):
            self._stop(address)

    def _bound(self, pod: Pod, address: str, port: int) -> Accepting:
        async def welcome(accepted: socket.socket) -> None:
            await self._welcome(pod, accepted)

        try:
            return Accepting(address, port, welcome)
        except OSError:
            return Accepting(address, 0, welcome)

    async def _welcome(self, pod: Pod, accepted: socket.socket) -> None:
        """Take off what comes before the first request, and leave the rest to a conversation."""
        try:
            peer: Place = accepted.getpeername()
            balancer = self.balancer_at.pop(peer, "")
            header = await proxy_header.read(accepted, pod.header) if reads(pod.header) != ("",) else None
            context = self._context() if pod.tls else None
        except BaseException:
            turn_away(accepted)
            raise
        caller = Caller(balancer, peer[0], header)
        loop, patience_s = asyncio.get_running_loop(), HANDSHAKE_S if context else None
        await loop.connect_accepted_socket(
            lambda: Conversation(self._present, pod.name, caller, pod.open_ones),
            accepted,
            ssl=context,
            ssl_handshake_timeout=patience_s,
        )

    def _context(self) -> ssl.SSLContext:
        if self._keys is None:
            raise ConnectionAbortedError(NEEDS)
        return self._keys.server(self._ending)

    def _stop(self, address: str) -> None:
        pod = self._pods.pop(address)
        for server in pod.servers.values():
            server.close(hard=True)
        for each in list(pod.open_ones):
            each.cut_off()


def _name(pod: Mapping[str, Any]) -> str:
    return f"{pod['metadata'].get('namespace', '')}/{pod['metadata']['name']}"
