"""What the legacy provider reads from a Service: its names, tags, listeners, health check and source ranges.

Source: kubernetes/cloud-provider-aws pkg/providers/v1, aws.go and aws_loadbalancer.go, as of v1.27.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from typing import Any

from migrator.sandbox.world.balancers import HealthCheck
from migrator.sandbox.world.controllers import Failure, annotations_of, sanitized

Service = dict[str, Any]

PREFIX = "service.beta.kubernetes.io/aws-load-balancer-"
SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
TRAFFIC_PORT = "traffic-port"
_TRUE, _FALSE = ("1", "t", "T", "TRUE", "true", "True"), ("0", "f", "F", "FALSE", "false", "False")  # Go strconv.ParseBool


@dataclass(frozen=True, slots=True)
class Mapping:
    """One listener and the target group behind it."""

    port: int
    protocol: str
    node_port: int
    group_protocol: str
    check: HealthCheck
    certificate: str = ""
    ssl_policy: str = ""


def is_nlb(service: Service) -> bool:
    """Whether the provider would make, and look for, a Network Load Balancer; a Classic one otherwise."""
    return annotations_of(service).get(PREFIX + "type") == "nlb"


def is_external(service: Service) -> bool:
    """Whether the provider steps aside."""
    return annotations_of(service).get(PREFIX + "type") in ("nlb-ip", "external")


def is_internal(service: Service) -> bool:
    """Any text but "false" and the empty one means internal."""
    return annotations_of(service).get(PREFIX + "internal", "") not in ("", "false")


def balancer_name(uid: str) -> str:
    """The load balancer's name: the Service's UID without dashes behind an `a`; its last digit does not fit."""
    return ("a" + uid.replace("-", ""))[:32]


def group_name(cluster: str, service: Service, wanted: Mapping) -> str:
    """The target group's name; the Service's UID is not in it."""
    meta = service["metadata"]
    parts = (
        cluster,
        meta["namespace"],
        meta["name"],
        str(wanted.port),
        str(wanted.node_port),
        wanted.group_protocol,
        "instance",
        wanted.check.protocol,
        str(wanted.check.interval_s),
    )
    digest = hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
    return f"k8s-{sanitized(meta['namespace'])[:8]}-{sanitized(meta['name'])[:8]}-{digest[:10]}"


def tags_for(cluster: str, service: Service) -> dict[str, str]:
    """Tags of everything made for a Service: the user's own, then the Service's name and the cluster's mark."""
    meta = service["metadata"]
    own = key_values(annotations_of(service).get(PREFIX + "additional-resource-tags", ""))
    return {
        **own,
        "kubernetes.io/service-name": f"{meta['namespace']}/{meta['name']}",
        f"kubernetes.io/cluster/{cluster}": "owned",
    }


def key_values(text: str) -> dict[str, str]:
    """`a=b,c=,d` as a mapping; a value ends at its second `=`."""
    pairs = [each.strip().split("=") for each in text.strip().split(",")]
    return {pair[0]: pair[1] if len(pair) > 1 else "" for pair in pairs if pair[0]}


def flag(service: Service, suffix: str) -> bool:
    """A yes-or-no annotation; absent and empty mean no."""
    key = PREFIX + suffix
    text = annotations_of(service).get(key, "")
    if text in _TRUE:
        return True
    if text in _FALSE or not text:
        return False
    raise Failure(f"error parsing service annotation: {key}={text}")


def checked_ports(service: Service, protocols: tuple[str, ...]) -> list[dict[str, Any]]:
    """The ports of a Service that asks for nothing else that the provider refuses. Raises Failure."""
    spec = service["spec"]
    if spec.get("sessionAffinity", "None") != "None":
        raise Failure(f"unsupported load balancer affinity: {spec['sessionAffinity']}")
    ports = spec.get("ports") or []
    if not ports:
        raise Failure("requested load balancer with no ports")
    if len({each.get("protocol", "TCP") for each in ports}) > 1:
        raise Failure("mixed protocol is not supported for LoadBalancer")
    for each in ports:
        if each.get("protocol", "TCP") not in protocols:
            raise Failure(f"Protocol {each['protocol']} not supported by load balancer")
    return list(ports)


def mappings_of(service: Service) -> list[Mapping]:
    """One mapping per port that has a node port. Raises Failure for what the provider refuses."""
    spec, annotations = service["spec"], annotations_of(service)
    ports = checked_ports(service, ("TCP", "UDP"))
    check = health_check(service)
    if spec.get("loadBalancerIP"):
        raise Failure("LoadBalancerIP cannot be specified for AWS ELB")
    return [_mapping(each, annotations, check) for each in ports if each.get("nodePort")]


def _mapping(port: dict[str, Any], annotations: dict[str, str], check: HealthCheck) -> Mapping:
    protocol = port.get("protocol", "TCP")
    certificate = annotations.get(PREFIX + "ssl-cert", "")
    if protocol == "UDP" or not certificate or not _is_ssl_port(port, annotations.get(PREFIX + "ssl-ports", "")):
        return Mapping(port["port"], protocol, port["nodePort"], protocol, check)
    behind = "TLS" if annotations.get(PREFIX + "backend-protocol") == "ssl" else protocol
    policy = annotations.get(PREFIX + "ssl-negotiation-policy", "")
    return Mapping(port["port"], "TLS", port["nodePort"], behind, check, certificate, policy)


def _is_ssl_port(port: dict[str, Any], text: str) -> bool:
    """Nothing and `*` mean every port. Items are not trimmed, so a space keeps one from matching."""
    return text in ("", "*") or any(each in (str(port["port"]), port.get("name")) for each in text.split(","))


def health_check(service: Service) -> HealthCheck:
    """The health check of every target group of a Service. The timeout annotation is parsed and never sent."""
    spec, annotations = service["spec"], annotations_of(service)
    local = spec.get("externalTrafficPolicy") == "Local"
    port = str(spec.get("healthCheckNodePort", 0)) if local else TRAFFIC_PORT
    protocol = annotations.get(PREFIX + "healthcheck-protocol", "HTTP" if local else "TCP").upper()
    if protocol not in ("TCP", "HTTP", "HTTPS"):
        raise Failure(f"Unsupported health check protocol {protocol}")
    path = annotations.get(PREFIX + "healthcheck-path", "/healthz" if local else "/") if protocol != "TCP" else None
    port = annotations.get(PREFIX + "healthcheck-port", port)
    interval = _number(annotations, "healthcheck-interval", 10 if local else 30)
    _number(annotations, "healthcheck-timeout", 10)
    healthy = _number(annotations, "healthcheck-healthy-threshold", 2 if local else 3)
    unhealthy = _number(annotations, "healthcheck-unhealthy-threshold", 2 if local else 3)
    if port != TRAFFIC_PORT and not _is_number(port):
        raise Failure(f"Invalid health check port '{port}'")
    # The API's own defaults where nothing is sent: 6 s for HTTP, 10 s for TCP and HTTPS.
    timeout, matcher = (6 if protocol == "HTTP" else 10), (None if protocol == "TCP" else "200-399")
    return HealthCheck(protocol, port, path, interval, timeout, healthy, unhealthy, matcher)


def _number(annotations: dict[str, str], suffix: str, otherwise: int) -> int:
    key = PREFIX + suffix
    if key not in annotations:
        return otherwise
    if not _is_number(annotations[key]):
        raise Failure(f"failed to parse annotation {key}={annotations[key]}")
    return int(annotations[key])


def _is_number(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").removeprefix("+").isdigit()


def source_ranges(service: Service) -> list[str]:
    """Who may connect: the spec field, else the annotation, else everyone; sorted, without host bits."""
    spec = service["spec"].get("loadBalancerSourceRanges") or []
    text = annotations_of(service).get(SOURCE_RANGES, "").strip() or "0.0.0.0/0"
    try:
        return sorted({str(ipaddress.ip_network(each.strip(), strict=False)) for each in spec or text.split(",")})
    except ValueError as error:
        if spec:
            said = f"service.Spec.LoadBalancerSourceRanges: [{' '.join(spec)}] is not valid. Expecting a list of IP ranges."
            raise Failure(f"{said} For example, 10.0.0.0/24. Error msg: {error}") from error
        said = f"{SOURCE_RANGES}: {text} is not valid. Expecting a comma-separated list of source IP ranges."
        raise Failure(f"{said} For example, 10.0.0.0/24,192.168.2.0/24") from error
