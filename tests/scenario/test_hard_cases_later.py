"""The second round of hard cases: marks that land late, drift in two zones, looks that take too long."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import Throttled
from migrator.machine.tick import Again, Over, Standstill
from migrator.model import effects, events
from tests.scenario.sailing import Losing, driven, seen_at, ticked, until_late
from tests.scenario.voyages import voyage
from tests.unit import given
from tests.unit.machine.crew import API, WWW, Crew, record


class LandsWhenLookedFor(Losing):
    """The lost call lands just after we looked for it and did not find it."""

    def found(self, effect: Any) -> Any:
        result = super().found(effect)
        if result is None and self.lost is not None and self.landed == "not yet":
            self.land()
        return result


def losing(kind: type, into: list[Losing]) -> Any:
    def wrap(inner: Any) -> Losing:
        into.append(LandsWhenLookedFor(inner, kind))
        return into[0]

    return wrap


def test_a_mark_that_lands_just_after_the_look_does_not_wedge_the_journey() -> None:
    """admit is Done with a Lease of epoch 1 while the journal says 0: `_marked` refuses it as foreign for ever. The second
    call that test_03 relied on is never made."""
    sailed = voyage()
    machine, outside = driven(sailed, effector=losing(effects.TakeLease, []))

    assert until_late(machine, outside, sailed.stage.world) == Over("migrated")


def test_nor_does_a_takeover() -> None:
    """`0 < standing.epoch < lease.epoch` takes our own late takeover for a newer journal: `journal-behind`, for ever."""
    sailed = voyage()
    sailed.sail(until="clone")
    sailed.stage.run(400)
    machine, outside = driven(sailed, host="virtual/boot-2", effector=losing(effects.TakeLease, []))

    assert until_late(machine, outside, sailed.stage.world) == Over("migrated")


@pytest.mark.parametrize("step", ["lower", "shift"])
def test_a_batch_that_lands_just_after_the_look_is_waited_for_until_insync(step: str) -> None:
    """Law 1: it is Refused, the next look finds everything as wanted, no change id is known and none is asked for."""
    sailed = voyage()
    sailed.sail(until={"lower": "admit", "shift": "warm"}[step])
    lost: list[Losing] = []
    machine, outside = driven(sailed, effector=losing(effects.ChangeRecords, lost))
    world = sailed.stage.world
    world.pace = replace(world.pace, insync_s=(50, 50))
    ticked(machine, outside.clock, lambda: lost[0].landed != "not yet")
    landed = world.now
    until_late(machine, outside, world)

    after = {"lower": "lower", "shift": "settle"}[step]
    assert seen_at(sailed, after) - landed >= {"lower": 350, "shift": 170}[step]


def test_a_repaired_drift_is_waited_for_and_then_the_journey_goes_on() -> None:
    """The recheck only counts facts, so the repaired batch's id is never in shift's fact `insync`: settle waits for ever."""
    sailed = voyage()
    sailed.sail(until="shift")
    world, zone = sailed.stage.world, sailed.stage.estate.public_zone
    moved = [each for each in world.route53.record_sets(zone.id) if each.type == "CNAME"]
    legacy = world.elb.balancers[sailed.stage.legacy.balancer].dns_name
    world.route53.change(zone.id, [("UPSERT", replace(each, values=(legacy,))) for each in moved])
    stopped = sailed.sail()
    assert isinstance(stopped, Standstill) and stopped.code == "drift", stopped

    machine, outside = driven(sailed)
    machine.release("a person")

    assert until_late(machine, outside, world) == Over("migrated")


def test_a_refused_second_mark_does_not_make_us_forget_the_first() -> None:
    """Refused takes the step out of `intents` unless it has calls in `done`, where marks no longer are: a rollback then ends
    without releasing the Lease, and the next run is refused (`journal-lost`)."""
    take = effects.TakeLease("shop", "lease")
    standing = given.standing(
        events.Intended("admit", take),
        events.Applied("admit", {"epoch": "1"}),
        events.Seen("admit", ""),
        events.Intended("admit", replace(take, takeover="300")),
        events.Refused("admit", "throttled", "slow down"),
    )

    assert standing.intents == ("admit",)


def test_looks_that_take_long_are_not_a_silent_endless_loop() -> None:
    """More than 60 s of looking (many resolvers that time out, hundreds of zones at retire) is taken for a freeze, each time:
    no wait, no word, no count."""
    crew = Crew()
    crew.until("mark")
    crew.one.during_look = lambda: crew.world.clock.sleep(61)
    told = len(crew.told.waits)

    outcomes = [crew.tick() for _ in range(10)]

    assert crew.leads(API) == "new" or len(crew.told.waits) > told or any(each != Again(0) for each in outcomes)


def test_one_release_repairs_the_whole_drift() -> None:
    """Two zones are two batches; the first Applied takes the release away, and a person is asked again for the second."""
    crew = Crew()
    two = crew.one.decide
    crew.until("two")
    crew.one.record, crew.two.record = API, WWW
    crew.world.set("ZPUB", record(API), record(WWW))

    def both(migration: Any, standing: Any, sight: Any, now: float) -> Any:
        first = two(migration, standing, sight, now)
        if getattr(first, "effect", None) is not None or crew.leads(WWW) == "new":
            return first
        return crew.two.decide(migration, standing, "old", now)

    crew.one.decide = both
    crew.process().tick()
    crew.process().release("a person")
    crew.tick(3)

    assert (crew.leads(API), crew.leads(WWW)) == ("new", "new")


def test_releasing_our_mark_is_not_waited_out() -> None:
    """resolve() spares TakeLease and ReleaseLease, but the Refused `unclear` that it writes makes `_take_back` wait 390 s."""
    crew = Crew()
    crew.until("one")
    crew.machine.turn_back("asked", "told to", "a person")
    crew.until("one")
    crew.world.lost = "undone"
    began = crew.world.clock.at

    crew.until("mark")

    assert crew.world.clock.at == began


def test_a_fence_that_conflicts_does_not_count_a_call_as_made() -> None:
    """The Conflict came from the Lease, the call was never sent; that its after-image is there anyway proves nothing of ours:
    DeleteService and ReleaseLease of what somebody else removed are journalled as Applied by us."""
    from migrator.errors import Conflict

    crew = Crew()
    crew.until("two")
    crew.world.refuse("advance", Conflict("lease was written since"))
    whole = crew.world.advance

    def taken(lease: Any) -> Any:
        crew.world.services.pop("web", None)  # somebody else deletes legacy at this moment
        return whole(lease)

    crew.world.advance = taken
    crew.tick()

    assert not [each for each in crew.events if isinstance(each, events.Applied) and each.step == "cut"]


__all__ = ["Throttled"]
