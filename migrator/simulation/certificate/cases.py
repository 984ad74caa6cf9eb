"""Which journeys a plan is put through, each by the name that replays it.

forward                              nobody dies
forward/after-append-12              a process dies there and another one goes on
back-at-once/before-effect-3         a process dies there and the next one takes everything back
back-from-shift/torn-append-30       taken back once shift was done, a process dies on the way
seed:123                             the fault mix that this seed draws
"""

from __future__ import annotations

import msgspec

from migrator.errors import OperatorError
from migrator.simulation.crashes.crash_points import Point, Way, parsed
from migrator.steps import JOURNEY, ORDER

FORWARD, AT_ONCE, BACK_FROM, SEED = "forward", "back-at-once", "back-from-", "seed:"
STEPS = tuple(step.NAME for step in ORDER)
RETURNING = STEPS[1 : STEPS.index(JOURNEY.no_return)]  # before the first of them nothing has changed; then no way leads back

WAYS: dict[str, Way] = {
    FORWARD: Way(),
    AT_ONCE: Way(back_at_once=True),
    **{f"{BACK_FROM}{step}": Way(back_from=step) for step in RETURNING},
}


class Case(msgspec.Struct, frozen=True):
    """One journey: a way with at most one crash point, or a seed."""

    way: str = ""
    point: Point | None = None
    seed: int | None = None

    def __str__(self) -> str:
        """As `case_of` reads it."""
        if self.seed is not None:
            return f"{SEED}{self.seed}"
        return self.way if self.point is None else f"{self.way}/{self.point}"


def case_of(text: str) -> Case:
    """The journey that a person names. Raises OperatorError `bad-usage`."""
    if text.startswith(SEED) and text.removeprefix(SEED).isdecimal():
        return Case(seed=int(text.removeprefix(SEED)))
    way, slash, rest = text.partition("/")
    if way not in WAYS or (way == AT_ONCE and not slash):
        known = f"{', '.join(WAYS)}, each with /POINT, or {SEED}NUMBER"
        raise OperatorError(f"there is no journey {text!r}", seen=(f"there are: {known}",), code="bad-usage")
    try:
        return Case(way, parsed(rest) if slash else None)
    except ValueError as wrong:
        raise OperatorError(str(wrong), code="bad-usage") from wrong
