"""A plan for a pull request: the verdict and what is dangerous in sight, everything else folded; never too long.

Whatever comes from the cluster or from AWS is escaped: it can neither end a table, nor fold, nor call anybody.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from migrator.model.certificate import Simulated
from migrator.model.migration import Decision, DiffRow, Finding, Migration, Variant
from migrator.report.plan_words import (
    answered,
    changing,
    clean,
    counted,
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

LIMIT = 60_000  # characters; GitHub takes 65,536 in a comment
RESERVED = 200  # characters of a folded part with nothing in it but how much was cut
CELL = 400  # characters of one value; the plan file has it whole
_MARKUP = re.compile(r"[\\`*_{}\[\]#!|~@$]|:(?=//)|(?<=www)\.")


def render(migration: Migration, file: str = "PLAN", simulated: Simulated = Simulated()) -> str:
    """The whole plan and what its certificate says, cut to LIMIT by whole lines of its folded parts, each cut said."""
    head = "\n".join(_head(migration, file, simulated))
    parts = [_names(migration), _diff(migration), _steps(migration), _now(migration), _manifest(migration)]
    tail = f"\n<sub>plan {code(migration.id)}, made by migrate {code(migration.tool)}</sub>\n"
    text = _cut(head, LIMIT // 2)
    for at, (title, lines) in enumerate(parts, 1):
        room = LIMIT - len(text) - len(tail) - RESERVED * (len(parts) - at)
        text += _folded(title, lines, room)
    return text + tail


def _head(migration: Migration, file: str, simulated: Simulated) -> Iterable[str]:
    yield f"### {prose(verdict(migration))}"
    yield ""
    new = f"{migration.new.namespace}/{migration.new.name}"
    yield f"{code(migration.service)} to the AWS Load Balancer Controller, as {code(new)}."
    yield _backticks(point_of_no_return(migration))
    if simulated.told:
        yield ""
        yield prose(simulated.told)
    yield from _findings("Stops it", of_severity(migration, "blocked"))
    yield from _decisions(migration.decisions, migration.new.variants, file)
    yield from _findings("Warnings", of_severity(migration, "warning"))
    yield from _findings("Notes", of_severity(migration, "note"))
    yield from _changes(changing(migration.new.diff))
    yield ""


def _findings(title: str, findings: tuple[Finding, ...]) -> list[str]:
    if not findings:
        return []
    rows = [(each.id, prose(each.seen), prose(each.do)) for each in findings]
    return ["", f"**{title}**", "", *_table(("finding", "seen", "do"), [(code(id), seen, do) for id, seen, do in rows])]


def _decisions(decisions: tuple[Decision, ...], variants: tuple[Variant, ...], file: str) -> list[str]:
    if not decisions:
        return []
    rows = [
        (
            code(each.id),
            prose(answered(each)),
            prose(each.question),
            " ".join(map(code, each.options)),
            "<br>".join(map(prose, effects(each, variants))),
            code(ways_to_answer(each, file)),
        )
        for each in sorted(decisions, key=lambda each: each.value is not None)
    ]
    return ["", "**Decisions**", "", *_table(("decision", "stands at", "asks", "options", "clone", "for example"), rows)]


def _names(migration: Migration) -> tuple[str, list[str]]:
    rows = [
        (
            code(f"{each.listed.name} {each.listed.type}"),
            code(each.zone.id),
            code(leads(each.listed)),
            "the new load balancer",
            prose(lives(each)),
        )
        for each in migration.dns.moves
    ]
    lines = _table(("record set", "zone", "before", "after", "TTL"), rows)
    lines += [f"\nunread: {code(each.name)} {code(each.id)}: {prose(each.why)}" for each in migration.dns.unread]
    return f"{counted(len(rows), 'record set')} to move", lines


def _changes(rows: tuple[DiffRow, ...]) -> list[str]:
    return ["", "**What changes**", "", *_three_columns(rows)] if rows else []


def _diff(migration: Migration) -> tuple[str, list[str]]:
    return "what stays as it is live", _three_columns(staying(migration.new.diff))


def _three_columns(rows: tuple[DiffRow, ...]) -> list[str]:
    cells = [(prose(each.setting), *map(_maybe, (each.annotation, each.live, each.new)), prose(reason(each))) for each in rows]
    return _table(("setting", "annotation says", "AWS does", "new will do", "why"), cells)


def _steps(migration: Migration) -> tuple[str, list[str]]:
    rows = [
        (
            f"{'**no way back from here**<br>' if each.past_return else ''}{code(each.name)}",
            prose(each.does),
            span(each.shortest_s, each.longest_s),
        )
        for each in migration.steps
    ]
    return "steps and how long they take", _table(("step", "does", "takes"), rows)


def _now(migration: Migration) -> tuple[str, list[str]]:
    legacy, balancer = migration.legacy, migration.legacy.balancer
    rows = [
        ("service", code(f"{migration.service} {legacy.service.uid}")),
        ("owner", prose(f"{legacy.owner}: {'; '.join(legacy.evidence)}")),
        ("load balancer", code(balancer.arn)),
        ("answers to", code(balancer.dns_name)),
        ("zones", code(", ".join(f"{each.name} {each.subnet}" for each in balancer.zones))),
        ("listeners", code(", ".join(f"{each.protocol} {each.port}" for each in legacy.listeners))),
        ("target groups", " ".join(code(each.name) for each in legacy.groups)),
        ("node rules", " ".join(code(each.id) for each in legacy.rules)),
        ("others' rules, left alone", " ".join(map(code, legacy.shared_rules))),
        ("cluster", code(f"{migration.cluster.name} {migration.cluster.uid}")),
        ("account", code(f"{migration.account.id} {migration.account.region} {migration.account.vpc}")),
    ]
    return "what is there now", _table(("", ""), [row for row in rows if row[1]])


def _manifest(migration: Migration) -> tuple[str, list[str]]:
    import yaml  # only where a manifest is shown

    text = yaml.safe_dump(migration.new.manifest, sort_keys=False, allow_unicode=True, width=10_000)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return "the manifest of the new Service", [f"{fence}yaml", *text.rstrip("\n").split("\n"), fence]


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [_row(header), _row(tuple("---" for _ in header)), *(_row(row) for row in rows)]


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def _folded(title: str, lines: list[str], room: int) -> str:
    """A folded part that fits into `room` characters; what does not fit is counted, and a fence is closed."""
    fence = lines[-1] if lines[-1].startswith("```") else ""
    left = room - RESERVED - len(fence)
    shown = 0
    while shown < len(lines) and len(lines[shown]) < left:
        left -= len(lines[shown]) + 1
        shown += 1
    kept = lines[:shown]
    if shown < len(lines):
        kept += [fence] if fence and shown else []
        kept += ["", f"{len(lines) - shown} lines more in the plan file"]
    return f"<details><summary>{title}</summary>\n\n" + "\n".join(kept) + "\n\n</details>\n"


def _cut(text: str, room: int) -> str:
    if len(text) <= room:
        return text + "\n"
    kept = text[: text.rindex("\n", 0, room)]
    return f"{kept}\n\n{text.count(chr(10)) - kept.count(chr(10))} lines more in the plan file\n\n"


def _maybe(value: str) -> str:
    return code(value) if value else ""


def code(value: str) -> str:
    """A value as it is, in a code span that nothing in it can end."""
    return f"<code>{_escaped(_short(value))}</code>"


def prose(text: str) -> str:
    """Words of ours that may hold values; nothing in them is markup."""
    return _escaped(_short(text))


def _backticks(text: str) -> str:
    """Our own sentence, whose backticks are meant as code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", text)


def _short(text: str) -> str:
    whole = clean(text)
    return whole if len(whole) <= CELL else whole[: CELL - 1] + "…"


def _escaped(text: str) -> str:
    """HTML's and Markdown's characters as entities; an @ is cut off from the name behind it, so that nobody is called."""
    safe = _MARKUP.sub(lambda found: f"&#{ord(found[0])};", html.escape(text, quote=False).replace("&", "\0"))
    return safe.replace("\0", "&").replace("&#64;", "&#64;<!-- -->")
