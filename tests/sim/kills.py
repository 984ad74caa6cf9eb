"""The kills, from a seed to a verdict."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from migrator.sandbox.scene import Scene
from tests.sim.fleet import PLAN, Course, Fleet, Traffic, blows
from tests.sim.ground import Placed, ground, place
from tests.sim.landfall import Landfall
from tests.sim.mover import Mover

SHOWN = 5  # lost requests that a breach quotes


class Verdict(msgspec.Struct, frozen=True):
    """How it went. `breaches` is by Service; the empty name is for what concerns all."""

    services: int
    struck: dict[tuple[str, str], int]
    starts: int
    traffic: Traffic
    seconds: float
    breaches: dict[str, list[str]]

    def blows(self, how: str) -> int:
        """How many of one kind fell."""
        return sum(count for (each, _), count in self.struck.items() if each == how)


def killed(seed: int, course: Course, say: Callable[[str], None], note: Callable[[str], None] | None = None) -> Verdict:
    """Start a sandbox, move every Service in it under blows, stop it.

    `say` gets what is the same with the same seed, `note` what the machine decides, such as times; without it `say` gets both.
    """
    note = note or say
    with tempfile.TemporaryDirectory(prefix="migrate-sim-") as given:
        folder = Path(given)
        with ground(folder, seed) as scene:
            began = time.monotonic()
            placed = place(scene, course.services)
            fleet = Fleet(scene, folder, placed, note)
            say(f"{len(placed)} services serve and are planned; {_drawn(seed, course)}")
            note(f"  after {time.monotonic() - began:.0f} s")
            return _sailed(scene, fleet, seed, course)


def _drawn(seed: int, course: Course) -> str:
    """What is drawn for all of them, by kind."""
    counts = Counter(blow.how for index in range(course.services) for blow in blows(seed, index, course))
    return "drawn: " + ", ".join(f"{count} × {how}" for how, count in counts.most_common())


def _sailed(scene: Scene, fleet: Fleet, seed: int, course: Course) -> Verdict:
    began = time.monotonic()

    async def sail() -> dict[Placed, Mover]:
        gate = asyncio.Semaphore(2)
        command = ("apply", "--resume")
        movers = {each: fleet.mover(each, command, blows(seed, index, course), gate) for index, each in enumerate(fleet.placed)}
        await fleet.sail(movers, course.deadline_s)
        return movers

    with fleet.clients(course.rate) as counted:
        movers = asyncio.run(sail())
    seconds, (traffic,) = time.monotonic() - began, counted
    struck = sum((each.struck for each in movers.values()), Counter[tuple[str, str]]())
    starts = sum(each.starts for each in movers.values())
    found = {name: wrong for name, wrong in _breaches(scene, fleet, movers, traffic, course).items() if wrong}
    return Verdict(len(movers), dict(struck), starts, traffic, seconds, found)


def _breaches(scene: Scene, fleet: Fleet, movers: dict[Placed, Mover], traffic: Traffic, course: Course) -> dict[str, list[str]]:
    """Every promise that was not kept."""
    landfall = Landfall(scene, fleet.state)
    found: dict[str, list[str]] = {"": []}
    for service, mover in movers.items():
        wrong = [f"{service.full_name}: {each}" for each in dict.fromkeys(mover.odd)]
        if not mover.done:
            wrong.append(f"{service.full_name}: it never ended; last in {mover.step}, {mover.lines} journal lines")
        else:
            wrong += landfall.of_migrated(service, fleet.folder_of(service) / PLAN)
        found[service.full_name] = wrong
    if traffic.lost or not traffic.requests:
        first = "; ".join(f"{each['name']} at {each['at']:.1f}: {each['why']}" for each in traffic.losses[:SHOWN])
        found[""].append(f"{traffic.lost} of {traffic.requests} requests lost: {first}")
    if unbound := scene.control("status")["unbound"]:
        found[""].append(f"addresses that could not be served: {unbound}")
    return found
