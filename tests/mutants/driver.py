"""One mutant through its hunts, and all of them: who was caught, by which checker."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator
from unittest.mock import patch

import msgspec

from tests.mutants.bugs import MUTANTS
from tests.mutants.mutant import Mutant


class Caught(msgspec.Struct, frozen=True):
    """What became of a mutant. `checkers` are those that told, the first one first; none where it survived."""

    name: str
    checkers: tuple[str, ...]
    told: str
    hunts: int  # journeys that it took


@contextlib.contextmanager
def bitten(mutant: Mutant) -> Iterator[None]:
    """The engine with this bug in it."""
    with contextlib.ExitStack() as stack:
        for where, name, instead in mutant.swaps:
            stack.enter_context(patch.object(where, name, instead))
        yield


def hunted(mutant: Mutant) -> Caught:
    """Hunt until a promise is seen broken. An engine that raises has not been caught by a checker and goes on."""
    raised = ""
    for count, hunt in enumerate(mutant.hunts, start=1):
        try:
            with bitten(mutant):
                breaches = hunt()
        except Exception as error:
            raised = "".join(traceback.format_exception_only(error)).strip()
            continue
        if breaches:
            checkers = tuple(dict.fromkeys(each.partition(":")[0] for each in breaches))
            return Caught(mutant.name, checkers, breaches[0], count)
    return Caught(mutant.name, (), raised, len(mutant.hunts))


def all_hunted() -> Iterator[Caught]:
    """Every mutant, in order."""
    return (hunted(each) for each in MUTANTS)
