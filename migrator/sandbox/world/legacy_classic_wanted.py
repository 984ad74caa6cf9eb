"""What the legacy provider reads from a Service for a Classic Load Balancer: listeners, attributes, health check, policies.

Source: kubernetes/cloud-provider-aws pkg/providers/v1, aws.go (EnsureLoadBalancer, buildListener) and aws_loadbalancer.go
(ensureLoadBalancerHealthCheck, getExpectedHealthCheck), as of v1.27.
"""

from __future__ import annotations

from typing import Any

from migrator.sandbox.world.balancers import HealthCheck
from migrator.sandbox.world.classic_rules import ListenerSpec, check_from
from migrator.sandbox.world.controllers import Failure, annotations_of, items_of
from migrator.sandbox.world.legacy_wanted import PREFIX, TRAFFIC_PORT, Service, checked_ports, flag
from migrator.sandbox.world.trouble import AwsError

# What clients speak for each instance protocol of a listener with a certificate: backendProtocolMapping.
_IN_FRONT_OF = {"https": "https", "http": "https", "ssl": "ssl", "tcp": "ssl"}

POLICY = "ssl-negotiation-policy"
SECURITY_GROUPS, EXTRA_SECURITY_GROUPS = "security-groups", "extra-security-groups"


def listeners_of(service: Service) -> list[ListenerSpec]:
    """One listener per port that has a node port. Raises Failure for what the provider refuses."""
    ports = checked_ports(service, ("TCP",))
    specs = [_listener(each, annotations_of(service)) for each in ports if each.get("nodePort")]
    if service["spec"].get("loadBalancerIP"):
        raise Failure("LoadBalancerIP cannot be specified for AWS ELB")
    return specs


def _listener(port: dict[str, Any], annotations: dict[str, str]) -> ListenerSpec:
    certificate, behind = annotations.get(PREFIX + "ssl-cert", ""), annotations.get(PREFIX + "backend-protocol", "")
    if certificate and _is_ssl_port(port, annotations.get(PREFIX + "ssl-ports", "")):
        in_front = _IN_FRONT_OF.get(behind or "tcp")
        if in_front is None:
            raise Failure(f"Invalid backend protocol {behind} for {certificate} in {PREFIX}backend-protocol")
        return ListenerSpec(in_front.upper(), port["port"], (behind or "tcp").upper(), port["nodePort"], certificate)
    plain = "HTTP" if behind == "http" else "TCP"
    return ListenerSpec(plain, port["port"], plain, port["nodePort"])


def _is_ssl_port(port: dict[str, Any], text: str) -> bool:
    """Nothing and `*` mean every port. The port's name is lower-cased, the items are neither that nor trimmed."""
    return text in ("", "*") or any(each in (str(port["port"]), port.get("name", "").lower()) for each in text.split(","))


def sends_proxy_header(service: Service) -> bool:
    """Whether instances get PROXY v1 headers; the only text that is not refused is `*`."""
    text = annotations_of(service).get(PREFIX + "proxy-protocol", "")
    if text not in ("", "*"):
        key = PREFIX + "proxy-protocol"
        raise Failure(f'annotation "{key}"="{text}" detected, but the only value supported currently is \'*\'')
    return text == "*"


def attributes_of(service: Service) -> dict[str, str]:
    """The attributes that the provider puts in line at each full sync; those that are not annotated have its defaults."""
    annotations = annotations_of(service)
    wanted = {
        "access_logs.s3.enabled": str(flag(service, "access-log-enabled")).lower(),
        "connection_draining.enabled": str(flag(service, "connection-draining-enabled")).lower(),
        "idle_timeout.timeout_seconds": _number(annotations, "connection-idle-timeout") or "60",
        "load_balancing.cross_zone.enabled": str(flag(service, "cross-zone-load-balancing-enabled")).lower(),
        "access_logs.emit_interval_min": _number(annotations, "access-log-emit-interval"),
        "access_logs.s3.bucket": annotations.get(PREFIX + "access-log-s3-bucket-name", ""),
        "access_logs.s3.prefix": annotations.get(PREFIX + "access-log-s3-bucket-prefix", ""),
        "connection_draining.timeout_seconds": _number(annotations, "connection-draining-timeout"),
    }
    return {key: value for key, value in wanted.items() if value}


def _number(annotations: dict[str, str], suffix: str) -> str:
    """An annotated number as text, empty when there is none."""
    text = annotations.get(PREFIX + suffix, "")
    if text and not _is_number(text):
        raise Failure(f"error parsing service annotation: {PREFIX}{suffix}={text}")
    return str(int(text)) if text else ""


def health_check_of(service: Service, name: str, listeners: list[ListenerSpec]) -> HealthCheck:
    """The one health check: of kube-proxy where only local pods serve, else of the first listener's node port."""
    spec, annotations = service["spec"], annotations_of(service)
    if spec.get("externalTrafficPolicy") == "Local" and spec.get("healthCheckNodePort"):
        port = spec["healthCheckNodePort"]
        try:
            return _health_check(annotations, name, "HTTP", port, "/healthz")
        except Failure as error:
            text = f"Failed to ensure health check for localized service {name} on node port {port}"
            raise Failure(f'{text}: "{error}"') from error
    secure = annotations.get(PREFIX + "backend-protocol", "").lower() in ("https", "ssl")
    return _health_check(annotations, name, "SSL" if secure else "TCP", listeners[0].instance_port if listeners else 0, "")


def _health_check(annotations: dict[str, str], name: str, protocol: str, port: int, path: str) -> HealthCheck:
    """With annotations over it; the path's counts for HTTP and HTTPS only."""
    protocol = annotations.get(PREFIX + "healthcheck-protocol", protocol)
    wanted_port = annotations.get(PREFIX + "healthcheck-port", TRAFFIC_PORT)
    if wanted_port != TRAFFIC_PORT and not _is_number(wanted_port):
        raise Failure(f'strconv.ParseInt: parsing "{wanted_port}": invalid syntax')
    shown = str(port) if wanted_port == TRAFFIC_PORT else str(int(wanted_port))
    asked = annotations.get(PREFIX + "healthcheck-path", "") or path or "/"
    target = f"{protocol}:{shown}{asked if protocol.upper() in ('HTTP', 'HTTPS') else ''}"
    numbers = [_setting(annotations, name, *each) for each in _DEFAULTS]
    try:
        return check_from(target, *numbers)
    except AwsError as error:
        raise Failure(f'error configuring load balancer health check for "{name}": "{error}"') from error


_DEFAULTS = (  # in the order in which `check_from` takes them: defaultElbHC… of aws_loadbalancer.go
    ("healthcheck-interval", 10),
    ("healthcheck-timeout", 5),
    ("healthcheck-healthy-threshold", 2),
    ("healthcheck-unhealthy-threshold", 6),
)


def _setting(annotations: dict[str, str], name: str, suffix: str, otherwise: int) -> int:
    text = annotations.get(PREFIX + suffix)
    if text is None:
        return otherwise
    if not _is_number(text):
        said = f'failed parsing health check annotation value: strconv.ParseInt: parsing "{text}": invalid syntax'
        raise Failure(f'cannot update health check for load balancer "{name}": "{said}"')
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").removeprefix("+").isdigit()


def annotated_groups(service: Service, suffix: str) -> list[str]:
    """The security groups that an annotation lists."""
    return items_of(annotations_of(service).get(PREFIX + suffix, ""))
