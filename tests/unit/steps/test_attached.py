"""Before legacy goes: what is bound to its load balancer itself is asked for once more, and holds."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.errors import Denied, Throttled
from migrator.model.migration import Attachment, Decision
from migrator.model.units import Unknown
from migrator.model.verdict import Hold, Wait
from migrator.steps import attached, retire
from tests.unit import given
from tests.unit.steps.test_retire import GOOD
from tests.unit.world import World

SERVICE = Attachment("endpoint-service", "vpce-svc-1", "2 available")
QUESTIONS = {
    "endpoint-service": "endpoint_services",
    "vpc-link": "vpc_links",
    "accelerator": "accelerators",
    "scaling-group": "scaling_groups",
}


def ready() -> World:
    """Everything that `retire` asks for is as it must be."""
    world = World().new()
    world.sets = {"ZPUB": [given.CNAME.shifted(given.NEW)], "ZPRI": []}
    world.lbs[given.NEW_ARN] = given.lb(security_groups=("sg-lbc",))
    return world


def test_what_holds_the_load_balancer_is_seen_at_retire() -> None:
    """It may have come since the plan was made."""
    world = ready()
    world.bound_to[given.LEGACY_ARN] = (SERVICE,)

    seen = retire.look(given.migration(), given.cloned(), world.outside())
    verdict = retire.decide(given.migration(), given.cloned(), seen, given.START)

    assert seen.holding == (SERVICE,)
    assert isinstance(verdict, Hold)
    assert (verdict.code, verdict.seen) == ("attached", ("endpoint-service vpce-svc-1: 2 available",))
    assert "migrate show PLAN" in verdict.do


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_list_that_is_not_given_is_waited_for(kind: str) -> None:
    """Nothing goes while it could not be seen that nothing holds it."""
    world = ready()
    world.refuse(QUESTIONS[kind], Throttled("slow"))

    seen = retire.look(given.migration(), given.cloned(), world.outside())
    verdict = retire.decide(given.migration(), given.cloned(), seen, given.START)

    assert seen.holding == Unknown("slow")
    assert isinstance(verdict, Wait) and verdict.effect is None
    assert verdict.reason == "what is bound to the legacy load balancer is unread: slow"


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_kind_that_a_person_answered_for_is_not_asked(kind: str) -> None:
    """They said that there is none, as the list was denied when the plan was made."""
    world = ready()
    world.refuse(QUESTIONS[kind], Denied("never"), 99)
    said = Decision(f"unread-attachments/{kind}", "?", ("none-there",), answer="none-there")

    assert attached.holding(given.migration(decisions=(said,)), world.outside()) == ()
    assert attached.holding(given.migration(decisions=(replace(said, answer=None),)), world.outside()) == Unknown("never")


def test_it_is_asked_only_when_nothing_else_speaks_against() -> None:
    """The account's lists are long; a journey that waits for something else does not read them at every look."""
    world = ready()
    world.sets["ZPUB"] = [given.cname()]
    for each in QUESTIONS.values():
        world.refuse(each, Throttled("asked"))

    seen = retire.look(given.migration(), given.cloned(), world.outside())

    assert (seen.pointing != (), seen.holding) == (True, ())


def test_nothing_bound_lets_it_go() -> None:
    assert retire.decide(given.migration(), given.standing(), GOOD, given.START) == Wait(
        "delete service shop/web", 0, retire.next_effect(given.migration(), GOOD, given.service())
    )
