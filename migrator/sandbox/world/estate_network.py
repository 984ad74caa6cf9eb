"""The network of the default world: a VPC shaped as eksctl makes it, tagged for both controllers, and its nodes' machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.sandbox.world.ec2_rules import RuleSpec

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.ec2_nouns import Instance, SecurityGroup, Subnet, Vpc

MOST_ZONES = 6  # as many /20 networks as the pools of pod and load balancer addresses hold


@dataclass(frozen=True)
class Grounds:
    """The VPC, a public and a private subnet in each zone, and the group that every node wears."""

    vpc: Vpc
    public: tuple[Subnet, ...]
    private: tuple[Subnet, ...]
    node_group: SecurityGroup


def lay_out(world: World, zones: int) -> Grounds:
    """A VPC over the world's own addresses. Raises ValueError for more than MOST_ZONES zones, or none."""
    if not 1 <= zones <= MOST_ZONES:
        raise ValueError(f"{zones} zones asked for, 1 to {MOST_ZONES} possible")
    prefix, cluster, ec2 = world.network_prefix, world.cluster, world.ec2
    vpc = ec2.create_vpc(f"{prefix}.0.0/16", tags={"Name": f"{cluster}/VPC", **_owned(cluster)})
    public, private = [], []
    for place in range(zones):
        zone = f"{world.region}{'abcdef'[place]}"
        name = zone.replace("-", "").upper()
        shared = {f"kubernetes.io/cluster/{cluster}": "shared"}
        outside = {"Name": f"{cluster}/SubnetPublic{name}", "kubernetes.io/role/elb": "1", **shared}
        inside = {"Name": f"{cluster}/SubnetPrivate{name}", "kubernetes.io/role/internal-elb": "1", **shared}
        public.append(ec2.create_subnet(vpc.id, zone, f"{prefix}.{128 + 16 * place}.0/20", tags=outside, public=True))
        private.append(ec2.create_subnet(vpc.id, zone, f"{prefix}.{32 + 16 * place}.0/20", tags=inside))
    name = f"eks-cluster-sg-{cluster}-{world.random.randrange(10**9, 10**10)}"
    description = "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any "
    description += "managed workloads."
    tags = {"Name": name, "aws:eks:cluster-name": cluster, **_owned(cluster)}
    group = ec2.create_security_group(name, description, vpc.id, tags=tags)
    # Nodes hear ICMP for good: what legacy opens for path MTU goes with the last of its load balancers.
    icmp = RuleSpec(protocol="icmp", from_port=-1, to_port=-1, cidr="0.0.0.0/0", description="ping and path MTU")
    ec2.authorize(group.id, [RuleSpec(protocol="-1", source_group=group.id), icmp])
    return Grounds(vpc, tuple(public), tuple(private), group)


def run_machine(world: World, grounds: Grounds, subnet: Subnet) -> Instance:
    """An instance of the cluster's node group in a subnet."""
    tags = {"Name": f"{world.cluster}-workers-Node", "eks:nodegroup-name": "workers", **_owned(world.cluster)}
    return world.ec2.run_instance(subnet.id, world.network.allocate_address("node"), [grounds.node_group.id], tags=tags)


def _owned(cluster: str) -> dict[str, str]:
    return {f"kubernetes.io/cluster/{cluster}": "owned"}
