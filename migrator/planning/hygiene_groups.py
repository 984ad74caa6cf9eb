"""What LBC refuses about the listeners and target groups of a clone: TLS, ports, health checks, attributes.

Source: kubernetes-sigs/aws-load-balancer-controller: pkg/service/model_build_listener.go, model_build_target_group.go; limits
of Elastic Load Balancing's API reference.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.planning.hygiene_reading import BOOLEANS, Clone, Complaint, shared_ports

_ALPN = ("None", "HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred")
_CHECK = "healthcheck-"
_LIMITS = {"interval": (5, 300), "timeout": (2, 120), "healthy-threshold": (2, 10), "unhealthy-threshold": (2, 10)}
_PATH_LIMIT = 1024
_PRESERVE, _DELAY, _IDLE = "preserve_client_ip.enabled", "deregistration_delay.timeout_seconds", "tcp.idle_timeout.seconds"
_BOTH_SINCE = (2, 13, 0)


def tls(clone: Clone) -> Iterator[Complaint]:
    """Every item of ssl-ports is a port of the Service; `*` is none."""
    known = {str(each["port"]) for each in clone.ports} | {each.get("name", "") for each in clone.ports}
    unused = [each for each in clone.items("ssl-ports") if each not in known]
    if unused:
        yield Complaint("ssl-ports", f"Unused port in ssl-ports annotation [{' '.join(unused)}]")
    alpn = clone.text("alpn-policy")
    if alpn is not None and alpn not in _ALPN:
        yield Complaint("alpn", f"invalid ALPN policy {alpn}, policy must be one of [{', '.join(_ALPN)}]")


def listeners(clone: Clone) -> Iterator[Complaint]:
    """One listener has one port; TCP and UDP share it only where LBC merges them."""
    shared = shared_ports(clone.spec)
    if not shared:
        return
    ports = ", ".join(map(str, shared))
    if not clone.yes("enable-tcp-udp-listener"):
        yield Complaint("listeners", f"port {ports} speaks TCP and UDP without enable-tcp-udp-listener: DuplicateListener")
    elif clone.lbc.has(_BOTH_SINCE) is False:
        yield Complaint("listeners", f"port {ports} speaks TCP and UDP, which LBC merges into one listener since 2.13.0")


def target_type(clone: Clone) -> Iterator[Complaint]:
    """Instance targets need node ports; ip ones a gate that may be shut."""
    kind = clone.text("nlb-target-type")
    if kind not in ("instance", "ip"):
        yield Complaint("target-type", f"unknown target type: {kind}" if kind else "no target type: LBC's flag would decide")
    if kind == "ip" and not clone.lbc.gate("EnableIPTargetType", True):
        yield Complaint("target-type", "unsupported targetType: ip when EnableIPTargetType is false")
    if kind == "instance" and clone.spec.get("type") == "ClusterIP":
        yield Complaint("target-type", 'unsupported service type "ClusterIP" for load balancer target type "instance"')
    if kind == "instance" and clone.spec.get("allocateLoadBalancerNodePorts") is False:
        if any(not each.get("nodePort") for each in clone.ports):
            yield Complaint("node-ports", "unable to support instance target type with an unallocated NodePort")


def health_check(clone: Clone) -> Iterator[Complaint]:
    """Protocol, port and path that LBC knows, numbers that AWS takes, a time-out no longer than the interval."""
    protocol = clone.text(_CHECK + "protocol")
    if protocol is not None and protocol.upper() not in ("TCP", "HTTP", "HTTPS"):
        yield Complaint("health-check", f"unsupported health check protocol {protocol}")
    port = clone.text(_CHECK + "port")
    if port is not None and not _is_port(clone, port):
        yield Complaint("health-check", f"failed to resolve healthCheckPort: unable to find port {port} on the Service")
    path = clone.text(_CHECK + "path")
    if path is not None and not (path.startswith("/") and len(path) <= _PATH_LIMIT):
        yield Complaint(
            "health-check", f"health check path {path!r} is not valid: it begins with / and has at most 1024 characters"
        )
    yield from _numbers(clone)


def _is_port(clone: Clone, port: str) -> bool:
    if port == "traffic-port" or port in {each.get("name") for each in clone.ports}:
        return True
    return port.isascii() and port.isdigit() and 1 <= int(port) <= 65535


def _numbers(clone: Clone) -> Iterator[Complaint]:
    for suffix, (least, most) in _LIMITS.items():
        raw, value = clone.text(_CHECK + suffix), clone.number(_CHECK + suffix)
        if raw is not None and value is None:
            yield Complaint("health-check", f"failed to parse int32 annotation, {_CHECK}{suffix}: {raw}")
        if value is not None and not least <= value <= most:
            yield Complaint("health-check", f"{_CHECK}{suffix} {value} is not from {least} to {most}")
    interval, timeout = clone.number(_CHECK + "interval") or 10, clone.number(_CHECK + "timeout")
    if timeout is not None and timeout > interval:
        yield Complaint("health-check", f"Health check interval {interval} s must be greater than the timeout {timeout} s")


def group_attributes(clone: Clone) -> Iterator[Complaint]:
    """Those that LBC parses itself, and values that AWS refuses."""
    if clone.text("proxy-protocol") not in (None, "*"):
        said = f"invalid value {clone.text('proxy-protocol')} for Load Balancer proxy protocol v2 annotation"
        yield Complaint("proxy-protocol", f"{said}, only value currently supported is *")
    for suffix in sorted(each for each in clone.annotations if each.partition(".")[0] == "target-group-attributes"):
        pairs = clone.pairs(suffix)
        preserve, delay = pairs.get(_PRESERVE, "true"), pairs.get(_DELAY, "300")
        if preserve not in BOOLEANS:
            yield Complaint("target-group-attributes", f"failed to parse attribute {_PRESERVE}={preserve}")
        elif not BOOLEANS[preserve] and "UDP" in _protocols(clone, suffix.partition(".")[2]):
            yield Complaint("target-group-attributes", f"{_PRESERVE} cannot be false for a target group of UDP")
        if not (delay.isdigit() and int(delay) <= 3600):
            yield Complaint("target-group-attributes", f"{_DELAY} {delay} is not from 0 to 3600")


def _protocols(clone: Clone, port: str) -> set[str]:
    """Of one port, or of all."""
    return {each.get("protocol", "TCP") for each in clone.ports if port in ("", str(each["port"]))}


def listener_attributes(clone: Clone) -> Iterator[Complaint]:
    """An idle timeout is from 60 to 6000 s."""
    for suffix in sorted(each for each in clone.annotations if each.startswith("listener-attributes.")):
        idle = clone.pairs(suffix).get(_IDLE, "350")
        if not (idle.isdigit() and 60 <= int(idle) <= 6000):
            yield Complaint("listener-attributes", f"{_IDLE} {idle} is not from 60 to 6000")


RULES = (tls, listeners, target_type, health_check, group_attributes, listener_attributes)
