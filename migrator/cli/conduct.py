"""One run of apply or rollback, from what the operator typed to how it ended."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable

from migrator import __version__
from migrator.adapters.disk.journal import DiskJournal
from migrator.adapters.disk.state import State
from migrator.adapters.dry import WouldAct
from migrator.cli import terminal, wire
from migrator.cli.attention import AttentiveClock
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
from migrator.cli.scratch import ScratchJournal
from migrator.cli.signals import Interruption
from migrator.errors import MigrateError, OperatorError
from migrator.machine.tick import Again, Machine, standing_of
from migrator.model.events import Began, Entry
from migrator.model.migration import Migration
from migrator.model.standing import Standing
from migrator.planning.load import load
from migrator.planning.rivals import refuse_rivals
from migrator.ports.doing import Clock, Journal
from migrator.report.telling import Ending, Opening, Telling
from migrator.scheduler.run import Finish, run
from migrator.steps import JOURNEY, ORDER

STEPS = tuple(step.NAME for step in ORDER)


def conduct(order: Order) -> int:
    """Run to an ending and give back the exit code. Raises MigrateError for what ends it before."""
    migration = load(order.plan)
    refuse_strange_steps(order)
    state = wire.state(order.state)
    journal = state.journal(migration.id)
    try:
        over = gate(migration, order, standing_of(journal), state)
        if over is not None or order.dry:
            return _told(migration, order, journal, over)
        confirm(migration, order)
        with state.lock(migration.id):
            return _told(migration, order, journal, None)
    except MigrateError as error:
        named(error, order.plan)
        raise


def gate(migration: Migration, order: Order, standing: Standing, state: State) -> Ending | None:
    """None when the run may begin, an Ending when there is nothing to do. Raises OperatorError where it may not."""
    if order.command == "rollback":
        return may_roll_back(migration, order, standing, JOURNEY)
    over = may_apply(migration, order, standing, JOURNEY)
    if over is None:
        refuse_unready(migration, order.plan)
        if begins(standing):
            refuse_rivals(migration, order.plan, wire.moving(state))
    return over


def refuse_strange_steps(order: Order) -> None:
    """Raises OperatorError `bad-usage` for a step that the journey does not have."""
    for name in (*order.hold_before, *filter(None, [order.until])):
        if name not in STEPS:
            raise OperatorError(f"there is no step {name!r}", seen=(f"steps: {', '.join(STEPS)}",), code="bad-usage")


def confirm(migration: Migration, order: Order) -> None:
    """Ask once where somebody can be asked. Raises OperatorError `confirmation-needed` for a no."""
    if order.yes or order.json or not terminal.can_ask():
        return
    new, account = f"{migration.new.namespace}/{migration.new.name}", f"{migration.account.id}, {migration.account.region}"
    what = f"move {migration.service} to {new}" if order.command == "apply" else f"take back the move of {migration.service}"
    question = f"{what} in {migration.cluster.name or migration.cluster.context} ({account})? [y/N] "
    with contextlib.suppress(EOFError):
        if input(question).strip().lower() in ("y", "yes"):
            return
    raise OperatorError("nothing was changed: not confirmed", do="answer y, or give --yes", code="confirmation-needed")


def _told(migration: Migration, order: Order, journal: DiskJournal, over: Ending | None) -> int:
    """The run as the reporter tells it, or what was over before it began."""
    with Interruption() as interruption:
        clock = wire.clock(interruption.stop)
        reporter = wire.telling(order.json, clock, live=not order.dry and over is None)
        standing = standing_of(journal)
        lines = 0 if begins(standing) and over is None else standing.sequence
        try:
            reporter.opened(Opening(order.command, __version__, migration.id, migration.service, STEPS, lines, order.dry))
            ending = over or _travelled(migration, order, journal, clock, reporter, interruption.stop.is_set)
            reporter.ended(ending)
            return ending.exit
        except KeyboardInterrupt as second:
            raise left_at_once(migration, order) from second
        finally:
            reporter.close()


def _travelled(
    migration: Migration,
    order: Order,
    journal: DiskJournal,
    clock: Clock,
    reporter: Telling,
    interrupted: Callable[[], bool],
) -> Ending:
    """The journey itself; the standing is read again, as it is only now that nobody else can move it."""
    standing = standing_of(journal)
    may = may_roll_back if order.command == "rollback" else may_apply
    if over := may(migration, order, standing, JOURNEY):
        return over
    id = journal_id(standing, secrets.token_hex)
    book: Journal = ScratchJournal(journal.read()) if order.dry else journal
    teller = reporter if order.dry else KeepsPlan(reporter, order.plan, journal)
    reach = wire.Reach(order.context)
    machine = wire.machine(migration, book, reach, teller, clock, id=id, hold_before=order.hold_before, dry=order.dry)
    _set_out(machine, order, standing)
    try:
        finish = (
            _walked(machine)
            if order.dry
            else run(machine, AttentiveClock(clock, journal), until=order.until, interrupted=interrupted)
        )
    except WouldAct as change:
        return Ending("dry-run", f"{migration.service}: the next change would be: {change.effect.summary}")
    if isinstance(finish, Again):
        return Ending("dry-run", f"{migration.service}: nothing would be changed yet; what is waited for is said above")
    return ending_of(finish, migration, order, machine.standing, JOURNEY)


def _walked(machine: Machine) -> Finish | Again:
    """Look until something is waited for or held. Raises WouldAct where something would be changed."""
    while True:
        outcome = machine.tick()
        if not isinstance(outcome, Again) or outcome.after_s > 0:
            return outcome


def _set_out(machine: Machine, order: Order, standing: Standing) -> None:
    """Turn back, or lift the hold that stands; a run after a rollback begins anew by itself.

    Raises OutsideError where the cluster cannot be asked before anything began: later a look is waited for, now a
    person is told.
    """
    if begins(standing):
        machine.outside.cluster.identity()
        return
    if order.command == "rollback" and not standing.back:
        machine.turn_back("rolled-back", "asked for", wire.operator())
    elif lifted_by_resuming(standing):
        machine.release(wire.operator())


class KeepsPlan:
    """The same reporter, and a copy of the plan beside the journal once that begins."""

    def __init__(self, reporter: Telling, plan: str, journal: DiskJournal) -> None:
        self._plan, self._journal = plan, journal
        self.waiting = reporter.waiting
        self._reporter = reporter

    def entry(self, entry: Entry) -> None:
        """As the reporter's. A copy that cannot be written only leaves `status` without a name."""
        if isinstance(entry.event, Began):
            with contextlib.suppress(OperatorError, OSError):
                wire.keep_plan(self._plan, self._journal)
        self._reporter.entry(entry)
