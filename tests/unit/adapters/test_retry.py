"""What is tried again, and what never is."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from migrator.adapters.dry import DryEffector, DryFence, WouldAct
from migrator.adapters.retry import ATTEMPTS, PROMPT_S, SENDINGS, PatientEffector, PatientFence, PatientSurvey, looking
from migrator.errors import (
    Conflict,
    Denied,
    Missing,
    OperatorError,
    OutsideError,
    Rejected,
    Throttled,
    Unclear,
    Unreachable,
)
from migrator.model.cluster import Ingress, Lease, Reader, Service, Workload
from migrator.model.effects import Effect, ReleaseLease, Result
from migrator.model.waits import PROTECTED_S

EFFECT = ReleaseLease("shop", "migrate-1")
LEASE = Lease("shop", "migrate-1", "journal-1", 1, 2, "sha256:0", "laptop/boot-1")


class Clock:
    """Counts what was slept."""

    def __init__(self) -> None:
        self.naps: list[float] = []

    def now(self) -> float:
        return sum(self.naps)

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)


class Outside:
    """Fails as often as it is told, then answers."""

    def __init__(self, *troubles: Exception) -> None:
        self.troubles, self.calls = list(troubles), 0

    def _said(self, answer: Any) -> Any:
        self.calls += 1
        if self.troubles:
            raise self.troubles.pop(0)
        return answer

    def zones(self, *, of: str) -> str:
        return str(self._said(of))

    def apply(self, effect: Effect) -> Result:
        return dict(self._said({"done": "yes"}))

    def found(self, effect: Effect) -> Result | None:
        return dict(self._said({}))

    def advance(self, lease: Lease) -> Lease:
        assert isinstance(lease, Lease)
        self._said(lease)
        return lease


@pytest.mark.parametrize("family", [Throttled, Unreachable, Unclear])
def test_a_look_is_repeated_while_the_trouble_may_pass(family: type[OutsideError]) -> None:
    """A second look costs nothing."""
    clock, outside = Clock(), Outside(family("x"), family("x"))

    assert looking(outside, clock).zones(of="all") == "all"

    assert outside.calls == 3
    assert len(clock.naps) == 2


@pytest.mark.parametrize("error", [Missing("x"), Denied("x"), Rejected("x"), Conflict("x"), OperatorError("x"), ValueError("x")])
def test_an_answer_is_not_asked_for_again(error: Exception) -> None:
    """It would be the same."""
    outside = Outside(error)

    with pytest.raises(type(error)):
        looking(outside, Clock()).zones(of="all")

    assert outside.calls == 1


def test_patience_ends_with_the_last_error_itself() -> None:
    """The message is the outside's, not that of a retry library."""
    clock, outside = Clock(), Outside(*(Throttled(str(number)) for number in range(9)))

    with pytest.raises(Throttled, match=str(ATTEMPTS - 1)):
        looking(outside, clock).zones(of="all")

    assert outside.calls == ATTEMPTS


@pytest.mark.parametrize("family", [Throttled, Unreachable])
def test_an_effect_is_sent_again_only_when_nothing_was_done(family: type[OutsideError]) -> None:
    """Throttled, or no connection."""
    clock, outside = Clock(), Outside(family("x"))

    assert PatientEffector(outside, clock).apply(EFFECT) == {"done": "yes"}
    assert PatientFence(Outside(family("x")), clock).advance(LEASE) == LEASE

    assert outside.calls == 2


@pytest.mark.parametrize("family", [Unclear, Conflict, Missing, Denied, Rejected])
def test_an_effect_that_may_have_been_done_is_never_sent_again(family: type[OutsideError]) -> None:
    """A lost reply is looked at."""
    outside, fence = Outside(family("x")), Outside(family("x"))

    with pytest.raises(family):
        PatientEffector(outside, Clock()).apply(EFFECT)
    with pytest.raises(family):
        PatientFence(fence, Clock()).advance(LEASE)

    assert outside.calls == fence.calls == 1


def test_looking_for_an_after_image_is_a_look() -> None:
    """It changes nothing."""
    outside = Outside(Unreachable("x"))

    assert PatientEffector(outside, Clock()).found(EFFECT) == {}


def test_an_effect_never_outlives_its_intent() -> None:
    """Fence and effect together, each try with a time-out to connect, stay below the time that an intent protects."""
    longest = 0.0
    for _ in range(50):
        clock = Clock()
        with pytest.raises(Unreachable):
            PatientEffector(Outside(*[Unreachable("x")] * 9), clock).apply(EFFECT)
        longest = max(longest, clock.now())

    assert 2 * (longest + SENDINGS * 5) < PROTECTED_S


class Frozen(Clock):
    """Each nap takes so long: the process was stopped, or the machine slept."""

    def __init__(self, nap_s: float) -> None:
        super().__init__()
        self.nap_s = nap_s

    def sleep(self, seconds: float) -> None:
        super().sleep(self.nap_s)


@pytest.mark.parametrize(("nap_s", "sendings"), [(PROMPT_S, 2), (PROMPT_S + 0.1, 1)], ids=["in-time", "too-late"])
def test_what_was_frozen_between_two_sendings_is_not_sent_again(nap_s: float, sendings: int) -> None:
    """Its intent is old by then; the trouble of the last sending is told, and all is looked at anew."""
    outside, fence = Outside(*[Throttled("slow down")] * 9), Outside(*[Throttled("slow down")] * 9)

    with pytest.raises(Throttled, match="slow down"):
        PatientEffector(outside, Frozen(nap_s)).apply(EFFECT)
    with pytest.raises(Throttled, match="slow down"):
        PatientFence(fence, Frozen(nap_s)).advance(LEASE)

    assert outside.calls == fence.calls == sendings


def test_each_call_has_its_own_time() -> None:
    """An hour between two effects is nobody's freeze."""
    clock, outside = Clock(), Outside()
    patient = PatientEffector(outside, clock)

    patient.apply(EFFECT)
    clock.sleep(3600)

    assert patient.apply(EFFECT) == {"done": "yes"}


class Lists:
    """A survey whose second page fails once."""

    def __init__(self) -> None:
        self.begun = 0

    def services(self, namespace: str | None = None, selector: str = "") -> Iterator[Service]:
        self.begun += 1
        for number in range(6):
            if number == 3 and self.begun == 1:
                raise Unreachable("the list expired while it was read")
            yield Service("shop", f"s{number}", f"uid-{number}", "1", {})

    def ingresses(self) -> tuple[Ingress, ...]:
        return ()

    def workloads(self) -> tuple[Workload, ...]:
        return ()

    def readers(self, namespace: str, name: str) -> tuple[Reader, ...]:
        return (Reader(namespace, name),)

    def mentions(self, names: tuple[str, ...]) -> tuple[Reader, ...]:
        return tuple(Reader("Deployment", each) for each in names)


def test_a_list_that_breaks_gives_every_item_once() -> None:
    """A Service that is left out would be left behind."""
    survey = PatientSurvey(Lists(), Clock())

    assert [each.name for each in survey.services()] == [f"s{number}" for number in range(6)]
    assert survey.readers("shop", "web") == (Reader("shop", "web"),)
    assert survey.mentions(("shop.example.com",)) == (Reader("Deployment", "shop.example.com"),)
    assert survey.ingresses() == survey.workloads() == ()


def test_naps_are_drawn_from_the_chance_that_is_handed_in() -> None:
    """A simulated journey is its seed's: how long a nap lasts is nothing that happens to be so."""

    def naps(seed: int) -> list[float]:
        clock, chance = Clock(), Random(seed)
        with pytest.raises(Throttled):
            looking(Outside(*[Throttled("x")] * ATTEMPTS), clock, chance).zones(of="all")
        with pytest.raises(Throttled):
            PatientEffector(Outside(*[Throttled("x")] * ATTEMPTS), clock, chance).apply(EFFECT)
        with pytest.raises(Throttled):
            PatientFence(Outside(*[Throttled("x")] * ATTEMPTS), clock, chance).advance(LEASE)
        return clock.naps

    assert naps(7) == naps(7) != naps(8)
    assert len(naps(7)) == ATTEMPTS - 1 + 2 * (SENDINGS - 1)
    assert all(nap_s <= longest_s for nap_s, longest_s in zip(naps(7), (0.5, 1, 2), strict=False))


def test_a_dry_run_stops_at_the_first_effect() -> None:
    """It says what would be done, and touches nothing on the way."""
    outside = Outside()

    with pytest.raises(WouldAct) as caught:
        DryEffector(outside).apply(EFFECT)

    assert caught.value.effect is EFFECT
    assert caught.value.message == "would release lease shop/migrate-1"
    assert DryFence().advance(LEASE) is LEASE
    assert outside.calls == 0
    assert DryEffector(outside).found(EFFECT) == {}
