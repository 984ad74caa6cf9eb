"""What is said about a plan on the command line: checked before anything is written."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.cli.answers import answering, pending, retiring, service_name, split, waits_for
from migrator.errors import Exit, OperatorError
from migrator.model.migration import Decision, content_digest
from migrator.model.waits import SANDBOX, STANDARD
from migrator.planning.load import load

PLAN = load("plans/example.yaml")
QUESTION = PLAN.open_decisions[0]


@pytest.mark.parametrize("text", ["web", "shop/", "/web", "a/b/c", " shop/web", ""])
def test_what_names_no_service_is_refused(text: str) -> None:
    with pytest.raises(OperatorError) as caught:
        service_name(text)
    assert (caught.value.code, caught.value.exit) == ("bad-service-name", Exit.USAGE)


def test_a_service_is_named_by_namespace_and_name() -> None:
    assert service_name("shop/web") == ("shop", "web")


def test_answers_are_pairs_whose_value_may_hold_anything() -> None:
    assert split(["a=b", "c=d=e", "f="]) == (("a", "b"), ("c", "d=e"), ("f", ""))


@pytest.mark.parametrize("text", ["a", "=b", ""])
def test_an_answer_without_its_question_is_refused(text: str) -> None:
    with pytest.raises(OperatorError) as caught:
        split([text])
    assert caught.value.code == "bad-usage"


def test_waits_start_from_a_preset() -> None:
    assert waits_for("standard", None) == STANDARD
    assert waits_for("sandbox", 3) == replace(SANDBOX, noise_flows_per_min=3)


@pytest.mark.parametrize(("preset", "noise"), [("hasty", None), ("standard", -1)])
def test_waits_that_make_no_sense_are_refused(preset: str, noise: float | None) -> None:
    with pytest.raises(OperatorError) as caught:
        waits_for(preset, noise)
    assert caught.value.code == "bad-usage"


def test_an_answer_closes_its_question_and_leaves_the_digest() -> None:
    answered = answering(PLAN, ((QUESTION.id, QUESTION.options[0]),))

    assert QUESTION.id not in [each.id for each in answered.open_decisions]
    assert content_digest(answered) == PLAN.digest


@pytest.mark.parametrize(("id", "value"), [("nobody-asked", "yes"), (QUESTION.id, "perhaps")])
def test_answers_that_fit_no_question_are_refused(id: str, value: str) -> None:
    with pytest.raises(OperatorError) as caught:
        answering(PLAN, ((id, value),))
    assert caught.value.code == "plan-invalid"


def test_retire_answers_the_decision_where_one_is_asked() -> None:
    asked = replace(PLAN, decisions=(Decision("retire", "delete it?", ("demote", "delete"), "demote"),))

    assert retiring(asked, None) is asked
    assert retiring(asked, "delete").retirement == "delete"


def test_retire_replaces_the_proposal_where_nothing_is_asked() -> None:
    unasked = replace(PLAN, decisions=tuple(each for each in PLAN.decisions if each.id != "retire"), retire="delete")

    plan = retiring(unasked, "demote")

    assert plan.retirement == "demote"
    assert plan.digest == content_digest(plan)


@pytest.mark.parametrize(
    ("readiness", "answered", "exit"),
    [
        ("BLOCKED", True, Exit.REFUSED),
        ("NOT_APPLICABLE", True, Exit.DONE),
        ("DECISION", False, Exit.DECISION),
        ("DECISION", True, Exit.CHANGES),
        ("READY", True, Exit.CHANGES),
    ],
)
def test_the_detailed_exit_code_says_what_is_next(readiness: str, answered: bool, exit: Exit) -> None:
    plan = answering(PLAN, tuple((each.id, each.options[0]) for each in PLAN.open_decisions)) if answered else PLAN

    assert pending(replace(plan, readiness=readiness)) is exit
