"""The caller may make the calls that `apply` will make, as far as IAM says so without making them."""

from __future__ import annotations

from migrator.checks.result import Result, Weight, failed, ok, unseen, warned
from migrator.errors import OutsideError
from migrator.model.account import Deed, Right
from migrator.model.balancers import is_classic
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "rights"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
# Few may simulate policies, and the simulator does not know session policies and what a condition would meet. A right that
# is missing shows as a refused call, before which nothing was changed, so that not knowing is no reason to stop everybody.
UNSEEN: Weight = "warning"
CODE = "caller-rights"
GRANT = "grant it to the role that you use (docs/checks.md lists the actions), then run the same command again"


def check(migration: Migration, outside: Outside) -> Result:
    """Two calls of IAM's, three for an assumed role; who we are is what `clock` asked."""
    needed, later = deeds(migration), clearing(migration)
    try:
        rights = outside.account.rights(outside.network.caller().arn, needed + later)
    except OutsideError as trouble:
        do = "allow iam:SimulatePrincipalPolicy and iam:GetRole on your own role, or go on: a refused call changes nothing"
        return unseen(NAME, trouble.code, f"IAM could not be asked: {trouble.message}", do, UNSEEN, *trouble.seen)
    first, last = rights[: len(needed)], rights[len(needed) :]
    if refused := [each for each in first if each.allowed is False]:
        return failed(NAME, CODE, f"{len(refused)} of {len(rights)} actions are not allowed", GRANT, *map(line, refused))
    if refused := [each for each in last if each.allowed is False]:
        seen = f"{len(refused)} actions are not allowed, which `sweep` needs where legacy leaves something behind"
        return warned(NAME, CODE, seen, GRANT, *map(line, refused))
    if doubtful := [each for each in rights if each.allowed is None]:
        do = "see whether the conditions of your policies are met; a refused call changes nothing"
        return unseen(NAME, CODE, f"IAM does not tell of {len(doubtful)} actions", do, UNSEEN, *map(line, doubtful))
    return ok(NAME, f"{len(rights)} actions are allowed")


def deeds(migration: Migration) -> tuple[Deed, ...]:
    """What every journey does in AWS. What it only reads was just read."""
    partition = migration.legacy.balancer.arn.split(":")[1]
    zones = sorted(migration.dns.names)
    records = [Deed("route53:ChangeResourceRecordSets", f"arn:{partition}:route53:::hostedzone/{each}") for each in zones]
    waits = (Deed("route53:GetChange", f"arn:{partition}:route53:::change/C0"),) if zones else ()
    unlock = (Deed("elasticloadbalancing:ModifyLoadBalancerAttributes", migration.legacy.balancer.arn),)
    protected = unlock if migration.legacy.deletion_protection else ()
    return (*records, *waits, Deed("cloudwatch:GetMetricData"), *protected)


def clearing(migration: Migration) -> tuple[Deed, ...]:
    """What `sweep` does, each only where legacy left it behind. One of a kind stands for all of them."""
    legacy, account = migration.legacy, migration.account
    groups = [each.arn for each in legacy.groups if not is_classic(each.arn)][:1]
    where = f"arn:{legacy.balancer.arn.split(':')[1]}:ec2:{account.region}:{account.id}:security-group"
    return (
        Deed("elasticloadbalancing:DeleteLoadBalancer", legacy.balancer.arn),
        *(Deed("elasticloadbalancing:DeleteTargetGroup", each) for each in groups),
        *(Deed("ec2:RevokeSecurityGroupIngress", f"{where}/{each.group}") for each in legacy.rules[:1]),
        *(Deed("ec2:DeleteSecurityGroup", f"{where}/{each}") for each in legacy.own_groups[:1]),
    )


def line(right: Right) -> str:
    """A right in a line."""
    return f"{right.action} on {right.resource}{f' ({right.why})' if right.why else ''}"
