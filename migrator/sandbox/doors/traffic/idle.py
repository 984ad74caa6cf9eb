"""How long a connection may be silent before its load balancer is done with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Idle:
    """Calls `expire` once nothing has been heard for `after_s`; until `stop`. `heard` costs next to nothing."""

    def __init__(self, after_s: float, expire: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._after_s, self._expire = after_s, expire
        self._last = self._loop.time()
        self._timer = self._loop.call_later(after_s, self._look)

    def heard(self) -> None:
        """Something has come, from either side."""
        self._last = self._loop.time()

    def stop(self) -> None:
        """The connection has ended."""
        self._timer.cancel()

    def _look(self) -> None:
        left_s = self._last + self._after_s - self._loop.time()
        if left_s <= 0:
            self._expire()
        else:
            self._timer = self._loop.call_later(left_s, self._look)
