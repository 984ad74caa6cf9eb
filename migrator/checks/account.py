"""AWS answers for the account and region that the plan was made for."""

from __future__ import annotations

from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "account"
HOLDS_UNTIL = "finish"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(migration: Migration, outside: Outside) -> Result:
    """One STS call."""
    caller = outside.network.caller()
    planned = migration.account
    if caller.account != planned.id:
        return failed(
            NAME,
            "wrong-account",
            f"these credentials are for account {caller.account} ({caller.arn}), the plan is for {planned.id}",
            f"use credentials for account {planned.id}",
        )
    if caller.region != planned.region:
        return failed(
            NAME,
            "wrong-region",
            f"AWS is asked in {caller.region}, the plan is for {planned.region}",
            f"export AWS_REGION={planned.region}",
        )
    return ok(NAME, f"account {caller.account} in {caller.region}")
