"""Two load balancers of the world side by side, judged from the world's own objects: what clients and targets notice.

Written without a line of the planning code, which it is there to judge.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any

from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import Listener, LoadBalancer, TargetGroup
from migrator.sandbox.world.ec2_nouns import Rule

CONTROLLERS_TAGS = ("kubernetes.io/", "elbv2.k8s.aws/", "service.k8s.aws/", "KubernetesCluster", "aws:")
HELD_BACK = "deletion_protection.enabled"
PROBES = ("203.0.113.9", "203.0.113.200", "198.51.100.1", "192.0.2.7", "192.0.2.8", "8.8.8.8")
_FIXED = "own health check port"


def differences(world: World, legacy: LoadBalancer, new: LoadBalancer) -> list[str]:
    """What is not the same, a line each; empty where clients notice nothing."""
    sketched = sketch if legacy.kind == "classic" else portrait
    one, other = sketched(world, legacy), sketched(world, new)
    return [f"{key}: {one.get(key)} became {other.get(key)}" for key in sorted({*one, *other}) if one.get(key) != other.get(key)]


def portrait(world: World, lb: LoadBalancer) -> dict[str, Any]:
    """Everything that has to be the same, by name. Tags that LBC's own flags write are the controller's."""
    flagged = world.lbc.settings.default_tags
    seen: dict[str, Any] = {
        "scheme": lb.scheme,
        "address type": lb.address_type,
        "zones": sorted((each.zone, each.subnet_id) for each in lb.zones),
        "attributes": {key: value for key, value in sorted(lb.attributes.items()) if key != HELD_BACK},
        "tags": {key: lb.tags[key] for key in sorted(lb.tags) if not key.startswith(CONTROLLERS_TAGS) and key not in flagged},
    }
    for listener in sorted(world.elb.listeners_of(lb.arn), key=lambda each: each.port):
        seen |= {f"{listener.port} {key}": value for key, value in _listener(world, lb, listener)}
    return seen


def sketch(world: World, lb: LoadBalancer) -> dict[str, Any]:
    """What both families have, in the words of network load balancers; how pods are spoken to is for people to decide."""
    whole = portrait(world, lb)
    seen = {key: whole[key] for key in ("scheme", "tags")} | {"subnets": whole["zones"]}
    seen["crosses zones"] = lb.attributes["load_balancing.cross_zone.enabled"]
    for listener in world.elb.listeners_of(lb.arn):
        named = f"{listener.port} "
        seen |= {key: value for key, value in whole.items() if key.startswith((named + "admits", named + "instances"))}
        seen[named + "speaks"] = "TLS" if listener.protocol in ("TLS", "SSL", "HTTPS") else "TCP"
        seen[named + "certificates"] = whole[named + "certificates"]
        seen[named + "delay"] = whole[named + "target attributes"]["deregistration_delay.timeout_seconds"]
        protocol, port, path, *numbers, _ = whole[named + "check"]
        asks = port if port == _FIXED else "a node port"
        seen[named + "check"] = ("TCP" if protocol == "SSL" else protocol, asks, path, numbers)
    return seen


def _listener(world: World, lb: LoadBalancer, listener: Listener) -> Iterator[tuple[str, Any]]:
    group = _group(world, listener)
    yield "listener", listener.protocol
    yield "certificates", listener.certificates
    yield "policy", listener.ssl_policy if listener.protocol == "TLS" else None
    yield "alpn", tuple(each for each in listener.alpn if each != "None")
    yield "listener attributes", dict(sorted(listener.attributes.items())) if listener.protocol == "TCP" else {}
    yield "targets", (group.protocol, group.target_type)
    yield "target attributes", dict(sorted(group.attributes.items()))
    yield "check", _check(world, group)
    yield "instances", sorted({each.id for each in group.targets.values()})
    for source in (*PROBES, *_inside(world, lb)):
        yield f"admits {source}", admitted(world, lb, listener, source)


def _group(world: World, listener: Listener) -> TargetGroup:
    """Where a listener forwards to; the groups of a Classic Load Balancer are known by it alone."""
    return next(each for each in world.elb.groups_of(listener.lb_arn) if each.arn == listener.forwards[0][0])


def _check(world: World, group: TargetGroup) -> tuple[object, ...]:
    """A port that is the Service's own counts as what it stands for: its node port, or where kube-proxy tells of pods."""
    check, port = group.health_check, group.health_check.port
    ports = dict.fromkeys(("traffic-port", *(str(each.port) for each in group.targets.values())), "the traffic's")
    kube = {str(each["spec"].get("healthCheckNodePort")): _FIXED for each in world.kube.list("Service", None)}
    named = ports.get(port) or kube.get(port) or port
    return check.protocol, named, check.path, check.interval_s, check.timeout_s, check.healthy, check.unhealthy, check.matcher


def _inside(world: World, lb: LoadBalancer) -> list[str]:
    """Addresses of the load balancer's own subnets, from where only clients of an internal one come."""
    subnets = [world.ec2.subnet(each.subnet_id) for each in lb.zones] if lb.scheme == "internal" else []
    return [str(ipaddress.ip_network(each.cidr)[77]) for each in subnets]


def admitted(world: World, lb: LoadBalancer, listener: Listener, source: str) -> bool:
    """Whether a client at an address gets through the load balancer's groups and a target's, by the rules as they are."""
    protocol = "udp" if listener.protocol == "UDP" else "tcp"
    own = [rule for each in lb.security_groups for rule in world.ec2.rules_of(each)]
    if lb.security_groups and not any(_lets(rule, protocol, listener.port, source, ()) for rule in own):
        return False
    group = _group(world, listener)
    hidden = lb.kind == "classic" or (group.protocol != "UDP" and group.attributes.get("preserve_client_ip.enabled") == "false")
    subnet = world.ec2.subnet(lb.zones[0].subnet_id)
    seen = str(ipaddress.ip_network(subnet.cidr)[9]) if hidden else source
    for target in group.targets.values():
        machine = world.ec2.instances[target.id]
        rules = [rule for each in machine.security_groups for rule in world.ec2.rules_of(each)]
        if any(_lets(rule, protocol, target.port, seen, lb.security_groups) for rule in rules):
            return True
    return False


def _lets(rule: Rule, protocol: str, port: int, source: str, groups: Iterable[str]) -> bool:
    if rule.protocol != "-1" and (rule.protocol != protocol or not rule.from_port <= port <= rule.to_port):
        return False
    if rule.source_group:
        return rule.source_group in groups
    return bool(rule.cidr) and ipaddress.ip_address(source) in ipaddress.ip_network(rule.cidr or "")
