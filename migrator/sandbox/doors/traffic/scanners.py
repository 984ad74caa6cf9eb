"""Strangers who knock on public load balancers, now and then and without end: why flows never fall to zero there."""

from __future__ import annotations

import asyncio
import random

from migrator.sandbox.doors.present import Present
from migrator.sandbox.doors.traffic.listeners import Listeners
from migrator.sandbox.world.clients import public_doors
from migrator.sandbox.world.network_flows import Flow

PATIENCE_S = 2.0


class Scanners:
    """One knock every `every_s` on average while they are on; `knocks` counts them."""

    def __init__(self, present: Present, listeners: Listeners) -> None:
        self._present, self._listeners = present, listeners
        self._task: asyncio.Task[None] | None = None
        self.knocks = 0

    @property
    def running(self) -> bool:
        """Whether they are on."""
        return self._task is not None

    async def start(self, every_s: float) -> None:
        """Switch them on, or to another rate."""
        await self.stop()
        self._task = asyncio.create_task(self._run(every_s))

    async def stop(self) -> None:
        """Switch them off."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self, every_s: float) -> None:
        with self._present as world:
            source = world.network.allocate_address("client")
        while True:
            # Not the world's own chance: a knock must not change what the world draws next.
            await asyncio.sleep(random.expovariate(1 / every_s))
            with self._present as world:
                doors = public_doors(world)
                place = world.random.choice(doors) if doors else None
            if place is not None:
                self.knocks += 1
                await self._knock(place, source)

    async def _knock(self, place: tuple[str, int], source: str) -> None:
        if place in self._listeners.unbound:
            with self._present as world:
                made = world.network.connect(source, *place)
                if isinstance(made, Flow):
                    world.network.close(made)
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                _, writer = await asyncio.open_connection(*place, local_addr=(source, 0))
                writer.close()
                await writer.wait_closed()
        except OSError:
            pass  # nobody tells a scanner why a door is shut
