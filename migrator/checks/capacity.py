"""The new load balancer may have as many listeners and targets as it will need.

LBC fails late here: the load balancer stands, and registering the target that is one too many is refused.
"""

from __future__ import annotations

from migrator.checks.limits import LISTENERS, TARGETS, TARGETS_IN_ZONE, Need, judged
from migrator.checks.quotas import ports_of
from migrator.checks.result import Result, Weight
from migrator.model.balancers import Target
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "capacity"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "warning"  # a target that is one too many is refused, and `warm` waits for it with nothing moved
CROSS = "load_balancing.cross_zone.enabled"


def check(migration: Migration, outside: Outside) -> Result:
    """No call of its own: what `quotas` and `health` read."""
    targets = [each for group in migration.legacy.groups for each in outside.balancers.targets(group.arn)]
    listeners = Need(LISTENERS, ports_of(migration))
    needs = (listeners, *registrations(migration, targets))
    return judged(NAME, needs, outside.account.quotas(), UNSEEN)


def registrations(migration: Migration, targets: list[Target]) -> tuple[Need, ...]:
    """What the new target groups will hold: each instance once for a port.

    With cross-zone load balancing the limit of a zone holds for the whole load balancer. Source: "Quotas for your Network
    Load Balancers", note 3.
    """
    ports = ports_of(migration)
    zones = [zone for _, zone in {(each.id, each.zone) for each in targets}]
    total = ports * len(zones)
    if migration.legacy.attributes.get(CROSS) == "true":
        return (Need(TARGETS, total), Need(TARGETS_IN_ZONE, total, what="all zones, as cross-zone is on"))
    return (Need(TARGETS, total), *(Need(TARGETS_IN_ZONE, ports * zones.count(zone), what=zone) for zone in sorted(set(zones))))
