"""Which of the record sets of one name and type an answer is made of: Route 53's routing policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.sandbox.world.names_answer import canonical

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.route53 import RecordSet

MOST_VALUES = 8  # multivalue answer routing returns up to eight healthy records


def chosen(world: World, sets: tuple[RecordSet, ...]) -> tuple[RecordSet, ...]:
    """The record sets to answer with; never empty when `sets` is not.

    Those that are healthy compete; all of them where none is. Weighted: one drawn by weight, evenly when all weigh
    nothing. Failover: the primary while it is healthy. Latency: the world's own region, else the first. Geolocation:
    the default, else the first, as nobody here has a place. Source: Route 53 developer guide, "Choosing a routing
    policy" and "How Amazon Route 53 chooses records when health checking is configured".
    """
    if sets[0].set_identifier is None:
        return sets
    fit = tuple(each for each in sets if healthy(world, each)) or sets
    first = fit[0]
    if first.weight is not None:
        return (_weighted(world, fit),)
    if first.failover is not None:
        return tuple(each for each in fit if each.failover == "PRIMARY")[:1] or (first,)
    if first.region is not None:
        return tuple(each for each in fit if each.region == world.region)[:1] or (first,)
    if first.multivalue:
        return tuple(world.random.sample(fit, min(MOST_VALUES, len(fit))))
    return tuple(each for each in fit if _is_default_place(each))[:1] or (first,)


def healthy(world: World, record: RecordSet) -> bool:
    """Whether Route 53 takes a record set for healthy: by its health check, and its alias target where that counts."""
    check = world.route53.health_checks.get(record.health_check_id or "")
    if check is not None and not check.healthy:
        return False
    alias = record.alias
    if alias is None or not alias.evaluate_target_health:
        return True
    lb = world.elb.by_dns(alias.dns_name)
    if lb is not None:
        return world.names.balancers.serves(lb)
    return not world.names.balancers.holds(canonical(alias.dns_name))


def _weighted(world: World, fit: tuple[RecordSet, ...]) -> RecordSet:
    """One record set drawn by weight. Weight 0 counts only where nothing healthy weighs more."""
    heavy = [each for each in fit if each.weight] or list(fit)
    weights = [each.weight or 1 for each in heavy]
    return world.random.choices(heavy, weights)[0]


def _is_default_place(record: RecordSet) -> bool:
    return record.geo is not None and record.geo.country == "*"
