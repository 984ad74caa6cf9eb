"""What goes wrong on a journey, drawn from a seed: troubles and when they come, where processes die, which way it goes."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Literal

import msgspec
from msgspec.structs import replace

from migrator.simulation.troubles.kinds import KINDS
from migrator.simulation.troubles.trouble import Kind, Trouble
from migrator.steps import JOURNEY, ORDER

STEPS = tuple(step.NAME for step in ORDER)
RETURNING = STEPS[1 : STEPS.index(JOURNEY.no_return)]  # what a rollback may follow
LONGEST_S = 4000.0  # troubles begin this long after the start at most; a journey that meets none takes about 2100 s


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

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of trouble in it, each once, in the order in which they come."""
        return tuple(dict.fromkeys(each.kind for each in self.troubles))


def drawn_mix(seed: int, chance: Random) -> Mix:
    """A swarm: each seed draws a few kinds for itself, then troubles of these alone; many draw none, or one."""
    kinds = chance.sample(tuple(KINDS.values()), chance.choice((0, 1, 1, 2, 2, 3, 5)))
    troubles = [_drawn(chance.choice(kinds), chance) for _ in range(chance.choice((1, 1, 2, 3, 5)) if kinds else 0)]
    return Mix(
        seed=seed,
        back_from=chance.choice(RETURNING) if chance.random() < 0.3 else "",
        troubles=tuple(sorted(troubles, key=lambda each: (each.step, each.at_s))),
        deaths=tuple(_death(chance) for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 4)))),
    )


def _drawn(kind: Kind, chance: Random) -> Trouble:
    """A trouble of a kind: from the start on, some time later, or soon after a step began in which it matters."""
    trouble = kind.draw(chance)
    if kind.steps or chance.random() < 0.6:
        step, at_s = chance.choice(kind.steps or STEPS), chance.choice((0.0, chance.uniform(0, 30), chance.uniform(0, 400)))
    else:
        step, at_s = "", chance.choice((0.0, chance.uniform(0, 600), chance.uniform(0, LONGEST_S)))
    return replace(trouble, kind=kind.name, step=step, at_s=at_s)


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
