"""Classic Load Balancers as the classic API would tell of them: where that differs from what the world keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.adapters.aws.classic_nouns import CUSTOM, target_from
from migrator.model.balancers import Listener, LoadBalancer, Target, Zone
from migrator.sandbox.world import World, balancers
from migrator.sandbox.world.classic_policies import NEGOTIATION, REFERENCE

if TYPE_CHECKING:
    from mypy_boto3_elb.type_defs import InstanceStateTypeDef

DESCRIBED = ("elb:DescribeLoadBalancers", "elb:DescribeTags", "ec2:DescribeSubnets", "ec2:DescribeNetworkInterfaces")
LISTENING = ("elb:DescribeLoadBalancers", "elb:DescribeLoadBalancerPolicies")
GROUPED = (*LISTENING, "elb:DescribeLoadBalancerAttributes")
ATTRIBUTED, INSTANCES = "elb:DescribeLoadBalancerAttributes", "elb:DescribeInstanceHealth"


def balancer_from(lb: balancers.LoadBalancer) -> LoadBalancer:
    """A load balancer, which is active as soon as it is there."""
    zones = sorted(lb.zones, key=lambda each: (each.zone, each.subnet_id))
    return LoadBalancer(
        arn=lb.arn,
        name=lb.name,
        dns_name=lb.dns_name,
        zone_id=lb.zone_id,
        scheme=lb.scheme,
        vpc=lb.vpc_id,
        state="active",
        kind="classic",
        zones=tuple(Zone(each.zone, each.subnet_id, (each.address,)) for each in zones),
        security_groups=tuple(lb.security_groups),
        tags=dict(lb.tags),
    )


def attributes_from(lb: balancers.LoadBalancer) -> dict[str, str]:
    """Its attributes; of access logs that are off nothing else is told."""
    logging = lb.attributes["access_logs.s3.enabled"] == "true"
    silent = {each for each in lb.attributes if each.startswith("access_logs.") and each != "access_logs.s3.enabled"}
    return {key: value for key, value in lb.attributes.items() if logging or key not in silent}


def listener_from(world: World, listener: balancers.Listener) -> Listener:
    """A listener without an ARN; a negotiation policy of somebody's own is told as such."""
    return Listener(
        "",
        listener.protocol,
        listener.port,
        tuple(arn for arn, _ in listener.forwards),
        listener.certificates,
        _policy(world.elb.balancers[listener.lb_arn], listener),
        attributes=dict(listener.attributes),
    )


def _policy(lb: balancers.LoadBalancer, listener: balancers.Listener) -> str | None:
    own = lb.classic.policies.get(listener.ssl_policy or "") if lb.classic else None
    if own is not None and own.type == NEGOTIATION and REFERENCE not in own.attributes:
        return CUSTOM + own.name
    return listener.ssl_policy


# What DescribeInstanceHealth says by the world's reason, or by its state where no reason tells more: State, ReasonCode and
# Description. Source: ELB API, InstanceState.
SAID = {
    "healthy": ("InService", "N/A", "N/A"),
    "draining": ("InService", "N/A", "Instance deregistration currently in progress."),
    "unhealthy": (
        "OutOfService", "Instance", "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
    ),
    "Elb.RegistrationInProgress": ("OutOfService", "ELB", "Instance registration is still in progress."),
    "initial": (
        "OutOfService", "Instance",
        "Instance has not passed the configured HealthyThreshold number of health checks consecutively.",
    ),
    "Target.InvalidState": ("OutOfService", "Instance", "Instance is in stopped state."),
    "unused": (
        "OutOfService", "ELB",
        "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.",
    ),
}  # fmt: skip


def target_of(target: balancers.Target) -> Target:
    """An instance behind one port, in the words of DescribeInstanceHealth."""
    state, reason, description = SAID.get(target.reason or "") or SAID[target.state]
    told: InstanceStateTypeDef = {
        "InstanceId": target.id, "State": state, "ReasonCode": reason, "Description": description,
    }  # fmt: skip
    return target_from(told, target.port, target.zone or "")
