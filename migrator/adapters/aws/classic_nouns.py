"""The classic API's shapes as our nouns; `model.balancers` says how a Classic Load Balancer wears them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from migrator.model.balancers import HealthCheck, Listener, LoadBalancer, Target, TargetGroup, Zone

if TYPE_CHECKING:
    from mypy_boto3_elb.type_defs import (
        HealthCheckTypeDef,
        InstanceStateTypeDef,
        ListenerDescriptionTypeDef,
        ListenerTypeDef,
        LoadBalancerAttributesOutputTypeDef,
        LoadBalancerDescriptionTypeDef,
        PolicyDescriptionTypeDef,
    )

CUSTOM = "custom:"  # before the name of a negotiation policy that refers to no predefined one

# What InstanceState.Description says of instances that come and go, whatever `State` says meanwhile.
COMING, GOING = "Instance registration is still in progress", "Instance deregistration currently in progress"


class Policies(msgspec.Struct, frozen=True):
    """A load balancer's policies by name: which predefined TLS policy each stands for, which send a PROXY header."""

    tls: dict[str, str] = {}
    proxying: frozenset[str] = frozenset()


def balancer_from(
    described: LoadBalancerDescriptionTypeDef, arn: str, tags: dict[str, str], zones: dict[str, str]
) -> LoadBalancer:
    """A load balancer, which is active as soon as it is there. `zones` are by subnet; addresses are EC2's to tell."""
    served = (Zone(zones.get(each, ""), each) for each in described.get("Subnets", []))
    return LoadBalancer(
        arn=arn,
        name=described["LoadBalancerName"],
        dns_name=described["DNSName"],
        zone_id=described.get("CanonicalHostedZoneNameID", ""),
        scheme=described.get("Scheme", "internet-facing"),
        vpc=described.get("VPCId", ""),
        state="active",
        kind="classic",
        zones=tuple(sorted(served, key=lambda zone: (zone.name, zone.subnet))),
        security_groups=tuple(described.get("SecurityGroups", [])),
        tags=tags,
    )


def policies_from(described: list[PolicyDescriptionTypeDef]) -> Policies:
    """What matters of the policies. Source: DescribeLoadBalancerPolicyTypes for the attributes' names."""
    tls, proxying = {}, set()
    for each in described:
        name, kind = each["PolicyName"], each["PolicyTypeName"]
        attributes = {pair["AttributeName"]: pair["AttributeValue"] for pair in each.get("PolicyAttributeDescriptions", [])}
        if kind == "SSLNegotiationPolicyType":
            tls[name] = attributes.get("Reference-Security-Policy") or CUSTOM + name
        if kind == "ProxyProtocolPolicyType" and attributes.get("ProxyProtocol", "").lower() == "true":
            proxying.add(name)
    return Policies(tls, frozenset(proxying))


def listeners_from(described: LoadBalancerDescriptionTypeDef, arn: str, policies: Policies) -> tuple[Listener, ...]:
    """The listeners, by port."""
    cookies = described.get("Policies", {})
    sticky = {each["PolicyName"]: "lb_cookie" for each in cookies.get("LBCookieStickinessPolicies", [])}
    sticky |= {each["PolicyName"]: "app_cookie" for each in cookies.get("AppCookieStickinessPolicies", [])}
    found = (_listener(each, arn, policies, sticky) for each in described.get("ListenerDescriptions", []))
    return tuple(sorted(found, key=lambda each: each.port))


def _listener(described: ListenerDescriptionTypeDef, arn: str, policies: Policies, sticky: dict[str, str]) -> Listener:
    listener, names = described["Listener"], described.get("PolicyNames", [])
    stickiness = next((sticky[each] for each in names if each in sticky), "")
    certificate = listener.get("SSLCertificateId", "")
    return Listener(
        arn="",
        protocol=listener["Protocol"],
        port=listener["LoadBalancerPort"],
        groups=(_group_arn(arn, listener),),
        certificates=(certificate,) if certificate else (),
        policy=next((policies.tls[each] for each in names if each in policies.tls), None),
        attributes={"stickiness.type": stickiness} if stickiness else {},
    )


def _group_arn(arn: str, listener: ListenerTypeDef) -> str:
    return f"{arn}#{_instance_protocol(listener)}:{listener['InstancePort']}"


def _instance_protocol(listener: ListenerTypeDef) -> str:
    return listener.get("InstanceProtocol") or listener["Protocol"]


def groups_from(
    described: LoadBalancerDescriptionTypeDef, arn: str, policies: Policies, attributes: dict[str, str]
) -> tuple[TargetGroup, ...]:
    """A target group for each instance protocol and port, by port and ARN. `attributes` are the load balancer's."""
    ports = {
        each["InstancePort"]
        for each in described.get("BackendServerDescriptions", [])
        if policies.proxying & set(each.get("PolicyNames", []))
    }
    draining = attributes.get("connection_draining.enabled") == "true"
    delay = attributes.get("connection_draining.timeout_seconds", "300") if draining else "0"
    groups = {}
    for listener in (each["Listener"] for each in described.get("ListenerDescriptions", [])):
        protocol, port, own = _instance_protocol(listener), listener["InstancePort"], _group_arn(arn, listener)
        said = {
            "proxy_protocol_v1.enabled": "true" if port in ports else "false",
            "deregistration_delay.timeout_seconds": delay,
        }
        check = health_check_from(described["HealthCheck"])
        groups[own] = TargetGroup(own, f"{protocol}:{port}", protocol, port, "instance", check, said, balancers=(arn,))
    return tuple(sorted(groups.values(), key=lambda each: (each.port, each.arn)))


def health_check_from(described: HealthCheckTypeDef) -> HealthCheck:
    """How instances are asked; `Target` is `TCP:31080`, or `HTTP:31080/healthz`."""
    protocol, _, rest = described["Target"].partition(":")
    port, slash, path = rest.partition("/")
    return HealthCheck(
        protocol=protocol.upper(),
        port=port,
        interval_s=described["Interval"],
        timeout_s=described["Timeout"],
        healthy=described["HealthyThreshold"],
        unhealthy=described["UnhealthyThreshold"],
        path=slash + path if slash else None,
    )


def attributes_from(described: LoadBalancerAttributesOutputTypeDef) -> dict[str, str]:
    """A load balancer's attributes under our names; what AWS does not tell is left out."""
    logs, draining = described.get("AccessLog", {}), described.get("ConnectionDraining", {})
    said = {
        "load_balancing.cross_zone.enabled": described.get("CrossZoneLoadBalancing", {}).get("Enabled"),
        "idle_timeout.timeout_seconds": described.get("ConnectionSettings", {}).get("IdleTimeout"),
        "connection_draining.enabled": draining.get("Enabled"),
        "connection_draining.timeout_seconds": draining.get("Timeout"),
        "access_logs.s3.enabled": logs.get("Enabled"),
        "access_logs.s3.bucket": logs.get("S3BucketName"),
        "access_logs.s3.prefix": logs.get("S3BucketPrefix"),
        "access_logs.emit_interval_min": logs.get("EmitInterval"),
    }
    others = {each.get("Key", ""): each.get("Value", "") for each in described.get("AdditionalAttributes", [])}
    return {key: _said(value) for key, value in said.items() if value is not None} | others


def _said(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def target_from(described: InstanceStateTypeDef, port: int, zone: str) -> Target:
    """An instance behind one port; its reason is AWS's code and sentence where it is not in service.

    Source: ELB API, InstanceState.
    """
    told = described.get("Description", "").strip()
    state = {"InService": "healthy", "OutOfService": "unhealthy"}.get(described.get("State", ""), "unavailable")
    if told.startswith(COMING):
        state = "initial"
    elif told.startswith(GOING):
        state = "draining"
    reason = "" if state == "healthy" else ": ".join(each for each in (described.get("ReasonCode", ""), told.rstrip(".")) if each)
    return Target(described["InstanceId"], port, zone, state, reason)
