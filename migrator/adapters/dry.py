"""For `--dry-run`: an Effector and a Fence with the same ports that change nothing."""

from __future__ import annotations

from migrator.errors import OperatorError
from migrator.model.cluster import Lease
from migrator.model.effects import Effect, Result
from migrator.ports.doing import Effector


class WouldAct(OperatorError):
    """The walk came to its first change and stops there; `effect` is that change. Nothing was done."""

    code = "dry-run"

    def __init__(self, effect: Effect) -> None:
        super().__init__(f"would {effect.summary}", do="run it without --dry-run to do so")
        self.effect = effect


class DryEffector:
    """Refuses every effect by raising WouldAct, and looks for after-images as the real one does."""

    def __init__(self, effector: Effector) -> None:
        self._effector = effector

    def apply(self, effect: Effect) -> Result:
        """Raises WouldAct."""
        raise WouldAct(effect)

    def found(self, effect: Effect) -> Result | None:
        """As the effector's; looking changes nothing."""
        return self._effector.found(effect)


class DryFence:
    """Lets the walk come to the effect that it would guard: the Lease stays as it is."""

    def advance(self, lease: Lease) -> Lease:
        """The Lease as it was given; nothing is written."""
        return lease
