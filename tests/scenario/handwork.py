"""What operators do to a live load balancer behind Kubernetes' back, one thing each; nothing where it is so already."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from migrator.sandbox.world import World, elb_attributes
from migrator.sandbox.world.balancers import HealthCheck, Listener, LoadBalancer, TargetGroup
from migrator.sandbox.world.ec2_rules import RuleSpec
from tests.scenario.drawn_services import CERTIFICATE, OTHER_CERTIFICATE, POLICY, SITE

Work = Callable[[World, LoadBalancer], None]


def _first(world: World, lb: LoadBalancer) -> tuple[Listener, TargetGroup]:
    listener = min(world.elb.listeners_of(lb.arn), key=lambda each: each.port)
    return listener, next(each for each in world.elb.groups_of(lb.arn) if each.arn == listener.forwards[0][0])


def attribute(key: str, value: str) -> Work:
    """Set an attribute of the load balancer; logs are on with it, as their other attributes mean nothing while they are off."""
    logs = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": "logs"} if key.startswith("access_logs.") else {}

    def work(world: World, lb: LoadBalancer) -> None:
        world.elb.set_load_balancer_attributes(lb.arn, logs | {key: value})

    return _named(work, f"{key}={value}")


def group_attribute(key: str, value: str, *, every: bool = True) -> Work:
    """Set an attribute of every target group, or of the first one alone; UDP keeps clients' addresses."""

    def work(world: World, lb: LoadBalancer) -> None:
        groups = world.elb.groups_of(lb.arn) if every else [_first(world, lb)[1]]
        for group in groups:
            if key != "preserve_client_ip.enabled" or group.protocol in ("TCP", "TLS"):
                world.elb.set_target_group_attributes(group.arn, {key: value})

    return _named(work, f"{key}={value} of {'every group' if every else 'the first group'}")


def check(*, every: bool = True, **changes: object) -> Work:
    """Change the health check of every target group, or of the first one alone."""

    def work(world: World, lb: LoadBalancer) -> None:
        for group in world.elb.groups_of(lb.arn) if every else [_first(world, lb)[1]]:
            world.elb.modify_target_group(group.arn, _checked(group.health_check, changes))

    return _named(work, f"check {changes} of {'every group' if every else 'the first group'}")


def _checked(there: HealthCheck, changes: dict[str, object]) -> HealthCheck:
    return replace(there, **changes)


def tls(world: World, lb: LoadBalancer) -> None:
    """Put TLS before the first TCP listener."""
    listener, _ = _first(world, lb)
    if listener.protocol == "TCP":
        world.elb.modify_listener(listener.arn, protocol="TLS", certificates=[CERTIFICATE], ssl_policy=POLICY)


def certificate(world: World, lb: LoadBalancer) -> None:
    """Give TLS listeners another certificate."""
    for each in world.elb.listeners_of(lb.arn):
        if each.protocol == "TLS":
            world.elb.modify_listener(each.arn, certificates=[OTHER_CERTIFICATE])


def policy(world: World, lb: LoadBalancer) -> None:
    """Give TLS listeners another policy."""
    for each in world.elb.listeners_of(lb.arn):
        if each.protocol == "TLS":
            world.elb.modify_listener(each.arn, ssl_policy="ELBSecurityPolicy-TLS13-1-3-2021-06")


def alpn(world: World, lb: LoadBalancer) -> None:
    """Let TLS listeners speak HTTP/2."""
    for each in world.elb.listeners_of(lb.arn):
        if each.protocol == "TLS":
            world.elb.modify_listener(each.arn, alpn=("HTTP2Preferred",))


def idle(world: World, lb: LoadBalancer) -> None:
    """Let the first TCP listener's connections rest longer."""
    listener, _ = _first(world, lb)
    if listener.protocol == "TCP":
        world.elb.set_listener_attributes(listener.arn, {"tcp.idle_timeout.seconds": "3600"})


def open_nodes(source: str, *, first_only: bool = False) -> Work:
    """Let more clients reach the node ports."""

    def work(world: World, lb: LoadBalancer) -> None:
        groups = [_first(world, lb)[1]] if first_only else world.elb.groups_of(lb.arn)
        for group in groups:
            protocol = "udp" if group.protocol == "UDP" else "tcp"
            spec = RuleSpec(protocol=protocol, from_port=group.port, to_port=group.port, cidr=source, description="by hand")
            if world.ec2.permitting(_node_group(world), spec) is None:
                world.ec2.authorize(_node_group(world), [spec])

    return _named(work, f"open {'the first node port' if first_only else 'the node ports'} to {source}")


def close_nodes(world: World, lb: LoadBalancer) -> None:
    """Take the first client rule away."""
    named = f"kubernetes.io/rule/nlb/client={lb.name}"
    rules = sorted(each.id for each in world.ec2.rules_of(_node_group(world)) if each.description == named)
    if rules:
        world.ec2.revoke(_node_group(world), rules[:1])


def _node_group(world: World) -> str:
    return next(iter(world.ec2.instances.values())).security_groups[0]


def tag(world: World, lb: LoadBalancer) -> None:
    """Tag the load balancer."""
    world.elb.tag(lb.arn, {"cost-centre": "4711"})


def untag(world: World, lb: LoadBalancer) -> None:
    """Take a tag of the Service's away."""
    world.elb.untag(lb.arn, ["team", "a", "x"])


def _named(work: Work, name: str) -> Work:
    work.__name__ = name
    return work


WORK: tuple[Work, ...] = (
    attribute("load_balancing.cross_zone.enabled", "true"),
    attribute("dns_record.client_routing_policy", "availability_zone_affinity"),
    attribute("zonal_shift.config.enabled", "true"),
    attribute("deletion_protection.enabled", "true"),
    group_attribute("deregistration_delay.timeout_seconds", "17"),
    group_attribute("deregistration_delay.timeout_seconds", "17", every=False),
    group_attribute("deregistration_delay.connection_termination.enabled", "true"),
    group_attribute("preserve_client_ip.enabled", "false"),
    group_attribute("preserve_client_ip.enabled", "false", every=False),
    group_attribute("proxy_protocol_v2.enabled", "true"),
    group_attribute("proxy_protocol_v2.enabled", "true", every=False),
    group_attribute("stickiness.enabled", "true"),
    group_attribute("target_health_state.unhealthy.connection_termination.enabled", "false"),
    check(interval_s=20),
    check(interval_s=20, every=False),
    check(healthy=5),
    check(unhealthy=4),
    check(timeout_s=7),
    tls,
    certificate,
    policy,
    alpn,
    idle,
    open_nodes(SITE),
    open_nodes(SITE, first_only=True),
    open_nodes("0.0.0.0/0"),
    close_nodes,
    tag,
    untag,
)


def everywhere() -> list[Work]:
    """One piece of work for each attribute that the world's load balancers, target groups and listeners have."""
    odd = {"access_logs.s3.bucket": "logs", "access_logs.s3.prefix": "web", "preserve_client_ip.enabled": "false"}
    every: list[Work] = []
    for table, make in ((elb_attributes.LOAD_BALANCER, attribute), (elb_attributes.TARGET_GROUP, group_attribute)):
        for key, (default, allowed) in table.items():
            others = [str(each) for each in allowed or ("2",) if str(each) != default]
            every += [make(key, odd.get(key, others[-1]))] if others else []
    return every
