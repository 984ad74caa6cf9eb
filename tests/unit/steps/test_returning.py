"""The way back is named as long as there is one."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.model import effects, events
from migrator.model.balancers import FlowMinute
from migrator.model.events import Event
from migrator.model.standing import Standing
from migrator.model.units import Unknown
from migrator.steps import JOURNEY, clone, drain, guards, retire
from migrator.steps.flows import Flows
from migrator.steps.guards import HealthSeen
from migrator.steps.health import Health
from migrator.steps.returning import NO_RETURN, or_back, without_clone
from tests.unit import given

MADE = (events.Intended("clone", effects.CreateService("shop", "web-lbc", {})), events.Applied("clone", {"uid": "u"}))
UNPROTECT = events.Intended("retire", effects.DisableDeletionProtection(given.LEGACY_ARN))
DELETE = events.Intended("retire", effects.DeleteService("shop", "web", given.UID, "100"))
PLAN = given.migration()


def told(*then: Event) -> Standing:
    """The traffic moved, the new targets have been sick for some looks, and then this."""
    standing = given.cloned(*MADE, events.Seen("shift", ""), events.Noticed("drain", {}), *then)
    for at in range(PLAN.waits.streak):
        standing = standing.looked("new-healthy", {"sick": True}, float(at), 60.0)
    return standing


BEFORE = {"before": told(), "protection-off": told(UNPROTECT, events.Applied("retire", {}))}
PAST = {"delete-intended": told(DELETE), "retired-by-others": told(events.Seen("retire", "it is deleted"))}


def test_the_step_of_no_return_is_retire() -> None:
    assert NO_RETURN == retire.NAME == JOURNEY.no_return


def late(standing: Standing) -> Any:
    """The clone has no hostname any more, long after its deadline."""
    seen = clone.Sight(given.clone(), None, (), (), ())
    return clone.decide(PLAN, standing, seen, given.START + 10 * PLAN.waits.clone_deadline_s)


def busy(standing: Standing) -> Any:
    """Legacy's flows do not end, long after the deadline."""
    flows = Flows((FlowMinute(0, 3, 0, 2),))
    return drain.decide(PLAN, standing, drain.Sight(flows, Unknown("slow")), given.START + 10 * PLAN.waits.drain_deadline_s)


HOLDS: dict[str, Any] = {
    "the-clone-is-gone": lambda standing: guards.clone_changed(PLAN, standing, None),
    "it-is-going": lambda standing: clone.not_ours(PLAN, standing, given.clone(deleting=True)),
    "it-was-changed": lambda standing: clone.not_ours(PLAN, standing, given.clone(spec={})),
    "it-was-made-and-is-gone": lambda standing: clone.absent(PLAN, standing, ()),
    "it-has-no-balancer": late,
    "the-new-targets-are-sick": lambda standing: guards.new_sick(PLAN, standing, HealthSeen(Health({8080: ()}), (8080,))),
    "legacy-is-busy": busy,
}


@pytest.mark.parametrize("standing", BEFORE.values(), ids=BEFORE)
@pytest.mark.parametrize("hold", HOLDS.values(), ids=HOLDS)
def test_it_is_named_before(hold: Any, standing: Standing) -> None:
    assert "`migrate rollback PLAN`" in hold(standing).do


@pytest.mark.parametrize("standing", PAST.values(), ids=PAST)
@pytest.mark.parametrize("hold", HOLDS.values(), ids=HOLDS)
def test_it_is_not_named_past_it(hold: Any, standing: Standing) -> None:
    """It would be refused."""
    assert hold(standing).do
    assert "migrate rollback" not in hold(standing).do


def test_the_rest_of_the_advice_stays() -> None:
    assert or_back("mend it", BEFORE["before"]) == "mend it, or `migrate rollback PLAN`"
    assert or_back("mend it", PAST["delete-intended"]) == "mend it"


def test_without_a_way_back_a_lost_clone_has_to_be_made_by_hand() -> None:
    assert without_clone(PLAN, PAST["delete-intended"]).startswith("make shop/web-lbc again from the plan's manifest")
