"""ELBv2's shapes as our nouns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.model.balancers import HealthCheck, Listener, LoadBalancer, Target, TargetGroup, Zone

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import (
        ActionOutputTypeDef,
        AvailabilityZoneTypeDef,
        ListenerTypeDef,
        LoadBalancerTypeDef,
        TargetGroupTypeDef,
        TargetHealthDescriptionTypeDef,
    )


def balancer_from(described: LoadBalancerTypeDef, tags: dict[str, str]) -> LoadBalancer:
    """A load balancer; its zones by name."""
    return LoadBalancer(
        arn=described["LoadBalancerArn"],
        name=described["LoadBalancerName"],
        dns_name=described["DNSName"],
        zone_id=described["CanonicalHostedZoneId"],
        scheme=described.get("Scheme", "internet-facing"),
        vpc=described.get("VpcId", ""),
        state=described["State"]["Code"],
        kind=described["Type"],
        zones=tuple(sorted((_zone(each) for each in described.get("AvailabilityZones", [])), key=lambda zone: zone.name)),
        security_groups=tuple(described.get("SecurityGroups", [])),
        tags=tags,
        address_type=described.get("IpAddressType", "ipv4"),
    )


def _zone(described: AvailabilityZoneTypeDef) -> Zone:
    told = described.get("LoadBalancerAddresses", [])
    # The private address is told where somebody chose it for an internal load balancer, the other one elsewhere.
    addresses = [(each.get("IpAddress") or each.get("PrivateIPv4Address"), each.get("IPv6Address")) for each in told]
    allocation = next((each["AllocationId"] for each in told if each.get("AllocationId")), None)
    return Zone(described["ZoneName"], described["SubnetId"], tuple(one for each in addresses for one in each if one), allocation)


def listener_from(described: ListenerTypeDef) -> Listener:
    """A listener; every target group that its default actions forward to, once each."""
    groups = dict.fromkeys(arn for action in described.get("DefaultActions", []) for arn in _forwards(action))
    return Listener(
        arn=described["ListenerArn"],
        protocol=described["Protocol"],
        port=described["Port"],
        groups=tuple(groups),
        certificates=tuple(each["CertificateArn"] for each in described.get("Certificates", [])),
        policy=described.get("SslPolicy"),
        alpn=tuple(described.get("AlpnPolicy", [])),
    )


def _forwards(action: ActionOutputTypeDef) -> list[str]:
    listed = action.get("ForwardConfig", {}).get("TargetGroups", [])
    arns = [each["TargetGroupArn"] for each in listed if "TargetGroupArn" in each]
    return arns or ([action["TargetGroupArn"]] if "TargetGroupArn" in action else [])


def group_from(described: TargetGroupTypeDef, attributes: dict[str, str]) -> TargetGroup:
    """A target group; its tags are read apart."""
    return TargetGroup(
        arn=described["TargetGroupArn"],
        name=described["TargetGroupName"],
        protocol=described["Protocol"],
        port=described["Port"],
        target_type=described["TargetType"],
        health_check=HealthCheck(
            protocol=described["HealthCheckProtocol"],
            port=described["HealthCheckPort"],
            interval_s=described["HealthCheckIntervalSeconds"],
            timeout_s=described["HealthCheckTimeoutSeconds"],
            healthy=described["HealthyThresholdCount"],
            unhealthy=described["UnhealthyThresholdCount"],
            path=described.get("HealthCheckPath"),
            matcher=described.get("Matcher", {}).get("HttpCode"),
        ),
        attributes=attributes,
        balancers=tuple(described.get("LoadBalancerArns", [])),
    )


def target_from(described: TargetHealthDescriptionTypeDef) -> Target:
    """A target; its zone is empty where ELBv2 leaves it out, as it does for instances."""
    target, health = described["Target"], described["TargetHealth"]
    return Target(
        id=target["Id"],
        port=target.get("Port", 0),
        zone=target.get("AvailabilityZone", ""),
        state=health["State"],
        reason=health.get("Reason", ""),
    )
