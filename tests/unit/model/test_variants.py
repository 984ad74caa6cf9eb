"""What an answer changes in the clone: values, single items of lists, fields of the spec."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.model.migration import Decision, Migration, Variant, content_digest
from migrator.model.variants import listed, varied
from tests.unit import given

ASKED = Decision("client-address", "who is seen?", ("keep-hidden", "show-clients"))
HIDDEN = Variant("client-address", "keep-hidden", items={"groups": {"preserve_client_ip.enabled": "false"}})
SHOWN = Variant("client-address", "show-clients", annotations={"seen": "yes"}, spec={"sessionAffinity": "None"})


def plan(answer: str | None = None, default: str | None = None) -> Migration:
    new = replace(given.migration().new, variants=(HIDDEN, SHOWN))
    return given.migration(new=new, decisions=(replace(ASKED, answer=answer, default=default),))


def test_an_open_decision_changes_nothing() -> None:
    assert plan().manifest == plan().new.manifest


@pytest.mark.parametrize("asked", [{"answer": "keep-hidden"}, {"default": "keep-hidden"}], ids=["answered", "by-default"])
def test_the_answer_chooses_the_clone(asked: dict[str, str]) -> None:
    """What is created is what the reviewer read beside the option, and nothing else."""
    migration = plan(**asked)

    annotations = migration.new.manifest["metadata"]["annotations"]
    assert migration.manifest["metadata"]["annotations"] == annotations | {"groups": "preserve_client_ip.enabled=false"}
    assert migration.manifest["spec"] == migration.new.manifest["spec"]


def test_a_variant_may_reach_into_the_spec_and_leaves_the_plan_alone() -> None:
    migration = plan("show-clients")

    assert migration.manifest["spec"]["sessionAffinity"] == "None"
    assert migration.manifest["metadata"]["annotations"]["seen"] == "yes"
    assert "seen" not in migration.new.manifest["metadata"]["annotations"]


def test_variants_are_covered_by_the_digest_and_the_choice_is_not() -> None:
    """An edit of what an option does must show; the answer must not."""
    assert content_digest(plan()) == content_digest(plan("keep-hidden"))
    edited = replace(plan(), new=replace(plan().new, variants=(HIDDEN,)))
    assert content_digest(plan()) != content_digest(edited)


def test_nothing_taken_away_is_left_behind() -> None:
    manifest = {"metadata": {"annotations": {"a": "1", "list": "k=v", "z": "2"}}, "spec": {"b": 1, "c": None}}
    gone = Variant("d", "o", annotations={"a": None}, items={"list": {"k": None}, "new": {"k": None}}, spec={"b": None})

    assert varied(manifest, (gone,)) == {"metadata": {"annotations": {"z": "2"}}, "spec": {"c": None}}
    assert varied({}, (gone,)) == {"metadata": {"annotations": {}}, "spec": {}}


LISTS = (
    ("an-item-is-added", "b=2", {"a": "1"}, "a=1,b=2"),
    ("an-item-is-replaced", "a=1,b=2", {"b": "3"}, "a=1,b=3"),
    ("an-item-is-taken-away", "a=1,b=2", {"a": None}, "b=2"),
    ("an-escaped-comma-is-no-end", "a=1\\,2,b=", {"c": "3"}, "a=1\\,2,b=,c=3"),
    ("two-decisions-share-a-list", listed("", {"a": "1"}), {"b": "2"}, "a=1,b=2"),
)


@pytest.mark.parametrize(("text", "changes", "expected"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS])
def test_single_items_of_a_list(text: str, changes: dict[str, str | None], expected: str) -> None:
    assert listed(text, changes) == expected
