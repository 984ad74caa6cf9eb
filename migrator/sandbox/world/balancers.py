"""The nouns of Elastic Load Balancing as the world keeps them; `elb` changes them, everyone may read them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class ZoneMapping:
    """One zone of a load balancer: its subnet and the address that clients connect to there."""

    zone: str
    subnet_id: str
    address: str
    allocation_id: str | None = None


@dataclass(slots=True)
class LoadBalancer:
    """A Network Load Balancer. `active_at` is when provisioning ends; `failed` says why it never will."""

    arn: str
    name: str
    dns_name: str
    zone_id: str
    scheme: str
    vpc_id: str
    zones: tuple[ZoneMapping, ...]
    created: float
    active_at: float
    security_groups: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    failed: str | None = None
    address_type: str = "ipv4"


@dataclass(slots=True)
class Listener:
    """A listener and where it forwards: (target group ARN, weight) in order."""

    arn: str
    lb_arn: str
    protocol: str
    port: int
    forwards: tuple[tuple[str, int], ...]
    certificates: tuple[str, ...] = ()
    ssl_policy: str | None = None
    alpn: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class HealthCheck:
    """How a target group asks its targets; seconds as AWS keeps them, before the pace scales them."""

    protocol: str = "TCP"
    port: str = "traffic-port"
    path: str | None = None
    interval_s: int = 30
    timeout_s: int = 10
    healthy: int = 3
    unhealthy: int = 3
    matcher: str | None = None


@dataclass(slots=True)
class Target:
    """One registered target and what its group last concluded. `zone` is None where AWS would not know it."""

    id: str
    port: int
    zone: str | None
    registered: float
    state: str = "initial"
    reason: str | None = "Elb.RegistrationInProgress"
    since: float = 0.0
    draining_until: float | None = None


@dataclass(slots=True)
class TargetGroup:
    """A target group; `targets` by (id, port)."""

    arn: str
    name: str
    protocol: str
    port: int
    vpc_id: str
    target_type: str
    health_check: HealthCheck
    attributes: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    targets: dict[tuple[str, int], Target] = field(default_factory=dict)
