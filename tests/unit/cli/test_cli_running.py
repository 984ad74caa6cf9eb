"""apply's and rollback's own rules: what starts, what is refused with which code, how it ends."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from migrator.cli.answers import answering
from migrator.cli.running import (
    Order,
    begins,
    ending_of,
    journal_id,
    left_at_once,
    lifted_by_resuming,
    may_apply,
    may_roll_back,
    named,
    refuse_unready,
)
from migrator.errors import Exit, OperatorError
from migrator.machine.tick import Over, Standstill
from migrator.model.effects import CreateService, DeleteService
from migrator.model.events import Applied, Began, Ended, Entry, Event, Held, Intended, Released, Seen, TurnedBack
from migrator.model.migration import Finding, Migration, signed_digest
from migrator.model.standing import FOR_A_PERSON, Standing, fold
from migrator.planning.load import load
from migrator.scheduler.run import Finish, Interrupted, Reached
from migrator.steps import JOURNEY

ASKING = load("plans/example.yaml")
PLAN = answering(ASKING, tuple((each.id, each.options[0]) for each in ASKING.open_decisions))
APPLY = Order("apply", "plans/web.yaml")
RESUME = replace(APPLY, resume=True)
BACK = Order("rollback", "plans/web.yaml")
BEGAN = Began("j-1", PLAN.id, signed_digest(PLAN), "0.1.0", "host/boot")
CREATE = Intended("clone", CreateService("shop", "web-lbc", {}))
DELETE = Intended("retire", DeleteService("shop", "web", "uid", "1"))
TURNED = TurnedBack("new-sick", "port 8080 has no healthy target", "migrate")


def told(*events: Event) -> Standing:
    """The standing after these events."""
    return fold(tuple(Entry(at, 1000.0 + at, event, "") for at, event in enumerate(events, 1)))


NOTHING = told()
BEGUN = told(BEGAN, CREATE, Applied("clone", {}))
RETIRED = told(BEGAN, CREATE, Applied("clone", {}), DELETE)
ROLLED_BACK = told(BEGAN, CREATE, TURNED, Ended("rolled-back"))
MIGRATED = told(BEGAN, DELETE, Ended("migrated"))


def refusal(rule: Any, *values: Any) -> OperatorError:
    """The error that a rule raises."""
    with pytest.raises(OperatorError) as caught:
        rule(*values)
    return caught.value


def test_a_plan_whose_questions_are_answered_may_be_applied() -> None:
    refuse_unready(PLAN, "web.yaml")


def test_a_blocked_plan_is_refused_with_every_finding_that_blocks_it() -> None:
    blocked = Finding("routing/x", "blocked", "it is weighted", "make it simple")
    warning = Finding("remade", "warning", "helm makes it again")

    error = refusal(refuse_unready, replace(PLAN, readiness="BLOCKED", findings=(blocked, warning)), "web.yaml")

    assert (error.code, error.exit, error.seen) == ("blocked", Exit.REFUSED, ("routing/x: it is weighted; make it simple",))


def test_a_plan_that_does_not_apply_is_refused() -> None:
    assert refusal(refuse_unready, replace(PLAN, readiness="NOT_APPLICABLE"), "web.yaml").code == "blocked"


def test_open_questions_are_listed_with_their_options_and_the_exact_command() -> None:
    error = refusal(refuse_unready, ASKING, "my plans/web.yaml")

    question = ASKING.open_decisions[0]
    assert (error.code, error.exit) == ("decision-needed", Exit.DECISION)
    assert error.seen[0].startswith(f"{question.id}: ") and " | ".join(question.options) in error.seen[0]
    assert error.do == f"`migrate approve 'my plans/web.yaml' {question.id}={question.options[0]}`"


@pytest.mark.parametrize("order", [APPLY, RESUME], ids=["plain", "resume"])
@pytest.mark.parametrize("standing", [NOTHING, ROLLED_BACK], ids=["nothing-begun", "rolled-back"])
def test_apply_starts_where_nothing_goes_on(order: Order, standing: Standing) -> None:
    assert may_apply(PLAN, order, standing, JOURNEY) is None
    assert begins(standing)


def test_apply_goes_on_only_when_told_to() -> None:
    error = refusal(may_apply, PLAN, APPLY, BEGUN, JOURNEY)

    assert (error.code, error.do) == ("needs-resume", "`migrate apply plans/web.yaml --resume`")
    assert may_apply(PLAN, RESUME, BEGUN, JOURNEY) is None
    assert not begins(BEGUN)


def test_apply_on_the_way_back_is_refused() -> None:
    error = refusal(may_apply, PLAN, RESUME, told(BEGAN, CREATE, TURNED), JOURNEY)

    assert (error.code, error.exit) == ("turned-back", Exit.REFUSED)
    assert "new-sick" in error.seen[0] and "migrate rollback plans/web.yaml" in error.do


@pytest.mark.parametrize("rule", [may_apply, may_roll_back])
def test_a_journal_of_another_plan_is_refused(rule: Any) -> None:
    """Other answers are another plan: what a step decides must not change under way."""
    error = refusal(rule, replace(PLAN, on_failure="rollback"), RESUME, BEGUN, JOURNEY)

    assert (error.code, error.exit) == ("journal-other-plan", Exit.STALE)


@pytest.mark.parametrize("standing", [ROLLED_BACK, MIGRATED], ids=["rolled-back", "migrated"])
def test_a_journal_of_another_plan_that_ended_stands_in_nobodys_way(standing: Standing) -> None:
    may_apply(replace(PLAN, on_failure="rollback"), APPLY, standing, JOURNEY)


def test_apply_of_what_is_migrated_says_so_and_is_well() -> None:
    ending = may_apply(PLAN, APPLY, MIGRATED, JOURNEY)

    assert ending is not None
    assert (ending.outcome, ending.exit) == ("migrated", 0)


@pytest.mark.parametrize("standing", [BEGUN, told(BEGAN, CREATE, TURNED)], ids=["forward", "on-the-way-back"])
def test_rollback_begins_and_resumes_itself(standing: Standing) -> None:
    assert may_roll_back(PLAN, BACK, standing, JOURNEY) is None


def test_rollback_of_nothing_is_refused() -> None:
    assert refusal(may_roll_back, PLAN, BACK, NOTHING, JOURNEY).code == "nothing-begun"


def test_rollback_of_what_is_rolled_back_is_well() -> None:
    ending = may_roll_back(PLAN, BACK, ROLLED_BACK, JOURNEY)

    assert ending is not None
    assert ending.exit == 0


@pytest.mark.parametrize("standing", [RETIRED, MIGRATED], ids=["retire-intended", "migrated"])
def test_rollback_past_the_point_of_no_return_is_refused(standing: Standing) -> None:
    error = refusal(may_roll_back, PLAN, BACK, standing, JOURNEY)

    assert (error.code, error.exit) == ("past-no-return", Exit.REFUSED)
    assert ("apply plans/web.yaml --resume" in error.do) == (standing is RETIRED)


def test_a_journal_keeps_its_id_until_it_ends() -> None:
    def draw(count: int) -> str:
        return "ab" * count

    assert journal_id(BEGUN, draw) == "j-1"
    assert journal_id(NOTHING, draw) == journal_id(ROLLED_BACK, draw) == "j-" + "ab" * 8


@pytest.mark.parametrize("code", FOR_A_PERSON)
def test_resuming_does_not_lift_what_a_person_has_to(code: str) -> None:
    assert not lifted_by_resuming(told(BEGAN, CREATE, Held("clone", code, "because")))


def test_resuming_lifts_holds_of_migrates_own() -> None:
    assert lifted_by_resuming(told(BEGAN, CREATE, Held("warm", "targets-never-healthy", "because")))
    assert not lifted_by_resuming(told(BEGAN, CREATE, Held("warm", "targets-never-healthy", "x"), Released("me")))
    assert not lifted_by_resuming(NOTHING)


def ended(finish: Finish, standing: Standing, order: Order = RESUME, plan: Migration = PLAN) -> Any:
    return ending_of(finish, plan, order, standing, JOURNEY)


@pytest.mark.parametrize(
    ("finish", "standing", "order", "outcome", "exit"),
    [
        pytest.param(Over("migrated"), MIGRATED, RESUME, "migrated", 0, id="migrated"),
        pytest.param(Over("rolled-back"), ROLLED_BACK, RESUME, "rolled-back", 8, id="apply-that-rolled-back"),
        pytest.param(Over("rolled-back"), ROLLED_BACK, BACK, "rolled-back", 0, id="rollback-as-asked"),
        pytest.param(Interrupted(), BEGUN, RESUME, "interrupted", 130, id="interrupted"),
        pytest.param(Reached("clone"), BEGUN, RESUME, "stopped", 5, id="until"),
        pytest.param(Standstill("new-sick", "no target"), BEGUN, RESUME, "held", 5, id="held"),
        pytest.param(Standstill("plan-stale", "changed"), NOTHING, APPLY, "held", 6, id="refused-before-it-began"),
    ],
)
def test_every_ending_has_its_exit_code(finish: Finish, standing: Standing, order: Order, outcome: str, exit: int) -> None:
    ending = ended(finish, standing, order)

    assert (ending.outcome, ending.exit) == (outcome, exit)


def test_an_interrupted_run_says_how_to_go_on() -> None:
    assert ended(Interrupted(), BEGUN).do == "`migrate apply plans/web.yaml --resume`"
    assert ended(Interrupted(), told(BEGAN, CREATE, TURNED), BACK).do == "`migrate rollback plans/web.yaml`"


def test_a_rollback_on_failure_says_why() -> None:
    ending = ended(Over("rolled-back"), ROLLED_BACK)

    assert ending.seen == ("turned back (new-sick): port 8080 has no healthy target",)
    assert "migrate plan" in ending.do


def test_what_was_asked_for_at_a_hold_names_the_plan() -> None:
    standstill = Standstill("new-sick", "no target", ("a",), "mend it, then `migrate apply PLAN --resume`")

    assert ended(standstill, BEGUN).do == "mend it, then `migrate apply plans/web.yaml --resume`"


def test_a_hold_of_an_earlier_run_says_what_to_do_though_nobody_remembers() -> None:
    standing = told(BEGAN, CREATE, Held("shift", "hold-before", "told to stop before shift"))

    assert ended(Standstill("hold-before", "told to stop before shift"), standing).do == (
        "`migrate release plans/web.yaml`, then `migrate apply plans/web.yaml --resume`; or `migrate rollback plans/web.yaml`"
    )


def test_an_error_names_the_plan_where_the_machine_could_not() -> None:
    error = named(OperatorError("no", do="`migrate apply PLAN --resume`, never PLANS"), "a b.yaml")

    assert error.do == "`migrate apply 'a b.yaml' --resume`, never PLANS"


def test_seen_steps_are_counted_in_the_refusal() -> None:
    error = refusal(may_apply, PLAN, APPLY, told(BEGAN, Seen("admit", "ok")), JOURNEY)

    assert error.seen == ("journal j-1 has 2 lines; next is lower",)


def test_who_leaves_at_once_is_told_how_to_go_on() -> None:
    """A second Ctrl-C says what the next command is, for the way that was taken."""
    forth, back = left_at_once(PLAN, RESUME), left_at_once(PLAN, BACK)

    assert (forth.code, forth.exit, back.exit) == ("interrupted", Exit.INTERRUPTED, Exit.INTERRUPTED)
    assert (named(forth, "web.yaml").do, back.do) == ("`migrate apply web.yaml --resume`", "`migrate rollback PLAN`")
