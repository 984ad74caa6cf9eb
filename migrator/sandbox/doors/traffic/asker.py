"""One client on real sockets: resolves, connects, asks over HTTP, and counts a request unless its whole answer came."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from migrator.sandbox.world.tally import Tally

PATIENCE_S = 2.0  # from the connection's first packet to the answer's last byte
LONGEST_KEEP_ALIVE_S = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: the load balancer's name, the pod, and the PROXY header that the pod read (v1, v2 or empty)."""

    balancer: str
    pod: str
    header: str


class Connection(Protocol):
    """A way to one backend. `opened` is on the monotonic clock."""

    opened: float

    async def ask(self, host: str, path: str, *, keep: bool) -> Answer:
        """Ask once, for a 200. LookupError, OSError or EOFError else."""

    def close(self) -> None:
        """Hang up."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a client asks for, and how it gets there.

    resolve     the addresses of a name; LookupError when there are none
    connect     a connection to (address, port); OSError when it is refused
    """

    name: str
    port: int
    path: str
    keep_alive: bool
    resolve: Callable[[str], Awaitable[list[str]]]
    connect: Callable[[str, int], Awaitable[Connection]]
    choose: Callable[[list[str]], str]


class Asker:
    """Asks at a steady beat. A request that outlasts the beat delays the next one and never doubles it."""

    def __init__(self, errand: Errand, every_s: float, tally: Tally) -> None:
        self._errand, self._every_s, self._tally = errand, every_s, tally
        self._connection: Connection | None = None

    async def run(self, first_in_s: float) -> None:
        """Ask until cancelled, beginning in `first_in_s`. What is in flight then is not counted."""
        due = time.monotonic() + first_in_s
        try:
            while True:
                await asyncio.sleep(max(due - time.monotonic(), 0.0))
                await self.request()
                due = max(due + self._every_s, time.monotonic() - self._every_s)
        finally:
            self._hang_up()

    async def request(self) -> None:
        """Ask once and count it."""
        began, started = time.time(), time.monotonic()
        try:
            answer = await self._asked()
        except (LookupError, OSError, EOFError) as error:
            self._hang_up()
            self._tally.lose(time.time(), began, self._errand.name, str(error) or type(error).__name__)
        else:
            self._tally.answer(time.time(), answer.balancer, answer.pod, time.monotonic() - started, answer.header)

    async def _asked(self) -> Answer:
        errand = self._errand
        connection, doing = self._reusable(), "on its open connection"
        address = ""
        if connection is None:
            address = errand.choose(await errand.resolve(errand.name))
            doing = f"with {address}:{errand.port}"
        try:
            async with asyncio.timeout(PATIENCE_S):
                if connection is None:
                    connection = self._connection = await errand.connect(address, errand.port)
                answer = await connection.ask(errand.name, errand.path, keep=errand.keep_alive)
        except TimeoutError as error:
            raise LookupError(f"timed out after {PATIENCE_S:.0f} s {doing}") from error
        except (OSError, EOFError) as error:
            raise LookupError(f"{_said(error)} {doing}") from error
        if not errand.keep_alive:
            self._hang_up()
        return answer

    def _reusable(self) -> Connection | None:
        """The open connection while it is young enough. One that has been cut is used, as a program that is unlucky does."""
        kept = self._connection
        if kept is not None and time.monotonic() - kept.opened >= LONGEST_KEEP_ALIVE_S:
            self._hang_up()
        return self._connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _said(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate was not taken: {error.verify_message}"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "reset"
    if isinstance(error, EOFError):
        return "closed before the whole answer had come"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason or error})"
    return str(error)
