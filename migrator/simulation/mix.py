"""What goes wrong on a journey, drawn from a seed: faults and when they strike, where processes die, which way it goes."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Literal

import msgspec

from migrator.sandbox.world.faults import Fault
from migrator.steps import JOURNEY, ORDER

STEPS = tuple(step.NAME for step in ORDER)
RETURNING = STEPS[1 : STEPS.index(JOURNEY.no_return)]  # what a rollback may follow
LONGEST_S = 4000.0  # troubles begin this long after the start at most; a journey that meets none takes about 2500 s

WRITES = (
    ("kube", "POST services"),
    ("kube", "DELETE services"),
    ("kube", "PATCH services"),
    ("kube", "POST leases"),
    ("kube", "PATCH leases"),
    ("kube", "DELETE leases"),
    ("aws", "route53:ChangeResourceRecordSets"),
    ("aws", "elbv2:ModifyLoadBalancerAttributes"),
    ("aws", "elbv2:DeleteTargetGroup"),
    ("aws", "elbv2:DeleteLoadBalancer"),
    ("aws", "ec2:RevokeSecurityGroupIngress"),
)
CROWDS = (
    ("aws", "route53:*"),
    ("aws", "elbv2:*"),
    ("aws", "ec2:*"),
    ("aws", "cloudwatch:*"),
    ("aws", "*"),
    ("kube", "GET *"),
    ("kube", "*"),
)
LBC_BUILDS = (
    "create-security-group",
    "create-target-group",
    "create-load-balancer",
    "modify-load-balancer",
    "create-listener",
    "create-binding",
    "bind-targets",
    "update-status",
    "add-finalizer",
)
LBC_REMOVES = ("delete-listener", "delete-load-balancer", "delete-target-group", "delete-security-group", "remove-finalizer")
LEGACY_REMOVES = (
    "describe-load-balancer",
    "describe-target-groups",
    "delete-load-balancer",
    "delete-target-group",
    "revoke-rules",
    "remove-finalizer",
)


class Trouble(msgspec.Struct, frozen=True):
    """A fault, armed `at_s` after the start; `for_s` ends it, `times` says how often it strikes."""

    at_s: float
    where: str
    operation: str
    mode: str
    times: int | None = 1
    for_s: float | None = None
    delay_s: float = 0.0

    def fault(self, now: float) -> Fault:
        """The fault as the world takes it."""
        until = None if self.for_s is None else now + self.for_s
        return Fault(
            where=self.where, operation=self.operation, mode=self.mode, times=self.times, until=until, delay_s=self.delay_s
        )


class Death(msgspec.Struct, frozen=True):
    """Where a process dies (`CrashPlan` says how), how long nobody starts another, and whether the machine rebooted."""

    kind: Literal["append", "effect"]
    point: int
    how: str
    down_s: float
    reboot: bool


class Mix(msgspec.Struct, frozen=True):
    """Everything that goes wrong on one journey, and the way it is made to take.

    back_from  the step after which it is taken back; empty for none
    """

    seed: int
    back_from: str = ""
    troubles: tuple[Trouble, ...] = ()
    deaths: tuple[Death, ...] = ()


def drawn_mix(seed: int, chance: Random) -> Mix:
    """A swarm: each seed draws how many things go wrong, and of which kinds; many draw none or one."""
    troubles = (_trouble(chance) for _ in range(chance.choice((0, 1, 1, 2, 3, 5))))
    return Mix(
        seed=seed,
        back_from=chance.choice(RETURNING) if chance.random() < 0.3 else "",
        troubles=tuple(sorted(troubles, key=lambda each: each.at_s)),
        deaths=tuple(_death(chance) for _ in range(chance.choice((0, 0, 1, 1, 2, 4, 8)))),
    )


def _trouble(chance: Random) -> Trouble:
    at_s = chance.choice((0.0, chance.uniform(0, 600), chance.uniform(0, LONGEST_S)))
    kinds = (_crowded, _lost, _lost, _refused, _lbc_late, _lbc_failing, _legacy_failing, _legacy_failing, _slow_names)
    return chance.choice(kinds)(chance, at_s)


def _crowded(chance: Random, at_s: float) -> Trouble:
    """Everybody is throttled, or the server fails, for a while."""
    where, operation = chance.choice(CROWDS)
    return Trouble(at_s, where, operation, chance.choice(("throttle", "throttle", "error")), None, chance.uniform(5, 300))


def _lost(chance: Random, at_s: float) -> Trouble:
    """A write is done, and its answer never comes."""
    where, operation = chance.choice(WRITES)
    return Trouble(at_s, where, operation, "lose-reply", chance.randint(1, 2))


def _refused(chance: Random, at_s: float) -> Trouble:
    """A write is throttled, fails, is denied, or takes long."""
    where, operation = chance.choice(WRITES)
    mode = chance.choice(("throttle", "error", "deny", "slow"))
    return Trouble(at_s, where, operation, mode, chance.randint(1, 3), None, chance.uniform(1, 40))


def _lbc_late(chance: Random, at_s: float) -> Trouble:
    operation = chance.choice(LBC_BUILDS + LBC_REMOVES)
    return Trouble(at_s, "lbc", operation, "slow", chance.randint(1, 2), None, chance.uniform(5, 400))


def _lbc_failing(chance: Random, at_s: float) -> Trouble:
    mode = chance.choice(("fail", "throttle", "lose-reply", "stop"))
    return Trouble(at_s, "lbc", chance.choice(LBC_BUILDS + LBC_REMOVES), mode, chance.randint(1, 3))


def _legacy_failing(chance: Random, at_s: float) -> Trouble:
    """Some of these leak what nobody cleans up."""
    mode = chance.choice(("fail", "fail", "throttle", "lose-reply", "stop"))
    return Trouble(at_s, "legacy", chance.choice(LEGACY_REMOVES), mode, chance.randint(1, 2))


def _slow_names(chance: Random, at_s: float) -> Trouble:
    """Route 53 takes its time, or the new load balancer never becomes active."""
    if chance.random() < 0.2:
        return Trouble(at_s, "aws", "elbv2:provision", "fail")
    return Trouble(at_s, "aws", "route53:propagate", "slow", chance.randint(1, 3), None, chance.uniform(30, 600))


def _death(chance: Random) -> Death:
    """Early points come again and again: later processes have fewer boundaries before them than the first."""
    append = chance.random() < 0.7
    hows: Sequence[str] = ("before", "torn", "after") if append else ("before", "after", "lost")
    return Death(
        "append" if append else "effect",
        chance.randint(1, 25 if append else 4),
        chance.choice(hows),
        chance.choice((0.0, 1.0, 30.0, 600.0, 3600.0)),
        chance.random() < 0.1,
    )
