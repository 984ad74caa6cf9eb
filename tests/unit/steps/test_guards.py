"""guards: what must stay true from one step to another."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.errors import Throttled
from migrator.model import effects, events
from migrator.model.standing import Standing
from migrator.model.units import Unknown
from migrator.ports.journey import Guard
from migrator.steps import JOURNEY, ORDER, guards
from migrator.steps.guards import GUARDS, HealthSeen
from migrator.steps.health import Health
from tests.unit import given
from tests.unit.steps.tables import kind, said
from tests.unit.world import World

BY_NAME = {each.name: each for each in GUARDS}
WELL, SICK, PARTLY = Health({8080: given.targets()}), Health({8080: given.targets("draining")}), Health({80: ()})
SLOW = Unknown("slow")
SHIFTED = given.cloned(events.Intended("shift", effects.ChangeRecords("ZPUB", (), "")), events.Applied("shift", {}))
SEEN = given.cloned(events.Seen("shift", ""))


def sick(guard: str, looks: int, standing: Standing) -> Standing:
    """Sick at so many looks in a row; the plan's streak is two."""
    for _ in range(looks):
        standing = standing.looked(guard, {"sick": True}, given.START, 60)
    return standing


def new(health: Any) -> HealthSeen:
    return HealthSeen(health, (8080,))


def edited(to: str, ttl_s: int = 60) -> Any:
    return ((given.CNAME, given.cname(ttl_s=ttl_s, to=to)),)


HERE = given.cloned()
TABLE = (
    ("an-unread-legacy-service-vetoes", "legacy-unchanged", SLOW, HERE, "wait", "slow"),
    ("a-legacy-service-that-is-gone-holds", "legacy-unchanged", None, HERE, "service-changed", "is gone"),
    ("a-changed-one-holds", "legacy-unchanged", given.service(deleting=True), HERE, "service-changed", "deletionTimestamp"),
    ("an-unchanged-one-passes", "legacy-unchanged", given.service(resource_version="999"), HERE, "", ""),
    ("unread-targets-of-legacy-veto", "legacy-healthy", HealthSeen(SLOW, ()), HERE, "wait", "slow"),
    ("one-sick-look-at-legacy-may-pass", "legacy-healthy", HealthSeen(SICK, ()), sick("legacy-healthy", 1, HERE), "wait", ""),
    ("a-streak-holds", "legacy-healthy", HealthSeen(SICK, ()), sick("legacy-healthy", 2, HERE), "legacy-sick", "draining"),
    ("one-healthy-target-of-legacy-is-enough", "legacy-healthy", HealthSeen(WELL, ()), HERE, "", ""),
    ("unread-targets-of-the-new-one-veto", "new-healthy", new(SLOW), SEEN, "wait", "slow"),
    ("before-anything-moved-nobody-is-harmed", "new-healthy", new(SICK), sick("new-healthy", 9, HERE), "", ""),
    ("one-sick-look-may-pass", "new-healthy", new(SICK), sick("new-healthy", 1, SEEN), "wait", "port 8080"),
    ("a-streak-fails", "new-healthy", new(SICK), sick("new-healthy", 2, SEEN), "fail new-sick", "draining"),
    ("one-zone-moved-is-moved", "new-healthy", new(SICK), sick("new-healthy", 2, SHIFTED), "fail new-sick", ""),
    ("a-port-that-is-missing-is-sick", "new-healthy", new(PARTLY), sick("new-healthy", 2, SEEN), "fail new-sick", "port 8080"),
    ("healthy-ports-pass", "new-healthy", new(WELL), SEEN, "", ""),
    ("unread-records-veto", "records-before", SLOW, HERE, "wait", "slow"),
    ("lowered-records-pass-before-the-shift", "records-before", edited(given.LEGACY_NAME), HERE, "", ""),
    ("an-edit-before-the-shift-holds", "records-before", edited("theirs"), HERE, "record-edited", "theirs"),
    ("the-long-ttl-again-holds", "records-before", edited(given.LEGACY_NAME, 300), HERE, "record-edited", "300"),
    ("shifted-records-pass-after-it", "records-after", edited(given.NEW_NAME), SEEN, "", ""),
    ("one-set-back-after-the-shift-holds", "records-after", edited(given.LEGACY_NAME), SEEN, "record-edited", "legacy"),
    ("an-unread-clone-vetoes", "clone-unchanged", SLOW, HERE, "wait", "slow"),
    ("a-clone-that-is-gone-fails", "clone-unchanged", None, HERE, "fail clone-changed", "is gone"),
    ("a-clone-made-again-fails", "clone-unchanged", given.clone(uid="x"), HERE, "fail clone-changed", "made again"),
    ("an-edited-clone-holds", "clone-unchanged", given.clone(spec={}), HERE, "clone-changed", "not as planned"),
    ("an-unchanged-clone-passes", "clone-unchanged", given.clone(), HERE, "", ""),
)


@pytest.mark.parametrize(
    ("guard", "sight", "standing", "trips", "says"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_guards(guard: str, sight: Any, standing: Standing, trips: str, says: str) -> None:
    tripped = BY_NAME[guard].trip(given.moving(given.CNAME), standing, sight)

    assert (kind(tripped) if tripped is not None else "") == trips
    assert tripped is None or says in said(tripped)


def up(guard: Guard) -> tuple[str, str]:
    """The first and the last step at which a guard is up."""
    steps = [step.NAME for step in ORDER if guard in JOURNEY.guarding(step)]
    return steps[0], steps[-1]


def test_when_each_guard_is_up() -> None:
    """From the step whose end it watches over, to the one that changes it on purpose."""
    assert {each.name: up(each) for each in GUARDS} == {
        "legacy-unchanged": ("lower", "drain"),
        "legacy-healthy": ("lower", "drain"),
        "clone-unchanged": ("warm", "sweep"),
        "records-before": ("clone", "warm"),
        "records-after": ("settle", "sweep"),
        "new-healthy": ("shift", "finish"),
    }


def test_each_guard_sees_what_is_there_and_passes() -> None:
    """At settle, in a world where all went well."""
    world = World().new()
    world.set("ZPUB", given.CNAME.shifted(given.NEW))
    plan, standing = given.moving(given.CNAME), SEEN

    for guard in GUARDS:
        sight = guard.look(plan, standing, world.outside())
        assert guard.trip(plan, standing, sight) is None, guard.name
        assert guard.facts is None or set(guard.facts(sight)) == {"sick"}


def test_each_guard_is_blind_when_the_outside_is_silent() -> None:
    """Law 3: unknown is neither true nor tripped."""
    for guard in GUARDS:
        world = World().new()
        for question in ("service", "targets", "listeners", "at"):
            world.refuse(question, Throttled("slow"), 9)

        sight = guard.look(given.migration(), SEEN, world.outside())

        tripped = guard.trip(given.migration(), SEEN, sight)
        assert tripped is not None
        assert kind(tripped) == "wait", guard.name
        assert guard.facts is None or guard.facts(sight) == {"sick": False}


def test_what_counts_as_sick() -> None:
    """Legacy with nothing at all; the new one with any port that clients need."""
    assert guards.legacy_health_facts(HealthSeen(SICK, ())) == {"sick": True}
    assert guards.legacy_health_facts(HealthSeen(WELL, ())) == {"sick": False}
    assert guards.new_health_facts(new(PARTLY)) == {"sick": True}
    assert guards.new_health_facts(new(WELL)) == {"sick": False}
