"""One preflight per file: the plan, `admit` and `doctor` ask the same questions.

A check is a module with `NAME`, `HOLDS_UNTIL` (the step from which on it need no longer hold) and
`check(migration, outside) -> Result`. It looks and judges; it changes nothing. What it could not see is `unknown`, never
`ok`.
"""

from __future__ import annotations

from typing import Protocol

from migrator.checks import account, balancer, clock, clone, cluster, controller, health, records, service, stack
from migrator.checks.result import Result
from migrator.errors import OutsideError
from migrator.model.migration import Migration
from migrator.ports.outside import Outside


class Check(Protocol):
    """What every module in `CHECKS` offers."""

    NAME: str
    HOLDS_UNTIL: str

    def check(self, migration: Migration, outside: Outside) -> Result:
        """Look and judge; OutsideErrors may pass, `run` turns them into `unknown`."""
        ...


CHECKS: tuple[Check, ...] = (
    cluster,
    account,
    clock,
    service,
    balancer,
    records,
    health,
    controller,
    stack,
    clone,
)


def run(migration: Migration, outside: Outside, checks: tuple[Check, ...] = CHECKS) -> tuple[Result, ...]:
    """Every result, in the order of `checks`."""
    return tuple(one(each, migration, outside) for each in checks)


def one(check: Check, migration: Migration, outside: Outside) -> Result:
    """A check's result; what could not be looked at is `unknown`."""
    try:
        return check.check(migration, outside)
    except OutsideError as trouble:
        do = trouble.do or "make sure that it can be read, then run the same command again"
        return Result(check.NAME, "unknown", trouble.message, do, trouble.code, trouble.seen)
