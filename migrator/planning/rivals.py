"""Other plans: no two may move the same record set or the same load balancer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from migrator.errors import OperatorError
from migrator.model.migration import Migration
from migrator.planning.load import load


class Rival(msgspec.Struct, frozen=True):
    """Another plan and the file it is in."""

    file: str
    migration: Migration


def rivals_in(folder: str) -> tuple[Rival, ...]:
    """The plans of a folder: `*.yaml` and `*.yml` beside each other, `*/plan.yaml` in a state directory.

    Sorted by file; files that are no readable plan are passed over, as `apply` refuses them anyway.
    """
    files = sorted({*Path(folder).glob("*.yaml"), *Path(folder).glob("*.yml"), *Path(folder).glob("*/plan.yaml")})
    return tuple(Rival(str(each), plan) for each in files if (plan := _read(str(each))) is not None)


def refuse_rivals(migration: Migration, file: str, rivals: Iterable[Rival]) -> None:
    """Raises OperatorError `plan-conflict` naming both files and what both move.

    A plan of the same migration is no rival: planning again replaces it.
    """
    for rival in rivals:
        shared = shared_things(migration, rival.migration)
        if rival.migration.id != migration.id and shared:
            what = f"plan {file} ({migration.service}) and {rival.file} ({rival.migration.service}) move the same things"
            do = f"finish or remove {rival.file} first, then plan again"
            raise OperatorError(what, seen=shared, do=do, code="plan-conflict")


def shared_things(one: Migration, other: Migration) -> tuple[str, ...]:
    """What two plans both move, a line each."""
    arn = one.legacy.balancer.arn
    lines = [f"load balancer {arn}"] if other.legacy.balancer.arn == arn else []
    keys = {move.key for move in other.dns.moves}
    both = [move.key for move in one.dns.moves if move.key in keys]
    lines += [f"record set {name} {type} in zone {zone}" for zone, name, type in both]
    return tuple(lines)


def _read(file: str) -> Migration | None:
    try:
        return load(file)
    except OperatorError:
        return None
