"""What a trouble is: something that goes wrong at some moment of a journey, and the kind that it is of."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import msgspec

from migrator.sandbox.world.faults import Fault


class Blow(msgspec.Struct, frozen=True):
    """A fault to be armed, as `Fault` has it; without `times` it strikes until the trouble ends."""

    where: str
    operation: str
    mode: str
    times: int | None = None
    delay_s: float = 0.0
    code: str = ""
    match: str = ""

    def fault(self, until: float | None) -> Fault:
        """The fault as the world takes it."""
        return Fault(
            where=self.where,
            operation=self.operation,
            mode=self.mode,
            match=self.match,
            times=self.times,
            until=until,
            delay_s=self.delay_s,
            code=self.code,
        )


class Trouble(msgspec.Struct, frozen=True):
    """One thing that goes wrong.

    kind    its name in `KINDS`
    at_s    when: after the start, or after the journal first tells of `step`, where one is named
    for_s   when it is over, after it began; None where nothing ends it but a person who mends it
    blows   faults that are armed for so long
    deed    what somebody does meanwhile, by its name in `deeds.DEEDS`; what can be undone is undone when it is over
    amount  of the deed, in its own unit
    """

    kind: str = ""
    at_s: float = 0.0
    step: str = ""
    for_s: float | None = None
    blows: tuple[Blow, ...] = ()
    deed: str = ""
    amount: float = 0.0


class Kind(msgspec.Struct, frozen=True):
    """A kind of trouble, as people are told of it.

    stake     the law that it is aimed at, by its number in docs/promises.md
    expected  what the tool is expected to do
    draw      one trouble of this kind; when it comes is drawn elsewhere
    steps     the steps during which it can do anything; empty for all
    breaks    whether it can cost clients requests whatever we do
    """

    name: str
    does: str
    stake: int
    expected: str
    draw: Callable[[Random], Trouble]
    steps: tuple[str, ...] = ()
    breaks: bool = False
