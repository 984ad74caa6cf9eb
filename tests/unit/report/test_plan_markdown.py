"""A plan in a pull request: short enough to be posted, and nothing in it acts on the page or calls people."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from migrator.model.migration import Decision, DiffRow, Finding, Migration
from migrator.planning.load import load
from migrator.report.plan_markdown import LIMIT, code, prose, render


@pytest.fixture
def plan() -> Migration:
    return load("plans/example.yaml")


def test_the_verdict_is_the_heading_and_details_are_folded(plan: Migration) -> None:
    text = render(plan, "plans/web.yaml")

    assert text.startswith("### DECISION: 1 question must be answered first\n")
    assert text.count("<details>") == text.count("</details>") == 5
    assert text.index("**Decisions**") < text.index("<details>")
    assert "migrate approve plans/web.yaml unread-zones=none-leads-there" in text
    assert "**no way back from here**<br><code>retire</code>" in text
    assert "```yaml\napiVersion: v1\nkind: Service\n" in text


def test_open_questions_come_before_those_with_a_default(plan: Migration) -> None:
    text = render(plan)

    assert text.index("| <code>unread-zones</code> |") < text.index("| <code>retire</code> |")


def test_a_plan_without_questions_or_findings_has_no_such_tables(plan: Migration) -> None:
    text = render(replace(plan, decisions=(), findings=(), readiness="READY"))

    assert "**Decisions**" not in text
    assert "**Notes**" not in text


def test_findings_stand_outside_the_folds(plan: Migration) -> None:
    text = render(replace(plan, readiness="BLOCKED", findings=(Finding("a/b", "blocked", "seen", "do"),)))

    assert text.index("| <code>a/b</code> | seen | do |") < text.index("<details>")


@pytest.mark.parametrize(
    "text",
    ["@bob", "a|b", "</details>", "`x`", "*x*", "_x_", "[a](b)", "#1", "https://x.example", "www.x.example", "a\nb", "\x1b[31m"],
)
def test_nothing_from_outside_is_markup(text: str) -> None:
    shown = prose(text)

    assert not re.search(r"@\w|\||</|`|\*|(?<!&)#(?!\d)|\[|://|www\.|\n|\x1b", shown.replace("<!-- -->", ""))
    assert code(text) == f"<code>{shown}</code>"


def test_a_long_value_is_cut_with_a_sign() -> None:
    assert len(prose("x" * 1000)) == 400
    assert prose("x" * 1000).endswith("…")


def test_a_fence_is_longer_than_any_in_the_manifest(plan: Migration) -> None:
    metadata = plan.new.manifest["metadata"]
    manifest = plan.new.manifest | {"metadata": metadata | {"annotations": {"a": "```\n</details>"}}}

    assert "\n````yaml\n" in render(replace(plan, new=replace(plan.new, manifest=manifest)))


@settings(deadline=None, max_examples=20)
@given(rows=st.integers(0, 900), findings=st.integers(0, 400), fields=st.integers(0, 2000))
def test_it_is_never_too_long_and_always_closed(rows: int, findings: int, fields: int) -> None:
    plan = load("plans/example.yaml")
    new = replace(
        plan.new,
        diff=tuple(DiffRow("x" * 90, "y" * 90, "z" * 90, "", f"{at}") for at in range(rows)),
        manifest=plan.new.manifest | {"data": {f"key-{at}": "`" * 5 + "x" * 60 for at in range(fields)}},
    )
    bent = replace(plan, new=new, findings=tuple(Finding(f"f/{at}", "warning", "s" * 300) for at in range(findings)))

    text = render(bent)

    assert len(text) <= LIMIT
    assert text.count("<details>") == text.count("</details>") == 5
    fences = re.findall(r"(?m)^`{3,}", text)
    assert len(fences) % 2 == 0
    assert text.endswith("</sub>\n")


def test_what_was_cut_is_counted(plan: Migration) -> None:
    new = replace(plan.new, diff=tuple(DiffRow("x" * 200, "", "", "", f"{at}") for at in range(1000)))

    text = render(replace(plan, new=new))

    shown = len(re.findall(r"(?m)^\| x{200}", text))
    assert f"{1000 - shown} lines more in the plan file" in text


def test_many_questions_are_cut_too(plan: Migration) -> None:
    asked = tuple(Decision(f"d-{at}", "q" * 390, ("a",)) for at in range(200))

    text = render(replace(plan, decisions=asked))

    assert len(text) <= LIMIT
    assert "lines more in the plan file" in text
