"""The nouns of Elastic Load Balancing as the world keeps them; `elb` changes them, everyone may read them.

A Classic Load Balancer wears the same nouns, so that health checks, the data plane and CloudWatch serve both families.
`world.elb.classic` makes and changes it:

    load balancer   kind "classic", ARN `...:loadbalancer/<name>`; `classic` holds what has no noun here
    listener        ARN `<load balancer's>#<port>`; TCP, SSL, HTTP or HTTPS; one certificate; forwards to one group;
                    attribute stickiness.type (lb_cookie, app_cookie) where a cookie policy is set
    target group    ARN `<load balancer's>#<INSTANCE PROTOCOL>:<instance port>`, there as long as a listener forwards to it;
                    attributes proxy_protocol_v1.enabled and deregistration_delay.timeout_seconds; targets are the instances
    health check    one for all groups, its port in digits; protocol TCP, SSL, HTTP or HTTPS
"""

from __future__ import annotations

from functools import lru_cache

import msgspec


class ZoneMapping(msgspec.Struct):
    """One zone of a load balancer: its subnet and the address that clients connect to there."""

    zone: str
    subnet_id: str
    address: str
    allocation_id: str | None = None


class Policy(msgspec.Struct):
    """A policy of a Classic Load Balancer: its type, such as ProxyProtocolPolicyType, and its attributes."""

    name: str
    type: str
    attributes: dict[str, str] = {}


class ClassicSide(msgspec.Struct):
    """What only a Classic Load Balancer has.

    instances   ids of those that are registered, in order; one that drains is no longer among them
    policies    by name
    listening   names of the policies of each listener, by load balancer port
    backend     names of the policies of each instance port
    """

    health_check: HealthCheck
    instances: dict[str, None] = {}
    policies: dict[str, Policy] = {}
    listening: dict[int, tuple[str, ...]] = {}
    backend: dict[int, tuple[str, ...]] = {}


class LoadBalancer(msgspec.Struct):
    """A load balancer. `active_at` is when provisioning ends; `failed` says why it never will.

    `kind` is "network" or "classic"; `classic` is there for the latter alone.
    """

    arn: str
    name: str
    dns_name: str
    zone_id: str
    scheme: str
    vpc_id: str
    zones: tuple[ZoneMapping, ...]
    created: float
    active_at: float
    security_groups: list[str] = []
    attributes: dict[str, str] = {}
    tags: dict[str, str] = {}
    failed: str | None = None
    address_type: str = "ipv4"
    kind: str = "network"
    classic: ClassicSide | None = None


class Listener(msgspec.Struct):
    """A listener and where it forwards: (target group ARN, weight) in order."""

    arn: str
    lb_arn: str
    protocol: str
    port: int
    forwards: tuple[tuple[str, int], ...]
    certificates: tuple[str, ...] = ()
    ssl_policy: str | None = None
    alpn: tuple[str, ...] = ()
    attributes: dict[str, str] = {}
    tags: dict[str, str] = {}


class HealthCheck(msgspec.Struct):
    """How a target group asks its targets; seconds as AWS keeps them, before the pace scales them."""

    protocol: str = "TCP"
    port: str = "traffic-port"
    path: str | None = None
    interval_s: int = 30
    timeout_s: int = 10
    healthy: int = 3
    unhealthy: int = 3
    matcher: str | None = None


class Target(msgspec.Struct):
    """One registered target and what its group last concluded. `zone` is None where AWS would not know it."""

    id: str
    port: int
    zone: str | None
    registered: float
    state: str = "initial"
    reason: str | None = "Elb.RegistrationInProgress"
    since: float = 0.0
    draining_until: float | None = None


class TargetGroup(msgspec.Struct):
    """A target group; `targets` by (id, port). `changes` counts what happened to them."""

    arn: str
    name: str
    protocol: str
    port: int
    vpc_id: str
    target_type: str
    health_check: HealthCheck
    attributes: dict[str, str] = {}
    tags: dict[str, str] = {}
    targets: dict[tuple[str, int], Target] = {}
    changes: int = 0


@lru_cache(maxsize=1024)
def is_classic(arn: str) -> bool:
    """Whether an ARN is that of a Classic Load Balancer, or one that stands here for a listener or group of it.

    Source: Service Authorization Reference, "Elastic Load Balancing": classic ARNs end in loadbalancer/<name>.
    """
    return "#" in arn or (":loadbalancer/" in arn and arn.partition(":loadbalancer/")[2].count("/") == 0)
