"""What Classic Load Balancing refuses before it changes anything: listeners, health checks, attributes.

Codes come from the error shapes of botocore's elb model, limits from the request documentation in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from migrator.sandbox.world import elb_attributes
from migrator.sandbox.world.balancers import HealthCheck
from migrator.sandbox.world.elb_attributes import Allowed
from migrator.sandbox.world.elb_rules import check_port
from migrator.sandbox.world.trouble import AwsError

SECURE = ("SSL", "HTTPS")  # listeners that end TLS, and instance protocols that begin it anew
_LAYERS = {"TCP": 4, "SSL": 4, "HTTP": 7, "HTTPS": 7}
_FLAG = ("true", "false")

ATTRIBUTES: dict[str, tuple[str, Allowed]] = {
    "idle_timeout.timeout_seconds": ("60", range(1, 4001)),
    "connection_draining.enabled": ("false", _FLAG),
    "connection_draining.timeout_seconds": ("300", range(1, 3601)),
    "load_balancing.cross_zone.enabled": ("false", _FLAG),
    "access_logs.s3.enabled": ("false", _FLAG),
    "access_logs.s3.bucket": ("", None),
    "access_logs.s3.prefix": ("", None),
    "access_logs.emit_interval_min": ("60", ("5", "60")),
    "elb.http.desyncmitigationmode": ("defensive", ("monitor", "defensive", "strictest")),
}
"""By the names that the migration's own model has for them, with what a new load balancer has."""

_WITH_LOGS = ("access_logs.s3.bucket", "access_logs.s3.prefix", "access_logs.emit_interval_min")


@dataclass(frozen=True, slots=True)
class ListenerSpec:
    """A listener as somebody asks for it: what clients speak to `port`, and what instances hear on `instance_port`."""

    protocol: str
    port: int
    instance_protocol: str
    instance_port: int
    certificate: str = ""


def checked_listener(spec: ListenerSpec) -> ListenerSpec:
    """The listener with its protocols in capitals. Source: ELB CreateLoadBalancer, Listener."""
    protocol, behind = spec.protocol.upper(), spec.instance_protocol.upper() or _plain(spec.protocol.upper())
    for each in (protocol, behind):
        if each not in _LAYERS:
            raise AwsError("UnsupportedProtocol", f"Protocol '{each}' is not supported, only {', '.join(_LAYERS)} are")
    if _LAYERS[protocol] != _LAYERS[behind]:
        raise AwsError(
            "InvalidConfigurationRequest",
            f"Listener protocol {protocol} and instance protocol {behind} must be at the same layer",
        )
    check_port(spec.port)
    check_port(spec.instance_port)
    if protocol in SECURE and not spec.certificate:
        raise AwsError("CertificateNotFound", f"A certificate must be specified for {protocol} listeners")
    if protocol not in SECURE and spec.certificate:
        raise AwsError("InvalidConfigurationRequest", f"A certificate cannot be specified for {protocol} listeners")
    return ListenerSpec(protocol, spec.port, behind, spec.instance_port, spec.certificate)


def _plain(protocol: str) -> str:
    """The instance protocol of a listener that states none."""
    return {"SSL": "TCP", "HTTPS": "HTTP"}.get(protocol, protocol)


def check_from(target: str, interval_s: int, timeout_s: int, healthy: int, unhealthy: int) -> HealthCheck:
    """A health check from its target, such as "HTTP:30080/healthz". Source: ELB ConfigureHealthCheck, HealthCheck."""
    protocol, _, rest = target.partition(":")
    port, slash, path = rest.partition("/")
    protocol = protocol.upper()
    if protocol not in _LAYERS:
        raise AwsError("ValidationError", f"HealthCheck Target '{target}' must begin with TCP, HTTP, HTTPS or SSL")
    if not port.isdigit():
        raise AwsError("ValidationError", f"HealthCheck Target '{target}' must specify a port")
    check_port(int(port))
    if (_LAYERS[protocol] == 7) != bool(slash):
        raise AwsError("ValidationError", f"HealthCheck Target '{target}' must specify a path for HTTP and HTTPS, and no other")
    for what, value, low, high in (
        ("Interval", interval_s, 5, 300),
        ("Timeout", timeout_s, 2, 60),
        ("HealthyThreshold", healthy, 2, 10),
        ("UnhealthyThreshold", unhealthy, 2, 10),
    ):
        if not low <= value <= high:
            raise AwsError("ValidationError", f"HealthCheck {what} '{value}' must be in the range {low}-{high}")
    if timeout_s >= interval_s:
        raise AwsError("ValidationError", f"HealthCheck timeout {timeout_s} must be less than interval {interval_s}")
    return HealthCheck(protocol, port, slash + path if slash else None, interval_s, timeout_s, healthy, unhealthy)


def target_of(check: HealthCheck) -> str:
    """A health check's target, as the API writes it."""
    return f"{check.protocol}:{check.port}{check.path or ''}"


def checked_attributes(have: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """All attributes once some are changed; InvalidConfigurationRequest for what they cannot be."""
    elb_attributes.check(ATTRIBUTES, wanted, "Load balancer")
    after = {**have, **wanted}
    if after["access_logs.s3.enabled"] == "true":
        if not after.get("access_logs.s3.bucket"):
            raise AwsError("InvalidConfigurationRequest", "Access logs are enabled without the name of a bucket")
        after.setdefault("access_logs.emit_interval_min", "60")
    return after


def first_attributes() -> dict[str, str]:
    """What a new load balancer has; of access logs it says only that they are off."""
    return {key: value for key, value in elb_attributes.defaults(ATTRIBUTES).items() if key not in _WITH_LOGS}
