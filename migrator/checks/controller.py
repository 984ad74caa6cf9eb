"""The AWS Load Balancer Controller is there, ready, and means this cluster."""

from __future__ import annotations

from migrator.checks.result import Result, failed, ok
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "controller"
HOLDS_UNTIL = "shift"


def check(migration: Migration, outside: Outside) -> Result:
    """One list of Deployments by label."""
    seen = outside.cluster.controller()
    if seen is None:
        return failed(
            NAME,
            "no-controller",
            "no Deployment with label app.kubernetes.io/name=aws-load-balancer-controller in any namespace",
            "install the AWS Load Balancer Controller (helm chart eks/aws-load-balancer-controller), then plan again",
        )
    where = f"{seen.namespace}/{seen.name}"
    if seen.ready < 1:
        return failed(NAME, "no-controller", f"deployment {where} has 0 ready replicas", f"kubectl describe deploy {seen.name}")
    name = flag(seen.args, "--cluster-name")
    if name != migration.cluster.name:
        do = "set its --cluster-name to the EKS cluster's name"
        return failed(NAME, "no-controller", f"{where} works for cluster {name!r}, not {migration.cluster.name!r}", do)
    return ok(NAME, f"deployment {where} has {seen.ready} ready replicas")


def flag(args: tuple[str, ...], name: str, default: str = "") -> str:
    """A flag's value from `--name=value` or `--name value`."""
    for at, each in enumerate(args):
        if each.startswith(name + "="):
            return each.partition("=")[2]
        if each == name and at + 1 < len(args):
            return args[at + 1]
    return default
