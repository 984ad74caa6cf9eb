"""The loop around one machine."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from migrator.machine.tick import Again, Machine, Over, Standstill
from migrator.ports.doing import Clock


class Interrupted(msgspec.Struct, frozen=True):
    """The operator asked us to stop; everything up to the last call is written down."""


class Reached(msgspec.Struct, frozen=True):
    """The step of `--until` was seen; the journey goes on with the next run."""

    step: str


Finish = Over | Standstill | Interrupted | Reached


def run(machine: Machine, clock: Clock, *, until: str = "", interrupted: Callable[[], bool] = lambda: False) -> Finish:
    """Tick until the journey ends, stands still, reaches `until`, or the operator interrupts.

    An interruption waits for the call in flight and for its outcome to be written. Raises what a tick raises.
    """
    while True:
        # Before the tick: a step that an earlier run has seen must not let this one go past it.
        if until and not machine.standing.back and until in machine.standing.seen:
            return Reached(until)
        if interrupted():
            return Interrupted()
        outcome = machine.tick()
        if not isinstance(outcome, Again):
            return outcome
        if outcome.after_s > 0:
            clock.sleep(outcome.after_s)
