"""What one setting contributes to the clone: annotations, spec fields, diff rows, and what is worth saying."""

from __future__ import annotations

from typing import Any

import msgspec

from migrator.model.cluster import Service
from migrator.model.migration import Decision, DiffRow, Finding

LB = "service.beta.kubernetes.io/aws-load-balancer-"  # what most keys of either controller begin with
RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"


class Piece(msgspec.Struct, frozen=True):
    """`reads` are the annotations of the legacy Service that its rows answer for."""

    rows: tuple[DiffRow, ...] = ()
    annotations: dict[str, str] = {}
    reads: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    decisions: tuple[Decision, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """A field of the clone other than annotations, with its rows and findings."""

    value: dict[str, Any]
    rows: tuple[DiffRow, ...] = ()
    findings: tuple[Finding, ...] = ()


def said(service: Service, *keys: str) -> str:
    """What the Service's annotations say for a row: one value alone, several with their names; empty where none is set."""
    there = [(key, service.annotations[key]) for key in keys if key in service.annotations]
    if len(there) == 1 and there[0][0] == keys[0]:
        return there[0][1] or '""'
    return "; ".join(f"{short(key)}={value}" for key, value in there)


def short(key: str) -> str:
    """An annotation's key without what most of them begin with."""
    return key.removeprefix(LB).removeprefix("service.beta.kubernetes.io/")


def setting(
    service: Service, name: str, live: str, new: str, rule: str, *reads: str, write: str = "", gone: bool = False
) -> Piece:
    """The usual piece: one row, and where `write` names a key and `new` is not empty, one annotation.

    `gone` where the clone goes without what the annotations ask for, whatever `new` says.
    """
    asked = said(service, *reads)
    kept = service.annotations.get(write) == new
    row = DiffRow(name, asked, live, new, because(asked, "" if gone else new, rule, kept=kept))
    return Piece((row,), {write: new} if write and new else {}, reads)


def because(asked: str, new: str, rule: str, *, kept: bool = False) -> str:
    """The rule, with what becomes of the annotation where there is one: kept, rewritten or dropped."""
    if not asked:
        return rule
    return f"{'kept' if kept else 'rewritten' if new else 'dropped'}: {rule}"


def blocked(id: str, seen: str, do: str) -> tuple[Finding, ...]:
    """One finding that stops the migration."""
    return (Finding(id, "blocked", seen, do),)


def yes(value: str | None) -> str:
    """A boolean as LBC reads it: `true` or `false`."""
    return "true" if (value or "").strip().lower() in ("true", "1", "t", "yes") else "false"
