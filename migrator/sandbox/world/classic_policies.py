"""The policies of a Classic Load Balancer: which types there are, and what they do to listeners and instance ports."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.sandbox.world.balancers import ClassicSide, Policy
from migrator.sandbox.world.classic_rules import SECURE
from migrator.sandbox.world.trouble import AwsError

PROXY = "ProxyProtocolPolicyType"
NEGOTIATION = "SSLNegotiationPolicyType"
LB_COOKIE = "LBCookieStickinessPolicyType"
APP_COOKIE = "AppCookieStickinessPolicyType"
REFERENCE = "Reference-Security-Policy"
DEFAULT_NEGOTIATION = "ELBSecurityPolicy-2016-08"  # of each new SSL and HTTPS listener
MOST_POLICIES = 100

# Predefined SSL security policies of Classic Load Balancers: its user guide, the page of that name.
PREDEFINED = (
    "ELBSecurityPolicy-TLS-1-2-2017-01",
    "ELBSecurityPolicy-TLS-1-1-2017-01",
    DEFAULT_NEGOTIATION,
    "ELBSecurityPolicy-2015-05",
    "ELBSecurityPolicy-2015-03",
    "ELBSecurityPolicy-2015-02",
    "ELBSecurityPolicy-2014-10",
    "ELBSecurityPolicy-2014-01",
    "ELBSecurityPolicy-2011-08",
)

# DescribeLoadBalancerPolicyTypes: what each is for, and its attributes by name with their type and cardinality.
TYPES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    PROXY: (
        "Policy that controls whether to include the IP address and port of the originating request for TCP messages.",
        {"ProxyProtocol": ("Boolean", "ONE")},
    ),
    NEGOTIATION: (
        "Listener policy that defines the ciphers and protocols that will be accepted by the load balancer.",
        {REFERENCE: ("String", "ZERO_OR_ONE"), "Protocol-TLSv1.2": ("Boolean", "ZERO_OR_ONE")},
    ),
    LB_COOKIE: (
        "Stickiness policy with session lifetimes controlled by the browser or a specified expiration period.",
        {"CookieExpirationPeriod": ("Long", "ZERO_OR_ONE")},
    ),
    APP_COOKIE: (
        "Stickiness policy with session lifetimes controlled by the lifetime of the application-generated cookie.",
        {"CookieName": ("String", "ONE")},
    ),
    "PublicKeyPolicyType": ("Policy containing a list of public keys.", {"PublicKey": ("String", "ONE")}),
    "BackendServerAuthenticationPolicyType": (
        "Policy that controls authentication to back-end servers.",
        {"PublicKeyPolicyName": ("PolicyName", "ONE_OR_MORE")},
    ),
}


def checked_policy(side: ClassicSide, policy: Policy) -> Policy:
    """The policy, when the load balancer may have it. The same one again is no error.

    Source: ELB CreateLoadBalancerPolicy; cloud-provider-aws: createProxyProtocolPolicy relies on the latter.
    """
    if policy.type not in TYPES:
        raise AwsError("PolicyTypeNotFound", f"The policy type '{policy.type}' does not exist")
    if unknown := [each for each in policy.attributes if each not in TYPES[policy.type][1] and policy.type != NEGOTIATION]:
        raise AwsError("InvalidConfigurationRequest", f"{policy.type} has no attribute '{unknown[0]}'")
    reference = policy.attributes.get(REFERENCE)
    if reference is not None and reference not in PREDEFINED:
        raise AwsError("InvalidConfigurationRequest", f"There is no predefined security policy '{reference}'")
    have = side.policies.get(policy.name)
    if have is not None and have != policy:
        raise AwsError("DuplicatePolicyName", f"There is already a policy with name '{policy.name}' for this load balancer")
    if have is None and len(side.policies) >= MOST_POLICIES:
        raise AwsError("TooManyPolicies", f"A load balancer has {MOST_POLICIES} policies at most")
    return policy


def found_policies(side: ClassicSide, names: Iterable[str]) -> list[Policy]:
    """The policies with these names; PolicyNotFound."""
    wanted = list(names)
    if missing := [each for each in wanted if each not in side.policies]:
        raise AwsError("PolicyNotFound", f"There is no policy with name {missing[0]} for this load balancer")
    return [side.policies[each] for each in wanted]


def check_for_listener(protocol: str, policies: Iterable[Policy]) -> None:
    """InvalidConfigurationRequest for a policy that a listener with this protocol cannot have."""
    for each in policies:
        fits = {NEGOTIATION: SECURE, LB_COOKIE: ("HTTP", "HTTPS"), APP_COOKIE: ("HTTP", "HTTPS")}.get(each.type, ())
        if protocol not in fits:
            raise AwsError("InvalidConfigurationRequest", f"{each.type} '{each.name}' cannot be set on {protocol} listeners")


def negotiation(side: ClassicSide, port: int) -> str:
    """What a TLS listener negotiates by: the predefined policy that its own refers to, else `custom:` and its own name."""
    policies = [side.policies[each] for each in side.listening.get(port, ()) if side.policies[each].type == NEGOTIATION]
    return policies[-1].attributes.get(REFERENCE, f"custom:{policies[-1].name}") if policies else DEFAULT_NEGOTIATION


def stickiness(side: ClassicSide, port: int) -> str:
    """lb_cookie or app_cookie, empty where the listener is not sticky."""
    kinds = {LB_COOKIE: "lb_cookie", APP_COOKIE: "app_cookie"}
    return next(
        (kinds[side.policies[each].type] for each in side.listening.get(port, ()) if side.policies[each].type in kinds), ""
    )


def sends_proxy_header(side: ClassicSide, instance_port: int) -> bool:
    """Whether connections to an instance port begin with a PROXY v1 line."""
    policies = (side.policies[each] for each in side.backend.get(instance_port, ()))
    return any(each.type == PROXY and each.attributes.get("ProxyProtocol", "").lower() == "true" for each in policies)
