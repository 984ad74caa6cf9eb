"""One legacy Service behind a CNAME, its plan, and the processes that move it."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from migrator.adapters.disk.state import State
from migrator.model.events import Entry, Intended
from migrator.planning.load import load
from migrator.planning.plan import sealed
from migrator.planning.write import render
from migrator.sandbox.scene import Scene
from tests.e2e.conftest import Bench, Ended
from tests.sim.fleet import PLAN
from tests.sim.ground import PORT, ZONE, Placed, deploy
from tests.sim.landfall import Landfall

PATIENCE_S = 60.0
LOOK_EVERY_S = 0.02
RATE = 20.0
NAMESPACE = "moving"  # apart from what other tests look at: a journey that was stopped leaves its Lease
_numbers = itertools.count(1)


class Moving:
    """A Service that serves and is planned, in a folder of its own.

    `resolvers` are addresses that `migrate` asks; None for those of the sandbox.
    """

    def __init__(self, scene: Scene, bench: Bench, placed: Placed, resolvers: tuple[str, ...] | None = None) -> None:
        self.scene, self.bench, self.placed = scene, bench, placed
        if resolvers is not None:
            bench.environment["MIGRATE_RESOLVERS"] = ",".join(resolvers)
        planned = bench.migrate("plan", placed.full_name, "-o", PLAN)
        assert planned.exit == 0, planned.out + planned.err
        self.id = load(str(bench.folder / PLAN)).id

    def wait_otherwise(self, **waits: float) -> None:
        """Write other waits into the plan."""
        path = self.bench.folder / PLAN
        plan = load(str(path))
        changed = msgspec.structs.replace(plan, waits=msgspec.structs.replace(plan.waits, **waits))
        path.write_text(render(sealed(changed)))

    def entries(self) -> tuple[Entry, ...]:
        """The journal as it is now, every checksum looked at. Raises JournalError for a damaged one."""
        return State(self.bench.folder / "state").journal(self.id).read()

    def apply(self, *options: str) -> Ended:
        """Go on, to the end of a run."""
        return self.bench.migrate("apply", PLAN, "--resume", "--yes", *options)

    def start(self, *options: str) -> subprocess.Popen[str]:
        """Go on, beside the test."""
        return self.bench.start("apply", PLAN, "--resume", "--yes", *options)

    def calling(self, running: subprocess.Popen[str], effect: str) -> None:
        """Wait until the last line is the intent of such a call, with no outcome yet."""

        def intended() -> bool:
            entries = self.entries()
            event = entries[-1].event if entries else None
            return isinstance(event, Intended) and type(event.effect).__name__ == effect

        self.until(running, intended, f"no {effect} was intended")

    def until(self, running: subprocess.Popen[str], question: Callable[[], bool], otherwise: str) -> None:
        """Wait for something while a process lives."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if question():
                return
            assert running.poll() is None, ended(running)
            time.sleep(LOOK_EVERY_S)
        raise AssertionError(f"{otherwise}: {[each.event for each in self.entries()[-2:]]}")

    @contextlib.contextmanager
    def clients(self, *, rate: float = RATE, resolvers: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
        """Clients that ask for its name; what they counted is there once they have stopped."""
        counted: dict[str, Any] = {}
        order = {"names": [self.placed.record], "port": PORT, "plain": 3, "keep_alive": 2, "rate": rate}
        crew = self.scene.control("clients.start", {**order, "resolvers": list(resolvers)})["id"]
        try:
            yield counted
        finally:
            counted |= self.scene.control("clients.stop", {"id": crew})[crew]

    def slow(self, where: str, operation: str, delay_s: float, match: str = "") -> None:
        """The next such call takes this long."""
        order = {"where": where, "operation": operation, "mode": "slow", "delay_s": delay_s, "match": match}
        self.scene.control("faults.arm", order)

    def wrong_when_shifted(self) -> list[str]:
        """What is not as it has to be once the record leads to the clone."""
        return Landfall(self.scene, self.bench.folder / "state").of_shifted(self.placed, self.bench.folder / PLAN)


def placed(scene: Scene, ttl_s: int) -> Placed:
    """A new legacy Service in a namespace of its own kind that serves, and its CNAME."""
    number = next(_numbers)
    if number == 1:
        deploy(scene, NAMESPACE)
    name = f"moving-{number}"
    hostname = scene.create_legacy(NAMESPACE, name, "web", PORT)
    record = f"{name}.{ZONE}"
    scene.cname(ZONE, record, hostname, ttl_s)
    return Placed(NAMESPACE, name, hostname, record, ttl_s)


def ended(running: subprocess.Popen[str], patience_s: float = PATIENCE_S) -> Ended:
    """A process, once it has ended."""
    out, err = running.communicate(timeout=patience_s)
    return Ended(running.returncode, out, err)
