"""The caller may make the calls to the API server that `apply` will make."""

from __future__ import annotations

from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.installation import Access
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "permissions"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "warning"  # as with `rights`: a refused call changes nothing
LEASES = "leases.coordination.k8s.io"


def check(migration: Migration, outside: Outside) -> Result:
    """Five questions; that the clone may be created, `rehearsal` proves."""
    wanted = accesses(migration)
    if refused := [each for each in wanted if not outside.installation.allowed(each)]:
        do = "grant them to yourself (docs/checks.md lists the verbs), then run the same command again"
        lines = tuple(f"{each.verb} {each.resource} in {each.namespace}" for each in refused)
        seen = f"{len(refused)} of {len(wanted)} calls to the API server are not allowed"
        return failed(NAME, "caller-rights", seen, do, *lines)
    return ok(NAME, f"{len(wanted)} calls to the API server are allowed")


def accesses(migration: Migration) -> tuple[Access, ...]:
    """Of the Lease that marks the Service, and of Services: retirement, our mark's removal, and the way back."""
    namespace = migration.legacy.service.namespace
    leases = [Access(verb, LEASES, namespace) for verb in ("create", "patch", "delete")]
    return (*leases, *[Access(verb, "services", namespace) for verb in ("patch", "delete")])
