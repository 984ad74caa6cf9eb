"""No load balancer carries the clone's stack tag: LBC finds its own by that tag, not by UID, and would adopt it."""

from __future__ import annotations

from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "stack"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(migration: Migration, outside: Outside) -> Result:
    """All load balancers in pages, their tags 20 a call."""
    stack = f"{migration.new.namespace}/{migration.new.name}"
    taken = outside.balancers.stacked(migration.cluster.name, stack)
    if taken:
        names = ", ".join(each.name for each in taken)
        return failed(
            NAME,
            "stack-taken",
            f"load balancer {names} is already tagged service.k8s.aws/stack={stack}; LBC would take it over as it is",
            "delete it if nothing uses it, or plan with another --clone-name",
        )
    return ok(NAME, f"no load balancer is tagged for {stack}")
