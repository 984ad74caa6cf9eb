"""The live picture: which step of ten, what is waited for, until when; at 80 columns, and without colour."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from migrator.model.effects import CreateService
from migrator.model.events import Ended, Entry, Intended, Noticed, Seen, TurnedBack
from migrator.ports.report import Waiting
from migrator.report.progress import Progress
from migrator.report.telling import Ending, Opening

NOON = 1_767_268_800.0  # 2026-01-01T12:00:00Z
STEPS = ("admit", "lower", "clone", "warm", "shift")


class Screen:
    """A progress on a page of 80 columns, with a clock that tests set; nothing is drawn by a thread."""

    def __init__(self) -> None:
        self.file, self.now = io.StringIO(), NOON
        self.progress = Progress(self.file, lambda: self.now, width=80)
        self.progress.opened(Opening("apply", "0.1.0", "m-1", "shop/web", STEPS))
        self.read()

    def read(self) -> str:
        """What was printed since."""
        text = self.file.getvalue()
        self.file.seek(0)
        self.file.truncate()
        return text

    def picture(self) -> list[str]:
        """What stands below the lines at this moment, without blanks at the ends."""
        self.read()
        self.progress._console.print(self.progress._drawn())
        return [line.rstrip() for line in self.read().splitlines()]


@pytest.fixture
def screen() -> Iterator[Screen]:
    made = Screen()
    yield made
    made.progress.close()


def test_before_anything_is_waited_for_the_picture_is_short(screen: Screen) -> None:
    assert screen.picture() == ["", "shop/web  5 steps, running for 0 s"]


def test_a_wait_shows_since_when_until_when_and_when_it_looks_again(screen: Screen) -> None:
    screen.progress.waiting(Waiting("warm", "1 of 3 targets healthy", NOON, NOON + 10, NOON + 600))
    screen.now = NOON + 72
    screen.progress.waiting(Waiting("warm", "2 of 3 targets healthy", NOON + 72, NOON + 82, NOON + 600))

    assert screen.picture() == [
        "",
        "shop/web  step 4 of 5: warm, running for 72 s",
        "  waiting  2 of 3 targets healthy",
        "           for 72 s, next look in 10 s, until 12:10:00 UTC (in 8 min 48 s)",
    ]


def test_a_long_reason_wraps_within_its_column(screen: Screen) -> None:
    screen.progress.waiting(Waiting("warm", "load balancer k8s-shop-weblbc-0a1b2c3d4e " * 4, NOON, NOON - 1))

    picture = screen.picture()
    assert all(len(line) <= 80 for line in picture)
    assert all(line.startswith(" " * 11) for line in picture[3:])
    assert picture[-1].endswith("for 0 s, looking")


def test_events_that_matter_stay_and_noticed_facts_do_not(screen: Screen) -> None:
    screen.progress.entry(Entry(1, NOON, Noticed("clone", {"uid": "u"}), ""))
    screen.progress.entry(Entry(2, NOON, Intended("clone", CreateService("shop", "web-lbc", {})), ""))
    screen.progress.entry(Entry(3, NOON + 61, Seen("clone", "it has a load balancer"), ""))
    screen.progress.entry(Entry(4, NOON + 61, Ended("migrated"), ""))

    lines = [line.rstrip() for line in screen.read().splitlines() if line.strip() and "running for" not in line]
    assert lines == ["12:00:00  clone   create service shop/web-lbc", "12:01:01  clone   seen: it has a load balancer"]


def test_an_event_ends_what_was_waited_for(screen: Screen) -> None:
    screen.progress.waiting(Waiting("warm", "x", NOON, NOON + 1))
    screen.progress.entry(Entry(1, NOON, Seen("warm", "ok"), ""))

    assert screen.picture() == ["", "shop/web  step 4 of 5: warm, running for 0 s"]


def test_the_way_back_is_shown_as_such(screen: Screen) -> None:
    screen.progress.entry(Entry(1, NOON, TurnedBack("new-sick", "no target", "migrate"), ""))
    screen.progress.waiting(Waiting("shift", "records go back", NOON, NOON + 1))

    assert screen.picture()[1] == "shop/web  taking back shift, running for 0 s"


def test_the_end_is_told_below_everything(screen: Screen) -> None:
    screen.progress.ended(Ending("held", "shop/web is on hold: sick", "new-sick", ("a",), "mend it"))
    screen.progress.close()

    assert screen.read().splitlines()[-4:] == [
        "shop/web is on hold: sick",
        "  seen  a",
        "  do    mend it",
        "  code  new-sick (docs/failures.md)",
    ]


def test_a_picture_drawn_before_the_opening_is_empty() -> None:
    assert str(Progress(io.StringIO(), lambda: NOON, width=80)._drawn()) == ""
