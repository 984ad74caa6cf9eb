"""The controller has an identity in AWS, as far as the cluster shows it."""

from __future__ import annotations

from migrator.checks.place import Where
from migrator.checks.result import Result, Weight, ok, unseen, warned
from migrator.ports.outside import Outside

NAME = "identity"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "warning"
# A Pod Identity association and a node's role show nowhere in the cluster; with neither, `clone` waits for a hostname.
UNSEEN: Weight = "warning"
CODE = "controller-identity"
ROLE = "eks.amazonaws.com/role-arn"


def check(where: Where, outside: Outside) -> Result:
    """One GET of the service account. Its role may still lack rights; that shows in the clone's events only."""
    seen = outside.cluster.controller()
    if seen is None:
        return ok(NAME, "no controller, no identity")
    called = f"service account {seen.namespace}/{seen.account}"
    marks = outside.installation.account_marks(seen.namespace, seen.account)
    if marks is None:
        do = "make it, with the role's ARN in its annotation " + ROLE
        return warned(NAME, CODE, f"{called} does not exist, so that no new pod of the controller can start", do)
    if role := marks.get(ROLE):
        return ok(NAME, f"{called} takes on {role}")
    do = f"`aws eks list-pod-identity-associations --cluster-name {where.cluster.name} --namespace {seen.namespace}`"
    return unseen(NAME, CODE, f"{called} names no role: Pod Identity or the nodes' role may give it one", do, UNSEEN)
