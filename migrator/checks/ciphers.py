"""The TLS policy that the clone names is one that a network load balancer can have."""

from __future__ import annotations

from migrator.checks.certificates import presented
from migrator.checks.opening import ANNOTATION
from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "ciphers"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(migration: Migration, outside: Outside) -> Result:
    """One call, none without TLS."""
    named = str((migration.manifest["metadata"].get("annotations") or {}).get(ANNOTATION + "ssl-negotiation-policy", ""))
    if not named or not presented(migration):
        return ok(NAME, "the clone names no TLS policy")
    known = outside.account.tls_policies()
    if named not in known:
        do = "name one that `aws elbv2 describe-ssl-policies --load-balancer-type network` lists, then plan again"
        return failed(NAME, "tls-policy-unknown", f"TLS policy {named} is none of the {len(known)} that there are", do)
    return ok(NAME, f"TLS policy {named}")
