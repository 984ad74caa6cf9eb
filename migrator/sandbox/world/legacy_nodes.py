"""The nodes that the legacy provider puts behind a load balancer, and the one security group of each that it opens.

Source: kubernetes/cloud-provider-aws pkg/providers/v1, findInstancesForELB and findSecurityGroupForInstance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from migrator.sandbox.world.controllers import Failure, annotations_of
from migrator.sandbox.world.legacy_wanted import PREFIX, Service, key_values

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.ec2_nouns import Instance, SecurityGroup

Node = dict[str, Any]


def instances_for(world: World, service: Service, nodes: Sequence[Node]) -> tuple[Instance, ...]:
    """The instances under the nodes that `target-node-labels` picks; nodes without a known instance are left out."""
    labels = key_values(annotations_of(service).get(PREFIX + "target-node-labels", ""))
    found = []
    for node in nodes:
        have = node["metadata"].get("labels") or {}
        instance = world.ec2.instances.get(node["spec"]["providerID"].rpartition("/")[2])
        fits = all(key in have if not value else have.get(key) == value for key, value in labels.items())
        if fits and instance is not None and instance.state != "terminated":
            found.append(instance)
    return tuple(found)


def tagged_groups(world: World) -> list[SecurityGroup]:
    """Every security group with the cluster's tag."""
    tag = f"kubernetes.io/cluster/{world.cluster}"
    return [group for group in world.ec2.groups.values() if tag in group.tags]


def group_of(world: World, instance: Instance, tagged: Sequence[SecurityGroup]) -> SecurityGroup:
    """The one group of an instance that has the cluster's tag, or its only one."""
    own = [each for each in tagged if each.id in instance.security_groups]
    if len(own) > 1:
        named = "".join(f"{each.id}({each.name}) " for each in own)
        raise Failure(
            f"Multiple tagged security groups found for instance {instance.id}; ensure only the k8s security group is tagged; "
            f"the tagged groups were {named}"
        )
    if own:
        return own[0]
    if len(instance.security_groups) != 1:
        raise Failure(
            f"Multiple untagged security groups found for instance {instance.id}; ensure the k8s security group is tagged"
        )
    return world.ec2.group(instance.security_groups[0])
