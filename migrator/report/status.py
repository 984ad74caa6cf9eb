"""Where a journal stands: the ten steps, what was seen of each, what holds it, and what to type next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from migrator.errors import MigrateError
from migrator.model.events import Entry, Seen
from migrator.model.standing import FOR_A_PERSON, Standing, fold
from migrator.model.units import Instant
from migrator.ports.journey import Journey
from migrator.report.amounts import span
from migrator.report.sentences import plain
from migrator.report.trouble import for_people, for_programs

State = Literal["not begun", "under way", "on hold", "going back", "migrated", "rolled-back"]
Mark = Literal["done", "now", "to come", "taken back", "never begun"]
NOT_RUNNING = ", where it is not running"


class StepStatus(msgspec.Struct, frozen=True):
    """One step: `evidence` and `at` of when its end was seen, in the direction we go."""

    name: str
    mark: Mark
    evidence: str = ""
    at: Instant | None = None
    past_return: bool = False


class Held(msgspec.Struct, frozen=True):
    """What holds the journey."""

    step: str
    code: str
    reason: str
    by: str


class Status(msgspec.Struct, frozen=True):
    """One migration as its journal tells. `service` is empty where no plan is at hand."""

    migration: str
    service: str
    plan: str
    state: State
    steps: tuple[StepStatus, ...]
    lines: int
    last_at: Instant | None = None
    held: Held | None = None
    pending: str = ""  # a call whose outcome is not known yet
    past_return: bool = False
    do: str = ""
    running: int | None = None  # the process that is at work at this moment


def status_of(entries: tuple[Entry, ...], journey: Journey, *, migration: str, service: str = "", plan: str = "PLAN") -> Status:
    """The standing as a value to be shown; from the journal alone."""
    standing = fold(entries)
    state, held = state_of(standing), standing.held
    return Status(
        migration=migration,
        service=service,
        plan=plan,
        state=state,
        steps=_steps(standing, entries, journey),
        lines=standing.sequence,
        last_at=standing.last_at if entries else None,
        held=Held(held.step, held.code, held.reason, held.by) if held and not standing.ended else None,
        pending=standing.pending.effect.summary if standing.pending else "",
        past_return=journey.past_return(standing),
        do=next_command(standing, journey, plan),
    )


def state_of(standing: Standing) -> State:
    """The journey in a word."""
    if standing.began is None:
        return "not begun"
    if standing.ended is not None:
        return "migrated" if standing.ended == "migrated" else "rolled-back"
    if standing.held is not None:
        return "on hold"
    return "going back" if standing.back else "under way"


def next_command(standing: Standing, journey: Journey, plan: str) -> str:
    """What a person types next; empty where nothing is left to do."""
    if standing.ended is not None:
        return ""
    if standing.began is None:
        return f"`migrate apply {plan}`"
    resume = f"`migrate rollback {plan}`" if standing.back else f"`migrate apply {plan} --resume`"
    if standing.held is None:
        return resume + NOT_RUNNING
    if standing.held.code in FOR_A_PERSON:
        resume = f"`migrate release {plan}`, then {resume}"
    else:
        resume = f"mend the cause, then {resume}"
    if standing.back or journey.past_return(standing):
        return resume
    return f"{resume}; or `migrate rollback {plan}`"


def _steps(standing: Standing, entries: tuple[Entry, ...], journey: Journey) -> tuple[StepStatus, ...]:
    cursor = None if standing.ended or standing.began is None else journey.cursor(standing)
    seen_at = _seen_at(entries)
    last = max((journey.position(name) for name in standing.intents), default=-1)
    found = []
    for at, step in enumerate(journey.order):
        mark: Mark = "done" if step.NAME in standing.seen else "to come"
        if standing.back:
            mark = "never begun" if at > last else "taken back" if step.NAME in standing.seen else "done"
        if cursor is not None and cursor.NAME == step.NAME:
            mark = "now"
        evidence = standing.seen.get(step.NAME, "")
        past = at >= journey.position(journey.no_return)
        found.append(StepStatus(step.NAME, mark, evidence, seen_at.get(step.NAME) if evidence else None, past))
    return tuple(found)


def _seen_at(entries: tuple[Entry, ...]) -> dict[str, Instant]:
    """When each step's end was last seen."""
    return {entry.event.step: entry.at for entry in entries if isinstance(entry.event, Seen)}


def for_terminal(status: Status, now: Instant, width: int = 80) -> str:
    """The table, and what to do."""
    return "\n".join(_lines(status, now, width))


def _lines(status: Status, now: Instant, width: int) -> Iterator[str]:
    ago = f", last line {span(now - status.last_at)} ago" if status.last_at is not None else ""
    now_running = f", process {status.running} is at work" if status.running else ""
    yield f"{status.service or status.migration}  {status.state}{now_running}{ago}"
    yield f"  journal {status.migration}, {status.lines} lines"
    for step in status.steps:
        if step.past_return and status.steps[status.steps.index(step) - 1].past_return is False:
            passed = "passed" if status.past_return else "not passed"
            yield f"  ---- point of no return: {passed} ----"
        when = f" ({span(now - step.at)} ago)" if step.at is not None else ""
        yield from _wrapped(f"  {step.name:<6}  {step.mark:<11}  ", plain(step.evidence) + when, width)
    if status.pending:
        yield from _wrapped("  call    ", f"outcome not known yet: {plain(status.pending)}", width)
    if status.held:
        by = "" if status.held.by == "migrate" else f", by {status.held.by}"
        text = f"{plain(status.held.reason)} (at {status.held.step}, code {status.held.code}{by})"
        yield from _wrapped("  hold    ", text, width)
    if status.do:
        yield from _wrapped("  do      ", status.do, width)


def _wrapped(first: str, text: str, width: int) -> list[str]:
    rest = " " * len(first)
    lines = textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return lines or [first.rstrip()]


def for_programs_all(found: list[Status | MigrateError], tool: str) -> dict[str, Any]:
    """Every migration as one JSON object; instants are seconds UTC. An unreadable journal is an `error` among them."""
    migrations = [for_programs(each) if isinstance(each, MigrateError) else msgspec.to_builtins(each) for each in found]
    return {"kind": "status", "schema": 1, "tool": tool, "migrations": migrations}


def for_people_all(found: list[Status | MigrateError], now: Instant, width: int = 80) -> str:
    """Every migration, an empty line between them."""
    parts = [for_people(each, width) if isinstance(each, MigrateError) else for_terminal(each, now, width) for each in found]
    return "\n\n".join(parts)
