"""Classic Elastic Load Balancing: listeners and policies."""

from __future__ import annotations

from migrator.sandbox.doors.aws.elb import specs_from
from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import Policy
from migrator.sandbox.world.classic_listeners import side_of
from migrator.sandbox.world.classic_policies import (
    APP_COOKIE,
    LB_COOKIE,
    NEGOTIATION,
    PREDEFINED,
    REFERENCE,
    TYPES,
    found_policies,
)
from migrator.sandbox.world.trouble import AwsError


def create_listeners(world: World, asked: Asked) -> Told:
    """All or none."""
    world.elb.classic.add_listeners(asked["LoadBalancerName"], specs_from(asked["Listeners"]))
    return {}


def delete_listeners(world: World, asked: Asked) -> Told:
    """Ports on which nothing listens do not matter."""
    world.elb.classic.remove_listeners(asked["LoadBalancerName"], asked["LoadBalancerPorts"])
    return {}


def set_certificate(world: World, asked: Asked) -> Told:
    """Takes the place of the one before."""
    world.elb.classic.set_certificate(asked["LoadBalancerName"], asked["LoadBalancerPort"], asked["SSLCertificateId"])
    return {}


def create_policy(world: World, asked: Asked) -> Told:
    """A policy of any type."""
    attributes = {each["AttributeName"]: each.get("AttributeValue", "") for each in asked.get("PolicyAttributes", ())}
    world.elb.classic.put_policy(asked["LoadBalancerName"], Policy(asked["PolicyName"], asked["PolicyTypeName"], attributes))
    return {}


def create_lb_cookie_policy(world: World, asked: Asked) -> Told:
    """Without a period a session lasts as long as the browser."""
    period = asked.get("CookieExpirationPeriod")
    attributes = {} if period is None else {"CookieExpirationPeriod": str(period)}
    world.elb.classic.put_policy(asked["LoadBalancerName"], Policy(asked["PolicyName"], LB_COOKIE, attributes))
    return {}


def create_app_cookie_policy(world: World, asked: Asked) -> Told:
    """Follows a cookie of the application's own."""
    policy = Policy(asked["PolicyName"], APP_COOKIE, {"CookieName": asked["CookieName"]})
    world.elb.classic.put_policy(asked["LoadBalancerName"], policy)
    return {}


def delete_policy(world: World, asked: Asked) -> Told:
    """InvalidConfigurationRequest while a listener or an instance port has it."""
    world.elb.classic.delete_policy(asked["LoadBalancerName"], asked["PolicyName"])
    return {}


def set_listener_policies(world: World, asked: Asked) -> Told:
    """They take the place of those before."""
    world.elb.classic.set_listener_policies(asked["LoadBalancerName"], asked["LoadBalancerPort"], asked["PolicyNames"])
    return {}


def set_backend_policies(world: World, asked: Asked) -> Told:
    """They take the place of those before; an empty list takes them all away."""
    world.elb.classic.set_backend_policies(asked["LoadBalancerName"], asked["InstancePort"], asked["PolicyNames"])
    return {}


def describe_policies(world: World, asked: Asked) -> Told:
    """Those of a load balancer; without one, the predefined ones of AWS."""
    names = asked.get("PolicyNames", ())
    if "LoadBalancerName" in asked:
        side = side_of(world.elb.classic.named(asked["LoadBalancerName"]))
        found = found_policies(side, names) if names else list(side.policies.values())
    else:
        known = {each: Policy(each, NEGOTIATION, {REFERENCE: each}) for each in PREDEFINED}
        if missing := [each for each in names if each not in known]:
            raise AwsError("PolicyNotFound", f"There is no policy with name {missing[0]}")
        found = [known[each] for each in names or known]
    return {"PolicyDescriptions": [_policy(each) for each in found]}


def describe_policy_types(world: World, asked: Asked) -> Told:
    """What there can be."""
    names = asked.get("PolicyTypeNames", ())
    if missing := [each for each in names if each not in TYPES]:
        raise AwsError("PolicyTypeNotFound", f"The policy type '{missing[0]}' does not exist")
    return {"PolicyTypeDescriptions": [_type(each) for each in names or TYPES]}


def _policy(policy: Policy) -> Told:
    return {
        "PolicyName": policy.name,
        "PolicyTypeName": policy.type,
        "PolicyAttributeDescriptions": [
            {"AttributeName": name, "AttributeValue": value} for name, value in policy.attributes.items()
        ],
    }


def _type(name: str) -> Told:
    description, attributes = TYPES[name]
    return {
        "PolicyTypeName": name,
        "Description": description,
        "PolicyAttributeTypeDescriptions": [
            {"AttributeName": each, "AttributeType": kind, "Cardinality": often} for each, (kind, often) in attributes.items()
        ],
    }


HANDLERS: dict[str, Handler] = {
    "CreateLoadBalancerListeners": create_listeners,
    "DeleteLoadBalancerListeners": delete_listeners,
    "SetLoadBalancerListenerSSLCertificate": set_certificate,
    "CreateLoadBalancerPolicy": create_policy,
    "CreateLBCookieStickinessPolicy": create_lb_cookie_policy,
    "CreateAppCookieStickinessPolicy": create_app_cookie_policy,
    "DeleteLoadBalancerPolicy": delete_policy,
    "SetLoadBalancerPoliciesOfListener": set_listener_policies,
    "SetLoadBalancerPoliciesForBackendServer": set_backend_policies,
    "DescribeLoadBalancerPolicies": describe_policies,
    "DescribeLoadBalancerPolicyTypes": describe_policy_types,
}
