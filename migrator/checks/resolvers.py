"""Every resolver that the plan asks for evidence answers."""

from __future__ import annotations

from migrator.checks.result import Result, Weight, ok, warned
from migrator.errors import OutsideError
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "resolvers"
HOLDS_UNTIL = "shift"
SEVERITY: Weight = "warning"
UNSEEN: Weight = "warning"


def check(migration: Migration, outside: Outside) -> Result:
    """One question to each, about the first name that moves. Any answer will do: a private name is NXDOMAIN to many."""
    resolvers, moves = migration.dns.resolvers, migration.dns.moves
    if not resolvers or not moves:
        return ok(NAME, "nobody to ask" if not resolvers else "no name to ask for")
    silent = [line for each in resolvers if (line := asked(each, moves[0].listed.name, outside))]
    if silent:
        do = "start them, or plan without them (MIGRATE_RESOLVERS); `settle` waits for a resolver that it cannot ask"
        return warned(NAME, "resolver-silent", f"{len(silent)} of {len(resolvers)} resolvers do not answer", do, *silent)
    return ok(NAME, f"{len(resolvers)} resolvers answer")


def asked(resolver: str, name: str, outside: Outside) -> str:
    """Why a resolver did not answer; empty when it did."""
    try:
        outside.names.asked(resolver, name, "A", recursive=True)
    except OutsideError as trouble:
        return f"{resolver}: {trouble.message}"
    return ""
