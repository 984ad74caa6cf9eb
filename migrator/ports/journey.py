"""What the machine needs to know of the steps: their shape, their order, and where there is no way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from migrator.model.migration import Migration
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant
from migrator.model.verdict import Fail, Hold, Verdict, Wait
from migrator.ports.outside import Outside


class Step(Protocol):
    """A module of `steps/`."""

    NAME: str
    HOLDS_UNTIL: str

    def look(self, migration: Migration, standing: Standing, outside: Outside) -> Any:
        """Ask the outside; a frozen Sight whose fields may be Unknown."""
        ...

    def facts(self, sight: Any) -> Facts:
        """What of a sight is journalled when it changes."""
        ...

    def decide(self, migration: Migration, standing: Standing, sight: Any, now: Instant) -> Verdict:
        """The way forward, from values."""
        ...

    def undo(self, migration: Migration, standing: Standing, sight: Any, now: Instant) -> Verdict:
        """The way back, from values; Done when nothing of the step is left."""
        ...


@dataclass(frozen=True)
class Guard:
    """Something that must stay true while the cursor is at `first` or later and before `until`.

    `trip` gives None while it is true, Wait where it cannot be told or may be passing, Hold or Fail when it is not.
    """

    name: str
    first: str
    until: str
    look: Callable[[Migration, Standing, Outside], Any]
    facts: Callable[[Any], Facts] | None  # what is counted of a sight; None where nothing is
    trip: Callable[[Migration, Standing, Any], Wait | Hold | Fail | None]


@dataclass(frozen=True)
class Journey:
    """The steps in their order, the guards beside them, and the step past which nothing leads back.

    `surroundings` is asked once by every process before it takes anything back; forward the first step asks the same.
    """

    order: tuple[Step, ...]
    guards: tuple[Guard, ...]
    no_return: str
    surroundings: Callable[[Migration, Standing, Outside], Wait | Hold | None] = lambda migration, standing, outside: None

    def position(self, name: str) -> int:
        """A step's place in the order; one past the end for an unknown or empty name."""
        return self._places.get(name, len(self.order))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {step.NAME: at for at, step in enumerate(self.order)}

    def cursor(self, standing: Standing) -> Step | None:
        """The step that is next: forward, the first one not seen; back, the last one not yet taken back."""
        way = self.order
        if standing.back:
            places, end = self._places, len(self.order)
            last = max([places.get(name, end) for name in (*standing.intents, *standing.forward_seen)], default=-1)
            way = self.order[: last + 1][::-1]
        for step in way:
            if step.NAME not in standing.seen:
                return step
        return None

    def still_held(self, standing: Standing, cursor: Step) -> tuple[Step, ...]:
        """Seen steps whose sight has to be true still at the cursor."""
        at = self.position(cursor.NAME)
        return tuple(step for step in self.order if step.NAME in standing.seen and at < self.position(step.HOLDS_UNTIL))

    def guarding(self, cursor: Step) -> tuple[Guard, ...]:
        """The guards that are up at the cursor."""
        return self._guarding[cursor.NAME]

    @cached_property
    def _guarding(self) -> dict[str, tuple[Guard, ...]]:
        spans = [(each, range(self.position(each.first), self.position(each.until))) for each in self.guards]
        return {name: tuple(guard for guard, span in spans if at in span) for name, at in self._places.items()}

    def past_return(self, standing: Standing) -> bool:
        """Whether legacy is gone or may be: by a call of ours, or as the step of no return was seen done."""
        return standing.past_return(self.no_return)
