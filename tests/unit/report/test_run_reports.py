"""A run as lines and as JSON: everything that happened is said once, waits are said seldom, nothing can forge a line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrator.model.effects import CreateService
from migrator.model.events import (
    Applied,
    Began,
    Ended,
    Entry,
    Event,
    Held,
    Intended,
    Noticed,
    Refused,
    Released,
    Seen,
    TurnedBack,
    Unclear,
)
from migrator.ports.report import Waiting
from migrator.report.amounts import clock, span, stamp
from migrator.report.json_lines import JsonLines
from migrator.report.lines import Lines
from migrator.report.sentences import plain, sentence, step_of
from migrator.report.telling import Ending, Opening

NOON = 1_767_268_800.0  # 2026-01-01T12:00:00Z
OPENING = Opening("apply", "0.1.0", "m-1", "shop/web", ("admit", "lower"))
EVENTS: list[tuple[Event, str]] = [
    (Began("j-1", "m-1", "sha256:0", "0.1.0", "box/boot"), "journal j-1 begins, migrate 0.1.0 on box"),
    (Noticed("warm", {"enough": True, "groups": ["a", "b"], "left": [], "state": "active"}), "noticed enough: yes, groups: a, b"),
    (Noticed("retire", {"seen": {"a": ["x"], "b": {}}}), "noticed seen: a x; b none"),
    (Intended("clone", CreateService("shop", "web-lbc", {})), "create service shop/web-lbc"),
    (Applied("clone", {"uid": "u-1"}), "done (uid u-1)"),
    (Applied("clone", {}, found=True), "it was done, as is seen"),
    (Refused("clone", "conflict", "it exists"), "not done (conflict): it exists"),
    (Unclear("shift", "no answer"), "outcome unknown, looking: no answer"),
    (Seen("warm", "3 targets healthy"), "seen: 3 targets healthy"),
    (Held("warm", "new-sick", "none healthy"), "on hold (new-sick): none healthy"),
    (Held("warm", "operator-hold", "lunch", "ann"), "on hold (operator-hold) by ann: lunch"),
    (Released("ann"), "hold lifted by ann"),
    (TurnedBack("new-sick", "none healthy", "migrate"), "turning back (new-sick): none healthy"),
    (Ended("migrated"), "migrated"),
]


@pytest.mark.parametrize(("event", "said"), EVENTS, ids=[type(event).__name__ for event, _ in EVENTS])
def test_every_event_has_its_sentence(event: Event, said: str) -> None:
    assert sentence(event).startswith(said)


def test_what_came_from_outside_cannot_forge_a_line() -> None:
    assert "\n" not in sentence(Refused("clone", "rejected", "no\n2026-01-01T00:00:00Z  clone  done"))
    assert plain("a\x1b[31mb\tc\r\n") == "a [31mb c  "


def test_an_event_without_a_step_is_about_the_journey() -> None:
    assert step_of(Ended("migrated")) == ""
    assert step_of(Seen("warm", "x")) == "warm"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "0 s"),
        (0.4, "0 s"),
        (99, "99 s"),
        (100, "1 min 40 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 00 min"),
        (200_000, "2 d 7 h"),
    ],
)
def test_spans_are_said_as_precisely_as_matters(seconds: float, said: str) -> None:
    assert span(seconds) == said


def test_instants_are_utc() -> None:
    assert (clock(NOON), stamp(NOON)) == ("12:00:00", "2026-01-01T12:00:00Z")


class Page:
    """What was written, and what went where trouble goes."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.complained: list[str] = []
        self.lines = Lines(self.said.append, self.complained.append)
        self.json = JsonLines(self.said.append)

    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(each) for each in self.said]


def waiting(at: float, reason: str = "provisioning", step: str = "warm", until: float | None = None) -> Waiting:
    return Waiting(step, reason, NOON + at, NOON + at + 5, until)


def test_a_line_has_instant_step_and_sentence() -> None:
    page = Page()

    page.lines.entry(Entry(1, NOON, Seen("warm", "3 targets healthy"), ""))

    assert page.said == ["2026-01-01T12:00:00Z  warm    seen: 3 targets healthy"]


def test_a_look_that_noticed_nothing_new_is_no_line() -> None:
    page = Page()

    page.lines.entry(Entry(1, NOON, Noticed("warm", {}), ""))

    assert page.said == []


def test_the_opening_line_says_what_runs() -> None:
    page = Page()

    page.lines.opened(OPENING)
    page.lines.opened(Opening("rollback", "0.1.0", "m-1", "shop/web", (), resumed=12, dry=True))

    assert page.said == [
        "apply shop/web as m-1",
        "rollback shop/web as m-1, resumed after journal line 12 (dry run, nothing is changed)",
    ]


def test_the_same_wait_is_said_every_half_minute() -> None:
    page = Page()

    for at in range(0, 70, 10):
        page.lines.waiting(waiting(at))

    assert [line[11:19] for line in page.said] == ["12:00:00", "12:00:30", "12:01:00"]


def test_another_reason_is_said_at_once_and_so_is_the_same_one_after_an_event() -> None:
    page = Page()

    page.lines.waiting(waiting(0))
    page.lines.waiting(waiting(1, "registering", until=NOON + 91))
    page.lines.entry(Entry(1, NOON + 2, Seen("warm", "ok"), ""))
    page.lines.waiting(waiting(3, "registering"))

    assert [line[11:] for line in page.said] == [
        "12:00:00Z  warm    waiting: provisioning",
        "12:00:01Z  warm    waiting: registering, until 12:01:31 (in 90 s)",
        "12:00:02Z  warm    seen: ok",
        "12:00:03Z  warm    waiting: registering",
    ]


def test_a_good_end_is_said_and_trouble_goes_where_errors_go() -> None:
    page = Page()

    page.lines.ended(Ending("migrated", "shop/web is migrated"))
    page.lines.ended(Ending("held", "shop/web is on hold: sick", "new-sick", ("a",), "mend it"))
    page.lines.close()

    assert page.said == ["shop/web is migrated"]
    assert page.complained == [
        "shop/web is on hold: sick\n  seen  a\n  do    mend it\n  code  new-sick (docs/failures.md)",
    ]


def test_the_first_json_line_is_a_version_and_the_last_the_outcome_with_its_exit_code() -> None:
    page = Page()

    page.json.opened(OPENING)
    page.json.ended(Ending("held", "on hold", "drift", (), "look"))
    page.json.close()

    first, last = page.objects()
    assert (first["kind"], first["schema"], first["tool"], first["service"]) == ("version", 1, "0.1.0", "shop/web")
    assert last == {
        "kind": "outcome",
        "outcome": "held",
        "message": "on hold",
        "code": "drift",
        "seen": [],
        "do": "look",
        "exit": 6,
    }


@pytest.mark.parametrize("event", [event for event, _ in EVENTS], ids=[type(event).__name__ for event, _ in EVENTS])
def test_every_event_is_one_json_object(event: Event) -> None:
    page = Page()

    page.json.entry(Entry(7, NOON, event, "checksum"))

    (line,) = page.objects()
    assert (line["kind"], line["event"], line["sequence"], line["at"]) == ("entry", type(event).__name__, 7, NOON)
    assert line["step"] == step_of(event)
    assert line["message"] == sentence(event)
    assert line.get("facts") == getattr(event, "facts", None)
    assert line.get("code", "") == getattr(event, "code", "")
    assert line.get("result") == getattr(event, "result", None)


def test_a_heartbeat_comes_at_most_every_ten_seconds() -> None:
    page = Page()

    for at in range(25):
        page.json.waiting(waiting(at, f"look {at}", until=NOON + 99))

    assert [each["at"] - NOON for each in page.objects()] == [0, 10, 20]
    assert page.objects()[0] == {
        "kind": "waiting",
        "at": NOON,
        "step": "warm",
        "message": "look 0",
        "next_look": NOON + 5,
        "until": NOON + 99,
    }


def test_a_new_step_has_its_heartbeat_at_once() -> None:
    page = Page()

    page.json.waiting(waiting(0))
    page.json.entry(Entry(1, NOON + 1, Seen("warm", "ok"), ""))
    page.json.waiting(waiting(2, step="shift"))

    assert [each["kind"] for each in page.objects()] == ["waiting", "entry", "waiting"]
