"""Where a journal stands, as a table and as JSON."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from migrator.errors import JournalError
from migrator.model.effects import ChangeRecords, CreateService, DeleteService, TakeLease
from migrator.model.events import Applied, Began, Ended, Entry, Event, Held, Intended, Seen, TurnedBack
from migrator.report.status import Status, for_people_all, for_programs_all, for_terminal, status_of
from migrator.steps import JOURNEY, ORDER

NOON = 1_767_268_800.0
BEGAN = Began("j-1", "m-1", "sha256:0", "0.1.0", "box/boot")
LEASE = Intended("admit", TakeLease("shop", "migrate-u"))
LOWER = Intended("lower", ChangeRecords("Z1", (), "lower the TTL"))
CREATE = Intended("clone", CreateService("shop", "web-lbc", {}))
DELETE = Intended("retire", DeleteService("shop", "web", "u", "1"))
HALF = (BEGAN, LEASE, Applied("admit", {"epoch": "1"}), Seen("admit", "ok"), Seen("lower", "nothing to lower"), CREATE)


def told(*events: Event, plan: str = "web.yaml") -> Status:
    entries = tuple(Entry(at, NOON + at, event, "") for at, event in enumerate(events, 1))
    return status_of(entries, JOURNEY, migration="m-1", service="shop/web", plan=plan)


def marks(status: Status) -> dict[str, str]:
    return {each.name: each.mark for each in status.steps}


def test_nothing_begun_says_how_to_begin() -> None:
    status = told()

    assert (status.state, status.lines, status.last_at, status.do) == ("not begun", 0, None, "`migrate apply web.yaml`")
    assert set(marks(status).values()) == {"to come"}


def test_under_way_shows_what_is_done_what_is_now_and_a_call_in_flight() -> None:
    status = told(*HALF)

    assert status.state == "under way"
    assert list(marks(status).values()) == ["done", "done", "now", *["to come"] * 7]
    assert (status.steps[0].evidence, status.steps[0].at) == ("ok", NOON + 4)
    assert status.pending == "create service shop/web-lbc"
    assert status.do == "`migrate apply web.yaml --resume`, where it is not running"


@pytest.mark.parametrize(
    ("events", "do"),
    [
        pytest.param(
            (*HALF, Held("clone", "operator-hold", "lunch", "ann")),
            "`migrate release web.yaml`, then `migrate apply web.yaml --resume`; or `migrate rollback web.yaml`",
            id="a-person-lifts-it",
        ),
        pytest.param(
            (*HALF, Held("clone", "no-hostname", "none")),
            "mend the cause, then `migrate apply web.yaml --resume`; or `migrate rollback web.yaml`",
            id="running-again-lifts-it",
        ),
        pytest.param(
            (*HALF, DELETE, Held("sweep", "sweep-stuck", "none")),
            "mend the cause, then `migrate apply web.yaml --resume`",
            id="no-way-back",
        ),
        pytest.param(
            (*HALF, TurnedBack("x", "y", "z"), Held("clone", "legacy-sick", "none")),
            "mend the cause, then `migrate rollback web.yaml`",
            id="on-the-way-back",
        ),
    ],
)
def test_a_hold_says_what_to_do(events: tuple[Event, ...], do: str) -> None:
    status = told(*events)

    assert (status.state, status.do) == ("on hold", do)
    assert status.held is not None


def test_the_way_back_is_shown_from_the_last_intent() -> None:
    status = told(*HALF, Applied("clone", {}), TurnedBack("x", "y", "migrate"), Seen("clone", "it is gone"))

    assert status.state == "going back"
    assert list(marks(status).values())[:4] == ["done", "now", "taken back", "never begun"]
    assert status.do.startswith("`migrate rollback web.yaml`")


@pytest.mark.parametrize(("outcome", "state"), [("migrated", "migrated"), ("rolled-back", "rolled-back")])
def test_what_is_over_leaves_nothing_to_do(outcome: str, state: str) -> None:
    events = (*HALF, Applied("clone", {}), *(Seen(step.NAME, "ok") for step in ORDER[2:]), Ended(outcome))

    status = told(*events)

    assert (status.state, status.do, status.held) == (state, "", None)
    assert set(marks(status).values()) == {"done"}


def test_the_table_fits_and_shows_the_point_of_no_return() -> None:
    status = told(*HALF, Held("clone", "no-hostname", "a reason as long as reasons are " * 5))

    text = for_terminal(status, NOON + 66, width=80)

    lines = text.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[0] == "shop/web  on hold, last line 59 s ago"
    assert lines[2] == "  admit   done         ok (62 s ago)"
    retire = next(at for at, line in enumerate(lines) if line.startswith("  retire"))
    assert lines[retire - 1] == "  ---- point of no return: not passed ----"
    assert any(line.startswith("  call    outcome not known yet: create service shop/web-lbc") for line in lines)
    assert any("code no-hostname)" in line for line in lines)


def test_past_the_point_of_no_return_is_said() -> None:
    assert "point of no return: passed" in for_terminal(told(*HALF, DELETE), NOON)


def test_who_is_at_work_is_said() -> None:
    status = msgspec.structs.replace(told(*HALF), running=4711)

    assert for_terminal(status, NOON).splitlines()[0].startswith("shop/web  under way, process 4711 is at work")


def test_several_are_told_with_the_trouble_among_them() -> None:
    found: list[Any] = [told(*HALF), JournalError("line 3 is damaged")]

    assert "line 3 is damaged\n  code  journal-damaged" in for_people_all(found, NOON)
    told_json = for_programs_all(found, "0.1.0")
    assert [each.get("kind", each.get("state")) for each in told_json["migrations"]] == ["under way", "error"]
    assert msgspec.json.decode(msgspec.json.encode(told_json))["kind"] == "status"
