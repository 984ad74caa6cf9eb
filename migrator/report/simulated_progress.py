"""How far a simulation is, as a bar on a terminal that is gone at the end."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

DRAWN_EVERY_S = 0.1


class Bar:
    """Draws when it hears something, at most ten times a second; no thread of its own."""

    def __init__(self, file: TextIO, now: Callable[[], float]) -> None:
        console = Console(file=file, highlight=False, markup=False, emoji=False)
        columns = (TextColumn("journeys"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True))
        self._progress = Progress(*columns, console=console, transient=True, auto_refresh=False, get_time=now)
        self._task = self._progress.add_task("", total=None)
        self._now, self._drawn = now, float("-inf")

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def heard(self, over: int, of: int) -> None:
        """So many journeys are over."""
        self._progress.update(self._task, completed=over, total=of)
        if over == of or self._now() - self._drawn >= DRAWN_EVERY_S:
            self._drawn = self._now()
            self._progress.refresh()
