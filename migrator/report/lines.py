"""A run as plain lines for a log: one a journal line, and a wait when its reason changes or half a minute has passed."""

from __future__ import annotations

from collections.abc import Callable

from migrator.model.events import Entry, Noticed
from migrator.model.units import Instant
from migrator.ports.report import Waiting
from migrator.report import trouble
from migrator.report.amounts import clock, span, stamp
from migrator.report.sentences import plain, sentence, step_of
from migrator.report.telling import Ending, Opening

REPEAT_S = 30.0


class Lines:
    """Writes whole lines, times in UTC, never wrapped. `write` takes a line without its line feed."""

    def __init__(self, write: Callable[[str], None], complain: Callable[[str], None]) -> None:
        self._write, self._complain = write, complain
        self._wait: tuple[str, str] = ("", "")  # step and reason of the last wait that was told
        self._told_at: Instant = 0.0

    def opened(self, opening: Opening) -> None:
        """One line."""
        self._write(introduction(opening))

    def entry(self, entry: Entry) -> None:
        """One line; none for facts, which the waits say in words and the journal keeps."""
        if isinstance(entry.event, Noticed):
            return
        self._wait = ("", "")
        self._line(entry.at, step_of(entry.event), sentence(entry.event))

    def waiting(self, waiting: Waiting) -> None:
        """A line when the reason is new, and every half minute."""
        known = self._wait == (waiting.step, waiting.reason)
        if known and waiting.at - self._told_at < REPEAT_S:
            return
        self._wait, self._told_at = (waiting.step, waiting.reason), waiting.at
        end = f", until {clock(waiting.until)} (in {span(waiting.until - waiting.at)})" if waiting.until is not None else ""
        self._line(waiting.at, waiting.step, f"waiting: {plain(waiting.reason)}{end}")

    def ended(self, ending: Ending) -> None:
        """The outcome; what needs somebody goes where errors go."""
        told = trouble.lines(ending.message, ending.seen, ending.do, ending.code)
        (self._complain if ending.exit else self._write)(told)

    def close(self) -> None:
        """Nothing to put back."""

    def _line(self, at: Instant, step: str, text: str) -> None:
        self._write(f"{stamp(at)}  {step or '-':<6}  {text}")


def introduction(opening: Opening) -> str:
    """What is about to run, in a line."""
    dry = " (dry run, nothing is changed)" if opening.dry else ""
    after = f", resumed after journal line {opening.resumed}" if opening.resumed else ""
    return f"{opening.command} {opening.service} as {opening.migration}{after}{dry}"
