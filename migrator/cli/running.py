"""apply's and rollback's own rules: may it start, what does it lift, and how did it end. Functions of values."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import Literal

import msgspec

from migrator.errors import MigrateError, OperatorError
from migrator.machine.tick import Over, Standstill
from migrator.model.migration import Decision, Migration, signed_digest
from migrator.model.standing import FOR_A_PERSON, Standing
from migrator.ports.journey import Journey
from migrator.report.status import NOT_RUNNING, next_command
from migrator.report.telling import Ending
from migrator.scheduler.run import Finish, Interrupted, Reached

Command = Literal["apply", "rollback"]
HEX_DIGITS = 16  # of a journal's id


class Order(msgspec.Struct, frozen=True):
    """What the operator typed."""

    command: Command
    plan: str  # the file
    resume: bool = False
    dry: bool = False
    yes: bool = False
    until: str = ""
    hold_before: tuple[str, ...] = ()
    state: str = ""
    context: str = ""
    json: bool = False


def refuse_unready(migration: Migration, plan: str) -> None:
    """Raises OperatorError `blocked` or `decision-needed`; returns where the plan may be applied."""
    cannot = f"cannot apply {plan}"
    if migration.readiness in ("BLOCKED", "NOT_APPLICABLE"):
        findings = tuple(each for each in migration.findings if each.severity == "blocked")
        seen = tuple(f"{each.id}: {each.seen}{'; ' + each.do if each.do else ''}" for each in findings)
        what = f"{cannot}: it is {migration.readiness}"
        do = f"mend what is listed, then `migrate plan {migration.service} -o {shlex.quote(plan)}`"
        raise OperatorError(what, seen=seen, do=do, code="blocked")
    if questions := migration.open_decisions:
        seen = tuple(f"{each.id}: {each.question} ({' | '.join(each.options)})" for each in questions)
        what = f"{cannot}: {len(questions)} decision{'' if len(questions) == 1 else 's'} without an answer"
        raise OperatorError(what, seen=seen, do=f"`{approval(plan, questions)}`", code="decision-needed")


def approval(plan: str, questions: tuple[Decision, ...]) -> str:
    """The command that answers every question; where there is a choice, OPTION stands for it: nobody should paste one."""
    said = [f"{each.id}={each.options[0] if len(each.options) == 1 else 'OPTION'}" for each in questions]
    answers = " ".join(map(shlex.quote, said))
    return f"migrate approve {shlex.quote(plan)} {answers}"


def may_apply(migration: Migration, order: Order, standing: Standing, journey: Journey) -> Ending | None:
    """None when apply may go on, an Ending when there is nothing left to do.

    Raises OperatorError `turned-back`, `journal-other-plan`, `needs-resume`.
    """
    if standing.began is None or standing.ended == "rolled-back":
        return None
    if standing.ended is not None:
        return already_migrated(migration)
    _refuse_another_plan(migration, order, standing)
    if standing.turned is not None:
        raise OperatorError(
            f"cannot apply {order.plan}: this migration is on its way back",
            seen=(f"turned back by {standing.turned.by} ({standing.turned.code}): {standing.turned.reason}",),
            do=f"finish it with `migrate rollback {shlex.quote(order.plan)}`; after that a new apply may begin",
            code="turned-back",
        )
    if not order.resume:
        raise OperatorError(
            f"cannot start {order.plan}: it has begun already",
            seen=(f"journal {standing.began.journal} has {standing.sequence} lines; {_at(standing, journey)}",),
            do=f"`migrate apply {shlex.quote(order.plan)} --resume`",
            code="needs-resume",
        )
    return None


def may_roll_back(migration: Migration, order: Order, standing: Standing, journey: Journey) -> Ending | None:
    """None when rollback may begin or go on, an Ending when everything is back already.

    Raises OperatorError `nothing-begun`, `past-no-return`, `journal-other-plan`.
    """
    cannot = f"cannot roll back {migration.service}"
    if standing.began is None:
        do = "nothing has to be taken back; give --state if the journal is elsewhere"
        raise OperatorError(f"{cannot}: nothing has begun", do=do, code="nothing-begun")
    if standing.ended == "rolled-back":
        return Ending("rolled-back", f"{migration.service} is rolled back already: everything is as it was before")
    if standing.ended is None:
        _refuse_another_plan(migration, order, standing)
    if standing.ended is not None or journey.past_return(standing):
        do = "" if standing.ended else f"finish the migration with `migrate apply {shlex.quote(order.plan)} --resume`"
        why = f"{cannot}: the legacy Service was retired, or may have been, and nothing leads back from there"
        raise OperatorError(why, seen=(f"journal of {standing.sequence} lines",), do=do, code="past-no-return")
    return None


def begins(standing: Standing) -> bool:
    """Whether the run begins a journal of its own, the first one or one after a rollback."""
    return standing.began is None or standing.ended is not None


def journal_id(standing: Standing, draw: Callable[[int], str]) -> str:
    """The id of the journal that goes on, else a new one. `draw` gives so many random bytes as hex digits."""
    if standing.began is not None and standing.ended is None:
        return standing.began.journal
    return f"j-{draw(HEX_DIGITS // 2)}"


def lifted_by_resuming(standing: Standing) -> bool:
    """Whether going on lifts the hold that stands: it was migrate's own and nobody has to accept anything."""
    return standing.held is not None and standing.held.code not in FOR_A_PERSON


def ending_of(finish: Finish, migration: Migration, order: Order, standing: Standing, journey: Journey) -> Ending:
    """How the run ended, in words and with its code."""
    again = next_command(standing, journey, shlex.quote(order.plan)).removesuffix(NOT_RUNNING)
    match finish:
        case Over(outcome="migrated"):
            return _migrated(migration)
        case Over():
            return _rolled_back(migration, order, standing)
        case Interrupted():
            return Ending("interrupted", f"{migration.service}: stopped as asked, all is written down", "interrupted", (), again)
        case Reached(step):
            return Ending("stopped", f"{migration.service}: {step} is done, stopped as asked", "stopped-until", (), again)
        case Standstill():
            do = _named(finish.do, order.plan) or again
            stands = f"{migration.service} is on hold" if standing.began else f"cannot start {migration.service}"
            return Ending("held", f"{stands}: {finish.reason}", finish.code, finish.seen, do)


def left_at_once(migration: Migration, order: Order) -> OperatorError:
    """What a second Ctrl-C is told: a call may be in flight, and is looked for by the next run before anything else."""
    return OperatorError(
        f"{migration.service}: left at once, as asked twice",
        seen=("a call may be without an outcome in the journal; the next run looks for it before anything else",),
        do=f"`migrate {order.command} PLAN{' --resume' if order.command == 'apply' else ''}`",
        code="interrupted",
    )


def named(error: MigrateError, plan: str) -> MigrateError:
    """The same error, saying the plan's file where the machine could only say PLAN."""
    error.do = _named(error.do, plan)
    return error


def already_migrated(migration: Migration) -> Ending:
    """Nothing to do."""
    there = f"{migration.new.namespace}/{migration.new.name}"
    return Ending("migrated", f"{migration.service} is migrated already, {there} serves; nothing to do")


def _migrated(migration: Migration) -> Ending:
    there = f"{migration.new.namespace}/{migration.new.name}"
    done = "deleted" if migration.retirement == "delete" else "a ClusterIP Service now"
    return Ending("migrated", f"{migration.service} is migrated: {there} serves, legacy is {done}, nothing of it is left in AWS")


def _rolled_back(migration: Migration, order: Order, standing: Standing) -> Ending:
    back = f"{migration.service} is rolled back: everything is as it was before"
    if order.command == "rollback" or standing.turned is None:
        return Ending("rolled-back", back)
    seen = (f"turned back ({standing.turned.code}): {standing.turned.reason}",)
    do = f"mend the cause, then `migrate plan {migration.service} -o {shlex.quote(order.plan)}` and apply again"
    return Ending("rolled-back", back, "rolled-back", seen, do)


def _refuse_another_plan(migration: Migration, order: Order, standing: Standing) -> None:
    assert standing.began is not None
    digest = signed_digest(migration)
    if standing.began.digest == digest:
        return
    raise OperatorError(
        f"cannot go on with {order.plan}: the journal began with another plan, or with other answers",
        seen=(f"journal {standing.began.journal} is of {standing.began.digest}", f"{order.plan} is {digest}"),
        do="put the plan back as it was when it was applied; a new plan may follow a finished `migrate rollback`",
        code="journal-other-plan",
    )


def _at(standing: Standing, journey: Journey) -> str:
    cursor = journey.cursor(standing)
    return f"next is {cursor.NAME}" if cursor else "every step is done"


def _named(text: str, plan: str) -> str:
    return re.sub(r"\bPLAN\b", lambda _: shlex.quote(plan), text)
