"""An answer changes the few characters that it is about, and nothing else."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from migrator.errors import OperatorError
from migrator.model.migration import Decision, content_digest
from migrator.planning.load import answer, load
from migrator.planning.write import render


def test_an_answer_replaces_its_own_characters_only(plan_file: Path) -> None:
    before = plan_file.read_text()

    answer(str(plan_file), "retire", "delete")

    at = before.index("answer: null", before.index("id: retire"))
    assert plan_file.read_text() == before[:at] + "answer: delete" + before[at + len("answer: null") :]
    assert load(str(plan_file)).retirement == "delete"


def test_an_answer_can_be_taken_back(plan_file: Path) -> None:
    answer(str(plan_file), "retire", "delete")
    answer(str(plan_file), "retire", "demote")

    assert load(str(plan_file)).answer("retire") == "demote"


@pytest.mark.parametrize(
    ("written", "after"),
    [
        pytest.param("answer: null   # who asks?", "answer: delete   # who asks?", id="a-comment-behind"),
        pytest.param("answer:", "answer: delete", id="nothing-behind"),
        pytest.param("answer:   # choose", "answer: delete   # choose", id="nothing-but-a-comment"),
        pytest.param("answer: ~", "answer: delete", id="another-null"),
        pytest.param("answer: 'demote'", "answer: delete", id="quoted"),
        pytest.param("answer: |-\n      demote", "answer: delete", id="a-block"),
    ],
)
def test_whatever_stands_behind_answer_is_replaced(plan_file: Path, written: str, after: str) -> None:
    text = plan_file.read_text()
    at = text.index("answer: null", text.index("id: retire"))
    plan_file.write_text(text[:at] + written + text[at + len("answer: null") :])

    answer(str(plan_file), "retire", "delete")

    assert plan_file.read_text() == text[:at] + after + text[at + len("answer: null") :]


def test_an_answer_is_put_where_its_field_was_removed(plan_file: Path) -> None:
    text = plan_file.read_text()
    at = text.index("    answer: null\n", text.index("id: retire"))
    plan_file.write_text(text[:at] + text[at + len("    answer: null\n") :])

    answer(str(plan_file), "retire", "delete")

    assert "  - answer: delete\n    id: retire\n" in plan_file.read_text()
    assert load(str(plan_file)).retirement == "delete"


def test_a_decision_in_flow_style_is_answered_in_place(plan_file: Path) -> None:
    text = plan_file.read_text()
    plan = load(str(plan_file))
    start, end = text.index("decisions:\n"), text.index("\n# Where:")
    flow = msgspec.json.encode(plan.decisions).decode().replace(',"answer":null', "")
    plan_file.write_text(f"{text[:start]}decisions: {flow}\n{text[end:]}")

    answer(str(plan_file), "retire", "delete")

    assert '{answer: delete, "id":"retire"' in plan_file.read_text()
    assert load(str(plan_file)).retirement == "delete"


def test_line_ends_and_a_byte_order_mark_are_kept(plan_file: Path) -> None:
    before = b"\xef\xbb\xbf" + plan_file.read_bytes().replace(b"\n", b"\r\n")
    plan_file.write_bytes(before)

    answer(str(plan_file), "retire", "delete")

    at = before.index(b"answer: null", before.index(b"id: retire"))
    assert plan_file.read_bytes() == before[:at] + b"answer: delete" + before[at + len(b"answer: null") :]


@pytest.mark.parametrize("value", ["yes", "a: b", "null", "1", "- x", "a #b", "[", "'", "ü", "%", "a\nb"])
def test_an_odd_option_is_written_so_that_it_is_read(plan_file: Path, value: str) -> None:
    plan = load(str(plan_file))
    bent = msgspec.structs.replace(plan, decisions=(Decision("odd", "which?", ("a", value)),), digest="")
    plan_file.write_text(render(msgspec.structs.replace(bent, digest=content_digest(bent))))

    answer(str(plan_file), "odd", value)

    assert load(str(plan_file)).answer("odd") == value


def test_an_unknown_decision_is_refused_with_those_there_are(plan_file: Path) -> None:
    with pytest.raises(OperatorError, match="asks no decision 'retier'; it asks: unread-zones, retire") as caught:
        answer(str(plan_file), "retier", "delete")

    assert caught.value.code == "plan-invalid"


def test_a_plan_that_asks_nothing_says_so(plan_file: Path) -> None:
    plan = msgspec.structs.replace(load(str(plan_file)), decisions=(), digest="")
    plan_file.write_text(render(msgspec.structs.replace(plan, digest=content_digest(plan))))

    with pytest.raises(OperatorError, match="it asks: none"):
        answer(str(plan_file), "retire", "delete")


def test_a_value_outside_the_options_is_refused_and_nothing_is_written(plan_file: Path) -> None:
    before = plan_file.read_bytes()

    with pytest.raises(OperatorError, match="choose one of: demote, delete") as caught:
        answer(str(plan_file), "retire", "keep")

    assert caught.value.code == "plan-invalid"
    assert plan_file.read_bytes() == before


def test_a_link_to_a_plan_stays_a_link(plan_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(plan_file)

    answer(str(link), "retire", "delete")

    assert link.is_symlink()
    assert load(str(plan_file)).retirement == "delete"
    assert not list(tmp_path.glob(".migrate-*"))
