"""Lets time pass in a world that nobody is asking anything of."""

from __future__ import annotations

import logging
import threading

from migrator.sandbox.doors.present import Present

LONGEST_NAP_S = 0.02  # how late a timer may run that somebody set while the timekeeper slept

log = logging.getLogger(__name__)


class Timekeeper:
    """A thread that brings the world up to now whenever a timer of its own is due."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="timekeeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join(timeout=5.0)

    def _run(self) -> None:
        nap_s = 0.0
        while not self._stopping.wait(nap_s):
            try:
                with self._present as world:
                    due = world.next_due()
            except Exception:
                # The timer that failed has been taken off; the others still have to run.
                log.exception("a timer of the world failed")
                continue
            nap_s = LONGEST_NAP_S if due is None else min(max(due - self._present.clock(), 0.001), LONGEST_NAP_S)
