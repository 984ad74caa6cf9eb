"""One listening socket. What it has accepted lives on when it closes, and what it has not is refused by the kernel.

asyncio's own Server loses a connection that it accepts in the very moment of its closing: the other side hangs.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Coroutine
from typing import Any

BACKLOG = 512
AT_ONCE = 64  # accepted before the loop gets to anything else
BREATHER_S = 0.1  # after accept() failed, such as for want of file descriptors

Welcome = Callable[[socket.socket], Coroutine[Any, Any, object]]


class Accepting:
    """Listens from construction until `close`; OSError when it cannot be bound.

    welcome   what is done with each accepted socket, which is its own to close; an OSError of it concerns that one alone
    """

    def __init__(self, address: str, port: int, welcome: Welcome) -> None:
        self._loop = asyncio.get_running_loop()
        self._welcome = welcome
        self._making: set[asyncio.Task[None]] = set()
        self._socket = socket.create_server((address, port), backlog=BACKLOG)
        self._socket.setblocking(False)
        self._listen()

    @property
    def where(self) -> tuple[str, int]:
        """The address and port that it is bound to."""
        bound: tuple[str, int] = self._socket.getsockname()
        return bound

    def close(self, *, hard: bool = False) -> None:
        """Free the port; when `hard`, drop what is still being welcomed."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()
        if hard:
            for each in self._making:
                each.cancel()

    def _listen(self) -> None:
        if self._socket.fileno() >= 0:
            self._loop.add_reader(self._socket, self._accept)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                accepted, _peer = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                self._loop.remove_reader(self._socket)
                self._loop.call_later(BREATHER_S, self._listen)
                return
            accepted.setblocking(False)
            task = self._loop.create_task(self._welcomed(accepted))
            self._making.add(task)
            task.add_done_callback(self._making.discard)

    async def _welcomed(self, accepted: socket.socket) -> None:
        with contextlib.suppress(OSError):
            await self._welcome(accepted)
