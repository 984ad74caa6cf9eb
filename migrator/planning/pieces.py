"""What one setting contributes to the clone: annotations, spec fields, diff rows, and what is worth saying."""

from __future__ import annotations

from typing import Any

import msgspec

from migrator.model.cluster import PREFIX, Service
from migrator.model.migration import Decision, DiffRow, Finding, Variant
from migrator.planning.values import truth

LB = "service.beta.kubernetes.io/aws-load-balancer-"  # what most keys of either controller begin with
RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"


class Piece(msgspec.Struct, frozen=True):
    """What is said, found and asked here concerns every key that its rows answer for.

    Which keys these are, the table of rules says by the rows' settings; `reads` names others. In `spec` None takes a field
    away. Fates, and what annotations say, are filled in once all pieces are there.
    """

    rows: tuple[DiffRow, ...] = ()
    annotations: dict[str, str] = {}
    reads: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    decisions: tuple[Decision, ...] = ()
    variants: tuple[Variant, ...] = ()
    spec: dict[str, Any] = {}


def said(service: Service, *keys: str) -> str:
    """What the Service's annotations say for a row: one value alone, several with their names; empty where none is set."""
    there = [(key, service.annotations[key]) for key in keys if key in service.annotations]
    if len(there) == 1 and there[0][0] == keys[0]:
        return there[0][1] or '""'
    return "; ".join(f"{short(key)}={value}" for key, value in there)


def short(key: str) -> str:
    """An annotation's key without what most of them begin with."""
    return key.removeprefix(LB).removeprefix(PREFIX)


def setting(
    service: Service, name: str, live: str, new: str, rule: str, *reads: str, write: str = "", gone: bool = False
) -> Piece:
    """The usual piece: one row, and where `write` names a key and `new` is not empty, one annotation."""
    row = DiffRow(name, said(service, *reads), live, new, rule)
    return Piece((row,), {write: new} if write and new and not gone else {}, reads)


def as_live(name: str, live: str, new: str, write: str = "", rule: str = "") -> Piece:
    """One row whose keys and reason the table of rules knows, and its annotation where `new` is not empty."""
    return Piece((DiffRow(name, "", live, new, rule),), {write: new} if write and new else {})


def blocked(id: str, seen: str, do: str) -> tuple[Finding, ...]:
    """One finding that stops the migration."""
    return (Finding(id, "blocked", seen, do),)


def yes(value: str | None) -> str:
    """A boolean as LBC reads it: `true` or `false`."""
    return "true" if truth((value or "").strip()) else "false"
