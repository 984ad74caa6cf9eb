"""A simulation told to people and to programs."""

from __future__ import annotations

import io
import json

from msgspec.structs import replace

from migrator.model.certificate import Failure, Seeds, Times
from migrator.model.events import Began, Ended, Entry, Noticed, Seen
from migrator.report import simulated_json, simulated_text
from migrator.report.simulated_progress import Bar
from tests.unit.given import a_certificate

KEPT = a_certificate()
BROKEN = replace(KEPT, verdict="broken", failures=2, first=Failure("forward/after-append-12", ("seen: not so\x1b[31m (at 7.0)",)))
LINES = (
    Entry(1, 1000.0, Began("journal-1", "m-1", "sha256:1", "0.1.0", "virtual/boot-1"), ""),
    Entry(2, 1000.0, Noticed("lower", {"insync": []}), ""),
    Entry(3, 4721.0, Seen("lower", "every TTL is short"), ""),
    Entry(4, 4722.0, Ended("migrated"), ""),
)


def test_the_verdict_comes_first_and_says_what_it_is_worth() -> None:
    told = simulated_text.render(KEPT, "web.yaml")

    assert told.startswith(
        "KEPT: shop/web keeps every promise on 715 journeys\nIt certifies the engine and the plan, not the cloud"
    )
    assert "  crash points            214 of 214\n" in told
    assert "    forward                 168 of 168\n" in told
    assert "  fault mixes             500, seeds 0 to 499\n" in told
    assert "  named       nothing is changed that the plan does not name\n" in told
    assert "earliest safe deletion 30 min 00 s after the start, at the latest after 2 h 00 min what it" in " ".join(told.split())
    assert "lower 5 min 00 s, drain 25 min 00 s (where nothing goes wrong)" in " ".join(told.split())
    assert "admit" not in told
    assert "  longest journey         3 h 00 min (seed:17)\n" in told
    assert "  - 3 nodes\n" in told


def test_every_line_fits_a_terminal() -> None:
    assert max(map(len, simulated_text.render(BROKEN, "web.yaml").splitlines())) <= 80


def test_a_broken_promise_comes_with_the_command_that_shows_it() -> None:
    told = simulated_text.render(BROKEN, "my plans/web.yaml")

    assert told.startswith("BROKEN: shop/web breaks a promise on 2 of 715 journeys\n")
    assert "  - seen: not so [31m (at 7.0)\n" in told
    assert "    migrate simulate 'my plans/web.yaml' --replay forward/after-append-12\n" in told


def test_where_nothing_came_to_deletion_that_is_said() -> None:
    told = simulated_text.render(replace(KEPT, times=Times(None, None, (), 5.0, "forward"), seeds=Seeds(0, 0)))

    assert "  earliest safe deletion  none: no journey came so far\n" in told
    assert "what it waits for" not in told
    assert "  fault mixes             0\n" in told


def test_a_replayed_journey_is_its_journal_and_its_end() -> None:
    told = simulated_text.replayed("seed:7", "migrated", (), 3722.0, LINES)

    assert told.splitlines() == [
        "00:00:00  -       journal journal-1 begins, migrate 0.1.0 on virtual",
        "01:02:01  lower   seen: every TTL is short",
        "01:02:02  -       migrated",
        "",
        "seed:7: migrated after 1 h 02 min of virtual time",
        "every promise was kept",
    ]
    broken = simulated_text.replayed("seed:7", "", ("seen: no", "fresh: no"), 1.0, ())
    assert broken.splitlines() == [
        "",
        "seed:7: no end after 1 s of virtual time",
        "promises broken:",
        "  - seen: no",
        "  - fresh: no",
    ]


def test_programs_get_one_object() -> None:
    assert json.loads(simulated_json.render(KEPT))["certifies"] == "the engine and the plan, not the cloud"

    shown = json.loads(simulated_json.replayed("seed:7", "migrated", ("seen: no",), 3722.0, LINES))

    assert shown["version"] == 1
    assert [each["sequence"] for each in shown["lines"]] == [1, 2, 3, 4]
    assert shown["breaches"] == ["seen: no"]


class Terminal(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def test_the_bar_draws_when_it_hears_something_and_is_gone_at_the_end() -> None:
    file, seconds = Terminal(), [0.0]

    with Bar(file, lambda: seconds[0]) as bar:
        bar.heard(1, 10)
        first = file.getvalue()
        bar.heard(2, 10)
        seconds[0] = 1.0
        unchanged = file.getvalue()
        bar.heard(3, 10)

    assert "1/10" in first
    assert unchanged == first
    assert "3/10" in file.getvalue()
    assert file.getvalue().endswith("\x1b[2K")
