"""Classic Elastic Load Balancing: there are no classic load balancers, and every question is answered so."""

from __future__ import annotations

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.world import World
from migrator.sandbox.world.trouble import AwsError


def describe_load_balancers(world: World, asked: Asked) -> Told:
    """None; AccessPointNotFound when names are given."""
    if names := asked.get("LoadBalancerNames"):
        raise _missing(names[0])
    return {"LoadBalancerDescriptions": []}


def about_one(world: World, asked: Asked) -> Told:
    """Any question about one load balancer: it is not there."""
    raise _missing(asked["LoadBalancerName"])


def describe_tags(world: World, asked: Asked) -> Told:
    """Always about load balancers that are not there."""
    raise _missing(asked["LoadBalancerNames"][0])


def delete_load_balancer(world: World, asked: Asked) -> Told:
    """Deleting what is not there succeeds. Source: ELB DeleteLoadBalancer."""
    return {}


def describe_account_limits(world: World, asked: Asked) -> Told:
    """The quota of classic load balancers."""
    return {"Limits": [{"Name": "classic-load-balancers", "Max": str(world.quotas.value("Classic Load Balancers per Region"))}]}


def _missing(name: str) -> AwsError:
    return AwsError("LoadBalancerNotFound", f"There is no ACTIVE Load Balancer named '{name}'")


HANDLERS: dict[str, Handler] = {
    "DescribeLoadBalancers": describe_load_balancers,
    "DescribeLoadBalancerAttributes": about_one,
    "DescribeInstanceHealth": about_one,
    "DescribeLoadBalancerPolicies": about_one,
    "DescribeTags": describe_tags,
    "DeleteLoadBalancer": delete_load_balancer,
    "DescribeAccountLimits": describe_account_limits,
}
