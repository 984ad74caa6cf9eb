"""Every certificate that the clone will present is there and issued."""

from __future__ import annotations

from migrator.checks.opening import ANNOTATION
from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "certificates"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(migration: Migration, outside: Outside) -> Result:
    """One call a certificate, none without TLS."""
    arns = presented(migration)
    if not arns:
        return ok(NAME, "the clone terminates no TLS")
    states = {each.arn: each.state for each in outside.account.certificates(arns)}
    if wrong := [f"{each}: {states.get(each, 'not there')}" for each in arns if states.get(each) != "ISSUED"]:
        do = "have it issued again, or name another one in the legacy Service's ssl-cert annotation, then plan again"
        seen = f"{len(wrong)} of {len(arns)} certificates cannot be presented"
        return failed(NAME, "certificate-unusable", seen, do, *wrong)
    return ok(NAME, f"{len(arns)} certificates are issued")


def presented(migration: Migration) -> tuple[str, ...]:
    """The ARNs that the clone names, sorted."""
    named = str((migration.manifest["metadata"].get("annotations") or {}).get(ANNOTATION + "ssl-cert", ""))
    return tuple(sorted({each.strip() for each in named.split(",") if each.strip()}))
