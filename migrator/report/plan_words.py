"""The words that every rendering of a plan shares: the verdict, durations, record sets, which lines come first."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.model.migration import Decision, DiffRow, Finding, Migration, Variant
from migrator.model.records import Move, RecordSet

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400


def verdict(migration: Migration) -> str:
    """The first line: what may be done with the plan, answers counted."""
    stops = len(of_severity(migration, "blocked"))
    if migration.readiness in ("BLOCKED", "NOT_APPLICABLE"):
        return f"{migration.readiness}: {counted(stops, 'finding')} stop{'s' if stops == 1 else ''} it"
    if migration.open_decisions:
        return f"DECISION: {counted(len(migration.open_decisions), 'question')} must be answered first"
    if migration.readiness == "DECISION":
        return "READY_WITH_CHANGES: every question is answered"
    if migration.readiness == "READY_WITH_CHANGES":
        return "READY_WITH_CHANGES: read the lines below before signing"
    return "READY: nothing stands in the way"


def point_of_no_return(migration: Migration) -> str:
    """Where the way back ends, and what is gone then."""
    step = next((each.name for each in migration.steps if each.past_return), "retire")
    gone = "deleted" if migration.retirement == "delete" else "demoted to ClusterIP"
    return f"No way back from `{step}` on: the legacy Service is {gone}, and its load balancer goes with it."


def of_severity(migration: Migration, severity: str) -> tuple[Finding, ...]:
    """The findings of one severity, in the plan's order."""
    return tuple(each for each in migration.findings if each.severity == severity)


def changing(rows: tuple[DiffRow, ...]) -> tuple[DiffRow, ...]:
    """The rows in which the new load balancer differs from the live one: what stops or asks first, what is dropped last."""
    return tuple(sorted((each for each in rows if not _stays(each)), key=_weight))


def staying(rows: tuple[DiffRow, ...]) -> tuple[DiffRow, ...]:
    """The rows in which nothing changes for clients, in the plan's order."""
    return tuple(each for each in rows if _stays(each))


def _stays(row: DiffRow) -> bool:
    return row.fate not in _ASKING and (row.live == row.new or (not row.new and row.live in _NOTHING))


def _weight(row: DiffRow) -> int:
    return _ASKING.index(row.fate) if row.fate in _ASKING else len(_ASKING) + int(not row.new)


_ASKING = ("blocked", "decision")
_NOTHING = ("", "none")  # what a row says where AWS has nothing of the kind


def reason(row: DiffRow) -> str:
    """Why a row is as it is, with what becomes of the Service's own keys where it has any."""
    return row.rule if row.fate == "written" else f"{row.fate}: {row.rule}"


def effects(decision: Decision, variants: tuple[Variant, ...]) -> tuple[str, ...]:
    """What each option changes in the clone, a line each; options that change nothing have none."""
    mine = [each for each in variants if each.decision == decision.id]
    return tuple(f"{each.option}: {'; '.join(_changes(each))}" for each in mine)


def _changes(variant: Variant) -> Iterator[str]:
    for key, value in variant.annotations.items():
        yield f"{_bare(key)} {'is left out' if value is None else value}"
    for key, items in variant.items.items():
        said = (f"no {item}" if value is None else f"{item}={value}" for item, value in items.items())
        yield f"{_bare(key)} {','.join(said)}"
    for key, value in variant.spec.items():
        yield f"spec.{key} {'is left out' if value is None else value}"


def _bare(key: str) -> str:
    return key.removeprefix("service.beta.kubernetes.io/").removeprefix("aws-load-balancer-")


def answered(decision: Decision) -> str:
    """What a decision stands at."""
    if decision.answer is not None:
        return f"answered {decision.answer}"
    return f"default {decision.default}" if decision.default is not None else "open"


def ways_to_answer(decision: Decision, file: str) -> str:
    """How a person answers it."""
    return f"migrate approve {file} {decision.id}={decision.options[0]}"


def leads(record: RecordSet) -> str:
    """Where a record set leads, in a few words."""
    if record.alias is not None:
        return f"alias {record.alias.name}" + (", evaluates health" if record.alias.evaluate_health else "")
    return ", ".join(record.values)


def lives(move: Move) -> str:
    """The TTL of a record set, and the one it has while it moves where that is another."""
    if move.listed.ttl_s is None:
        return "alias, 60 s"
    if move.moving_ttl_s in (None, move.listed.ttl_s):
        return f"{move.listed.ttl_s} s"
    return f"{move.listed.ttl_s} s, {move.moving_ttl_s} s while it moves"


def span(shortest_s: float, longest_s: float | None) -> str:
    """A range of seconds as people say it."""
    if longest_s is None:
        return f"{duration(shortest_s)} or more"
    if longest_s == shortest_s:
        return duration(shortest_s)
    return f"{duration(shortest_s)} to {duration(longest_s)}"


def duration(seconds: float) -> str:
    """Seconds as people say them, rounded to what matters: `45 s`, `6 min`, `1 h 30 min`, `2 d`."""
    if seconds < 2 * MINUTE_S:
        return f"{seconds:g} s"
    if seconds < 2 * HOUR_S:
        minutes, rest = divmod(round(seconds), MINUTE_S)
        return f"{minutes} min" + (f" {rest} s" if rest else "")
    if seconds < 2 * DAY_S:
        hours, rest = divmod(round(seconds / MINUTE_S), 60)
        return f"{hours} h" + (f" {rest} min" if rest else "")
    return f"{seconds / DAY_S:.3g} d"


def counted(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def clean(text: str) -> str:
    """The text with anything that a terminal would act on written out."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
