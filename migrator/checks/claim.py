"""The controller will take the clone for its own: its class, its namespace."""

from __future__ import annotations

from migrator.checks.lbc import running
from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "claim"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "warning"  # as with `flags`
CODE = "controller-flags"


def check(migration: Migration, outside: Outside) -> Result:
    """No call of its own. Source: aws-load-balancer-controller: pkg/service/service_utils.go, pkg/config/runtime_config.go."""
    seen = outside.cluster.controller()
    if seen is None:
        return ok(NAME, "no controller that could take it")
    lbc, new = running(seen), migration.new
    watched = lbc.flag("--watch-namespace")
    if watched not in ("", new.namespace):
        do = f"clear --watch-namespace of {seen.namespace}/{seen.name}, or set it to {new.namespace}"
        return failed(NAME, CODE, f"the controller watches namespace {watched} only, the clone is in {new.namespace}", do)
    wanted = str(migration.manifest["spec"].get("loadBalancerClass", ""))
    if wanted and wanted != lbc.balancer_class:
        do = f"`migrate plan {migration.service}`: the plan was made for a controller of another --load-balancer-class"
        return failed(NAME, CODE, f"the controller answers to class {lbc.balancer_class}, the clone is of {wanted}", do)
    return ok(NAME, f"class {lbc.balancer_class} in namespace {new.namespace} is its own")
