"""Many Services moved at once in one sandbox, each by processes that are killed and started again, under traffic."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from migrator.adapters.disk.state import State
from migrator.planning.load import load
from migrator.sandbox.home import SandboxError
from migrator.sandbox.scene import Scene
from tests.sim.blows import Blow, How, drawn
from tests.sim.ground import PORT, Placed
from tests.sim.mover import Mover

PLAN = "plan.yaml"
STARTING_AT_ONCE = 2
BEAT_S = 15.0
LAST_LINE = 32  # the shortest journey seen wrote 36
KEPT = ("PATH", "PYTHONPATH", "LANG")  # no coverage: a process that is killed or out of disk leaves half a file of it


class Course(msgspec.Struct, frozen=True):
    """How many Services, how often each is struck, and how long all of it may take."""

    services: int = 21
    kills: int = 10  # each
    interrupts: int = 1  # each
    pauses: int = 1  # each
    long_pauses: int = 2  # among all: longer than a call stays valid after its intent
    twice: int = 7  # among all: interrupted twice
    full_disks: int = 7  # among all, where the limits of another process can be set
    rate: float = 40.0  # requests a second over all names
    deadline_s: float = 440.0


class Traffic(msgspec.Struct, frozen=True):
    """What clients counted."""

    requests: int
    lost: int
    losses: list[dict[str, Any]]
    slowest_s: float


class Fleet:
    """The movers of one sandbox. Services are placed and planned when it is made, and clients ask for all of them.

    `note` takes lines about how far they are, which differ from run to run.
    """

    def __init__(self, scene: Scene, folder: Path, placed: tuple[Placed, ...], note: Callable[[str], None]) -> None:
        self.scene, self.folder, self.placed, self.note = scene, folder, placed, note
        self.state = folder / "state"
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        # Where a limit stands for a full disk, Python would take byte code that was cut off for whole.
        own = {"HOME": str(folder), "MIGRATE_STATE": str(self.state), "PYTHONDONTWRITEBYTECODE": "1"}
        self.environment = {**kept, **scene.environment, **own}
        with ThreadPoolExecutor(STARTING_AT_ONCE) as pool:
            list(pool.map(self._plan, placed))

    def mover(
        self, service: Placed, arguments: tuple[str, ...], blows: tuple[Blow, ...], gate: asyncio.Semaphore, ends: int = 0
    ) -> Mover:
        """A command about one Service's plan, in its own folder."""
        command = (arguments[0], PLAN, *arguments[1:], "--yes", "--output", "json")
        folder = self.folder_of(service)
        journal = State(self.state).journal(load(str(folder / PLAN)).id).path
        return Mover(command, folder, self.environment, blows, gate, journal, ends=ends)

    def folder_of(self, service: Placed) -> Path:
        """Where a Service's plan is."""
        return self.folder / service.name

    @contextlib.contextmanager
    def clients(self, rate: float) -> Any:
        """Clients for every name while it is entered; gives a list that holds what they counted afterwards."""
        names, counted = [each.record for each in self.placed], list[Traffic]()
        order = {"names": names, "port": PORT, "plain": 2 * len(names), "keep_alive": len(names), "rate": rate}
        crew = self.scene.control("clients.start", order)["id"]
        yield counted
        self.scene.control("clients.stop", {"id": crew})
        report = self.scene.control("clients.report", {"id": crew})[crew]
        counted.append(msgspec.convert({name: report[name] for name in Traffic.__struct_fields__}, Traffic))

    async def sail(self, movers: dict[Placed, Mover], deadline_s: float) -> None:
        """All of them at once, to their ends or to the deadline; says how far they are."""
        telling = asyncio.create_task(self._tell(movers))
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(deadline_s):
                    await asyncio.gather(*(each.run() for each in movers.values()))
        finally:
            telling.cancel()

    def _plan(self, service: Placed) -> None:
        self.folder_of(service).mkdir()
        command = [sys.executable, "-m", "migrator", "plan", service.full_name, "-o", str(self.folder_of(service) / PLAN)]
        ran = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=120)
        if ran.returncode:
            raise SandboxError(f"`migrate plan {service.full_name}` ended with {ran.returncode}: {ran.stderr.strip()}")

    async def _tell(self, movers: dict[Placed, Mover]) -> None:
        began = time.monotonic()
        while True:
            await asyncio.sleep(BEAT_S)
            now = movers.values()
            steps = Counter(each.step for each in now if not each.done)
            where = ", ".join(f"{count} in {step}" for step, count in steps.most_common())
            killed, done = sum(each.kills for each in now), sum(each.done for each in now)
            self.note(f"  {time.monotonic() - began:4.0f} s  {killed} killed, {done} of {len(movers)} done; {where}")


def blows(seed: int, index: int, course: Course) -> tuple[Blow, ...]:
    """What one Service's processes are struck with."""
    counts: dict[How, int] = {
        "kill": course.kills,
        "interrupt": course.interrupts,
        "pause": course.pauses,
        "long pause": int(index < course.long_pauses),
        "interrupt twice": int(index < course.twice),
        "full disk": int(index < course.full_disks and hasattr(resource, "prlimit")),
    }
    return drawn(Random(f"{seed}/{index}"), counts, lines=LAST_LINE)
