"""The controller works for this cluster, and for Services at all."""

from __future__ import annotations

from migrator.checks.lbc import running
from migrator.checks.place import Where
from migrator.checks.result import Result, Weight, failed, ok
from migrator.ports.outside import Outside

NAME = "flags"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "warning"  # what `controller` reads, and what it vetoes for when it cannot
CODE = "controller-flags"


def check(where: Where, outside: Outside) -> Result:
    """No call of its own: what `controller` read. Without a controller there is nothing to say."""
    seen = outside.cluster.controller()
    if seen is None:
        return ok(NAME, "no controller, no flags")
    lbc, called = running(seen), f"{seen.namespace}/{seen.name}"
    name = lbc.flag("--cluster-name")
    if name != where.cluster.name:
        do = f"set its --cluster-name to the EKS cluster's name, {where.cluster.name!r}, which subnets and nodes are tagged with"
        return failed(NAME, CODE, f"{called} works for cluster {name!r}, not {where.cluster.name!r}", do)
    if not lbc.gate("EnableServiceController", True):
        do = "take EnableServiceController=false out of its --feature-gates"
        return failed(NAME, CODE, f"{called} leaves Services alone: EnableServiceController=false", do)
    watched = lbc.flag("--watch-namespace")
    return ok(NAME, f"{called} works for cluster {name}, in {f'namespace {watched}' if watched else 'every namespace'}")
