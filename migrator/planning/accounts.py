"""The account of every key of the Service: which row answers for it, and which one fate it ends in."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

import msgspec
from msgspec.structs import replace

from migrator.model.cluster import Service
from migrator.model.migration import DiffRow, Fate, Finding
from migrator.planning.pieces import Piece, said, short
from migrator.planning.rules import KeyRule, keys_of, rule_for
from migrator.planning.values import items, same

_WORST: tuple[Fate, ...] = ("blocked", "decision", "dropped", "rewritten", "kept")  # first


class Account(msgspec.Struct, frozen=True):
    """`rows` are the pieces' own and one for each annotation that none of them answers for."""

    rows: tuple[DiffRow, ...]
    fates: dict[str, Fate]
    findings: tuple[Finding, ...]


def account(service: Service, family: str, pieces: tuple[Piece, ...], manifest: dict[str, Any]) -> Account:
    """What became of each annotation, now that the clone is there to look at."""
    homes = {key: _home(rule_for(key, family), key, pieces) for key in sorted(service.annotations)}
    fates = {key: _fate(service, rule_for(key, family), key, home, manifest) for key, home in homes.items()}
    rows = [row for each in pieces for row in _rows(service, family, each, homes, fates)]
    rows += [_own_row(service, key, rule_for(key, family), fates[key]) for key, home in homes.items() if home is None]
    return Account(tuple(rows), fates, _dormant(service, family, fates, manifest))


def worst(fates: Iterable[Fate]) -> Fate:
    """The fate of a row by those of its keys."""
    return min(fates, key=_WORST.index)


def ended(piece: Piece) -> Fate | None:
    """The fate that a piece's findings and decisions give to its keys, if they do."""
    if any(each.severity == "blocked" for each in piece.findings):
        return "blocked"
    return "decision" if piece.decisions else None


def goes_on(rule: KeyRule, key: str, manifest: dict[str, Any]) -> bool:
    """Whether the clone has something of what the key says, under any of the keys that its rule names."""
    return any(_has(each, key, manifest) for each in rule.becomes)


def _home(rule: KeyRule, key: str, pieces: tuple[Piece, ...]) -> Piece | None:
    """The piece that answers for a key; none where its rule names no setting that was looked at."""
    named = (each for each in pieces if key in each.reads)
    by_rule = (each for each in pieces if rule.setting and any(row.setting == rule.setting for row in each.rows))
    return next(named, None) or next(by_rule, None)


def _fate(service: Service, rule: KeyRule, key: str, home: Piece | None, manifest: dict[str, Any]) -> Fate:
    if home is not None and (fate := ended(home)):
        return fate
    if "kept" in rule.fates and manifest["metadata"]["annotations"].get(key) == service.annotations[key]:
        return "kept"
    return "rewritten" if goes_on(rule, key, manifest) else "dropped"


def _has(becomes: str, key: str, manifest: dict[str, Any]) -> bool:
    where, _, item = becomes.partition("#")
    if where.startswith("spec."):
        return manifest["spec"].get(where.removeprefix("spec.")) is not None
    annotations: dict[str, str] = manifest["metadata"]["annotations"]
    if item:
        lists = [value for name, value in annotations.items() if fnmatchcase(name, where)]
        return any(each.startswith(item + "=") for value in lists for each in items(value))
    return (key if "*" in where else where) in annotations


def _rows(
    service: Service, family: str, piece: Piece, homes: dict[str, Piece | None], fates: dict[str, Fate]
) -> Iterable[DiffRow]:
    """A piece's rows, each with what its keys say and why it is so; the only row of a piece answers for all its keys."""
    mine = [key for key, home in homes.items() if home is piece]
    for row in piece.rows:
        known = keys_of(row.setting, family)
        there = [key for key in mine if len(piece.rows) == 1 or key in known]
        asked = said(service, *dict.fromkeys((*known, *there))) if there else row.annotation
        reason = row.rule or rule_for(next(iter(known)), family).why
        fate = worst(fates[key] for key in there) if there else row.fate
        yield replace(row, annotation=asked, rule=reason, fate=fate)


def _own_row(service: Service, key: str, rule: KeyRule, fate: Fate) -> DiffRow:
    value = service.annotations[key]
    return DiffRow(short(key), value or '""', "", value if fate == "kept" else "", rule.why, fate)


def _dormant(service: Service, family: str, fates: dict[str, Fate], manifest: dict[str, Any]) -> tuple[Finding, ...]:
    """Keys that legacy passed by, and that ask for something else than what is live: people may believe in them."""
    annotations = manifest["metadata"]["annotations"]
    asleep = [key for key, fate in fates.items() if rule_for(key, family).dormant and fate in ("rewritten", "dropped")]
    return tuple(_asleep(service, key) for key in asleep if not same(service.annotations[key], annotations.get(key, "")))


def _asleep(service: Service, key: str) -> Finding:
    seen = f"annotation {short(key)}: {service.annotations[key] or chr(34) * 2} never had an effect, as legacy does not read it"
    do = "the clone is as the live load balancer is; set the key on the clone after `finish` if its effect is wanted"
    return Finding(f"dormant-key/{short(key)}", "warning", seen, do)
