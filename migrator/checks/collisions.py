"""No rule that the clone will live by is legacy's own, to be taken along when legacy goes.

Without a security group of its own the controller compares rules by what they permit, not by who made them: it finds
legacy's rule, adds none, and does not look again after legacy has revoked it.
Source: aws-load-balancer-controller: pkg/networking/security_group_info.go, pkg/targetgroupbinding/utils.go.
"""

from __future__ import annotations

import ipaddress

from migrator.checks.lbc import running
from migrator.checks.opening import ANNOTATION, node_groups, opening
from migrator.checks.result import Result, Weight, failed, ok, unseen
from migrator.model.balancers import Rule
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "collisions"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"
CODE = "rules-collide"


def check(migration: Migration, outside: Outside) -> Result:
    """No call of its own: what `controller` and `rules` read."""
    way = opening(migration, running(outside.cluster.controller()))
    if way == "group":
        return ok(NAME, "nodes open to the new load balancer's security group; legacy's rules are others")
    ports = fixed_ports(migration)
    shared = [rule for rule in migration.legacy.rules if any(rule.from_port <= each <= rule.to_port for each in ports)]
    going = {each.id for each in migration.legacy.rules}
    staying = [rule for group in node_groups(migration, outside) for rule in group.rules if rule.id not in going]
    lost = [each for each in shared if not any(covers(other, each) for other in staying)]
    if not lost:
        return ok(NAME, "no port that both load balancers use is open by legacy's rules alone")
    lines = tuple(f"{each.id}: {each.protocol} {each.from_port} from {each.source}" for each in lost)
    if way == "unknown":
        do = "find out the controller's version: from 2.6.0 on it opens nodes to its security group"
        return unseen(NAME, CODE, "the clone may have to live by rules that go with legacy", do, UNSEEN, *lines)
    do = (
        "let the clone have a security group (controller 2.6.0 or later, no disable-nlb-sg), or open these ports by your own rule"
    )
    return failed(NAME, CODE, "the clone would live by rules that go with legacy", do, *lines)


def fixed_ports(migration: Migration) -> set[int]:
    """Node ports that the clone is told to use; those that the API server allocates are never legacy's."""
    manifest = migration.manifest
    ports = {int(each["nodePort"]) for each in manifest["spec"].get("ports") or () if each.get("nodePort")}
    checked = str((manifest["metadata"].get("annotations") or {}).get(ANNOTATION + "healthcheck-port", ""))
    return ports | ({int(checked)} if checked.isdigit() else set())


def covers(other: Rule, rule: Rule) -> bool:
    """Whether what one rule permits is permitted by another rule of the same security group."""
    if other.group != rule.group:
        return False
    protocol = other.protocol == "-1" or other.protocol == rule.protocol
    ports = other.protocol == "-1" or (other.from_port <= rule.from_port and rule.to_port <= other.to_port)
    return protocol and ports and _holds(other.source, rule.source)


def _holds(wide: str, narrow: str) -> bool:
    try:
        outer, inner = ipaddress.ip_network(wide), ipaddress.ip_network(narrow)
    except ValueError:
        return wide == narrow  # groups and prefix lists
    if isinstance(outer, ipaddress.IPv4Network) and isinstance(inner, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(outer, ipaddress.IPv6Network) and isinstance(inner, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False
