"""Patience, as wrappers with the same port: looks are repeated a few times, effects only when nothing was done.

`chance` draws how long each nap lasts; one that is handed in makes the naps those of its seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, TypeVar, cast

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from migrator.errors import OutsideError, Throttled, Unclear, Unreachable
from migrator.model.cluster import Ingress, Lease, Reader, Service, Workload
from migrator.model.effects import Effect, Result
from migrator.ports.doing import Clock, Effector, Fence
from migrator.ports.survey import ClusterSurvey

ATTEMPTS = 4  # of a look
SENDINGS = 3  # of an effect, which with its naps and time-outs stays far below the 60 s that it has from its intent
PASSING = (Throttled, Unreachable, Unclear)  # Missing, Denied, Rejected and Conflict are answers, not troubles
NOTHING_DONE = (Throttled, Unreachable)
FIRST_S, LONGEST_S = 0.5, 2.0  # a nap lasts up to so long: the first one, twice that the next, never more than the longest

PROMPT_S = 30.0  # from the first sending of an effect to its last

A = TypeVar("A")
P = TypeVar("P")
T = TypeVar("T")


def patient(clock: Clock, kinds: tuple[type[OutsideError], ...], chance: Random, attempts: int = ATTEMPTS) -> Retrying:
    """Up to `attempts` tries with growing naps on the clock, whose length is drawn; then the last error itself."""

    def nap_s(tried: RetryCallState) -> float:
        return chance.uniform(0, min(FIRST_S * 2 ** (tried.attempt_number - 1), LONGEST_S))

    return Retrying(
        retry=retry_if_exception_type(kinds),
        stop=stop_after_attempt(attempts),
        wait=nap_s,
        sleep=clock.sleep,
        reraise=True,
    )


def looking(port: P, clock: Clock, chance: Random | None = None) -> P:
    """The same port; each question is asked again while the trouble may pass."""
    return cast("P", _PatientLook(port, patient(clock, PASSING, chance or Random())))


class _PatientLook:
    """Stands for a port whose methods all are questions with whole answers."""

    def __init__(self, port: object, tries: Retrying) -> None:
        self._port, self._tries = port, tries

    def __getattr__(self, name: str) -> Callable[..., Any]:
        question = getattr(self._port, name)
        return lambda *args, **kwargs: self._tries(question, *args, **kwargs)


class PatientEffector:
    """An Effector that sends again only what was not done; a lost reply is never sent again."""

    def __init__(self, effector: Effector, clock: Clock, chance: Random | None = None) -> None:
        self._effector, self._clock, chance = effector, clock, chance or Random()
        self._sending, self._asking = patient(clock, NOTHING_DONE, chance, SENDINGS), patient(clock, PASSING, chance)

    def apply(self, effect: Effect) -> Result:
        """As the effector's, repeated on Throttled and Unreachable."""
        return self._sending(promptly(self._effector.apply, self._clock), effect)

    def found(self, effect: Effect) -> Result | None:
        """As the effector's; a question like any other."""
        return self._asking(self._effector.found, effect)


def promptly(send: Callable[[A], T], clock: Clock) -> Callable[[A], T]:
    """The same call, but never sent again once `PROMPT_S` have passed since the first time: we may have been frozen."""
    began: list[float] = []
    last: list[OutsideError] = []

    def sent(what: A) -> T:
        began.append(clock.now())
        if last and began[-1] - began[0] > PROMPT_S:
            raise last[-1]
        try:
            return send(what)
        except OutsideError as trouble:
            last.append(trouble)
            raise

    return sent


class PatientFence:
    """A Fence that is asked again only where nothing was written."""

    def __init__(self, fence: Fence, clock: Clock, chance: Random | None = None) -> None:
        self._fence, self._clock = fence, clock
        self._sending = patient(clock, NOTHING_DONE, chance or Random(), SENDINGS)

    def advance(self, lease: Lease) -> Lease:
        """As the fence's, repeated on Throttled and Unreachable."""
        return self._sending(promptly(self._fence.advance, self._clock), lease)


class PatientSurvey:
    """A ClusterSurvey that reads a broken list again and leaves out what it gave already."""

    def __init__(self, survey: ClusterSurvey, clock: Clock, chance: Random | None = None) -> None:
        self._survey, self._tries = survey, patient(clock, PASSING, chance or Random())

    def services(self, namespace: str | None = None, selector: str = "") -> Iterator[Service]:
        """As the survey's. The list is read from its start again, as the server forgets where a broken one was."""
        given: set[tuple[str, str]] = set()
        rest = self._survey.services(namespace, selector)

        def following() -> Service | None:
            nonlocal rest
            try:
                return next((each for each in rest if (each.namespace, each.name) not in given), None)
            except PASSING:
                rest = self._survey.services(namespace, selector)
                raise

        while (service := self._tries(following)) is not None:
            given.add((service.namespace, service.name))
            yield service

    def ingresses(self) -> tuple[Ingress, ...]:
        """As the survey's."""
        return self._tries(self._survey.ingresses)

    def workloads(self) -> tuple[Workload, ...]:
        """As the survey's."""
        return self._tries(self._survey.workloads)

    def readers(self, namespace: str, name: str) -> tuple[Reader, ...]:
        """As the survey's."""
        return self._tries(self._survey.readers, namespace, name)

    def mentions(self, names: tuple[str, ...]) -> tuple[Reader, ...]:
        """As the survey's."""
        return self._tries(self._survey.mentions, names)

    def owned(self, namespace: str, uid: str) -> tuple[str, ...]:
        """As the survey's."""
        return self._tries(self._survey.owned, namespace, uid)
