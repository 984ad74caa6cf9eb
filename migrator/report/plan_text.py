"""A plan for a terminal: the verdict first, what is dangerous next, at most 80 columns."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from migrator.model.certificate import Simulated
from migrator.model.migration import Decision, DiffRow, Finding, Migration, Variant
from migrator.model.records import Move
from migrator.report.plan_words import (
    answered,
    changing,
    clean,
    duration,
    effects,
    leads,
    lives,
    of_severity,
    point_of_no_return,
    reason,
    span,
    staying,
    verdict,
    ways_to_answer,
)

WIDTH = 80
_COLUMNS = (17, 18, 18, 18)  # setting, annotation, live, new; with two blanks before each, 79
_COMMA = re.compile(r",(?=\S)")
_COLUMN_NAMES = ("setting", "annotation says", "AWS does", "new will do")


def render(migration: Migration, file: str = "PLAN", simulated: Simulated = Simulated()) -> str:
    """The whole plan; `file` is what the commands in it call the plan, `simulated` what its certificate says."""
    return "\n".join(line.rstrip() for line in _lines(migration, file, simulated)) + "\n"


def _lines(migration: Migration, file: str, simulated: Simulated) -> Iterator[str]:
    yield from _wrapped(verdict(migration))
    yield from _wrapped(
        f"{migration.service} to the AWS Load Balancer Controller, as {migration.new.namespace}/{migration.new.name}"
    )
    yield from _wrapped(point_of_no_return(migration))
    if simulated.told:
        yield from _wrapped(simulated.told)
    yield from _findings("Stops it", of_severity(migration, "blocked"))
    yield from _decisions("Must be answered", migration.open_decisions, migration.new.variants, file)
    yield from _findings("Warnings", of_severity(migration, "warning"))
    yield from _decisions("Answered or with a default", _settled(migration), migration.new.variants, file)
    yield from _findings("Notes", of_severity(migration, "note"))
    yield from _diff(migration.new.diff)
    yield from _names(migration)
    yield from _steps(migration)
    yield from _now(migration)
    yield from _waits(migration)
    yield ""
    yield from _wrapped(f"plan {migration.id}, made by migrate {migration.tool}; the whole manifest is in {file}")


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield text
    yield "-" * len(text)


def _wrapped(text: str, indent: str = "", first: str | None = None) -> list[str]:
    start = indent if first is None else first
    return textwrap.wrap(clean(text), WIDTH, initial_indent=start, subsequent_indent=indent, break_on_hyphens=False) or [start]


def _findings(title: str, findings: tuple[Finding, ...]) -> Iterator[str]:
    if not findings:
        return
    yield from _heading(title)
    for each in findings:
        yield from _wrapped(each.id)
        yield from _wrapped(each.seen, "        ", "  seen  ")
        if each.do:
            yield from _wrapped(each.do, "        ", "  do    ")


def _settled(migration: Migration) -> tuple[Decision, ...]:
    return tuple(each for each in migration.decisions if each.value is not None)


def _decisions(title: str, decisions: tuple[Decision, ...], variants: tuple[Variant, ...], file: str) -> Iterator[str]:
    if not decisions:
        return
    yield from _heading(title)
    for each in decisions:
        yield from _wrapped(f"{each.id}: {answered(each)}")
        yield from _wrapped(each.question, "        ", "  asks  ")
        yield from _wrapped(" | ".join(each.options), "        ", "  say   ")
        for effect in effects(each, variants):
            yield from _wrapped(effect, "        ", "  clone ")
        yield from _wrapped(ways_to_answer(each, file), "        ", "  with  ")


def _now(migration: Migration) -> Iterator[str]:
    legacy, balancer = migration.legacy, migration.legacy.balancer
    ports = ", ".join(f"{each.protocol} {each.port}" for each in legacy.listeners)
    zones = ", ".join(f"{each.name} ({each.subnet})" for each in balancer.zones)
    yield from _heading("There now")
    yield from _fields(
        ("service", f"{migration.service}, UID {legacy.service.uid}"),
        ("owner", f"{legacy.owner}: {'; '.join(legacy.evidence)}"),
        ("balancer", f"{balancer.name}, {balancer.scheme}, {balancer.state}"),
        ("answers to", balancer.dns_name),
        ("zones", zones),
        ("listeners", ports or "none"),
        ("targets", ", ".join(each.name for each in legacy.groups) or "none"),
        ("node rules", ", ".join(each.id for each in legacy.rules) or "none"),
        ("others' rules", ", ".join(legacy.shared_rules)),
        ("protection", "deletion protection is on; `retire` takes it off" if legacy.deletion_protection else ""),
        ("cluster", f"{migration.cluster.name} (kube-system {migration.cluster.uid})"),
        ("account", f"{migration.account.id}, {migration.account.region}, {migration.account.vpc}"),
    )


def _fields(*pairs: tuple[str, str]) -> Iterator[str]:
    for name, value in pairs:
        if value:
            yield from _wrapped(value, " " * 17, f"  {name:<15}")


def _diff(rows: tuple[DiffRow, ...]) -> Iterator[str]:
    """What changes, with the reason for each row; then what stays, with a reason only where the Service asked for something."""
    yield from _heading("What changes")
    yield from _cells(_COLUMN_NAMES)
    for row in changing(rows):
        yield from _cells((row.setting, row.annotation or "-", row.live or "-", row.new or "-"))
        yield from _wrapped(reason(row), " " * 8, "    why ")
    yield from _heading("What stays as it is live")
    yield from _cells(_COLUMN_NAMES)
    for row in staying(rows):
        yield from _cells((row.setting, row.annotation or "-", row.live or "-", row.new or "-"))
        if row.fate != "written":
            yield from _wrapped(reason(row), " " * 8, "    why ")


def _cells(cells: Iterable[str]) -> Iterator[str]:
    """One row of the table; a cell that is too long goes on in the next line, a list behind one of its commas."""
    shown = [_COMMA.sub(", ", clean(cell)) for cell in cells]
    columns = [textwrap.wrap(cell, width, break_on_hyphens=False) for cell, width in zip(shown, _COLUMNS, strict=True)]
    for line in zip_longest(*columns, fillvalue=""):
        yield "".join(f"  {cell:<{width}}" for cell, width in zip(line, _COLUMNS, strict=True))


def _names(migration: Migration) -> Iterator[str]:
    dns = migration.dns
    yield from _heading("Names that move")
    if not dns.moves:
        yield "  none"
    for move in dns.moves:
        yield from _move(move)
    if dns.resolvers:
        yield from _wrapped(f"resolvers asked: {', '.join(dns.resolvers)}", "  ")
    for each in dns.unread:
        yield from _wrapped(f"unread zone {each.name} {each.id}: {each.why}", "  ")


def _move(move: Move) -> Iterator[str]:
    private = ", private" if move.zone.private else ""
    yield from _wrapped(f"{move.listed.name} {move.listed.type} in {move.zone.id}{private}", "    ", "  ")
    yield from _wrapped(leads(move.listed), " " * 12, "    before  ")
    yield from _wrapped("the new load balancer, everything else as before", " " * 12, "    after   ")
    yield from _wrapped(lives(move), " " * 12, "    TTL     ")


def _steps(migration: Migration) -> Iterator[str]:
    yield from _heading("Steps")
    for each in migration.steps:
        if each.past_return:
            yield "  ---- no way back from here ----"
        yield from _wrapped(f"{each.does} ({span(each.shortest_s, each.longest_s)})", " " * 11, f"  {each.name:<9}")
    yield from _wrapped(f"at least {duration(sum(each.shortest_s for each in migration.steps))} in all", " " * 11)


def _waits(migration: Migration) -> Iterator[str]:
    waits = migration.waits
    yield from _heading("Waits")
    yield from _fields(
        ("looks", f"every {duration(waits.look_every_s)}, {waits.streak} good ones in a row"),
        ("healthy", f"{waits.healthy_pct} % of what legacy has healthy in each zone"),
        ("drained", f"{duration(waits.quiet_s)} with at most {waits.noise_flows_per_min:g} new flows a minute, no open flow"),
        ("gives up", f"clone {duration(waits.clone_deadline_s)}, warm {duration(waits.warm_deadline_s)}, "
         f"resolvers {duration(waits.resolvers_deadline_s)}, drain {duration(waits.drain_deadline_s)}, "
         f"sweep {duration(waits.sweep_deadline_s)}: then it holds"),
        ("on failure", "rolls back" if migration.on_failure == "rollback" else "holds, and a person decides"),
    )  # fmt: skip
