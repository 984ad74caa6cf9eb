"""What a network load balancer would be that does what a live load balancer does: a classic one's settings in its words.

What has no words there is asked about or told in `settings_classic`. A live network load balancer is its own form.
Source: Elastic Load Balancing, "Migrate your Classic Load Balancer"; ELBv2 ListenerAttribute, TargetGroupAttribute.
"""

from __future__ import annotations

from msgspec.structs import replace

from migrator.model.balancers import HealthCheck, Listener, TargetGroup
from migrator.planning.found import Live

TCP_IDLE = "tcp.idle_timeout.seconds"
CLASSIC_IDLE = "idle_timeout.timeout_seconds"
IDLE_S = (60, 6000)  # what a TCP listener takes
USUAL_IDLE_S = 350  # what a TLS listener has for ever, and a TCP listener that was told nothing
DELAY = "deregistration_delay.timeout_seconds"
PRESERVE = "preserve_client_ip.enabled"
PROXY_V1, PROXY_V2 = "proxy_protocol_v1.enabled", "proxy_protocol_v2.enabled"
SECURE = ("SSL", "HTTPS", "TLS")
LAYER_7 = ("HTTP", "HTTPS")
_CARRIED = ("load_balancing.cross_zone.enabled", "access_logs.s3.enabled", "access_logs.s3.bucket", "access_logs.s3.prefix")


def network_form(live: Live) -> Live:
    """The live facts as the network load balancer is to have them; clients' addresses stay hidden as they were."""
    if not live.balancer.classic:
        return live
    return replace(
        live,
        attributes={key: value for key, value in live.attributes.items() if key in _CARRIED},
        listeners=tuple(_listener(each, idle_s(live)) for each in live.listeners),
        groups=tuple(_group(each) for each in live.groups),
    )


def idle_s(live: Live) -> int:
    """A classic load balancer's idle timeout; 60 s unless it was told otherwise."""
    return int(live.attributes.get(CLASSIC_IDLE) or 60)


def idle_for_tcp_s(seconds: int) -> int:
    """The nearest timeout that a TCP listener takes."""
    return min(max(seconds, IDLE_S[0]), IDLE_S[1])


def _listener(listener: Listener, seconds: int) -> Listener:
    if listener.protocol in SECURE:
        return replace(listener, protocol="TLS", attributes={})
    return replace(listener, protocol="TCP", attributes={TCP_IDLE: str(idle_for_tcp_s(seconds))})


def _group(group: TargetGroup) -> TargetGroup:
    proxied = group.attributes.get(PROXY_V1) == "true"
    attributes = {
        DELAY: group.attributes.get(DELAY, "0"),
        PRESERVE: "false",
        PROXY_V2: "true" if proxied else "false",
    }
    protocol = "TLS" if group.protocol in SECURE else "TCP"
    return replace(group, protocol=protocol, attributes=attributes, health_check=_check(group.health_check))


def _check(check: HealthCheck) -> HealthCheck:
    """A classic check takes 200 alone for an answer; one by SSL becomes a connection."""
    if check.protocol in LAYER_7:
        return replace(check, matcher="200")
    return replace(check, protocol="TCP", path=None)
