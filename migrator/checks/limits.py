"""What a move takes of the account's limits, against what is left: values only."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from migrator.checks.result import Result, Weight, failed, ok, unseen
from migrator.model.account import Quota

BALANCERS, GROUPS = "Network Load Balancers per Region", "Target Groups per Region"
TARGETS = "Targets per Network Load Balancer"
TARGETS_IN_ZONE = "Targets per Availability Zone per Network Load Balancer"
LISTENERS = "Listeners per Network Load Balancer"
RULES = "Inbound or outbound rules per security group"
CODE = "quota-exhausted"


class Need(msgspec.Struct, frozen=True):
    """What there will be of something while both load balancers stand: `taken` now and `more` by the move."""

    quota: str
    more: int
    taken: float | None = 0.0
    what: str = ""  # what it is counted of, where that is not the region


def judged(name: str, needs: Iterable[Need], quotas: tuple[Quota, ...], blind: Weight) -> Result:
    """Every need against its limit: worst is what does not fit, then what cannot be told."""
    limits = {each.name: each.limit for each in quotas}
    over: list[str] = []
    dark: list[str] = []
    fits: list[str] = []
    for each in needs:
        limit = limits.get(each.quota)
        if limit is None or each.taken is None:
            dark.append(f"{_of(each)}: {'limit' if limit is None else 'use'} unknown")
            continue
        line = f"{_of(each)}: {each.taken:g} taken, {each.more} more needed, limit {limit:g}"
        (over if each.more and each.taken + each.more > limit else fits).append(line)
    if over:
        do = "have the quota raised (Service Quotas), or remove what is not needed; both load balancers stand for a while"
        return failed(name, CODE, over[0], do, *over[1:])
    if dark:
        do = "allow servicequotas:GetServiceQuota and elasticloadbalancing:DescribeAccountLimits, or look in the console"
        return unseen(name, CODE, dark[0], do, blind, *dark[1:])
    return ok(name, "; ".join(fits) or "nothing counts against a limit")


def _of(need: Need) -> str:
    return f"{need.quota} ({need.what})" if need.what else need.quota
