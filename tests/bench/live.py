"""A sandbox on sockets, and the peak memory of the commands that move a Service in it."""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from migrator.sandbox import process
from migrator.sandbox.home import SandboxError
from migrator.sandbox.scene import Scene
from tests.bench.measuring import Peak, environment, migrate, peak
from tests.bench.startup import BARE

PORT_BASES = range(28000, 31000, 300)
PORT = 8080


def peaks() -> tuple[Peak, ...]:
    """The bare interpreter, then `plan`, `apply` of a whole journey, and `show`; about 80 s, most of them waiting.

    Raises SandboxError when no sandbox starts, RuntimeError when a command fails.
    """
    with _sandbox() as scene, tempfile.TemporaryDirectory(prefix="migrate-bench-") as folder:
        hostname = scene.create_legacy("shop", "web", "web", PORT)
        scene.cname("example.com", "shop.example.com", hostname, 5)  # so short that nothing has to run out first
        scene.alias("example.com", "example.com", hostname)
        env = environment(**scene.environment, MIGRATE_STATE=str(Path(folder) / "state"))
        plan, tool = str(Path(folder) / "plan.yaml"), migrate()
        return (
            peak(BARE, [sys.executable, "-c", "pass"], env),
            peak("migrate plan", [*tool, "plan", "shop/web", "-o", plan], env),
            peak("migrate apply", [*tool, "apply", plan, "--yes"], env),
            peak("migrate show", [*tool, "show", plan], env),
        )


class Peaks(threading.Thread):
    """`peaks`, beside whatever else is measured that does not mind; `result` waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self._found: tuple[Peak, ...] = ()
        self._trouble: Exception | None = None

    def run(self) -> None:
        """Measure, in the thread."""
        try:
            self._found = peaks()
        except Exception as trouble:
            self._trouble = trouble

    def result(self) -> tuple[Peak, ...]:
        """What was found. Raises what went wrong."""
        self.join()
        if self._trouble is not None:
            raise self._trouble
        return self._found


@contextmanager
def _sandbox() -> Iterator[Scene]:
    """A sandbox of our own, on the first port base that is free."""
    last = None
    for base in PORT_BASES:
        try:
            process.up(port_base=base, detach=True, quiet=True)
        except SandboxError as trouble:
            last = trouble
            continue
        try:
            yield Scene(base)
        finally:
            process.down(base)
        return
    raise SandboxError(f"no sandbox started for the benchmark: {last}")
