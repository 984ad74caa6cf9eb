"""The controller's own kinds are defined; `helm upgrade` leaves them as they were, or out."""

from __future__ import annotations

from migrator.checks.place import Where
from migrator.checks.result import Result, Weight, failed, ok
from migrator.ports.outside import Outside

NAME = "kinds"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"
NEEDED = ("ingressclassparams", "targetgroupbindings")


def check(where: Where, outside: Outside) -> Result:
    """One call."""
    served = outside.installation.kinds()
    if missing := [each for each in NEEDED if each not in served]:
        do = (
            "`kubectl apply -k 'github.com/aws/eks-charts/stable/aws-load-balancer-controller/crds?ref=master'`, "
            "then restart the controller"
        )
        lacking = " and ".join(f"{each}.elbv2.k8s.aws" for each in missing)
        return failed(NAME, "controller-kinds", f"the API server does not know {lacking}", do)
    return ok(NAME, f"{', '.join(NEEDED)} are defined")
