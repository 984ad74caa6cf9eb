"""How a step asks: what could not be seen becomes Unknown, never a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar, TypeVarTuple

from migrator.errors import OutsideError, Unreachable
from migrator.model.names import Answer, Authority
from migrator.model.units import Unknown
from migrator.ports.outside import Outside

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def asked(question: Callable[[*Ts], T], *about: *Ts) -> T | Unknown:
    """The answer, or Unknown with why the outside gave none."""
    try:
        return question(*about)
    except OutsideError as trouble:
        return Unknown(trouble.message)


def unread(*values: object) -> Unknown | None:
    """The first Unknown among what was seen, or None."""
    for each in values:
        if isinstance(each, Unknown):
            return each
    return None


def answered_by(authorities: tuple[Authority, ...], name: str, type: str, outside: Outside) -> list[Answer]:
    """What those of a zone's name servers answer that can be reached; at least one has to. Raises Unreachable."""
    answers, ask = [], outside.names.asked
    for each in authorities:
        try:
            answers.append(ask(each.address, name, type, recursive=False))
        except OutsideError:
            continue
    if not answers:
        raise Unreachable(f"none of {len(authorities)} name servers answers for {name}")
    return answers


def all_asked(questions: Iterable[Callable[[], T]]) -> tuple[T, ...] | Unknown:
    """Every answer, or the first Unknown: half a list is not an answer."""
    answers: list[T] = []
    for question in questions:
        answer = asked(question)
        if isinstance(answer, Unknown):
            return answer
        answers.append(answer)
    return tuple(answers)
