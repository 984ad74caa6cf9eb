"""Many plans made at once: a line each, and what they add up to."""

from __future__ import annotations

import json

from msgspec.structs import replace

from migrator.model.drafted import Drafted
from migrator.report import drafted_json, drafted_text

ROWS = (
    Drafted("shop/a", "READY", 2, "plans/shop.a.yaml"),
    Drafted("shop/b", "BLOCKED", 4, "plans/shop.b.yaml", "no-healthy", "0 of 3 targets\nhealthy"),
    Drafted("shop/c", "NOT_APPLICABLE", 0, "", "not-legacy", "it belongs to LBC"),
    Drafted("shop/d", "REFUSED", 4, "", "edited-in-place", "the type annotation was changed"),
)


def test_a_line_says_verdict_service_file_and_the_first_reason() -> None:
    assert [drafted_text.line(each) for each in ROWS] == [
        "READY               shop/a  plans/shop.a.yaml",
        "BLOCKED             shop/b  plans/shop.b.yaml\n  no-healthy: 0 of 3 targets healthy",
        "NOT_APPLICABLE      shop/c  it belongs to LBC",
        "REFUSED             shop/d\n  edited-in-place: the type annotation was changed",
    ]


def test_sums_count_verdicts_and_files() -> None:
    assert drafted_text.totals(ROWS) == "4 Services: BLOCKED 1, NOT_APPLICABLE 1, READY 1, REFUSED 1; 2 plans written"
    assert drafted_text.totals(ROWS[:1]) == "1 Service: READY 1; 1 plan written"
    assert drafted_text.totals(()) == "no Service of type LoadBalancer was found"


def test_programs_get_every_row_and_the_exit_code() -> None:
    said = json.loads(drafted_json.render(ROWS, 4))

    assert (said["kind"], said["schema"], said["exit"]) == ("plans", 1, 4)
    assert said["verdicts"] == {"BLOCKED": 1, "NOT_APPLICABLE": 1, "READY": 1, "REFUSED": 1}
    assert said["plans"][0] == {
        "service": "shop/a",
        "verdict": "READY",
        "exit": 2,
        "file": "plans/shop.a.yaml",
        "code": "",
        "reason": "",
        "do": "",
    }


def test_a_long_reason_is_wrapped_for_a_terminal() -> None:
    row = ROWS[1]

    lines = drafted_text.line(replace(row, reason="word " * 30), 40).split("\n")

    assert len(lines) > 3
    assert max(map(len, lines[1:])) <= 40
    assert lines[2].startswith("    word")
