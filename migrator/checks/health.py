"""Legacy serves: there is something healthy to compare with and to come back to."""

from __future__ import annotations

from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "health"
HOLDS_UNTIL = "lower"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(migration: Migration, outside: Outside) -> Result:
    """One call a target group. A load balancer without a single healthy target is not migrated but mended."""
    targets = [each for group in migration.legacy.groups for each in outside.balancers.targets(group.arn)]
    healthy = [each for each in targets if each.state == "healthy"]
    if not healthy:
        return failed(
            NAME,
            "legacy-unhealthy",
            f"0 of {len(targets)} targets of {migration.legacy.balancer.name} are healthy",
            "mend the workload behind the Service first, then plan again",
            *(f"{each.id}:{each.port} {each.state} {each.reason}".rstrip() for each in targets),
        )
    return ok(NAME, f"{len(healthy)} of {len(targets)} targets healthy")
