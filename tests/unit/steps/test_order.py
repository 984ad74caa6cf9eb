"""The journey as a tuple: names, how long each step's end has to hold, and where there is no way back."""

from __future__ import annotations

import inspect

import pytest

from migrator.ports.journey import Step
from migrator.steps import JOURNEY, ORDER
from migrator.steps.guards import GUARDS

NAMES = [step.NAME for step in ORDER]


@pytest.mark.parametrize("step", ORDER, ids=NAMES)
def test_a_step_holds_until_a_later_step_or_for_good(step: Step) -> None:
    """A misspelt name would silently mean `for good`."""
    assert step.HOLDS_UNTIL == "" or JOURNEY.position(step.HOLDS_UNTIL) < len(ORDER)
    assert JOURNEY.position(step.HOLDS_UNTIL) > JOURNEY.position(step.NAME)


@pytest.mark.parametrize("step", ORDER, ids=NAMES)
def test_a_step_is_a_module_of_its_name(step: Step) -> None:
    """A reader finds it by `ls`, and its docstring says what it is for."""
    module = inspect.getmodule(step.decide)

    assert module is not None
    assert module.__name__ == f"migrator.steps.{step.NAME}"
    assert module.__doc__


def test_guards_name_steps() -> None:
    for guard in GUARDS:
        assert guard.first in NAMES
        assert guard.until == "" or guard.until in NAMES


def test_the_docstring_lists_the_journey_in_its_order() -> None:
    """It is the table that people read."""
    import migrator.steps

    lines = [line.split() for line in (migrator.steps.__doc__ or "").splitlines()]
    assert [words[0] for words in lines if words and words[0] in NAMES] == NAMES


def test_retire_is_the_point_of_no_return() -> None:
    assert JOURNEY.no_return == "retire"
    assert NAMES.index("retire") == NAMES.index("drain") + 1
