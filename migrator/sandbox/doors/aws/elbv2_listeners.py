"""ELBv2: listeners, their certificates, attributes and default rules."""

from __future__ import annotations

from typing import Any

from migrator.sandbox.doors.aws.elbv2 import PAGE, check_named
from migrator.sandbox.doors.aws.handler import Asked, Handler, Told, tag_dict, tag_list
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import Listener
from migrator.sandbox.world.trouble import AwsError


def create_listener(world: World, asked: Asked) -> Told:
    """One forward action, to one target group or to several by weight."""
    for needed in ("Protocol", "Port"):
        if needed not in asked:
            raise AwsError("ValidationError", f"A listener {needed.lower()} must be specified")
    listener = world.elb.create_listener(
        asked["LoadBalancerArn"],
        asked["Protocol"],
        asked["Port"],
        _forwards(asked["DefaultActions"]),
        certificates=_certificates(asked) or (),
        ssl_policy=asked.get("SslPolicy"),
        alpn=asked.get("AlpnPolicy", ()),
        tags=tag_dict(asked.get("Tags", ())),
    )
    return {"Listeners": [_listener(listener)]}


def modify_listener(world: World, asked: Asked) -> Told:
    """What is not stated stays."""
    listener = world.elb.modify_listener(
        asked["ListenerArn"],
        protocol=asked.get("Protocol"),
        port=asked.get("Port"),
        forwards=_forwards(asked["DefaultActions"]) if "DefaultActions" in asked else None,
        certificates=_certificates(asked),
        ssl_policy=asked.get("SslPolicy"),
        alpn=asked.get("AlpnPolicy"),
    )
    return {"Listeners": [_listener(listener)]}


def describe_listeners(world: World, asked: Asked) -> Told:
    """By ARN, or a page of one load balancer's, by port."""
    check_named(asked, "ListenerArns")
    if arns := asked.get("ListenerArns"):
        return {"Listeners": [_listener(world.elb.listener(each)) for each in dict.fromkeys(arns)]}
    if "LoadBalancerArn" not in asked:
        raise AwsError("ValidationError", "You must specify either listener ARNs or a load balancer ARN")
    lb_arn = asked["LoadBalancerArn"]
    if lb_arn not in world.elb.vanishing:
        world.elb.balancer(lb_arn)
    listeners = world.elb.listeners_of(lb_arn)
    found, marker = page(listeners, lambda each: each.arn, asked.get("PageSize", PAGE), asked.get("Marker"))
    return {"Listeners": [_listener(each) for each in found], "NextMarker": marker}


def delete_listener(world: World, asked: Asked) -> Told:
    """ListenerNotFound when it is not there."""
    world.elb.delete_listener(asked["ListenerArn"])
    return {}


def describe_listener_attributes(world: World, asked: Asked) -> Told:
    """All of them, set or default."""
    return {"Attributes": tag_list(world.elb.listener(asked["ListenerArn"]).attributes)}


def modify_listener_attributes(world: World, asked: Asked) -> Told:
    """Answers with all attributes."""
    changed = world.elb.set_listener_attributes(asked["ListenerArn"], tag_dict(asked["Attributes"]))
    return {"Attributes": tag_list(changed)}


def describe_listener_certificates(world: World, asked: Asked) -> Told:
    """The default certificate first."""
    certificates = world.elb.listener(asked["ListenerArn"]).certificates
    return {"Certificates": [{"CertificateArn": each, "IsDefault": at == 0} for at, each in enumerate(certificates)]}


def describe_rules(world: World, asked: Asked) -> Told:
    """A listener of a Network Load Balancer has its default rule and no other."""
    if "ListenerArn" not in asked:
        raise AwsError("ValidationError", "the sandbox finds rules by their listener only")
    listener = world.elb.listener(asked["ListenerArn"])
    arn = f"{listener.arn.replace(':listener/', ':listener-rule/')}/{listener.arn.rpartition('/')[2]}"
    return {
        "Rules": [{"RuleArn": arn, "Priority": "default", "Conditions": [], "Actions": [_action(listener)], "IsDefault": True}]
    }


def _forwards(actions: list[Any]) -> list[tuple[str, int]]:
    """Where the actions of a request forward to. A single target group counts with weight 1."""
    if len(actions) != 1:
        raise AwsError("TooManyActions", "A listener must have exactly one default action")
    action = actions[0]
    if action["Type"] != "forward":
        raise AwsError("InvalidLoadBalancerAction", f"Action type '{action['Type']}' is not supported for network load balancers")
    groups = action.get("ForwardConfig", {}).get("TargetGroups", [])
    if groups:
        return [(each["TargetGroupArn"], each.get("Weight", 1)) for each in groups]
    if "TargetGroupArn" not in action:
        raise AwsError("ValidationError", "A target group must be specified for a forward action")
    return [(action["TargetGroupArn"], 1)]


def _certificates(asked: Asked) -> list[str] | None:
    """The certificates of a request, None when it states none."""
    if "Certificates" not in asked:
        return None
    return [each["CertificateArn"] for each in asked["Certificates"] if "CertificateArn" in each]


def _listener(listener: Listener) -> Told:
    return {
        "ListenerArn": listener.arn,
        "LoadBalancerArn": listener.lb_arn,
        "Port": listener.port,
        "Protocol": listener.protocol,
        "Certificates": [{"CertificateArn": each} for each in listener.certificates[:1]] or None,
        "SslPolicy": listener.ssl_policy,
        "DefaultActions": [_action(listener)],
        "AlpnPolicy": list(listener.alpn) or None,
    }


def _action(listener: Listener) -> Told:
    """The forward action as AWS lists it: the group beside the configuration while there is only one."""
    config = {
        "TargetGroups": [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in listener.forwards],
        "TargetGroupStickinessConfig": {"Enabled": False},
    }
    only = listener.forwards[0][0] if len(listener.forwards) == 1 else None
    return {"Type": "forward", "TargetGroupArn": only, "ForwardConfig": config}


HANDLERS: dict[str, Handler] = {
    "CreateListener": create_listener,
    "ModifyListener": modify_listener,
    "DescribeListeners": describe_listeners,
    "DeleteListener": delete_listener,
    "DescribeListenerAttributes": describe_listener_attributes,
    "ModifyListenerAttributes": modify_listener_attributes,
    "DescribeListenerCertificates": describe_listener_certificates,
    "DescribeRules": describe_rules,
}
