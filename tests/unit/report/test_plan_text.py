"""A plan on a terminal: the verdict first, danger next, never wider than it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from migrator.model.migration import Decision, DiffRow, Finding, Migration, UnreadZone
from migrator.model.records import HostedZone
from migrator.planning.load import load
from migrator.report.plan_text import WIDTH, render
from migrator.report.plan_words import changing, duration, lives, span, staying, verdict


@pytest.fixture
def plan() -> Migration:
    return load("plans/example.yaml")


EXAMPLE = load("plans/example.yaml")
BLOCKED = Finding("routing/x", "blocked", "it is routed", "make it simple")
WARNING = Finding("remade", "warning", "helm would make it again", "take it out")
NOTE = Finding("follows/x", "note", "it follows")


def test_the_verdict_is_the_first_line(plan: Migration) -> None:
    assert render(plan).splitlines()[0] == "DECISION: 1 question must be answered first"


def test_danger_comes_before_everything_else(plan: Migration) -> None:
    text = render(replace(plan, readiness="BLOCKED", findings=(BLOCKED, WARNING, NOTE)))

    order = ["BLOCKED: 1 finding stops it", "No way back", "Stops it", "Must be answered", "Warnings", "Answered", "Notes"]
    order += ["What changes", "What stays", "Names that move", "Steps", "There now", "Waits"]
    places = [text.index(each) for each in order]
    assert places == sorted(places)


def test_what_a_reviewer_looks_for_is_there(plan: Migration) -> None:
    text = render(plan, "plans/web.yaml")

    assert "migrate approve plans/web.yaml unread-zones=none-leads-there" in text
    assert "---- no way back from here ----\n  retire" in text
    assert "300 s, 60 s while it moves" in text or "5 min, 60 s while it moves" in text
    assert "unread zone internal.example. Z0PRIVATE" in text
    assert "dropped: read for Classic load balancers only" in text
    assert "sgr-0m1" in text


def test_a_bare_plan_says_none(plan: Migration) -> None:
    legacy = replace(plan.legacy, listeners=(), groups=(), rules=(), shared_rules=(), deletion_protection=True)
    bare = replace(plan, readiness="READY", legacy=legacy, dns=replace(plan.dns, moves=(), resolvers=(), unread=()))
    text = render(replace(bare, decisions=(), findings=(), on_failure="rollback"))

    assert text.startswith("READY: nothing stands in the way\n")
    assert "Names that move\n---------------\n  none\n" in text
    assert "listeners      none" in text
    assert "deletion protection is on" in text
    assert "rolls back" in text
    assert "Must be answered" not in text


def test_an_answer_is_shown_as_one(plan: Migration) -> None:
    asked = (Decision("retire", "?", ("demote", "delete"), "demote", "delete"),)

    text = render(replace(plan, decisions=asked))

    assert "retire: answered delete" in text
    assert "the legacy Service is deleted" in text


def test_private_zones_are_marked(plan: Migration) -> None:
    move = replace(plan.dns.moves[0], zone=HostedZone("Z1", "internal.example.", private=True))

    assert "example.com. A in Z1, private" in render(replace(plan, dns=replace(plan.dns, moves=(move,))))


@settings(deadline=None, max_examples=40)
@given(text=st.text(max_size=300))
def test_no_line_is_wider_than_the_terminal_or_moves_it(text: str) -> None:
    """Annotations and errors are anybody's words; they must not speak to the terminal."""
    plan = EXAMPLE
    row = DiffRow(text, text, text, text, text)
    bent = replace(
        plan,
        findings=(Finding(text, "blocked", text, text), NOTE),
        decisions=(Decision(text, text, (text, "b")),),
        new=replace(plan.new, diff=(row,)),
        dns=replace(plan.dns, unread=(UnreadZone("Z", text, text),)),
    )

    lines = render(bent, "plans/" + "x" * 100).split("\n")

    assert max(map(len, lines)) <= WIDTH
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"readiness": "BLOCKED", "findings": (BLOCKED, BLOCKED)}, "BLOCKED: 2 findings stop it"),
        ({"readiness": "READY_WITH_CHANGES", "decisions": ()}, "READY_WITH_CHANGES: read the lines below before signing"),
        ({"decisions": (Decision("a", "?", ("x",), None, "x"),)}, "READY_WITH_CHANGES: every question is answered"),
    ],
)
def test_the_verdict_counts_answers(plan: Migration, changes: dict[str, Any], said: str) -> None:
    assert verdict(replace(plan, **changes)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (1.5, "1.5 s"),
        (90, "90 s"),
        (150, "2 min 30 s"),
        (3600, "60 min"),
        (7200, "2 h"),
        (8100, "2 h 15 min"),
        (172800, "2 d"),
    ],
)
def test_durations_read_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_a_range_that_is_none_is_one_figure() -> None:
    assert (span(60, 60), span(0, 60), span(60, None)) == ("60 s", "0 s to 60 s", "60 s or more")


def test_a_short_ttl_stays_as_it_is(plan: Migration) -> None:
    move = plan.dns.moves[2]

    assert lives(replace(move, listed=replace(move.listed, ttl_s=30), moving_ttl_s=30)) == "30 s"


def test_what_asks_comes_first_then_what_changes_then_what_goes() -> None:
    """Whoever signs reads from the top; what stays stands apart."""
    rows = (
        DiffRow("same", "", "a", "a", ""),
        DiffRow("never was", "x", "", "", "", "dropped"),
        DiffRow("gone", "x", "a", "", "", "dropped"),
        DiffRow("changed", "", "a", "b", ""),
        DiffRow("asked", "x", "a", "a", "", "decision"),
        DiffRow("stops", "x", "a", "", "", "blocked"),
    )

    assert [each.setting for each in changing(rows)] == ["stops", "asked", "changed", "gone"]
    assert [each.setting for each in staying(rows)] == ["same", "never was"]
