"""The AWS Load Balancer Controller is there and ready."""

from __future__ import annotations

from migrator.checks.lbc import flag as flag
from migrator.checks.place import Where
from migrator.checks.result import Result, Weight, failed, ok
from migrator.ports.outside import Outside

NAME = "controller"
HOLDS_UNTIL = "shift"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(where: Where, outside: Outside) -> Result:
    """One list of Deployments by label."""
    seen = outside.cluster.controller()
    if seen is None:
        return failed(
            NAME,
            "no-controller",
            "no Deployment with label app.kubernetes.io/name=aws-load-balancer-controller in any namespace",
            "install the AWS Load Balancer Controller (helm chart eks/aws-load-balancer-controller), then plan again",
        )
    if seen.ready < 1:
        do = f"`kubectl -n {seen.namespace} describe deployment {seen.name}`, and mend what its pods wait for"
        return failed(NAME, "no-controller", f"deployment {seen.namespace}/{seen.name} has 0 ready replicas", do)
    return ok(NAME, f"deployment {seen.namespace}/{seen.name} has {seen.ready} ready replicas")
