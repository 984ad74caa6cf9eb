"""The attributes of load balancers, target groups and listeners: keys, defaults, and what a value may be.

Source: LoadBalancerAttribute, TargetGroupAttribute and ListenerAttribute in botocore's elbv2 model, the ones that
Network Load Balancers have.
"""

from __future__ import annotations

from collections.abc import Mapping

from migrator.sandbox.world.trouble import AwsError

Allowed = tuple[str, ...] | range | None  # these words, a number in this range, or any text

_FLAG = ("true", "false")

LOAD_BALANCER: dict[str, tuple[str, Allowed]] = {
    "deletion_protection.enabled": ("false", _FLAG),
    "access_logs.s3.enabled": ("false", _FLAG),
    "access_logs.s3.bucket": ("", None),
    "access_logs.s3.prefix": ("", None),
    "ipv6.deny_all_igw_traffic": ("false", _FLAG),
    "load_balancing.cross_zone.enabled": ("false", _FLAG),
    "dns_record.client_routing_policy": (
        "any_availability_zone",
        ("availability_zone_affinity", "partial_availability_zone_affinity", "any_availability_zone"),
    ),
    "zonal_shift.config.enabled": ("false", _FLAG),
    "secondary_ips.auto_assigned.per_subnet": ("0", range(8)),
}

TARGET_GROUP: dict[str, tuple[str, Allowed]] = {
    "deregistration_delay.timeout_seconds": ("300", range(3601)),
    "deregistration_delay.connection_termination.enabled": ("false", _FLAG),
    "stickiness.enabled": ("false", _FLAG),
    "stickiness.type": ("source_ip", ("source_ip",)),
    "proxy_protocol_v2.enabled": ("false", _FLAG),
    "preserve_client_ip.enabled": ("true", _FLAG),
    "load_balancing.cross_zone.enabled": ("use_load_balancer_configuration", (*_FLAG, "use_load_balancer_configuration")),
    "target_health_state.unhealthy.connection_termination.enabled": ("true", _FLAG),
    "target_health_state.unhealthy.draining_interval_seconds": ("0", range(360001)),
    "target_group_health.dns_failover.minimum_healthy_targets.count": ("1", None),
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": ("off", None),
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": ("1", None),
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": ("off", None),
}

LISTENER: dict[str, tuple[str, Allowed]] = {"tcp.idle_timeout.seconds": ("350", range(60, 6001))}


def defaults(table: Mapping[str, tuple[str, Allowed]]) -> dict[str, str]:
    """Every key of the table with the value that a new thing has."""
    return {key: default for key, (default, _) in table.items()}


def group_defaults(protocol: str, target_type: str) -> dict[str, str]:
    """The attributes of a new target group: three defaults depend on its protocol and target type."""
    chosen = defaults(TARGET_GROUP)
    if target_type == "ip" and protocol in ("TCP", "TLS"):
        chosen["preserve_client_ip.enabled"] = "false"
    if protocol in ("UDP", "TCP_UDP"):
        chosen["deregistration_delay.connection_termination.enabled"] = "true"
        chosen["target_health_state.unhealthy.connection_termination.enabled"] = "false"
    return chosen


def check(table: Mapping[str, tuple[str, Allowed]], wanted: Mapping[str, str], what: str) -> None:
    """Refuse keys that `what` does not have (InvalidConfigurationRequest) and values they cannot take."""
    for key, value in wanted.items():
        if key not in table:
            raise AwsError("InvalidConfigurationRequest", f"{what} attribute key '{key}' is not recognized")
        allowed = table[key][1]
        if isinstance(allowed, range):
            if not value.isdigit() or int(value) not in allowed:
                raise AwsError(
                    "InvalidConfigurationRequest",
                    f"{what} attribute '{key}' value '{value}' must be between '{allowed[0]}' and '{allowed[-1]}' inclusive",
                )
        elif allowed is not None and value not in allowed:
            raise AwsError(
                "InvalidConfigurationRequest", f"{what} attribute '{key}' value '{value}' must be one of '{', '.join(allowed)}'"
            )
