"""Elastic Load Balancing's and EC2's nouns, as far as a migration looks at them."""

from __future__ import annotations

import msgspec

from migrator.model.records import BalancerName


class Zone(msgspec.Struct, frozen=True):
    """One availability zone that a load balancer serves."""

    name: str
    subnet: str
    addresses: tuple[str, ...] = ()
    allocation: str | None = None


class LoadBalancer(msgspec.Struct, frozen=True):
    """A load balancer as described. `state`: provisioning, active, active_impaired or failed."""

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
