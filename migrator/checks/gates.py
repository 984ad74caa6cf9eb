"""No readiness gate will make new pods wait for the new load balancer.

With ip targets the controller injects one into every new pod of a namespace that asks for it: were the clone broken, no new
pod would become ready, and those of a roll-out would be missing behind legacy as well.
Source: aws-load-balancer-controller: docs/deploy/pod_readiness_gate.md.
"""

from __future__ import annotations

from migrator.checks.opening import ANNOTATION
from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "gates"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"
LABEL = "elbv2.k8s.aws/pod-readiness-gate-inject"


def check(migration: Migration, outside: Outside) -> Result:
    """One GET of the namespace, and none for instance targets."""
    annotations, namespace = migration.manifest["metadata"].get("annotations") or {}, migration.new.namespace
    if annotations.get(ANNOTATION + "nlb-target-type", "instance") != "ip":
        return ok(NAME, "instance targets have no readiness gates")
    labels = outside.installation.namespace_labels(namespace) or {}
    if labels.get(LABEL) == "enabled":
        do = f"`kubectl label namespace {namespace} {LABEL}-` until the move is over, or let the clone have instance targets"
        return failed(NAME, "readiness-gates", f"namespace {namespace} injects readiness gates, and the clone has ip targets", do)
    return ok(NAME, f"namespace {namespace} injects no readiness gates")
