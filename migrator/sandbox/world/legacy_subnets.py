"""Which subnets the legacy provider puts a new load balancer into: one per zone.

Source: kubernetes/cloud-provider-aws pkg/providers/v1/aws.go, findELBSubnets and resolveSubnetNameOrIDs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.sandbox.world.controllers import Failure, annotations_of, items_of
from migrator.sandbox.world.legacy_wanted import PREFIX, Service

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.ec2_nouns import Subnet

_CLUSTER_TAGS = "kubernetes.io/cluster/"


def subnets_for(world: World, service: Service, internal: bool) -> list[str]:
    """Ids of subnets, in the order of their zones, or as annotated. Raises Failure when there is none."""
    text = annotations_of(service).get(PREFIX + "subnets")
    found = _named(world, items_of(text)) if text is not None else _discovered(world, internal)
    if not found:
        raise Failure("could not find any suitable subnets for creating the ELB")
    return [each.id for each in found]


def _named(world: World, names: list[str]) -> list[Subnet]:
    if not names:
        raise Failure("unable to resolve empty subnet slice")
    by_id = [world.ec2.subnet(each) for each in names if each.startswith("subnet-")]
    wanted = [each for each in names if not each.startswith("subnet-")]
    by_name = [each for each in world.ec2.subnets.values() if each.tags.get("Name") in wanted]
    if len(by_id) + len(by_name) != len(names):
        raise Failure(f"expected to find {len(names)}, but found {len(by_id) + len(by_name)} subnets")
    return by_id + by_name


def _discovered(world: World, internal: bool) -> list[Subnet]:
    """Of the cluster's own and the untagged subnets, the best one of each zone; public ones only, unless internal."""
    mine = _CLUSTER_TAGS + world.cluster
    role = "kubernetes.io/role/internal-elb" if internal else "kubernetes.io/role/elb"

    def rank(subnet: Subnet) -> tuple[bool, bool, str]:
        return role not in subnet.tags, mine not in subnet.tags, subnet.id

    best: dict[str, Subnet] = {}
    for subnet in world.ec2.subnets.values():
        foreign = mine not in subnet.tags and any(key.startswith(_CLUSTER_TAGS) for key in subnet.tags)
        if foreign or not (internal or subnet.public):
            continue
        if subnet.zone not in best or rank(subnet) < rank(best[subnet.zone]):
            best[subnet.zone] = subnet
    return [best[zone] for zone in sorted(best)]
