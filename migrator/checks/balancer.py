"""The legacy load balancer is the one that the plan describes, with the same listeners and target groups."""

from __future__ import annotations

from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.balancers import Listener
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "balancer"
HOLDS_UNTIL = "retire"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(migration: Migration, outside: Outside) -> Result:
    """Two calls."""
    planned = migration.legacy.balancer
    seen = outside.balancers.balancer(planned.arn)
    if seen is None:
        return failed(NAME, "plan-stale", f"load balancer {planned.name} is gone", f"migrate plan {migration.service}")
    listeners = outside.balancers.listeners(planned.arn)
    if routes(listeners) != routes(migration.legacy.listeners):
        return failed(
            NAME,
            "plan-stale",
            f"the listeners of {planned.name} changed since the plan",
            f"migrate plan {migration.service}",
            *(f"{each.protocol} {each.port} forwards to {', '.join(each.groups) or 'nothing'}" for each in listeners),
        )
    return ok(NAME, f"load balancer {planned.name} is {seen.state} with {len(listeners)} listeners")


def routes(listeners: tuple[Listener, ...]) -> set[tuple[str, int, tuple[str, ...]]]:
    """What of listeners counts as drift: protocol, port and target groups."""
    return {(each.protocol, each.port, tuple(sorted(each.groups))) for each in listeners}
