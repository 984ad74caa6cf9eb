"""One sandbox in this process: a furnished world, and every door to it on sockets."""

from __future__ import annotations

import contextlib
import os
import resource
import secrets
import sys
import threading
import time
from collections.abc import Iterator

import msgspec

from migrator.sandbox.doors.aws import AwsDoor
from migrator.sandbox.doors.aws import serve as serve_aws
from migrator.sandbox.doors.control import ControlServer
from migrator.sandbox.doors.dns import DnsDoor, DnsSockets
from migrator.sandbox.doors.kube import KubeDoor, kubeconfig
from migrator.sandbox.doors.kube import serve as serve_kube
from migrator.sandbox.doors.loop import LoopThread
from migrator.sandbox.doors.present import Present
from migrator.sandbox.doors.timekeeper import Timekeeper
from migrator.sandbox.doors.traffic.door import TrafficDoor
from migrator.sandbox.doors.traffic.keys import Keys, made
from migrator.sandbox.doors.verbs import Verbs
from migrator.sandbox.home import Home, SandboxError, State, octet, write_private
from migrator.sandbox.world import World
from migrator.sandbox.world.estate import furnish
from migrator.sandbox.world.pace import SANDBOX
from migrator.sandbox.world.resolvers import KINDS, CachingResolver

HOST = "127.0.0.1"
KUBE_PORT, CONTROL_PORT, DNS_PORT = 1, 2, 53  # added to the port base; the AWS door is on the base itself
OPEN_FILES = 8192  # each relayed connection holds four


class Settings(msgspec.Struct, frozen=True):
    """How a sandbox is to be."""

    port_base: int = 18000
    seed: int = 0
    zones: int = 3
    nodes: int = 3


class Sandbox:
    """A sandbox from `open` to `close`. `stopping` is set when somebody has asked it to end."""

    def __init__(self, settings: Settings, home: Home) -> None:
        self.settings, self.home = settings, home
        self.stopping = threading.Event()
        self._world = World(now=time.time(), seed=settings.seed, pace=SANDBOX, network_octet=octet(settings.port_base))
        furnish(self._world, zones=settings.zones, nodes=settings.nodes)
        self._present = Present(self._world, time.time)
        self._closing = contextlib.ExitStack()

    def open(self) -> State:
        """Open every door; what is served where, also written to the state file. SandboxError when a port is taken."""
        with self._closing:
            state = self._open()
            self._closing = self._closing.pop_all()
        return state

    def close(self) -> None:
        """Close every door."""
        self._closing.close()

    def _open(self) -> State:
        base, closing = self.settings.port_base, self._closing
        _allow_open_files()
        timekeeper = Timekeeper(self._present)
        closing.callback(timekeeper.stop)
        with _needing("AWS", base):
            closing.callback(serve_aws(AwsDoor(self._world, time.time), HOST, base).stop)
        with _needing("Kubernetes", base + KUBE_PORT):
            closing.callback(serve_kube(KubeDoor(self._world, time.time), HOST, base + KUBE_PORT).close)
        loop = LoopThread()
        closing.callback(loop.stop)
        with self._present as world:
            resolvers = {world.network.allocate_address("dns"): CachingResolver(world, kind) for kind in KINDS}
        sockets = DnsSockets(DnsDoor(self._world, time.time, resolvers), base + DNS_PORT)
        with _needing("DNS", base + DNS_PORT, self._world.names.authorities[0]):
            loop.call(sockets.open())
        closing.callback(lambda: loop.loop.call_soon_threadsafe(sockets.close))
        keys = made()
        traffic = loop.call(self._traffic(list(resolvers), keys))
        closing.callback(lambda: loop.call(traffic.close()))
        token = secrets.token_urlsafe(24)
        verbs = Verbs(self._present, loop, traffic, resolvers, self.stopping.set).by_name()
        with _needing("control", base + CONTROL_PORT):
            closing.callback(ControlServer(HOST, base + CONTROL_PORT, token, verbs).close)
        write_private(self.home.kubeconfig, kubeconfig(HOST, base + KUBE_PORT, "sandbox").encode())
        if keys is not None:
            write_private(self.home.authority, keys.certificate)
        closing.callback(self.home.clear)
        state = State(
            pid=os.getpid(),
            port_base=base,
            octet=octet(base),
            token=token,
            seed=self.settings.seed,
            started=time.time(),
            region=self._world.region,
            resolvers={address: each.kind for address, each in resolvers.items()},
            authorities=list(self._world.names.authorities),
        )
        self.home.write(state)
        return state

    async def _traffic(self, resolvers: list[str], keys: Keys | None) -> TrafficDoor:
        door = TrafficDoor(self._world, time.time, resolvers, self.settings.port_base + DNS_PORT, keys)
        await door.open()
        return door


@contextlib.contextmanager
def _needing(what: str, port: int, host: str = HOST) -> Iterator[None]:
    """Say which port of which door is taken, where the system says only that one is."""
    try:
        yield
    except OSError as error:
        raise SandboxError(f"the {what} door needs {host}:{port}: {error.strerror or error}; choose another port base") from error


def _allow_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    # Threads that parse requests must not keep the traffic loop waiting for long.
    sys.setswitchinterval(0.001)
