"""What changes things: the effector, the fence around it, our memory, and time."""

from __future__ import annotations

from typing import Protocol

from migrator.model.cluster import Lease
from migrator.model.effects import Effect, Result
from migrator.model.events import Entry, Event
from migrator.model.units import Instant


class Effector(Protocol):
    """Makes one guarded call; never repeats one by itself."""

    def apply(self, effect: Effect) -> Result:
        """Do it and give back what AWS or Kubernetes told us.

        Raises Throttled, Unreachable, Denied (not done), Conflict, Missing or Rejected (refused by a guard), Unclear
        (sent, no answer).
        """
        ...

    def found(self, effect: Effect) -> Result | None:
        """Look for our own after-image of a call whose answer was lost.

        The result where it is there, None where it is not (which proves nothing after a time-out). Raises as looks do.
        """
        ...


class Fence(Protocol):
    """The Lease as a fencing token: nobody acts without moving it on first."""

    def advance(self, lease: Lease) -> Lease:
        """Write journal, epoch, sequence and checksum over the Lease at `lease.resource_version`; the stored one.

        Raises Conflict when somebody else wrote it since, Missing when it is gone.
        """
        ...


class Journal(Protocol):
    """Append-only memory; an append is a compare-and-set on the sequence."""

    def read(self) -> tuple[Entry, ...]:
        """Every entry from the first; empty when nothing has begun. Raises JournalError when it cannot be trusted."""
        ...

    def append(self, event: Event, *, at: Instant, after: int) -> Entry:
        """Write one entry durably after sequence `after` (0 for the first).

        Raises JournalMoved when somebody appended since, JournalError when it cannot be written.
        """
        ...


class Clock(Protocol):
    """Time, which tests hold."""

    def now(self) -> Instant:
        """Seconds UTC; while running it counts the boot clock, so a step of the wall clock does not move it."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass. Returns early when the operator interrupts."""
        ...
