"""One preflight per file: the plan, `admit` and `doctor` ask the same questions.

A check is a module with `NAME`, `HOLDS_UNTIL` (the step from which on it need no longer hold), `SEVERITY` (what its failure
weighs at worst), `UNSEEN` (what it weighs when it could not look) and `check(migration, outside) -> Result`. It looks and
judges; it changes nothing. What it could not see is `unknown`, never `ok`: a person answers for it, or reads it as a warning
where a later step would meet the same before anybody notices, which then stands beside `UNSEEN`.

A check that is about a cluster alone takes a `Where`, which a migration is as well, and is in `CLUSTER_WIDE`.
docs/checks.md lists all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from migrator.checks import (
    account,
    balancer,
    capacity,
    certificates,
    ciphers,
    claim,
    clock,
    clone,
    cluster,
    collisions,
    controller,
    flags,
    gates,
    health,
    identity,
    kinds,
    mtu,
    namespace,
    nodes,
    permissions,
    protections,
    quotas,
    records,
    rehearsal,
    resolvers,
    rights,
    rules,
    service,
    stack,
    subnets,
    version,
    webhook,
)
from migrator.checks.place import Place, Where
from migrator.checks.result import Result, Weight, unseen
from migrator.checks.sharing import shared
from migrator.errors import OutsideError
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

About = TypeVar("About", contravariant=True)


class _Named(Protocol):
    NAME: str
    HOLDS_UNTIL: str
    SEVERITY: Weight
    UNSEEN: Weight


class _Asking(_Named, Protocol[About]):
    def check(self, about: About, outside: Outside, /) -> Result:
        """Look and judge; OutsideErrors may pass, `run` turns them into `unknown`."""
        ...


Check = _Asking[Migration]  # what every module in `CHECKS` is
WideCheck = _Asking[Where]  # what every module in `CLUSTER_WIDE` is: it judges a cluster, whatever is moved in it

CLUSTER_WIDE: tuple[WideCheck, ...] = (clock, controller, flags, version, webhook, kinds, identity, nodes, quotas)

CHECKS: tuple[Check, ...] = (
    clock,  # first, as it is the one that judges by when an answer came
    cluster,
    account,
    service,
    balancer,
    records,
    health,
    controller,
    flags,
    claim,
    version,
    webhook,
    kinds,
    identity,
    nodes,
    stack,
    clone,
    rehearsal,
    namespace,
    gates,
    subnets,
    quotas,
    capacity,
    rules,
    collisions,
    mtu,
    certificates,
    ciphers,
    permissions,
    rights,
    protections,
    resolvers,
)


def run(migration: Migration, outside: Outside, checks: Sequence[Check] = CHECKS) -> tuple[Result, ...]:
    """Every result, in the order of `checks`; what several of them ask is asked once."""
    return _results(checks, migration, outside)


def run_wide(place: Place, outside: Outside, checks: Sequence[WideCheck] = CLUSTER_WIDE) -> tuple[Result, ...]:
    """The same for a cluster alone."""
    return _results(checks, place, outside)


def _results(checks: Sequence[_Asking[About]], about: About, outside: Outside) -> tuple[Result, ...]:
    """What could not be looked at is `unknown`."""
    together = shared(outside)
    results = []
    for each in checks:
        try:
            results.append(each.check(about, together))
        except OutsideError as trouble:
            results.append(_blind(each, trouble))
    return tuple(results)


def _blind(check: _Named, trouble: OutsideError) -> Result:
    do = trouble.do or "make sure that it can be read, then run the same command again"
    return unseen(check.NAME, trouble.code, trouble.message, do, check.UNSEEN, *trouble.seen)
