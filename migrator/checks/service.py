"""The legacy Service is the object that the plan describes."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.cluster import Service
from migrator.model.migration import LegacyService, Migration
from migrator.model.records import same_name
from migrator.ports.outside import Outside

NAME = "service"
HOLDS_UNTIL = "retire"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(migration: Migration, outside: Outside) -> Result:
    """One GET."""
    planned = migration.legacy.service
    seen = outside.cluster.service(planned.namespace, planned.name)
    again = f"migrate plan {migration.service}"
    if seen is None:
        return failed(
            NAME,
            "plan-stale",
            f"service {migration.service} is gone",
            "if that was meant, there is nothing left to move; else make it again and plan anew",
        )
    if drift := seen.compared(planned, drifted):
        return failed(NAME, "plan-stale", f"service {migration.service} changed since the plan", again, *drift)
    return ok(NAME, f"service {migration.service} as planned")


def drifted(planned: LegacyService, seen: Service) -> tuple[str, ...]:
    """What counts and differs, a line each; resourceVersion, status churn and unread annotations do not count."""
    lines = []
    if seen.uid != planned.uid:
        lines.append(f"uid is {seen.uid}, planned {planned.uid}: it was deleted and made again")
    if seen.deleting:
        lines.append("deletionTimestamp is set: it is being deleted")
    if seen.hostname is None or not same_name(seen.hostname, planned.hostname):
        lines.append(f"status hostname is {seen.hostname}, planned {planned.hostname}")
    if (annotations := controlled(seen.annotations)) != planned.annotations:
        lines += differing("annotation", planned.annotations, annotations)
    if seen.spec != planned.spec:
        lines += differing("spec", planned.spec, seen.spec)
    return tuple(lines)


def controlled(annotations: dict[str, str]) -> dict[str, str]:
    """The annotations that a load balancer controller reads; kubectl's and GitOps tools' own do not count."""
    read = ("service.beta.kubernetes.io/", "service.kubernetes.io/", "external-dns.")
    return {key: value for key, value in annotations.items() if key.startswith(read)}


def differing(what: str, planned: Mapping[str, object], seen: Mapping[str, object]) -> list[str]:
    """One line per key whose values differ."""
    keys = sorted(set(planned) | set(seen))
    return [
        f"{what} {key} is {seen.get(key, 'absent')!r}, planned {planned.get(key, 'absent')!r}"
        for key in keys
        if planned.get(key) != seen.get(key)
    ]
