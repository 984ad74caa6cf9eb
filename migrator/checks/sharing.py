"""Answers shared by all checks of one run, so that five that need the quotas list them once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar, cast

from migrator.errors import OutsideError
from migrator.ports.outside import Outside

P = TypeVar("P")


class _Once:
    """Stands for a port whose methods are questions; the same question is asked once, and an error is an answer."""

    def __init__(self, port: object) -> None:
        self._port = port

    def __getattr__(self, name: str) -> Callable[..., Any]:
        question = getattr(self._port, name)
        answers: dict[tuple[Any, ...], Any] = {}
        troubles: dict[tuple[Any, ...], OutsideError] = {}

        def asked(*about: Any, **named: Any) -> Any:
            key = (about, *named.items())
            try:
                if key in answers:
                    return answers[key]
            except TypeError:  # about a manifest
                return question(*about, **named)
            if key in troubles:
                raise troubles[key]
            try:
                answers[key] = question(*about, **named)
            except OutsideError as trouble:
                troubles[key] = trouble
                raise
            return answers[key]

        self.__dict__[name] = asked  # so that it is not made again
        return asked


def shared(outside: Outside) -> Outside:
    """The same outside for one run. Who judges by when an answer came has to ask first: `clock` does."""
    return replace(
        outside,
        cluster=once(outside.cluster),
        balancers=once(outside.balancers),
        network=once(outside.network),
        account=once(outside.account),
        installation=once(outside.installation),
    )


def once(port: P) -> P:
    """The same port, each question asked once."""
    return cast("P", _Once(port))
