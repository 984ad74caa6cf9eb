"""Classic Elastic Load Balancing: registered instances and their health."""

from __future__ import annotations

from migrator.sandbox.doors.aws.elb import health_check_told
from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import LoadBalancer, Target
from migrator.sandbox.world.classic_listeners import side_of
from migrator.sandbox.world.classic_rules import check_from
from migrator.sandbox.world.elb_targets import REGISTERING
from migrator.sandbox.world.trouble import AwsError

# InstanceState of botocore's elb model: who is the cause, and the sentence that says why.
_COMING = ("ELB", "Instance registration is still in progress.")
_ELSEWHERE = ("ELB", "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.")
_UNREGISTERED = ("Instance", "Instance is not currently registered with the LoadBalancer.")
_UNPROVEN = ("Instance", "Instance has not passed the configured HealthyThreshold number of health checks consecutively.")
_FAILING = ("Instance", "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.")
_GOING = "Instance deregistration currently in progress."


def configure_health_check(world: World, asked: Asked) -> Told:
    """Answers with what is in force."""
    stated = asked["HealthCheck"]
    numbers = (stated[each] for each in ("Interval", "Timeout", "HealthyThreshold", "UnhealthyThreshold"))
    check = check_from(stated["Target"], *numbers)
    world.elb.classic.configure_health_check(asked["LoadBalancerName"], check)
    return {"HealthCheck": health_check_told(check)}


def register_instances(world: World, asked: Asked) -> Told:
    """Answers with all that are registered."""
    kept = world.elb.classic.register(asked["LoadBalancerName"], _ids(asked))
    return {"Instances": [{"InstanceId": each} for each in kept]}


def deregister_instances(world: World, asked: Asked) -> Told:
    """Answers with all that stay registered."""
    kept = world.elb.classic.deregister(asked["LoadBalancerName"], _ids(asked))
    return {"Instances": [{"InstanceId": each} for each in kept]}


def describe_instance_health(world: World, asked: Asked) -> Told:
    """Those that are registered or drain, or the ones asked for; InvalidInstance for one that EC2 does not know."""
    lb = world.elb.classic.named(asked["LoadBalancerName"])
    health = world.elb.classic.health(lb.name)
    known = dict.fromkeys((*side_of(lb).instances, *health))
    wanted = _ids(asked) or list(known)
    if missing := [each for each in wanted if each not in known and each not in world.ec2.instances]:
        raise AwsError("InvalidInstance", f"Could not find EC2 instance {missing[0]}.")
    return {"InstanceStates": [_state(world, lb, each, each in known, health.get(each)) for each in wanted]}


def _ids(asked: Asked) -> list[str]:
    return [each["InstanceId"] for each in asked.get("Instances", ()) if "InstanceId" in each]


def _state(world: World, lb: LoadBalancer, id: str, known: bool, target: Target | None) -> Told:
    if target is not None and target.state in ("healthy", "draining"):
        said = _GOING if target.state == "draining" else "N/A"
        return {"InstanceId": id, "State": "InService", "ReasonCode": "N/A", "Description": said}
    code, why = _why(world, lb, target) if known else _UNREGISTERED
    return {"InstanceId": id, "State": "OutOfService", "ReasonCode": code, "Description": why}


def _why(world: World, lb: LoadBalancer, target: Target | None) -> tuple[str, str]:
    """Why an instance is out of service. Without a listener nobody asks it, and its registration does not end."""
    if target is None or target.reason == REGISTERING:
        return _COMING
    if target.state == "unhealthy":
        return _FAILING
    if target.state == "initial":
        return _UNPROVEN
    if target.reason == "Target.InvalidState":
        return "Instance", f"Instance is in {world.ec2.instances[target.id].state} state."
    return _COMING if any(each.zone == target.zone for each in lb.zones) else _ELSEWHERE


HANDLERS: dict[str, Handler] = {
    "ConfigureHealthCheck": configure_health_check,
    "RegisterInstancesWithLoadBalancer": register_instances,
    "DeregisterInstancesFromLoadBalancer": deregister_instances,
    "DescribeInstanceHealth": describe_instance_health,
}
