"""The API server is the one that the plan was made for."""

from __future__ import annotations

from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "cluster"
HOLDS_UNTIL = "finish"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(migration: Migration, outside: Outside) -> Result:
    """By the UID of its kube-system namespace; context names are anybody's."""
    seen = outside.cluster.identity()
    planned = migration.cluster
    if seen.uid != planned.uid:
        return failed(
            NAME,
            "wrong-cluster",
            f"this is the cluster with kube-system UID {seen.uid}, the plan was made for {planned.uid} ({planned.name})",
            f"choose its context, for example --context {planned.context}",
        )
    return ok(NAME, f"kube-system UID {seen.uid}")
