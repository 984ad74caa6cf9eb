"""Time that a step of the wall clock does not move, and sleep that an operator can end."""

from __future__ import annotations

import threading
import time

from migrator.model.units import Instant

NAP_S = 0.2


def boot_s() -> float:
    """Seconds on the clock that also counts while the machine is suspended; the monotonic one where there is none."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class BootClock:
    """The wall time at the start, and the boot clock from there on. Implements `ports.doing.Clock`.

    `stop` is set by a signal handler; while it is set nothing sleeps.
    """

    def __init__(self, stop: threading.Event | None = None) -> None:
        self._stop = stop or threading.Event()
        self._offset_s = time.time() - boot_s()

    def now(self) -> Instant:
        """Seconds UTC."""
        return self._offset_s + boot_s()

    def sleep(self, seconds: float) -> None:
        """Let time pass, suspended time too; returns within a fifth of a second of `stop`.

        Naps instead of `Event.wait`, which holds a lock that a signal handler of the same thread would wait for, and
        which does not count the time that a laptop was closed.
        """
        end = boot_s() + seconds
        while not self._stop.is_set() and (left_s := end - boot_s()) > 0:
            time.sleep(min(NAP_S, left_s))
