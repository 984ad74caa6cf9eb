"""The traffic door: load balancers, pods, clients and scanners on sockets, following the world as it changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from migrator.sandbox.doors.present import Present
from migrator.sandbox.doors.traffic.backends import Backends
from migrator.sandbox.doors.traffic.crews import Crew, Order
from migrator.sandbox.doors.traffic.keys import Keys, covered
from migrator.sandbox.doors.traffic.listeners import Listeners
from migrator.sandbox.doors.traffic.manners import places
from migrator.sandbox.doors.traffic.scanners import Scanners
from migrator.sandbox.world.tally import Report

if TYPE_CHECKING:
    from migrator.sandbox.world import World

log = logging.getLogger(__name__)


class TrafficDoor:
    """Everything that moves bytes. Made and used inside one running event loop; only the world calls from other threads.

    resolvers   addresses that the clients' crews ask, on `dns_port`
    keys        what ends TLS; without, listeners that do so are not bound
    """

    def __init__(
        self, world: World, clock: Callable[[], float], resolvers: Sequence[str], dns_port: int, keys: Keys | None = None
    ) -> None:
        self._present, self._keys = Present(world, clock), keys
        names = covered([each.name for each in world.route53.zones.values()])
        self.backends = Backends(self._present, keys, names)
        self.listeners = Listeners(self._present, self.backends, keys)
        self.scanners = Scanners(self._present, self.listeners)
        self.crews: dict[str, Crew] = {}
        self._crew_count = 0
        self._resolvers, self._dns_port = tuple(resolvers), dns_port
        self._changed = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Bind what is there, and keep up with what comes and goes."""
        loop = asyncio.get_running_loop()

        def notice(*_: object) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._changed.set)

        with self._present as world:
            world.elb.subscribe(notice)
            for kind in ("Pod", "Node"):
                world.kube.subscribe(kind, notice)
        self._follow_once()
        self._following = asyncio.create_task(self._follow())

    async def close(self) -> None:
        """Stop everyone and free every port."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self.scanners.stop()
        for crew in self.crews.values():
            await crew.stop()
        self.listeners.close()
        self.backends.close()

    async def start_crew(self, order: Order) -> str:
        """Start clients; the crew's id. ValueError for an order that cannot be carried out."""
        crew = Crew(order, self._present, self._resolvers, self._dns_port, self.listeners.unbound, self._keys)
        try:
            await crew.start()
        except BaseException:
            await crew.stop()
            raise
        self._crew_count += 1
        self.crews[f"crew-{self._crew_count}"] = crew
        return f"crew-{self._crew_count}"

    async def stop_crew(self, id: str) -> Report:
        """Stop a crew's clients; what they counted. KeyError for an unknown one. Its tally can still be read."""
        await self.crews[id].stop()
        return self.crews[id].tally.report()

    async def reports(self, id: str = "") -> dict[str, Report]:
        """What a crew has counted so far, or every crew. KeyError for an unknown one."""
        crews = {id: self.crews[id]} if id else self.crews
        return {each: crew.tally.report() for each, crew in crews.items()}

    async def _follow(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                self._follow_once()
            except Exception:
                # One change that cannot be followed must not freeze the data plane for all that come after it.
                log.exception("could not follow a change of the world")

    def _follow_once(self) -> None:
        with self._present as world:
            wanted, pods = places(world), _running_pods(world)
        self.backends.follow(pods)
        self.listeners.follow(wanted)
        self.listeners.cut()


def _running_pods(world: World) -> dict[str, dict[str, Any]]:
    """The pods that run on an address of their own, by address."""
    return {
        pod["status"]["podIP"]: pod
        for pod in world.kube.list("Pod")
        if pod.get("status", {}).get("phase") == "Running" and pod["status"].get("podIP") and not pod["spec"].get("hostNetwork")
    }
