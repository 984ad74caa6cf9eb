"""What a mutant is, and the plainest replacements."""

from __future__ import annotations

import msgspec

from migrator.model.verdict import Done, Wait
from tests.mutants.hunts import Hunt

Swap = tuple[object, str, object]  # what it is in, its name, what stands there instead


class Mutant(msgspec.Struct, frozen=True):
    """One bug. `report` is where it was met; `hunts` are tried in order, and one has to catch it."""

    name: str
    report: str
    hunts: tuple[Hunt, ...]
    swaps: tuple[Swap, ...]


def mutant(name: str, report: str, hunts: Hunt | tuple[Hunt, ...], *swaps: Swap) -> Mutant:
    """A row of the table."""
    return Mutant(name, report, hunts if isinstance(hunts, tuple) else (hunts,), swaps)


def done(*given: object) -> Done:
    """A step that says it is done, and asks nobody."""
    return Done("a mutant")


def nothing(*given: object, **more: object) -> None:
    """Whatever it was for, it is not done."""


def empty(*given: object, **more: object) -> tuple[()]:
    """Nobody has anything against it."""
    return ()


def no(*given: object, **more: object) -> bool:
    """Whatever was asked, it is not so."""
    return False


def yes(*given: object, **more: object) -> bool:
    """Whatever was asked, it is so."""
    return True


def for_ever(*given: object) -> Wait:
    """A step that waits for what it never asks about."""
    return Wait("something", 30)
