"""No load balancer carries the clone's stack tag: LBC finds its own by that tag, not by UID, and would adopt it."""

from __future__ import annotations

from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.cluster import MARK, Service
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "stack"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(migration: Migration, outside: Outside) -> Result:
    """All load balancers in pages, their tags 20 a call. The load balancer of our own clone is what a lost journal left."""
    new = migration.new
    stack = f"{new.namespace}/{new.name}"
    taken = outside.balancers.stacked(migration.cluster.name, stack)
    if taken and not ours(outside.cluster.service(new.namespace, new.name), migration):
        names = ", ".join(each.name for each in taken)
        return failed(
            NAME,
            "stack-taken",
            f"load balancer {names} is already tagged service.k8s.aws/stack={stack}; LBC would take it over as it is",
            "delete it if nothing uses it, or plan with another --clone-name",
        )
    if taken:
        return ok(NAME, f"load balancer {taken[0].name} is that of service {stack}, which is ours")
    return ok(NAME, f"no load balancer is tagged for {stack}")


def ours(clone: Service | None, migration: Migration) -> bool:
    """Whether this is the clone, made before."""
    return clone is not None and clone.annotations.get(MARK) == migration.id
