"""The nodes' security groups have room for the controller's rules beside legacy's."""

from __future__ import annotations

from migrator.checks.lbc import running
from migrator.checks.limits import RULES, Need, judged
from migrator.checks.opening import Opening, node_groups, opening
from migrator.checks.result import Result, Weight, ok
from migrator.model.balancers import SecurityGroup
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "rules"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "warning"  # a rule that is one too many is refused, and `warm` waits for the binding with nothing moved
SHARED = "elbv2.k8s.aws/targetGroupBinding=shared"


def check(migration: Migration, outside: Outside) -> Result:
    """The nodes' security groups: two calls."""
    groups = node_groups(migration, outside)
    if not groups:
        return ok(NAME, "legacy opened no security group of the nodes")
    way = opening(migration, running(outside.cluster.controller()))
    needs = [Need(RULES, added(migration, each, way), float(taken(each)), each.id) for each in groups]
    return judged(NAME, needs, outside.account.quotas(), UNSEEN)


def taken(group: SecurityGroup) -> int:
    """Inbound rules that count: IPv4 and IPv6 are counted apart, and rules by group or prefix list in both."""
    sources = [each.source for each in group.rules]
    six = len([each for each in sources if ":" in each])
    four = len([each for each in sources if "." in each])
    return len(sources) - min(four, six)


def added(migration: Migration, group: SecurityGroup, way: Opening) -> int:
    """How many the controller will add: one a protocol for its security group, where there is none yet, else one a port,
    a source and its health check."""
    ports = migration.manifest["spec"].get("ports") or ()
    if way == "group":
        there = {each.protocol for each in group.rules if each.description == SHARED and each.source.startswith("sg-")}
        return len({str(each.get("protocol", "TCP")).lower() for each in ports} - there)
    sources = migration.manifest["spec"].get("loadBalancerSourceRanges") or ["0.0.0.0/0"]
    return len(ports) * (len(sources) + len(migration.legacy.balancer.zones))
