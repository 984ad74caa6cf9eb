"""Answers shared by all checks of one run, so that five that need the quotas list them once."""

from __future__ import annotations

from collections.abc import Callable
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

        def asked(*about: Any) -> Any:
            try:
                if about in answers:
                    return answers[about]
            except TypeError:  # about a manifest
                return question(*about)
            if about in troubles:
                raise troubles[about]
            try:
                answer = answers[about] = question(*about)
            except OutsideError as trouble:
                troubles[about] = trouble
                raise
            return answer

        self.__dict__[name] = asked  # so that it is not made again
        return asked


def shared(outside: Outside) -> Outside:
    """The same outside for one run. Who judges by when an answer came has to ask first: `clock` does."""
    return outside._replace(
        cluster=once(outside.cluster),
        balancers=once(outside.balancers),
        network=once(outside.network),
        account=once(outside.account),
        installation=once(outside.installation),
    )


def once(port: P) -> P:
    """The same port, each question asked once."""
    return cast("P", _Once(port))
