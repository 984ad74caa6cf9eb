"""One Service's `migrate`, over as many processes as it takes: started, struck as drawn, and started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from pathlib import Path

from migrator.errors import Exit
from tests.sim.blows import Blow

ENOUGH = 3  # endings that nobody asked for, after which a Service is given up
ENDS = {
    "kill": -signal.SIGKILL,
    "interrupt": Exit.INTERRUPTED,
    "interrupt twice": Exit.INTERRUPTED,
    "full disk": Exit.FAILED,
}  # how a blow ends a process; the others go on
STARTING = "start-up"
LONGEST_LINE_BYTES = 1 << 20


class Mover:
    """Runs one command to its end. `arguments` are those of every start; the command has to go on where it was.

    ends      the exit code that is meant; anything else but a blow's own is odd
    gate      held while a process starts, as starting costs more than anything it does later
    journal   the file that a full disk has no more room for
    struck    blows by kind and by the step in which they fell
    odd       endings that nobody asked for: exit code, where, and what was said
    """

    def __init__(
        self,
        arguments: tuple[str, ...],
        folder: Path,
        environment: dict[str, str],
        blows: tuple[Blow, ...],
        gate: asyncio.Semaphore,
        journal: Path,
        *,
        ends: int = 0,
    ) -> None:
        self.arguments, self.folder, self.environment, self.gate, self.ends = arguments, folder, environment, gate, ends
        self.journal = journal
        self.blows = list(blows)
        self.struck: Counter[tuple[str, str]] = Counter()
        self.odd: list[str] = []
        self.lines = self.starts = 0
        self._step = ""  # the last that any process told of
        self.done = False
        self._told = asyncio.Event()
        self._blow = ""  # what ends the process that lives now
        self._opened = False  # it has told its first line

    @property
    def step(self) -> str:
        """Where it is: a step's name, or that a process starts."""
        return self._step if self._opened and self._step else STARTING

    @property
    def kills(self) -> int:
        """How many processes were killed so far."""
        return sum(count for (how, _), count in self.struck.items() if how == "kill")

    async def run(self) -> None:
        """Start until a process ends as it should."""
        while len(self.odd) < ENOUGH:
            code, said = await self._live()
            if code == self.ends:
                self.done = True
                return
            if code == ENDS.get(self._blow) and (self._blow != "full disk" or "disk-full" in said):
                self.struck[self._blow, self.step] += 1
                continue
            self.odd.append(f"exit {code} at {self.step}, line {self.lines}: {said}")
            await asyncio.sleep(1)

    async def _live(self) -> tuple[int, str]:
        """One process from start to end; its exit code and the last that it said."""
        self._blow, self._opened, said = "", False, ""
        async with contextlib.AsyncExitStack() as stack:
            async with self.gate:
                process = await self._started()
                stack.push_async_callback(_ended, process)
                striking = asyncio.create_task(self._strike(process))
                stack.callback(striking.cancel)
                line = await _next_line(process)
            while line:
                said = self._hear(line) or said
                line = await _next_line(process)
            code = await process.wait()
        return code, f"{said} {(self.folder / 'errors').read_text().strip()}".strip()

    async def _started(self) -> Process:
        self.starts += 1
        command = [sys.executable, "-m", "migrator", *self.arguments]
        with (self.folder / "errors").open("wb") as errors:
            return await asyncio.create_subprocess_exec(
                *command,
                env=self.environment,
                cwd=self.folder,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=errors,
                limit=LONGEST_LINE_BYTES,
            )

    def _hear(self, line: bytes) -> str:
        """One line of a process; its own words where it ends with them. A line cut off by a kill says nothing."""
        try:
            told = json.loads(line)
        except ValueError:
            return ""
        self._opened = True
        self._step = told.get("step") or self._step
        self.lines += told["kind"] == "entry"
        self._told.set()
        return "" if told["kind"] in ("entry", "waiting", "version") else json.dumps(told)

    async def _strike(self, process: Process) -> None:
        """Let the blows fall that are due while this process lives; the one that ends it is the last.

        Only a kill falls while it starts: nobody listens to an interruption yet, a pause would keep the gate shut, and what
        is loaded has nothing to do with the disk that state is on.
        """
        while self.blows:
            blow = self.blows[0]
            while self.lines < blow.line or (blow.how != "kill" and not self._opened):
                self._told.clear()
                await self._told.wait()
            await asyncio.sleep(blow.delay_s)
            if process.returncode is not None:
                return
            del self.blows[0]
            if blow.how in ENDS:
                self._blow = blow.how
                await self._end(process, blow)
                return
            self.struck[blow.how, self.step] += 1
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(blow.pause_s)
            process.send_signal(signal.SIGCONT)

    async def _end(self, process: Process, blow: Blow) -> None:
        """Let a blow fall that ends a process: at once, or with the next line that finds no room."""
        match blow.how:
            case "kill":
                process.kill()
            case "full disk":
                limit = self.journal.stat().st_size + blow.room_bytes
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))
            case "interrupt twice":
                process.send_signal(signal.SIGINT)
                await asyncio.sleep(blow.pause_s)
                if process.returncode is None:
                    process.send_signal(signal.SIGINT)
            case _:
                process.send_signal(signal.SIGINT)


async def _next_line(process: Process) -> bytes:
    """Empty once there is none."""
    assert process.stdout is not None
    return await process.stdout.readline()


async def _ended(process: Process) -> None:
    """See it end, whatever the reason why nobody waits for it any more."""
    with contextlib.suppress(ProcessLookupError):
        if process.returncode is None:
            process.kill()
    await process.wait()
