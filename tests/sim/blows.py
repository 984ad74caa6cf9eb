"""What a seed draws for one Service: when its process is struck, and how."""

from __future__ import annotations

from random import Random
from typing import Literal

import msgspec

How = Literal["kill", "interrupt", "interrupt twice", "full disk", "pause", "long pause"]
PAUSES_S: dict[How, tuple[float, float]] = {
    "pause": (0.5, 8.0),
    "long pause": (61.0, 66.0),  # a call is refused 60 s after its intent
    "interrupt twice": (0.0, 0.5),  # between the two
}
ROOM_BYTES = (0, 1500)  # that a journal may still grow by: from less than a line to several
LAST_LINES = 6  # within so many of the end a process may be done before a longer delay is over


class Blow(msgspec.Struct, frozen=True):
    """One blow: it falls `delay_s` after the journal has `line` lines.

    The count goes over all processes of the Service. Where a restart is needed meanwhile, the delay begins with it, so
    that blows also fall on a process which is still starting. `pause_s` is how long it is stopped, or what lies between two
    interruptions; `room_bytes` what the disk still has room for.
    """

    line: int
    delay_s: float
    how: How = "kill"
    pause_s: float = 0.0
    room_bytes: int = 0


def drawn(chance: Random, counts: dict[How, int], *, lines: int) -> tuple[Blow, ...]:
    """So many blows of each kind within a journal of `lines` lines, in the order in which they fall."""
    hows = [how for how, count in counts.items() for _ in range(count)]
    chance.shuffle(hows)
    places = sorted(chance.randint(1, lines) for _ in hows)
    return tuple(
        Blow(
            line,
            _delay_s(chance, longer=line <= lines - LAST_LINES),
            how,
            chance.uniform(*PAUSES_S.get(how, (0.0, 0.0))),
            chance.randint(*ROOM_BYTES) if how == "full disk" else 0,
        )
        for line, how in zip(places, hows, strict=True)
    )


def _delay_s(chance: Random, *, longer: bool) -> float:
    """At once, while the next call or look is on its way, or somewhere in a wait."""
    kind = chance.random()
    if kind < 0.25:
        return 0.0
    return chance.uniform(0, 0.3) if kind < 0.6 or not longer else chance.uniform(0, 5)
