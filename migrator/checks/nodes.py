"""Each node's interface wears exactly one security group that is tagged for the cluster: LBC opens that one.

Source: aws-load-balancer-controller: pkg/networking/networking_manager.go, resolveEndpointSGForENI.
"""

from __future__ import annotations

from migrator.checks.place import Where
from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.account import Interface
from migrator.ports.outside import Outside

NAME = "nodes"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"
SHOWN = 5


def check(where: Where, outside: Outside) -> Result:
    """One list of nodes, their interfaces (200 instances a call), and their security groups: four calls for a small cluster."""
    instances = tuple(each.instance for each in outside.installation.nodes() if each.instance)
    worn = [each for each in outside.account.interfaces(instances) if each.primary] if instances else []
    doubtful = tuple(sorted({group for each in worn if len(each.groups) > 1 for group in each.groups}))
    tag = f"kubernetes.io/cluster/{where.cluster.name}"
    tagged = {each.id for each in outside.account.security_groups(doubtful) if tag in each.tags} if doubtful else set()
    if wrong := [each for each in worn if len(each.groups) > 1 and len(tagged & set(each.groups)) != 1]:
        lines = tuple(_line(each, tagged) for each in wrong[:SHOWN])
        do = f"tag exactly one security group of each node with {tag}, and take the tag off the others"
        seen = f"{len(wrong)} of {len(worn)} nodes have not exactly one security group tagged {tag}"
        return failed(NAME, "node-groups", seen, do, *lines)
    return ok(NAME, f"{len(worn)} nodes, each with one security group that LBC can tell")


def _line(interface: Interface, tagged: set[str]) -> str:
    marked = sorted(tagged & set(interface.groups))
    return f"{interface.instance} {interface.id}: {len(marked)} tagged ({', '.join(marked) or 'none'}) of {len(interface.groups)}"
