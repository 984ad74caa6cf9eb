"""Errors in their form: for people on a terminal, for a log, for programs."""

from __future__ import annotations

from migrator.errors import CODES, OperatorError
from migrator.report.trouble import bug_for_programs, for_people, for_programs

ERROR = OperatorError(
    "cannot move shop.example.com to the new load balancer: 0 of 3 targets healthy, 2 needed, for 4 min",
    seen=("i-0a1:8080 unhealthy (Target.Timeout)", "i-0b2:8080 unused"),
    do="mend the targets and `migrate apply plans/shop.yaml --resume`, or `migrate rollback plans/shop.yaml`",
    code="new-sick",
)


def test_a_log_gets_one_line_a_part() -> None:
    assert for_people(ERROR).splitlines() == [
        ERROR.message,
        "  seen  i-0a1:8080 unhealthy (Target.Timeout)",
        "        i-0b2:8080 unused",
        f"  do    {ERROR.do}",
        "  code  new-sick (docs/failures.md)",
    ]


def test_a_terminal_gets_lines_that_fit_and_line_up() -> None:
    lines = for_people(ERROR, 60).splitlines()

    assert all(len(line) <= 60 for line in lines)
    assert lines[1].startswith("  ") and not lines[1].startswith("   ")
    assert [line[:8] for line in lines if "rollback" in line] == [" " * 8]


def test_parts_that_are_empty_are_left_out() -> None:
    assert for_people(OperatorError("no", code="not-held")) == "no\n  code  not-held (docs/failures.md)"


def test_what_came_from_outside_stays_on_its_line() -> None:
    assert len(for_people(OperatorError("a\nb", seen=("c\nd",))).splitlines()) == 3


def test_programs_get_one_object_with_the_exit_code() -> None:
    assert for_programs(ERROR) == {
        "kind": "error",
        "schema": 1,
        "code": "new-sick",
        "message": ERROR.message,
        "seen": list(ERROR.seen),
        "do": ERROR.do,
        "exit": int(CODES["new-sick"]),
    }


def test_a_bug_is_told_by_its_type() -> None:
    assert bug_for_programs(KeyError("x"))["message"] == "KeyError: 'x'"
    assert bug_for_programs(KeyError("x"))["exit"] == 70
