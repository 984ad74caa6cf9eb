"""ELBv2: target groups, their attributes, and the health of their targets."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from migrator.sandbox.doors.aws.elbv2 import PAGE, check_named
from migrator.sandbox.doors.aws.handler import Asked, Handler, Told, tag_dict, tag_list
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import HealthCheck, Target, TargetGroup, is_classic
from migrator.sandbox.world.elb_targets import DESCRIPTIONS
from migrator.sandbox.world.trouble import AwsError

# CreateTargetGroup: the defaults for target groups with a protocol of TCP, TLS, UDP or TCP_UDP.
_DEFAULT_CHECK = HealthCheck(protocol="TCP", port="traffic-port", interval_s=30, timeout_s=10, healthy=5, unhealthy=2)
_CHECK_MEMBERS = {
    "HealthCheckProtocol": "protocol",
    "HealthCheckPort": "port",
    "HealthCheckPath": "path",
    "HealthCheckIntervalSeconds": "interval_s",
    "HealthCheckTimeoutSeconds": "timeout_s",
    "HealthyThresholdCount": "healthy",
    "UnhealthyThresholdCount": "unhealthy",
}


def create_target_group(world: World, asked: Asked) -> Told:
    """Defaults as for a Network Load Balancer: CreateTargetGroup, health check members."""
    for needed in ("Protocol", "Port", "VpcId"):
        if needed not in asked:
            raise AwsError("ValidationError", f"{needed} must be specified")
    if asked.get("HealthCheckEnabled") is False:
        raise AwsError(
            "InvalidConfigurationRequest",
            "Health check enabled must be true for target groups with target type 'instance' or 'ip'",
        )
    group = world.elb.create_target_group(
        asked["Name"],
        asked["Protocol"],
        asked["Port"],
        asked["VpcId"],
        asked.get("TargetType", "instance"),
        _health_check(_DEFAULT_CHECK, asked),
        tags=tag_dict(asked.get("Tags", ())),
    )
    return {"TargetGroups": [_target_group(world, group)]}


def modify_target_group(world: World, asked: Asked) -> Told:
    """Changes health check settings, the only ones that can be."""
    group = world.elb.group(asked["TargetGroupArn"])
    return {
        "TargetGroups": [_target_group(world, world.elb.modify_target_group(group.arn, _health_check(group.health_check, asked)))]
    }


def describe_target_groups(world: World, asked: Asked) -> Told:
    """By load balancer, by ARN, by name, or a page of all."""
    check_named(asked, "TargetGroupArns", "Names")
    elb = world.elb
    if arn := asked.get("LoadBalancerArn"):
        groups = [] if arn in elb.vanishing else elb.groups_of(elb.balancer(arn).arn)
    elif arns := asked.get("TargetGroupArns"):
        groups = [elb.group(each) for each in dict.fromkeys(arns)]
    elif names := asked.get("Names"):
        by_name = {each.name: each for each in elb.groups.values() if not is_classic(each.arn)}
        if missing := [each for each in names if each not in by_name]:
            raise AwsError("TargetGroupNotFound", f"One or more target groups not found: '{', '.join(missing)}'")
        groups = [by_name[each] for each in dict.fromkeys(names)]
    else:
        groups = [each for each in elb.groups.values() if not is_classic(each.arn)]
    found, marker = page(groups, lambda each: each.arn, asked.get("PageSize", PAGE), asked.get("Marker"))
    return {"TargetGroups": [_target_group(world, each) for each in found], "NextMarker": marker}


def delete_target_group(world: World, asked: Asked) -> Told:
    """ResourceInUse while a listener forwards to it; deleting what is not there succeeds."""
    world.elb.delete_target_group(asked["TargetGroupArn"])
    return {}


def describe_target_group_attributes(world: World, asked: Asked) -> Told:
    """All of them, set or default."""
    return {"Attributes": tag_list(world.elb.group(asked["TargetGroupArn"]).attributes)}


def modify_target_group_attributes(world: World, asked: Asked) -> Told:
    """Answers with all attributes."""
    changed = world.elb.set_target_group_attributes(asked["TargetGroupArn"], tag_dict(asked["Attributes"]))
    return {"Attributes": tag_list(changed)}


def register_targets(world: World, asked: Asked) -> Told:
    """A target without a port takes the group's."""
    group = world.elb.group(asked["TargetGroupArn"])
    world.elb.register_targets(group.arn, [(each["Id"], each.get("Port", group.port)) for each in asked["Targets"]])
    return {}


def deregister_targets(world: World, asked: Asked) -> Told:
    """A target without a port means every port under which its id is registered."""
    group = world.elb.group(asked["TargetGroupArn"])
    pairs = []
    for each in asked["Targets"]:
        ports = [port for id, port in group.targets if id == each["Id"]] if "Port" not in each else [each["Port"]]
        pairs += [(each["Id"], port) for port in ports or [group.port]]
    world.elb.deregister_targets(group.arn, pairs)
    return {}


def describe_target_health(world: World, asked: Asked) -> Told:
    """Every target, or the ones asked for; one that is not registered is unused with Target.NotRegistered."""
    group = world.elb.group(asked["TargetGroupArn"])
    if not asked.get("Targets"):
        return {"TargetHealthDescriptions": [_health(world, group, each) for each in group.targets.values()]}
    found = []
    for each in asked["Targets"]:
        pair = (each["Id"], each.get("Port", group.port))
        missing = Target(*pair, None, 0.0, "unused", "Target.NotRegistered")
        found.append(_health(world, group, group.targets.get(pair, missing)))
    return {"TargetHealthDescriptions": found}


def _health_check(check: HealthCheck, asked: Asked) -> HealthCheck:
    """A health check with the changes that a request states. HTTP checks begin with a path and a matcher."""
    changes: dict[str, Any] = {name: asked[member] for member, name in _CHECK_MEMBERS.items() if member in asked}
    if "Matcher" in asked:
        changes["matcher"] = asked["Matcher"].get("HttpCode")
    if changes.get("protocol", check.protocol) in ("HTTP", "HTTPS"):
        changes.setdefault("path", check.path or "/")
        changes.setdefault("matcher", check.matcher or "200-399")
    return replace(check, **changes)


def _target_group(world: World, group: TargetGroup) -> Told:
    check, lb = group.health_check, world.elb.balancer_of(group.arn)
    return {
        "TargetGroupArn": group.arn,
        "TargetGroupName": group.name,
        "Protocol": group.protocol,
        "Port": group.port,
        "VpcId": group.vpc_id,
        "HealthCheckProtocol": check.protocol,
        "HealthCheckPort": check.port,
        "HealthCheckEnabled": True,
        "HealthCheckIntervalSeconds": check.interval_s,
        "HealthCheckTimeoutSeconds": check.timeout_s,
        "HealthyThresholdCount": check.healthy,
        "UnhealthyThresholdCount": check.unhealthy,
        "HealthCheckPath": check.path,
        "Matcher": {"HttpCode": check.matcher} if check.matcher else None,
        "LoadBalancerArns": [lb.arn] if lb else [],
        "TargetType": group.target_type,
        "IpAddressType": "ipv4",
    }


def _health(world: World, group: TargetGroup, target: Target) -> Told:
    reason, port = target.reason, group.health_check.port
    description = DESCRIPTIONS.get(reason) if reason else None
    if reason == "Target.NotInUse" and world.elb.balancer_of(group.arn):
        description = "Target is in an Availability Zone that is not enabled for the load balancer"
    return {
        "Target": {"Id": target.id, "Port": target.port, "AvailabilityZone": target.zone if group.target_type == "ip" else None},
        "HealthCheckPort": str(target.port) if port == "traffic-port" else port,
        "TargetHealth": {"State": target.state, "Reason": reason, "Description": description},
    }


HANDLERS: dict[str, Handler] = {
    "CreateTargetGroup": create_target_group,
    "ModifyTargetGroup": modify_target_group,
    "DescribeTargetGroups": describe_target_groups,
    "DeleteTargetGroup": delete_target_group,
    "DescribeTargetGroupAttributes": describe_target_group_attributes,
    "ModifyTargetGroupAttributes": modify_target_group_attributes,
    "RegisterTargets": register_targets,
    "DeregisterTargets": deregister_targets,
    "DescribeTargetHealth": describe_target_health,
}
