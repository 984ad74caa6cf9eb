"""The operator's way to stop a run: once, and it ends after the call in flight; a second Ctrl-C leaves at once."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType, TracebackType
from typing import Any

SAID = b"\nstopping after the call in flight; once more leaves at once, and both can be resumed\n"


class Interruption:
    """While it is entered, SIGINT and SIGTERM set `stop`; SIGINT when that is set already raises KeyboardInterrupt.

    What the signals did before is put back. Enter it in the main thread.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interruption:
        for each in (signal.SIGINT, signal.SIGTERM):
            self._before[each] = signal.signal(each, self._asked)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        if self.stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.stop.set()
        if os.isatty(2):
            os.write(2, SAID)  # not print: the handler may run in the middle of one
