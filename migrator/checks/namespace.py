"""The namespace may hold one more Service with a load balancer."""

from __future__ import annotations

from migrator.checks.quotas import ports_of
from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.cluster import MARK
from migrator.model.installation import NamespaceQuota
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "namespace"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "warning"  # the rehearsal passes the same quotas


def check(migration: Migration, outside: Outside) -> Result:
    """One list of ResourceQuotas. A clone that an interrupted run left is counted already."""
    new = migration.new
    there = outside.cluster.service(new.namespace, new.name)
    if there is not None and there.annotations.get(MARK) == migration.id:
        return ok(NAME, "the clone is there and counted")
    held = outside.installation.namespace_quotas(new.namespace)
    if over := [line for each in held for line in exceeded(each, needs(migration))]:
        do = f"raise it: `kubectl -n {new.namespace} edit resourcequota`; both Services stand for a while"
        return failed(NAME, "namespace-quota", over[0], do, *over[1:])
    return ok(NAME, f"{len(held)} resource quotas in namespace {new.namespace}, with room for the clone")


def needs(migration: Migration) -> dict[str, int]:
    """What the clone takes. Source: kubernetes pkg/quota/v1/evaluator/core/services.go."""
    ports = ports_of(migration) if migration.manifest["spec"].get("allocateLoadBalancerNodePorts", True) else 0
    return {"services": 1, "count/services": 1, "services.loadbalancers": 1, "services.nodeports": ports}


def exceeded(quota: NamespaceQuota, wanted: dict[str, int]) -> list[str]:
    """What of a quota would be too much, a line each."""
    return [
        f"quota {quota.name}: {name} {quota.used.get(name, 0)} used, {more} more needed, {quota.hard[name]} allowed"
        for name, more in wanted.items()
        if name in quota.hard and quota.used.get(name, 0) + more > quota.hard[name]
    ]
