"""The account has room for a second load balancer and its target groups, while both stand."""

from __future__ import annotations

from migrator.checks.limits import BALANCERS, GROUPS, Need, judged
from migrator.checks.place import Where
from migrator.checks.result import Result, Weight
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "quotas"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(where: Where, outside: Outside) -> Result:
    """The limits and what is taken of them: four calls, more past 400 load balancers or target groups."""
    quotas = outside.account.quotas()
    taken = {each.name: each.used for each in quotas}
    groups = ports_of(where) if isinstance(where, Migration) else 1
    needs = (Need(BALANCERS, 1, taken.get(BALANCERS)), Need(GROUPS, groups, taken.get(GROUPS)))
    return judged(NAME, needs, quotas, UNSEEN)


def ports_of(migration: Migration) -> int:
    """How many ports the clone has; each gets a listener and a target group of its own."""
    return len(migration.manifest["spec"].get("ports") or ())
