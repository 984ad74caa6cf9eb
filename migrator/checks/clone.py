"""The clone's name is free."""

from __future__ import annotations

from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.cluster import MARK
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "clone"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(migration: Migration, outside: Outside) -> Result:
    """One GET. A Service with our own mark is what an interrupted run left; `clone` goes on with it."""
    new = migration.new
    seen = outside.cluster.service(new.namespace, new.name)
    if seen is None:
        return ok(NAME, f"service {new.namespace}/{new.name} does not exist yet")
    if seen.annotations.get(MARK) == migration.id:
        return ok(NAME, f"service {new.namespace}/{new.name} is ours")
    return failed(
        NAME,
        "clone-exists",
        f"service {new.namespace}/{new.name} exists and is not of this migration",
        "plan with another --clone-name",
    )
