"""Reading a plan file: whatever is wrong with it is told by file and line, and nothing is guessed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.errors import CODES, OperatorError
from migrator.model.migration import Decision, content_digest
from migrator.planning.load import load, parse
from migrator.planning.write import render

EXAMPLE = load("plans/example.yaml")


def refused(text: str, file: str = "web.yaml") -> OperatorError:
    with pytest.raises(OperatorError) as caught:
        parse(file, text)
    assert caught.value.code in CODES
    return caught.value


def line_of(text: str, part: str) -> int:
    return next(at for at, line in enumerate(text.splitlines(), 1) if part in line)


def test_what_was_written_is_read(build: Any, plan_file: Path) -> None:
    assert load(str(plan_file)) == build.example()


def test_a_missing_file_is_told_with_the_way_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="No such file") as caught:
        load(str(tmp_path / "none.yaml"))

    assert caught.value.code == "plan-not-found"
    assert "migrate plan" in caught.value.do


def test_bytes_that_are_no_text_are_no_plan(tmp_path: Path) -> None:
    path = tmp_path / "web.yaml"
    path.write_bytes(b"format: \xff\n")

    with pytest.raises(OperatorError, match=r"byte 8 is not UTF-8") as caught:
        load(str(path))

    assert caught.value.code == "plan-not-yaml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a: 1\nb: [1\n", r"web\.yaml:3: not YAML", id="an-open-bracket"),
        pytest.param("a: 1\nb: \x07\n", r"web\.yaml:2: not YAML: special characters", id="a-control-character"),
        pytest.param("a: 1\n---\nb: 1\n", r"web\.yaml:2: not YAML: but found another document", id="two-documents"),
        pytest.param("[" * 800 + "]" * 800, r"web\.yaml:1: not a plan: nested too deep", id="nested-too-deep"),
    ],
)
def test_what_is_not_yaml_is_told_by_line(text: str, said: str) -> None:
    error = refused(text)

    assert error.code == "plan-not-yaml"
    assert re.match(said, error.message)


def test_a_yaml_error_without_a_place_is_told_at_the_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    def broken(*_: Any, **__: Any) -> None:
        raise yaml.MarkedYAMLError(problem="odd")

    monkeypatch.setattr(yaml, "compose", broken)

    assert refused("a: 1").message == "web.yaml:1: not YAML: odd"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "the file is empty", id="empty"),
        pytest.param("- 1\n", "a mapping was expected", id="a-list"),
        pytest.param("a: &x [1]\nb: *x\n", "web.yaml:1: b is an alias", id="an-alias"),
        pytest.param("a: &x [*x]\n", "a[0] is an alias", id="an-alias-of-itself"),
        pytest.param("a: !!binary aGk=\n", "has the tag tag:yaml.org,2002:binary", id="a-tag"),
        pytest.param("80: x\n", "a key of the plan is not text", id="a-number-as-key"),
        pytest.param("a: !!int x\n", "a cannot be read", id="a-number-that-is-none"),
    ],
)
def test_a_plan_is_a_plain_mapping(text: str, said: str) -> None:
    error = refused(text)

    assert error.code == "plan-invalid"
    assert said in error.message


def test_a_newer_format_is_told_before_anything_else() -> None:
    """A newer plan may have anything in it, so nothing else about it is worth complaining of."""
    error = refused("x: 1\nx: 2\nformat: 2\nsurprise: true\n")

    assert error.code == "plan-newer"
    assert error.message == "web.yaml:3: the plan has format 2, this migrate reads up to 1"


@pytest.mark.parametrize(
    ("text", "said"), [("format: 0\n", "web.yaml:1: there is no format 0"), ("format: one\n", "format: expected")]
)
def test_a_format_that_never_was_is_refused(text: str, said: str) -> None:
    error = refused(text)

    assert error.code == "plan-invalid"
    assert said in error.message


def test_a_duplicate_key_names_both_lines(plan_file: Path) -> None:
    text = plan_file.read_text().replace("  region: eu-central-1\n", "  region: eu-central-1\n  region: eu-west-1\n")

    error = refused(text)

    first = line_of(text, "  region: eu-central-1")
    assert error.code == "plan-duplicate-key"
    assert error.message == f"web.yaml:{first + 1}: account.region is written twice, first on line {first}"


@pytest.mark.parametrize(
    ("known", "typed", "said"),
    [
        ("    hostname: ", "    hostnam: ", "unknown field 'hostnam' in legacy.service; the nearest known one is 'hostname'"),
        ("retire: demote", "retires: demote", "unknown field 'retires' in the plan; the nearest known one is 'retire'"),
        (
            "        ttl_s: 300",
            "        ttl: 300",
            "unknown field 'ttl' in dns.moves[2].listed; the nearest known one is 'ttl_s'",
        ),
        ("evaluate_health: true", "evaluate: true", "in dns.moves[0].listed.alias; the nearest known one is 'evaluate_health'"),
    ],
)
def test_an_unknown_field_names_its_line_and_the_nearest(plan_file: Path, known: str, typed: str, said: str) -> None:
    text = plan_file.read_text().replace(known, typed, 1)

    error = refused(text)

    assert error.code == "plan-unknown-field"
    assert error.message.startswith(f"web.yaml:{line_of(text, typed)}: ")
    assert said in error.message


def test_every_unknown_field_is_listed(plan_file: Path) -> None:
    text = plan_file.read_text().replace("  region:", "  regoin:").replace("on_failure:", "onfailure:")

    assert refused(text).seen == (f"web.yaml:{line_of(text, 'onfailure')}: also onfailure",)


@pytest.mark.parametrize(
    ("known", "typed", "said"),
    [
        ("  streak: 3", "  streak: many", "waits.streak: expected `int`, got `str`"),
        ("on_failure: hold", "on_failure: pray", "on_failure: invalid enum value 'pray'"),
        ("  region: eu-central-1\n", "", "account: object missing required field `region`"),
        ("        timeout_s: 10", "        timeout_s: 1.5", "legacy.groups[0].health_check.timeout_s: expected `int`"),
    ],
)
def test_a_wrong_type_or_a_missing_field_names_its_line(plan_file: Path, known: str, typed: str, said: str) -> None:
    text = plan_file.read_text().replace(known, typed, 1)

    error = refused(text)

    assert error.code == "plan-invalid"
    assert error.message.startswith(f"web.yaml:{line_of(text, typed or 'account:')}: ")
    assert said in error.message


def test_a_part_of_another_kind_is_a_wrong_type(plan_file: Path) -> None:
    text = re.sub(r"(?s)steps:\n.*?\n\n", "steps: none\n\n", plan_file.read_text())

    assert "steps: expected `array`, got `str`" in refused(text).message


def test_a_wrong_value_in_a_map_is_told_at_the_nearest_line(plan_file: Path) -> None:
    text = plan_file.read_text().replace("      team: shop", "      team: 1", 1)

    error = refused(text)

    assert error.message.startswith(f"web.yaml:{line_of(text, '    tags:')}: legacy.balancer.tags: expected `str`")


def test_an_edit_is_refused_with_the_parts_that_differ(plan_file: Path) -> None:
    text = plan_file.read_text().replace("streak: 3", "streak: 1").replace("context: prod", "context: dev")

    error = refused(text)

    assert error.code == "plan-edited"
    assert error.message.startswith(f"web.yaml:{line_of(text, 'digest:')}: ")
    assert error.seen[0] == "differs: cluster, waits"
    assert "migrate plan shop/web -o web.yaml" in error.do


def test_an_edit_of_a_plan_without_sums_says_that_the_part_cannot_be_told(plan_file: Path) -> None:
    text = re.sub(r"# sums:.*\n", "", plan_file.read_text()).replace("context: prod", "context: dev")

    assert "cannot be told" in refused(text).seen[0]


def test_a_plan_without_its_digest_was_edited(plan_file: Path) -> None:
    text = re.sub(r"digest: .*\n", "", plan_file.read_text())

    error = refused(text)

    assert error.code == "plan-edited"
    assert error.message.startswith(f"web.yaml:{line_of(text, 'format:')}: ")


def test_comments_and_answers_are_no_edit(plan_file: Path) -> None:
    text = plan_file.read_text().replace("answer: null", "answer: none-leads-there # asked the other team", 1)

    assert parse("web.yaml", "# looked at by bob\n" + text).decisions[0].answer == "none-leads-there"


def test_an_answer_outside_its_options_is_refused_with_the_options(plan_file: Path) -> None:
    text = plan_file.read_text()
    at = text.index("answer: null", text.index("id: retire"))
    text = text[:at] + "answer: keep" + text[at + len("answer: null") :]

    error = refused(text)

    assert error.code == "plan-invalid"
    assert (
        error.message == f"web.yaml:{line_of(text, 'answer: keep')}: 'keep' is no answer to retire; choose one of: demote, delete"
    )


def test_words_that_yaml_would_take_for_dates_stay_words(build: Any) -> None:
    plan = build.example()
    bent = msgspec.structs.replace(plan, tool="x", digest="")
    bent = msgspec.structs.replace(bent, digest=content_digest(bent))
    text = render(bent).replace("tool: x", "tool: 2026-01-01")

    assert refused(text).code == "plan-edited"  # read as text, not as a date


@settings(deadline=None, max_examples=40)
@given(
    question=st.text(),
    key=st.text(min_size=1),
    value=st.text(),
    number=st.floats(min_value=0, max_value=1e9),
)
def test_whatever_a_plan_holds_survives_its_file(question: str, key: str, value: str, number: float) -> None:
    """Annotations are written by anybody; none may change the plan or break its file."""
    plan = EXAMPLE
    asked = Decision("odd", question, (value, "b"), None, value)
    new = msgspec.structs.replace(plan.new, manifest=plan.new.manifest | {"annotations": {key: value}})
    waits = msgspec.structs.replace(plan.waits, quiet_s=number)
    bent = msgspec.structs.replace(plan, new=new, waits=waits, decisions=(asked,), digest="")
    bent = msgspec.structs.replace(bent, digest=content_digest(bent))

    text = render(bent)

    read = parse("web.yaml", text)
    assert read == bent
    assert render(read) == text
