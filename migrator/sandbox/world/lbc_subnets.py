"""Which subnets the AWS Load Balancer Controller picks: one per zone, by tag or as annotated.

Source: kubernetes-sigs/aws-load-balancer-controller pkg/networking/subnet_resolver.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from migrator.sandbox.world.controllers import Failure

if TYPE_CHECKING:
    from migrator.sandbox.world.ec2 import Ec2
    from migrator.sandbox.world.ec2_nouns import Subnet

_CLUSTER_TAGS = "kubernetes.io/cluster/"
_ROLES = {"internal": "kubernetes.io/role/internal-elb", "internet-facing": "kubernetes.io/role/elb"}
_LEAST_FREE = 8


def named_subnets(ec2: Ec2, vpc_id: str, names: list[str]) -> list[Subnet]:
    """Subnets by id or by Name tag, sorted by id. Raises Failure unless each is found, in a zone of its own."""
    if not names:
        raise Failure("unable to resolve at least one subnet")
    found = {each: ec2.subnet(each) for each in names if each.startswith("subnet-")}
    wanted = {each for each in names if not each.startswith("subnet-")}
    found |= {each.id: each for each in ec2.subnets.values() if each.vpc_id == vpc_id and each.tags.get("Name") in wanted}
    if len(found) != len(names):
        raise Failure(f"couldn't find all subnets, nameOrIDs: [{' '.join(names)}], found: [{' '.join(sorted(found))}]")
    chosen = sorted(found.values(), key=lambda each: each.id)
    for zone, subnets in _by_zone(chosen).items():
        if len(subnets) > 1:
            raise Failure(f"multiple subnets in same Availability Zone {zone}: [{' '.join(each.id for each in subnets)}]")
    return chosen


def discovered_subnets(
    ec2: Ec2, vpc_id: str, cluster: str, scheme: str, *, check_cluster: bool, check_free: bool
) -> list[Subnet]:
    """Subnets with the role tag of the scheme, else those that fit it by their routes; sorted by id.

    Passes over subnets that are tagged for other clusters only and, with `check_free`, over nearly full ones.
    Of several in a zone it takes one with the cluster's tag, then the first by id.
    """
    own = [each for each in ec2.subnets.values() if each.vpc_id == vpc_id]
    candidates = [each for each in own if each.tags.get(_ROLES[scheme]) in ("", "1")]
    if not candidates:
        candidates = [each for each in own if each.public == (scheme == "internet-facing")]
    foreign = [each for each in candidates if check_cluster and _is_foreign(each, cluster)]
    usable = [each for each in candidates if each not in foreign]
    full = [each for each in usable if check_free and each.free_addresses < _LEAST_FREE]
    usable = [each for each in usable if each not in full]
    if not usable:
        raise Failure(
            f"unable to resolve at least one subnet. Evaluated {len(candidates)} subnets: {len(foreign)} are tagged for other "
            f"clusters, and {len(full)} have insufficient available IP addresses"
        )
    mine = _CLUSTER_TAGS + cluster
    best = [min(each, key=lambda subnet: (mine not in subnet.tags, subnet.id)) for each in _by_zone(usable).values()]
    return sorted(best, key=lambda each: each.id)


def _is_foreign(subnet: Subnet, cluster: str) -> bool:
    clusters = [key for key in subnet.tags if key.startswith(_CLUSTER_TAGS)]
    return bool(clusters) and _CLUSTER_TAGS + cluster not in clusters


def _by_zone(subnets: Iterable[Subnet]) -> dict[str, list[Subnet]]:
    zones: dict[str, list[Subnet]] = {}
    for each in subnets:
        zones.setdefault(each.zone, []).append(each)
    return zones
