"""Reads journals for `status`, and appends to them for `hold` and `release`, beside a running `apply`."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable

import msgspec

from migrator import __version__
from migrator.adapters.disk.state import State
from migrator.cli import terminal, wire
from migrator.errors import JournalMoved, MigrateError, OperatorError
from migrator.model.events import Event, Held, Released
from migrator.model.migration import Migration
from migrator.model.standing import Standing, fold
from migrator.planning.load import load
from migrator.report import status
from migrator.report.status import Status
from migrator.steps import JOURNEY

TRIES = 5  # of an append that a running `apply` was faster than


def rendered(plan: str, given: str, *, as_json: bool) -> tuple[str, int]:
    """The text of `status`, and its exit code: that of the first journal which cannot be read, else 0."""
    state = wire.state(given)
    if plan:
        found: list[Status | MigrateError] = [_of_plan(load(plan), plan, state)]
    else:
        found = [_of_directory(each, state) for each in state.migrations()]
    code = next((int(each.exit) for each in found if isinstance(each, MigrateError)), 0)
    if as_json:
        return msgspec.json.encode(status.for_programs_all(found, __version__)).decode(), code
    if not found:
        return f"no migration has begun: {state.root} holds no journal", code
    return status.for_people_all(found, time.time(), terminal.width(sys.stdout) or 100), code


def _of_plan(migration: Migration, plan: str, state: State) -> Status:
    entries = state.journal(migration.id).read()
    told = status.status_of(entries, JOURNEY, migration=migration.id, service=migration.service, plan=shlex.quote(plan))
    return _with_process(told, state)


def _of_directory(migration: str, state: State) -> Status | MigrateError:
    """As far as a journal tells without its plan, whose copy beside it has the Service's name."""
    try:
        entries = state.journal(migration).read()
    except MigrateError as error:
        return error
    try:
        service = load(str(state.root / migration / wire.PLAN_COPY)).service
    except OperatorError:
        service = ""
    told = status.status_of(entries, JOURNEY, migration=migration, service=service)
    return _with_process(told, state)


def _with_process(told: Status, state: State) -> Status:
    """The same, with the process that is at work; there is then nothing to type."""
    holder = state.holder(told.migration)
    return told if holder is None else msgspec.structs.replace(told, running=holder.pid, do="")


def held(plan: str, given: str, reason: str) -> str:
    """Hold a migration; what to say. Raises OperatorError `nothing-begun`, `already-ended`."""
    migration = load(plan)

    def holding(standing: Standing) -> Event:
        _refuse_idle(migration, standing)
        cursor = JOURNEY.cursor(standing)
        return Held(cursor.NAME if cursor else "finish", "operator-hold", reason or "asked for", wire.operator())

    _append(wire.state(given), migration, holding)
    return f"{migration.service} is on hold; `migrate release {shlex.quote(plan)}` lifts it"


def released(plan: str, given: str) -> str:
    """Lift the hold; what to say. Raises OperatorError `nothing-begun`, `already-ended`, `not-held`."""
    migration = load(plan)

    def releasing(standing: Standing) -> Event:
        _refuse_idle(migration, standing)
        if standing.held is None:
            do = f"`migrate status {shlex.quote(plan)}` says where it is"
            raise OperatorError(f"cannot release {migration.service}: nothing holds it", do=do, code="not-held")
        return Released(wire.operator())

    standing = _append(wire.state(given), migration, releasing)
    again = status.next_command(standing, JOURNEY, shlex.quote(plan))
    return f"{migration.service} is released; {again}"


def _append(state: State, migration: Migration, decide: Callable[[Standing], Event]) -> Standing:
    """Append what is decided from the standing, again where somebody appended in between; the standing after it."""
    journal = state.journal(migration.id)
    for _ in range(TRIES):
        standing = fold(journal.read())
        event = decide(standing)
        try:
            return standing.after(journal.append(event, at=wire.clock().now(), after=standing.sequence))
        except JournalMoved as moved:
            last = moved
    raise last


def _refuse_idle(migration: Migration, standing: Standing) -> None:
    if standing.began is None:
        do = "give --state if the journal is elsewhere"
        raise OperatorError(f"{migration.service}: nothing has begun", do=do, code="nothing-begun")
    if standing.ended is not None:
        raise OperatorError(f"{migration.service}: it is over ({standing.ended}); nothing to do", code="already-ended")
