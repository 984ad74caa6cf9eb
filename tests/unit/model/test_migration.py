"""The plan as a value: digests, answers, and what is derived from it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.model.migration import Decision, Migration, content_digest, identity, signed_digest
from tests.unit import given

OPEN = Decision("noise", "how much is noise?", ("0", "5"))
DEFAULT = Decision("retire", "how?", ("delete", "demote"), default="demote")


def answered(decision: Decision, answer: str) -> Decision:
    return replace(decision, answer=answer)


def plan(*decisions: Decision) -> Migration:
    return given.migration(decisions=decisions)


def test_an_edit_shows_and_an_answer_does_not() -> None:
    """Reviewers sign the content; the journal binds the answers too."""
    asked, told = plan(OPEN), plan(answered(OPEN, "5"))

    assert content_digest(asked) == content_digest(told) == content_digest(replace(asked, digest="sha256:x"))
    assert content_digest(asked) != content_digest(replace(asked, retire="demote"))
    assert signed_digest(asked) != signed_digest(told)


def test_the_same_move_has_the_same_id() -> None:
    """It names the state directory, so a second plan of the same Service finds the first one's journal."""
    assert identity("c", "s", "b") == identity("c", "s", "b")
    assert len({identity("c", "s", "b"), identity("d", "s", "b"), identity("c", "t", "b"), identity("c", "s", "d")}) == 4
    assert identity("c", "s", "b").startswith("m-")


def test_an_answer_outranks_the_default_and_the_default_an_open_question() -> None:
    migration = plan(OPEN, DEFAULT)

    assert (migration.answer("noise"), migration.answer("retire"), migration.answer("never")) == (None, "demote", None)
    assert migration.open_decisions == (OPEN,)
    assert plan(answered(OPEN, "5")).open_decisions == ()
    assert plan(answered(DEFAULT, "delete")).answer("retire") == "delete"


RETIREMENTS = (
    ("as-proposed", plan(), "delete"),
    ("by-default", plan(DEFAULT), "demote"),
    ("as-answered", plan(answered(DEFAULT, "delete")), "delete"),
    ("open-falls-back-to-the-proposal", plan(Decision("retire", "how?", ("delete", "demote"))), "delete"),
)


@pytest.mark.parametrize(("migration", "how"), [row[1:] for row in RETIREMENTS], ids=[row[0] for row in RETIREMENTS])
def test_how_legacy_goes(migration: Migration, how: str) -> None:
    assert migration.retirement == how


def test_names_for_people_and_for_the_mark() -> None:
    assert (given.migration().service, given.migration().lease_name) == ("shop/web", f"migrate-{given.UID}")
