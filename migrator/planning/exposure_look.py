"""Which rules guard the nodes behind a load balancer: not legacy's alone, as whatever admits a client counts."""

from __future__ import annotations

from migrator.model.balancers import Rule, TargetGroup
from migrator.model.units import Unknown
from migrator.planning.found import looked
from migrator.ports.outside import Outside


def rules_of_nodes(outside: Outside, groups: tuple[TargetGroup, ...], known: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Every inbound rule of the security groups that the targets' interfaces wear, by id; `known` are legacy's own.

    All target groups of a Service hold the same nodes, so one is asked. Where the interfaces cannot be read, the groups that
    legacy has opened stand for theirs. Cost: three calls.
    """
    ids = {each.group for each in known} | _worn(outside, groups)
    return outside.network.rules_of(tuple(sorted(ids))) if ids else ()


def _worn(outside: Outside, groups: tuple[TargetGroup, ...]) -> set[str]:
    targets = outside.balancers.targets(groups[0].arn) if groups else ()
    instances = tuple(sorted({each.id for each in targets if each.id.startswith("i-")}))
    found = looked(lambda: outside.account.interfaces(instances)) if instances else ()
    return set() if isinstance(found, Unknown) else {group for each in found for group in each.groups}
