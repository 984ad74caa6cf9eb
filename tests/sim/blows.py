"""What a seed draws for one Service: when its process is struck, and how."""

from __future__ import annotations

from random import Random
from typing import Literal

import msgspec

How = Literal["kill", "interrupt", "pause"]
LAST_WAIT = 30  # from here a journey may be over before a longer delay is
SHORT_PAUSE_S, LONG_PAUSE_S = (0.5, 8.0), (61.0, 66.0)  # a call is refused 60 s after its intent


class Blow(msgspec.Struct, frozen=True):
    """One blow: it falls `delay_s` after the journal has `line` lines.

    The count goes over all processes of the Service. Where a restart is needed meanwhile, the delay begins with it, so
    that blows also fall on a process which is still starting.
    """

    line: int
    delay_s: float
    how: How = "kill"
    pause_s: float = 0.0


def drawn(chance: Random, *, lines: int, kills: int, interrupts: int, pauses: int, long_pauses: int = 0) -> tuple[Blow, ...]:
    """So many blows of each kind within a journal of `lines` lines, in the order in which they fall."""
    hows: list[tuple[How, float]] = [("kill", 0.0)] * kills + [("interrupt", 0.0)] * interrupts
    hows += [("pause", chance.uniform(*SHORT_PAUSE_S)) for _ in range(pauses)]
    hows += [("pause", chance.uniform(*LONG_PAUSE_S)) for _ in range(long_pauses)]
    chance.shuffle(hows)
    places = sorted(chance.randint(1, lines) for _ in hows)
    return tuple(Blow(line, _delay_s(chance, line), how, pause_s) for line, (how, pause_s) in zip(places, hows, strict=True))


def _delay_s(chance: Random, line: int) -> float:
    """At once, while the next call or look is on its way, or somewhere in a wait."""
    kind = chance.random()
    if kind < 0.25:
        return 0.0
    return chance.uniform(0, 0.3) if kind < 0.6 or line > LAST_WAIT else chance.uniform(0, 5)
