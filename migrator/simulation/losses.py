"""The account of what clients lost, beside the promise: nothing, because of us.

What others break (a test that kills every pod, a fault that drops connections) is written down as an excuse with its
span; a request lost inside it is theirs. Everything else is ours.
"""

from __future__ import annotations

import math

import msgspec

from migrator.model.units import Instant
from migrator.sandbox.world.tally import Loss, Tally

SHOWN = 5  # losses that a complaint quotes


class Excuse(msgspec.Struct, frozen=True):
    """What others broke: `cause` in a few words, the span in which it can cost requests, and whose.

    `name` narrows it to requests for names that contain it, `why` to losses whose reason contains it.
    """

    cause: str
    start: Instant
    end: Instant = math.inf
    name: str = ""
    why: str = ""

    def covers(self, loss: Loss) -> bool:
        """Whether this explains a loss."""
        return self.start <= loss.at <= self.end and self.name in loss.name and self.why in loss.why


class Account(msgspec.Struct, frozen=True):
    """The ledger at one instant. `ours` and `theirs` are in the order in which the requests began.

    `unexplained` counts losses beyond those that a tally keeps; nobody can excuse them, so they are ours too.
    """

    requests: int
    answered: int
    lost: int
    ours: tuple[Loss, ...] = ()
    theirs: tuple[Loss, ...] = ()
    unexplained: int = 0

    @property
    def lost_by_us(self) -> int:
        """How many requests were lost because of us; the promise is 0."""
        return len(self.ours) + self.unexplained

    @property
    def complaint(self) -> str:
        """What to tell whoever relies on the promise; empty while it is kept."""
        if not self.lost_by_us:
            return ""
        first = "; ".join(f"{each.name} at {each.at:.1f}: {each.why}" for each in self.ours[:SHOWN])
        return f"{self.lost_by_us} of {self.requests} requests lost because of us: {first or 'more than are kept'}"


class Ledger:
    """Follows any number of tallies."""

    def __init__(self, *tallies: Tally) -> None:
        self._tallies = list(tallies)
        self._excuses: list[Excuse] = []

    def follow(self, tally: Tally) -> Tally:
        """Count what this tally counts, too; gives it back."""
        self._tallies.append(tally)
        return tally

    def tally(self) -> Tally:
        """A new tally, already followed."""
        return self.follow(Tally())

    def excuse(self, excuse: Excuse) -> Excuse:
        """Hold losses in this span against others."""
        self._excuses.append(excuse)
        return excuse

    def account(self) -> Account:
        """Everything so far, told apart."""
        kept = sorted((loss for tally in self._tallies for loss in tally.losses), key=lambda loss: loss.at)
        theirs = tuple(loss for loss in kept if any(each.covers(loss) for each in self._excuses))
        ours = tuple(loss for loss in kept if not any(each.covers(loss) for each in self._excuses))
        answered, lost = sum(each.answered for each in self._tallies), sum(each.lost for each in self._tallies)
        return Account(answered + lost, answered, lost, ours, theirs, lost - len(kept))
