"""What a person is told of the way back: it is named as long as there is one."""

from __future__ import annotations

from migrator.model.migration import Migration
from migrator.model.standing import Standing

NO_RETURN = "retire"  # the step whose last call nothing leads back from


def or_back(do: str, standing: Standing, back: str = ", or `migrate rollback PLAN`") -> str:
    """What to do, and beside it the way back where there is one."""
    return do if standing.past_return(NO_RETURN) else do + back


def without_clone(migration: Migration, standing: Standing) -> str:
    """What to do where the new Service is gone, or going: its load balancer goes with it."""
    if not standing.past_return(NO_RETURN):
        return "`migrate rollback PLAN`, then plan again"
    name = f"{migration.new.namespace}/{migration.new.name}"
    return f"make {name} again from the plan's manifest at once, and lead the record sets to its load balancer"
