"""EKS: the one cluster of the world."""

from __future__ import annotations

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.world import World
from migrator.sandbox.world.trouble import AwsError

VERSION = "1.32"


def list_clusters(world: World, asked: Asked) -> Told:
    """One name, or none in a region that has no network."""
    return {"clusters": [world.cluster] if world.ec2.vpcs else []}


def describe_cluster(world: World, asked: Asked) -> Told:
    """The network of the cluster is the VPC whose subnets carry its tag, else the first."""
    if asked["name"] != world.cluster or not world.ec2.vpcs:
        raise AwsError("ResourceNotFoundException", f"No cluster found for name: {asked['name']}.", 404)
    tag = f"kubernetes.io/cluster/{world.cluster}"
    subnets = [each for each in world.ec2.subnets.values() if tag in each.tags] or list(world.ec2.subnets.values())
    vpc_id = subnets[0].vpc_id if subnets else next(iter(world.ec2.vpcs))
    cluster = {
        "name": world.cluster,
        "arn": f"arn:aws:eks:{world.region}:{world.account}:cluster/{world.cluster}",
        "version": VERSION,
        "status": "ACTIVE",
        "resourcesVpcConfig": {"subnetIds": [each.id for each in subnets if each.vpc_id == vpc_id], "vpcId": vpc_id},
        "computeConfig": {"enabled": False},
        "tags": {},
    }
    return {"cluster": cluster}


HANDLERS: dict[str, Handler] = {"ListClusters": list_clusters, "DescribeCluster": describe_cluster}
