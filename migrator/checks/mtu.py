"""Nodes go on hearing "fragmentation needed" once the last legacy load balancer is gone.

Legacy opens ICMP 3/4 on the nodes by one rule for all of its network load balancers, and takes it along with the last of
them; the controller opens it on its own security group only, where the Service asks for it.
Source: kubernetes legacy-cloud-providers/aws: aws_loadbalancer.go, updateInstanceSecurityGroupForNLBMTU.
"""

from __future__ import annotations

from migrator.checks.opening import CLIENT, MTU, node_groups
from migrator.checks.result import Result, Weight, ok, warned
from migrator.model.balancers import Rule, SecurityGroup
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "mtu"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "warning"
UNSEEN: Weight = "warning"  # as it was before there was any load balancer: most networks never send one


def check(migration: Migration, outside: Outside) -> Result:
    """No call of its own: what `rules` read."""
    lone = [each for each in node_groups(migration, outside) if loses(each, migration.legacy.balancer.name)]
    if not lone:
        return ok(NAME, "ICMP 3/4 to the nodes does not hang on this load balancer")
    do = (
        f"`aws ec2 authorize-security-group-ingress --group-id {lone[0].id} --ip-permissions "
        "'IpProtocol=icmp,FromPort=-1,ToPort=-1,IpRanges=[{CidrIp=0.0.0.0/0}]'`, or accept it where every path has one MTU"
    )
    seen = f"the last rule for ICMP 3/4 (path MTU) on {', '.join(each.id for each in lone)} goes with legacy"
    return warned(NAME, "mtu-rule-lost", seen, do)


def loses(group: SecurityGroup, balancer: str) -> bool:
    """Whether legacy's rule is there, no other legacy load balancer keeps it, and no other rule permits the same."""
    ours = [each for each in group.rules if each.description == MTU]
    others = any(each.description.startswith(CLIENT) and each.description != CLIENT + balancer for each in group.rules)
    return bool(ours) and not others and not any(_permits(each) for each in group.rules if each.description != MTU)


def _permits(rule: Rule) -> bool:
    """Whether a rule of somebody else's lets ICMP 3/4 in, from wherever: type and code stand where ports do."""
    if rule.source.startswith(("sg-", "pl-")):
        return False
    return rule.protocol == "-1" or (rule.protocol == "icmp" and rule.from_port in (-1, 3) and rule.to_port in (-1, 4))
