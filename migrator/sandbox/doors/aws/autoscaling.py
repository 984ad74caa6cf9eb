"""EC2 Auto Scaling: which groups register their instances where."""

from __future__ import annotations

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.attached import ScalingGroup

PAGE = 50  # 100 where asked for


def describe_auto_scaling_groups(world: World, asked: Asked) -> Told:
    """All groups, or those named; a name that is not there is left out."""
    wanted = asked.get("AutoScalingGroupNames")
    groups = [each for each in world.attached.scaling_groups.values() if not wanted or each.name in wanted]
    refusal = ("InvalidNextToken", "The token is not valid")
    found, token = page(groups, lambda each: each.name, asked.get("MaxRecords", PAGE), asked.get("NextToken"), refusal=refusal)
    return {"AutoScalingGroups": [_group(world, each) for each in found], "NextToken": token}


def _group(world: World, group: ScalingGroup) -> Told:
    targets = [{"Identifier": each, "Type": "elbv2"} for each in group.groups]
    classic = [{"Identifier": each, "Type": "elb"} for each in group.balancers]
    return {
        "AutoScalingGroupName": group.name,
        "AutoScalingGroupARN": group.arn,
        "MinSize": 1,
        "MaxSize": 9,
        "DesiredCapacity": 3,
        "DefaultCooldown": 300,
        "AvailabilityZones": world.ec2.zones(),
        "LoadBalancerNames": list(group.balancers),
        "TargetGroupARNs": list(group.groups),
        "HealthCheckType": "EC2",
        "CreatedTime": 0.0,
        "TrafficSources": targets + classic,
    }


HANDLERS: dict[str, Handler] = {"DescribeAutoScalingGroups": describe_auto_scaling_groups}
