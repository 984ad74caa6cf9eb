"""What Elastic Load Balancing refuses before it makes anything: names, protocols, health checks, targets.

Codes come from the error shapes of botocore's elbv2 model, limits from the request documentation in it.
"""

from __future__ import annotations

import ipaddress
import re

from migrator.sandbox.world.balancers import HealthCheck
from migrator.sandbox.world.trouble import AwsError

LISTENER_PROTOCOLS = ("TCP", "TLS", "UDP", "TCP_UDP")
GROUP_PROTOCOLS = ("TCP", "TLS", "UDP", "TCP_UDP")
TARGET_TYPES = ("instance", "ip", "alb")
CHECK_PROTOCOLS = ("TCP", "HTTP", "HTTPS")

# Which group protocols a listener may forward to: "Listeners for your Network Load Balancers", Listener rules.
_FORWARDS = {"TCP": ("TCP", "TCP_UDP"), "TLS": ("TCP", "TLS"), "UDP": ("UDP", "TCP_UDP"), "TCP_UDP": ("TCP_UDP",)}

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_MATCHER = re.compile(r"\d{3}(?:[-,]\d{3})*")

# RegisterTargets: addresses of the VPC, of RFC 1918 and of RFC 6598.
_PRIVATE = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))


def check_name(name: str, what: str) -> None:
    """ValidationError for a name that no load balancer or target group may have."""
    if len(name) > 32:
        raise AwsError("ValidationError", f"The {what} name '{name}' cannot be longer than '32' characters")
    if not _NAME.fullmatch(name):
        raise AwsError(
            "ValidationError",
            f"The {what} name '{name}' can only contain characters that are alphanumeric characters and hyphens(-),"
            " and cannot begin or end with a hyphen",
        )
    if what == "load balancer" and name.startswith("internal-"):
        raise AwsError("ValidationError", f"The load balancer name '{name}' cannot begin with 'internal-'")


def check_port(port: int) -> None:
    """ValidationError for a port that is none."""
    if not 1 <= port <= 65535:
        raise AwsError("ValidationError", f"Port '{port}' is not valid. Specify a value from 1 to 65535")


def check_listener(protocol: str, port: int, certificates: tuple[str, ...], alpn: tuple[str, ...]) -> None:
    """What a listener of a Network Load Balancer must be like, whatever it forwards to."""
    if protocol not in LISTENER_PROTOCOLS:
        known = ", ".join(sorted(LISTENER_PROTOCOLS))
        raise AwsError("ValidationError", f"Listener protocol '{protocol}' must be one of '{known}' for a network load balancer")
    check_port(port)
    if protocol == "TLS" and not certificates:
        raise AwsError("CertificateNotFound", "A certificate must be specified for TLS listeners")
    if protocol != "TLS" and certificates:
        raise AwsError("ValidationError", f"Certificates cannot be specified for {protocol} listeners")
    if alpn and protocol != "TLS":
        raise AwsError("ValidationError", "An ALPN policy can only be specified for TLS listeners")


def check_forward(listener_protocol: str, group_protocol: str) -> None:
    """IncompatibleProtocols when a listener cannot forward to a group with this protocol."""
    if group_protocol not in _FORWARDS[listener_protocol]:
        raise AwsError(
            "IncompatibleProtocols",
            f"Listener protocol '{listener_protocol}' is not supported with a target group with the protocol '{group_protocol}'",
        )


def check_group(protocol: str, port: int, target_type: str) -> None:
    """What a target group of a Network Load Balancer must be like."""
    if protocol not in GROUP_PROTOCOLS:
        raise AwsError(
            "ValidationError", f"Target group protocol '{protocol}' must be one of '{', '.join(sorted(GROUP_PROTOCOLS))}'"
        )
    if target_type not in TARGET_TYPES:
        raise AwsError("ValidationError", f"Target type '{target_type}' must be one of '{', '.join(TARGET_TYPES)}'")
    check_port(port)


def check_health_check(check: HealthCheck) -> None:
    """Protocol, path, matcher and the ranges of the numbers. Source: ELBv2 CreateTargetGroup."""
    if check.protocol not in CHECK_PROTOCOLS:
        raise AwsError(
            "ValidationError", f"Health check protocol '{check.protocol}' must be one of '{', '.join(sorted(CHECK_PROTOCOLS))}'"
        )
    if check.protocol == "TCP" and (check.path or check.matcher):
        raise AwsError("InvalidConfigurationRequest", "Health check path and matcher are not supported for TCP health checks")
    if check.matcher and not _MATCHER.fullmatch(check.matcher):
        raise AwsError("ValidationError", f"Health check matcher HTTP code '{check.matcher}' is not valid")
    if check.port != "traffic-port":
        if not check.port.isdigit():
            raise AwsError("ValidationError", f"Health check port '{check.port}' must be in the range 1-65535 or 'traffic-port'")
        check_port(int(check.port))
    ranges = (
        ("interval", check.interval_s, 5, 300),
        ("timeout", check.timeout_s, 2, 120),
        ("healthy threshold count", check.healthy, 2, 10),
        ("unhealthy threshold count", check.unhealthy, 2, 10),
    )
    for what, value, low, high in ranges:
        if not low <= value <= high:
            raise AwsError("ValidationError", f"Health check {what} '{value}' must be in the range {low}-{high}")
    if check.timeout_s > check.interval_s:
        raise AwsError(
            "ValidationError", f"Health check timeout '{check.timeout_s}' must be smaller than the interval '{check.interval_s}'"
        )


def check_target_address(ip: str, vpc_cidr: str, own_prefix: str) -> None:
    """ValidationError for an ip target outside the ranges that RegisterTargets admits.

    `own_prefix` ("127.10") starts the addresses on which the sandbox really listens; they count as the VPC's.
    """
    try:
        address = ipaddress.IPv4Address(ip)
    except ValueError as error:
        raise AwsError("ValidationError", f"The IP address '{ip}' is not a valid IPv4 address") from error
    inside = address in ipaddress.IPv4Network(vpc_cidr) or ip.startswith(own_prefix + ".")
    if not inside and not any(address in each for each in _PRIVATE):
        raise AwsError("ValidationError", f"The IP address '{ip}' is not within a range of the VPC or a private range")
