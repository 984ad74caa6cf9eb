"""Who may reach each listener of the legacy load balancer, as AWS really lets them; and whom LBC's own group would admit.

Without a security group on the load balancer, the nodes' rules decide, and see clients' addresses. With one, it decides
first. What annotations say does not count here.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from migrator.model.balancers import Listener, Rule, SecurityGroup, TargetGroup
from migrator.planning.exposure_sources import ANY_V6, Sources, everyone, shared, sources, united, within, without
from migrator.planning.found import Live

HEALTH = "kubernetes.io/rule/nlb/health="
_PRESERVE = "preserve_client_ip.enabled"
_WITH_UDP = ("UDP", "TCP_UDP")


def before(live: Live) -> dict[int, Sources]:
    """By listener port, who gets through to the targets now."""
    return {each.port: _reaching(live, each) for each in sorted(live.listeners, key=lambda each: each.port)}


def chosen(live: Live) -> dict[int, Sources]:
    """By listener port, whom rules admit that somebody chose.

    That is without what comes with a load balancer: rules for its own health checks, which admit its subnets, too, and
    security groups beside the one that legacy made.
    """
    own = owned(live.security_groups)
    plain = [each for each in live.node_rules if not each.description.startswith(HEALTH)]
    bare = replace(live, node_rules=tuple(plain), security_groups=own or live.security_groups)
    return {each.port: _reaching(bare, each) for each in sorted(live.listeners, key=lambda each: each.port)}


def unseen(live: Live) -> str:
    """Why it cannot be said who gets through; empty where it can.

    Health checks have to get to the targets, too: where no rule admits anybody at all, rules were not seen.
    """
    read = {each.id for each in live.security_groups}
    if missing := sorted(set(live.balancer.security_groups) - read):
        return f"the rules of security group {', '.join(missing)} were not read"
    if live.balancer.classic or live.balancer.security_groups or not live.groups:
        return ""
    if any(_is_for(rule, _protocol(each), each.port) for each in live.groups for rule in live.node_rules):
        return ""
    ports = ", ".join(str(each.port) for each in live.groups)
    return f"no rule of the nodes' security groups that were read is for port {ports}"


def owned(groups: Iterable[SecurityGroup]) -> tuple[SecurityGroup, ...]:
    """Those that legacy made, and takes along when it deletes the load balancer.

    Source: kubernetes/cloud-provider-aws pkg/providers/v1/aws.go, `k8s-elb-<name>`, tagged as owned by the cluster.
    """
    return tuple(each for each in groups if each.name.startswith("k8s-elb-") or _is_tagged(each))


def _is_tagged(group: SecurityGroup) -> bool:
    return any(key.startswith("kubernetes.io/cluster/") and value == "owned" for key, value in group.tags.items())


def _reaching(live: Live, listener: Listener) -> Sources:
    """Through the load balancer's own groups, then through the nodes' to any of the listener's target groups."""
    kind = live.balancer.address_type
    groups = [each for each in live.groups if each.arn in listener.groups]
    through = united(_by_nodes(live, each) for each in groups)
    return within(shared(_by_balancer(live, listener), through), kind)


def _by_balancer(live: Live, listener: Listener) -> Sources:
    """Whom the load balancer's own security groups admit: everybody where it has none."""
    if not live.balancer.security_groups:
        return everyone(live.balancer.address_type)
    protocols = ("tcp", "udp") if listener.protocol == "TCP_UDP" else ("udp",) if listener.protocol == "UDP" else ("tcp",)
    rules = [rule for group in live.security_groups for rule in group.rules]
    return _in_common([sources(rule.source for rule in rules if _is_for(rule, each, listener.port)) for each in protocols])


def _by_nodes(live: Live, group: TargetGroup) -> Sources:
    """Whom the nodes admit on a target group's port.

    Everybody or nobody where they see the load balancer instead of its clients: behind a Classic one, by its group, and where
    client addresses are not preserved. Everybody who speaks IPv6, too, whom nodes see at the load balancer's IPv4 address. A rule
    that names a client's own security group admits nobody through a Network Load Balancer.
    Source: Elastic Load Balancing, "Target groups for your Network Load Balancers".
    """
    kind, protocol = live.balancer.address_type, _protocol(group)
    rules = [each for each in live.node_rules if _is_for(each, protocol, group.port)]
    if live.balancer.classic or any(each.source in live.balancer.security_groups for each in rules):
        return everyone(kind)
    if not preserves(group):
        return everyone(kind) if _lets_balancer_in(live, _admitted(rules)) else Sources()
    four = _admitted(each for each in rules if _is_for_clients(live, each))
    return four if kind == "ipv4" else united((four, sources((ANY_V6,))))


def _lets_balancer_in(live: Live, admitted: Sources) -> bool:
    """Whether a load balancer's own subnets are admitted, as far as its rules for health checks tell which these are."""
    named = HEALTH + live.balancer.name
    own = sources(each.source for each in live.node_rules if each.description == named)
    return bool(admitted) and not without(own, admitted)


def preserves(group: TargetGroup) -> bool:
    """Whether targets see clients' addresses: instances do unless told otherwise, and always by UDP."""
    usual = "true" if group.target_type == "instance" else "false"
    return group.protocol in _WITH_UDP or group.attributes.get(_PRESERVE, usual) == "true"


def _is_for_clients(live: Live, rule: Rule) -> bool:
    """Rules for health checks admit a load balancer's subnets; nobody comes to a public one from there."""
    return live.balancer.scheme == "internal" or not rule.description.startswith(HEALTH)


def _protocol(group: TargetGroup) -> str:
    return "udp" if group.protocol == "UDP" else "tcp"


def _admitted(rules: Iterable[Rule]) -> Sources:
    """Whom any of these rules admits; a client's security group means nothing to nodes, see `_by_nodes`."""
    return sources(each.source for each in rules if not each.source.startswith("sg-"))


def _is_for(rule: Rule, protocol: str, port: int) -> bool:
    """EC2 has -1 for every protocol, and for every port."""
    if rule.protocol == "-1":
        return True
    return rule.protocol == protocol and (rule.from_port == -1 or rule.from_port <= port <= rule.to_port)


def _in_common(given: list[Sources]) -> Sources:
    result = given[0]
    for each in given[1:]:
        result = shared(result, each)
    return result
