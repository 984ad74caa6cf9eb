"""A run, live, for people at a terminal: what happened scrolls by, what is waited for stands below it.

12:03:04  lower    set TTL 60 s for the move: api.example.com CNAME
12:03:05  lower    seen: 3 record sets have their short TTL

shop/web  step 4 of 10: warm, running for 6 min 10 s
  waiting  load balancer k8s-shop-webnlb-0a1b2c3d4e is provisioning
           for 1 min 10 s, next look in 8 s, until 12:20:00 (in 10 min 50 s)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from migrator.model.events import Ended, Entry, Noticed, Seen, TurnedBack
from migrator.model.units import Instant
from migrator.ports.report import Waiting
from migrator.report import trouble
from migrator.report.amounts import clock, span
from migrator.report.lines import introduction
from migrator.report.sentences import plain, sentence, step_of
from migrator.report.telling import Ending, Opening


class Progress:
    """Draws on `file` until it is closed; `now` is the run's own clock. A thread of rich redraws four times a second."""

    def __init__(self, file: TextIO, now: Callable[[], Instant], width: int | None = None) -> None:
        self._console = Console(file=file, highlight=False, markup=False, emoji=False, width=width)
        self._now, self._began = now, now()
        self._opening: Opening | None = None
        self._step, self._back = "", False
        self._waiting: Waiting | None = None
        self._since: Instant = 0.0  # of what is waited for, whatever figures its reason shows
        self._live = Live(get_renderable=self._drawn, console=self._console, transient=True, refresh_per_second=4)

    def opened(self, opening: Opening) -> None:
        """Say what runs and begin to draw."""
        self._opening = opening
        self._console.print(introduction(opening), soft_wrap=True)
        self._live.start()

    def entry(self, entry: Entry) -> None:
        """A line that stays; a changed fact shows in what is waited for."""
        event = entry.event
        self._back = self._back or isinstance(event, TurnedBack)
        if isinstance(event, Noticed | Ended):
            return
        step = step_of(event)
        self._step, self._waiting = step or self._step, None
        self._console.print(_row(clock(entry.at), step, sentence(event), bold=isinstance(event, Seen)))

    def waiting(self, waiting: Waiting) -> None:
        """Show it until something else happens."""
        if self._waiting is None or self._waiting.step != waiting.step:
            self._since = waiting.at
        self._step, self._waiting = waiting.step, waiting

    def ended(self, ending: Ending) -> None:
        """Stop drawing and say how it ended."""
        self.close()
        told = trouble.lines(ending.message, ending.seen, ending.do, ending.code, self._console.width)
        self._console.print(f"\n{told}", soft_wrap=True)

    def close(self) -> None:
        """Stop drawing; the cursor and everything else is as before."""
        self._live.stop()

    def _drawn(self) -> RenderableType:
        """What stands below the lines, as of now."""
        if self._opening is None:
            return Text()
        now = self._now()
        head = f"{self._opening.service}  {self._place()}, running for {span(now - self._began)}"
        if self._waiting is None:
            return Group(Text(), Text(head))
        grid = Table.grid(padding=(0, 2))
        grid.add_column(width=7)
        grid.add_column(overflow="fold")
        grid.add_row("waiting", plain(self._waiting.reason))
        grid.add_row("", self._times(self._waiting, now))
        return Group(Text(), Text(head), _indented(grid))

    def _place(self) -> str:
        assert self._opening is not None
        steps = self._opening.steps
        if self._step not in steps:
            return f"{len(steps)} steps"
        if self._back:
            return f"taking back {self._step}"
        return f"step {steps.index(self._step) + 1} of {len(steps)}: {self._step}"

    def _times(self, waiting: Waiting, now: Instant) -> str:
        left_s = waiting.next_look - now
        look = f"next look in {span(left_s)}" if left_s > 0 else "looking"
        parts = [f"for {span(now - self._since)}", look]
        if waiting.until is not None:
            parts.append(f"until {clock(waiting.until)} UTC (in {span(waiting.until - now)})")
        return ", ".join(parts)


def _row(at: str, step: str, text: str, *, bold: bool) -> Table:
    """A line whose last column wraps within itself."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=8)
    grid.add_column(width=6)
    grid.add_column(overflow="fold")
    grid.add_row(at, step, Text(text, style="bold" if bold else ""))
    return grid


def _indented(content: RenderableType) -> Table:
    grid = Table.grid()
    grid.add_column(width=2)
    grid.add_column()
    grid.add_row("", content)
    return grid
