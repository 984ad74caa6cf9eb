"""How a step asks: what could not be seen becomes Unknown, never a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from migrator.errors import OutsideError
from migrator.model.units import Unknown

T = TypeVar("T")


def asked(question: Callable[[], T]) -> T | Unknown:
    """The answer, or Unknown with why the outside gave none."""
    try:
        return question()
    except OutsideError as trouble:
        return Unknown(trouble.message)


def unread(*values: object) -> Unknown | None:
    """The first Unknown among what was seen, or None."""
    return next((each for each in values if isinstance(each, Unknown)), None)


def all_asked(questions: Iterable[Callable[[], T]]) -> tuple[T, ...] | Unknown:
    """Every answer, or the first Unknown: half a list is not an answer."""
    answers: list[T] = []
    for question in questions:
        answer = asked(question)
        if isinstance(answer, Unknown):
            return answer
        answers.append(answer)
    return tuple(answers)
