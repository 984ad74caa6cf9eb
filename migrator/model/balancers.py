"""Elastic Load Balancing's and EC2's nouns, as far as a migration looks at them.

A Classic Load Balancer wears the same nouns, so that one journey serves both families. Its ARN is
`arn:aws:elasticloadbalancing:<region>:<account>:loadbalancer/<name>`; its listeners have no ARN of their own and speak TCP,
SSL, HTTP or HTTPS; and each of its instance protocols and ports is one target group, whose ARN is ours: the load
balancer's with `#<protocol>:<port>`. Such a group goes when the load balancer goes, and all of them have its one health
check. What its policies and attributes say stands under these names:

    of the load balancer   idle_timeout.timeout_seconds, connection_draining.enabled, connection_draining.timeout_seconds,
                           load_balancing.cross_zone.enabled, access_logs.s3.enabled|bucket|prefix,
                           access_logs.emit_interval_min
    of a listener          stickiness.type (lb_cookie or app_cookie), only where a policy makes it sticky; its `policy` is
                           the predefined one that its negotiation policy refers to, or `custom:` and its own name
    of a target group      proxy_protocol_v1.enabled, deregistration_delay.timeout_seconds (0 where draining is off)
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from migrator.model.records import BalancerName


@lru_cache(1024)  # asked at every look, and there are only so many ARNs
def is_classic(arn: str) -> bool:
    """Whether an ARN is that of a Classic Load Balancer, or of one of its target groups."""
    name = arn.partition(":loadbalancer/")[2]
    return bool(name) and "/" not in name.partition("#")[0]


def balancer_name(arn: str) -> str:
    """The name in the ARN of a load balancer, or of a classic one's target group; empty for other ARNs."""
    parts = arn.partition(":loadbalancer/")[2].partition("#")[0].split("/")
    return parts[-2] if len(parts) > 1 else parts[0]


class Zone(msgspec.Struct, frozen=True):
    """One availability zone that a load balancer serves."""

    name: str
    subnet: str
    addresses: tuple[str, ...] = ()
    allocation: str | None = None


class LoadBalancer(msgspec.Struct, frozen=True):
    """A load balancer as described. `state`: provisioning, active, active_impaired or failed; `kind`: network, classic …"""

    arn: str
    name: str
    dns_name: str
    zone_id: str
    scheme: str
    vpc: str
    state: str
    kind: str = "network"
    zones: tuple[Zone, ...] = ()
    security_groups: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    address_type: str = "ipv4"

    @property
    def classic(self) -> bool:
        """Whether it is a Classic Load Balancer."""
        return self.kind == "classic"

    @property
    def called(self) -> BalancerName:
        """What a record needs to lead here."""
        return BalancerName(self.dns_name, self.zone_id)


class Listener(msgspec.Struct, frozen=True):
    """A listener; `groups` are the target groups it forwards to, by ARN."""

    arn: str
    protocol: str
    port: int
    groups: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    policy: str | None = None
    alpn: tuple[str, ...] = ()
    attributes: dict[str, str] = {}  # for example `tcp.idle_timeout.seconds`


class HealthCheck(msgspec.Struct, frozen=True):
    """How a target group asks its targets."""

    protocol: str
    port: str
    interval_s: int
    timeout_s: int
    healthy: int
    unhealthy: int
    path: str | None = None
    matcher: str | None = None


class TargetGroup(msgspec.Struct, frozen=True):
    """A target group. `balancers` are the ARNs it is attached to."""

    arn: str
    name: str
    protocol: str
    port: int
    target_type: str
    health_check: HealthCheck
    attributes: dict[str, str] = {}
    tags: dict[str, str] = {}
    balancers: tuple[str, ...] = ()


class Target(msgspec.Struct, frozen=True):
    """How one target does. `state`: initial, healthy, unhealthy, draining, unused, unavailable …"""

    id: str
    port: int
    zone: str
    state: str
    reason: str = ""


class Rule(msgspec.Struct, frozen=True):
    """A security-group rule for traffic coming in. `source` is a CIDR, a group id or a prefix list id."""

    id: str
    group: str
    protocol: str
    from_port: int
    to_port: int
    source: str
    description: str = ""


class SecurityGroup(msgspec.Struct, frozen=True):
    """A security group with its inbound rules, by id."""

    id: str
    name: str
    description: str = ""
    tags: dict[str, str] = {}
    rules: tuple[Rule, ...] = ()


class FlowMinute(msgspec.Struct, frozen=True):
    """What CloudWatch has for one period; None is a missing point, which is not zero by itself."""

    start: float
    new: float | None
    active: float | None
    hosts: float | None


class Caller(msgspec.Struct, frozen=True):
    """Who AWS says we are, where, and its own time (the Date header of the answer)."""

    account: str
    arn: str
    region: str
    date: float
