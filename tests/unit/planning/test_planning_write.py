"""Writing a plan: for people, in stable bytes, whole or not at all, and never over somebody else's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from migrator.errors import OperatorError
from migrator.model.migration import content_digest
from migrator.planning import files
from migrator.planning.files import replace_file
from migrator.planning.load import answer, load
from migrator.planning.parts import changed_parts, listed_sums, sums
from migrator.planning.write import answered_as, render, write


def test_the_worked_example_is_what_the_tool_writes(build: Any) -> None:
    """Readers of plans/ must see what they will get."""
    assert Path("plans/example.yaml").read_text() == render(build.example())


def test_every_part_of_the_plan_is_written_once_under_a_heading(build: Any) -> None:
    plan = build.example()

    text = render(plan)

    keys = re.findall(r"(?m)^([a-z_]+):", text)
    assert sorted(keys) == sorted(plan.__struct_fields__)
    assert keys[-1] == "digest"
    for part in ("findings", "decisions", "legacy", "new", "dns", "steps"):
        assert re.search(rf"(?m)^# .*\n{part}:", text)


def test_a_plan_has_no_flow_style_but_what_is_empty(build: Any) -> None:
    assert not re.search(r"(?m)[\[{](?![\]}]).*[\]}]$", re.sub(r"'.*?'|#.*", "", render(build.example())))


def test_the_manifest_can_be_applied_as_it_stands(build: Any) -> None:
    plan = build.example()

    assert yaml.safe_load(render(plan))["new"]["manifest"] == plan.new.manifest


def test_writing_makes_a_readable_file(build: Any, tmp_path: Path) -> None:
    path = tmp_path / "web.yaml"

    write(build.example(), str(path))

    assert path.stat().st_mode & 0o777 == 0o644
    assert load(str(path)) == build.example()


def test_planning_again_keeps_the_answers_to_the_same_questions(build: Any, plan_file: Path) -> None:
    answer(str(plan_file), "unread-zones", "none-leads-there")

    written = write(build.example(), str(plan_file))

    assert written.answer("unread-zones") == "none-leads-there"
    assert load(str(plan_file)) == written


def test_an_answer_to_another_question_is_not_kept(build: Any) -> None:
    plan = build.example()
    there = tuple(msgspec.structs.replace(each, question="?", answer=each.options[0]) for each in plan.decisions)

    assert answered_as(plan, msgspec.structs.replace(plan, decisions=there)) == plan


@pytest.mark.parametrize("text", ["something: else\n", "not yaml: [", ""])
def test_a_file_that_is_no_plan_is_not_overwritten(build: Any, tmp_path: Path, text: str) -> None:
    path = tmp_path / "web.yaml"
    path.write_text(text)

    with pytest.raises(OperatorError, match="is no plan of this migration") as caught:
        write(build.example(), str(path))

    assert caught.value.code == "plan-exists"
    assert path.read_text() == text


def test_a_plan_of_another_migration_is_not_overwritten(build: Any, tmp_path: Path) -> None:
    other = msgspec.structs.replace(build.example(), id="m-other", digest="")
    path = tmp_path / "web.yaml"
    write(msgspec.structs.replace(other, digest=content_digest(other)), str(path))

    with pytest.raises(OperatorError, match="holds another one") as caught:
        write(build.example(), str(path))

    assert caught.value.code == "plan-exists"
    assert "m-other" in caught.value.seen[0]


def test_our_own_plan_is_replaced_even_when_it_was_edited(build: Any, plan_file: Path) -> None:
    """That is what the refusal of an edited plan tells people to do."""
    plan_file.write_text(plan_file.read_text().replace("context: prod", "context: dev"))

    write(build.example(), str(plan_file))

    assert load(str(plan_file)) == build.example()


def test_a_folder_that_is_not_there_is_told(build: Any, tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="No such file") as caught:
        write(build.example(), str(tmp_path / "none" / "web.yaml"))

    assert caught.value.code == "plan-not-written"


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "web.yaml"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)

    with pytest.raises(OperatorError, match="No space left"):
        replace_file(str(path), b"new")

    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("web.yaml", "old")]


def test_sums_tell_which_part_changed(build: Any) -> None:
    plan = build.example()
    listed = listed_sums(render(plan))

    changed = msgspec.structs.replace(plan, on_failure="rollback")

    assert listed == sums(plan)
    assert changed_parts(plan, listed) == ()
    assert changed_parts(changed, listed) == ("on_failure",)
