"""The API server, its webhooks and policies included, would store the clone as it is planned."""

from __future__ import annotations

from typing import Any

from migrator.checks.result import Result, Weight, failed, ok
from migrator.errors import Conflict, Rejected
from migrator.model.cluster import MARK, Service
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "rehearsal"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(migration: Migration, outside: Outside) -> Result:
    """One dry run of the creation. A clone that an interrupted run left is as good as one."""
    manifest, called = migration.manifest, f"{migration.new.namespace}/{migration.new.name}"
    try:
        stored = outside.cluster.rehearsed(manifest)
    except Rejected as trouble:
        do = "mend what the server names, or write a policy exception for the clone, then plan again"
        return failed(NAME, "clone-rejected", f"the API server refuses {called}: {trouble.message}", do, *trouble.seen)
    except Conflict as trouble:
        there = outside.cluster.service(migration.new.namespace, migration.new.name)
        if there is not None and there.annotations.get(MARK) == migration.id:
            return ok(NAME, f"{called} is there already, and ours")
        what = f"{called} exists and is not of this migration: {trouble.message}"
        return failed(NAME, "clone-exists", what, "plan with another --clone-name")
    if changed := altered(manifest, stored):
        do = "find the admission webhook or policy that changes it, and make an exception, then plan again"
        hooks = policies(outside)
        seen = f"the API server would change {called}: {', '.join(changed)}"
        return failed(NAME, "clone-altered", seen, do, *(f"new Services pass {each}" for each in hooks))
    return ok(NAME, f"the API server would store {called} as planned")


def altered(manifest: dict[str, Any], stored: Service) -> tuple[str, ...]:
    """What of the clone would not be as planned; what others add is theirs, but for what the controller reads."""
    wanted = manifest["metadata"].get("annotations") or {}
    changed = sorted(key for key, value in wanted.items() if stored.annotations.get(key) != value)
    fields = ("type", "loadBalancerClass")
    return (*changed, *(f"spec.{key}" for key in fields if stored.spec.get(key) != manifest["spec"].get(key)))


def policies(outside: Outside) -> tuple[str, ...]:
    """The mutating webhooks that a new Service passes, by name."""
    passed = [each for each in outside.installation.webhooks() if each.mutating and each.concerns("services")]
    return tuple(each.name if each.everywhere else f"{each.name} (by its selectors)" for each in passed)
