"""What was once got wrong, or nearly: each test is a case that a severe reader found, and says which law it touches."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from migrator.adapters.retry import PatientEffector
from migrator.errors import Throttled
from migrator.machine.tick import Again, Over, Standstill
from migrator.model import effects, events
from migrator.model.balancers import FlowMinute
from migrator.model.events import Applied, Intended
from migrator.model.units import Unknown
from migrator.model.verdict import Fail
from migrator.simulation.stage import Name
from migrator.steps import finish, lower, retire, sweep
from tests.scenario.sailing import Losing, driven, seen_at, ticked, until_late
from tests.scenario.voyages import arm, unharmed, voyage
from tests.unit import given
from tests.unit.machine.crew import API, LEASE, Crew, record


def lift(machine: Any) -> None:
    machine.release("a person")


# Lost calls that land late


def test_a_forward_call_refused_as_unclear_must_not_land_behind_a_rollback() -> None:
    """Laws 1 and 8. The trouble that loses the reply also blinds the next look, so nothing is sent again; the operator
    rolls back at once. resolve() had written Refused at once, as we were going forward, so the way back waits for nothing."""
    sailed = voyage(names=(Name("api.example.com.", ttl_s=30),))  # a long TTL is put back, and refuses the late batch by luck
    sailed.sail(until="warm")
    world = sailed.stage.world
    losing: list[Losing] = []
    machine, outside = driven(sailed, effector=lambda inner: losing.append(Losing(inner, effects.ChangeRecords)) or losing[0])
    ticked(machine, outside.clock, lambda: losing[0].lost is not None)
    arm(sailed.stage, "kube", "GET services", "throttle", times=None, for_s=20)
    machine.tick()
    world.after(200, losing[0].land)  # unclear_s says that it may: 390 s

    machine, outside = driven(sailed)
    machine.turn_back("asked", "told to", "a person")
    assert until_late(machine, outside, world) == Over("rolled-back")
    sailed.stage.run(600)

    assert {where for where, _ in sailed.end()["records"].values()} <= {"legacy", "elsewhere"}
    unharmed(sailed)


def test_nor_may_a_lost_create_leave_a_clone_behind_a_finished_rollback() -> None:
    """Law 8: the same with CreateService."""
    sailed = voyage()
    sailed.sail(until="lower")
    world = sailed.stage.world
    losing: list[Losing] = []
    machine, outside = driven(sailed, effector=lambda inner: losing.append(Losing(inner, effects.CreateService)) or losing[0])
    ticked(machine, outside.clock, lambda: losing[0].lost is not None)
    arm(sailed.stage, "aws", "elbv2:*", "throttle", times=None, for_s=20)
    machine.tick()
    world.after(300, losing[0].land)

    machine, outside = driven(sailed)
    machine.turn_back("asked", "told to", "a person")
    assert until_late(machine, outside, world) == Over("rolled-back")
    sailed.stage.run(900)

    assert list(sailed.end()["services"]) == ["web"]


def test_a_mark_that_lands_late_does_not_wedge_the_journey() -> None:
    """The first TakeLease is lost and lands before the second, which conflicts; nobody ever learns the epoch, and our own
    Lease is refused as foreign for ever."""
    sailed = voyage()
    losing: list[Losing] = []

    def wrap(inner: Any) -> Losing:
        losing.append(Losing(inner, effects.TakeLease))
        losing[0].before_second = losing[0].land
        return losing[0]

    machine, outside = driven(sailed, effector=wrap)

    assert until_late(machine, outside, sailed.stage.world) == Over("migrated")


def test_a_batch_that_lands_late_is_waited_for_until_insync() -> None:
    """Law 1, design §3 settle. The lost batch lands, the second conflicts: the record sets are as wanted and no change id is
    known, so nothing is asked for INSYNC and `since` is the first look at shift, long before anything moved."""
    sailed = voyage()
    sailed.sail(until="warm")
    world = sailed.stage.world
    losing: list[Losing] = []
    landed: list[float] = []

    def wrap(inner: Any) -> Losing:
        losing.append(Losing(inner, effects.ChangeRecords))

        def land() -> None:
            if not landed:
                landed.append(world.now)
                losing[0].land()

        losing[0].before_second = land
        return losing[0]

    machine, outside = driven(sailed, effector=wrap)
    ticked(machine, outside.clock, lambda: losing[0].lost is not None)
    arm(sailed.stage, "kube", "GET services", "throttle", times=None, for_s=150)
    until_late(machine, outside, world)

    assert seen_at(sailed, "settle") - landed[0] >= 120


def test_the_wait_counts_from_insync_also_when_nobody_looked_meanwhile() -> None:
    """Law 1: killed right after the batch; Route 53 takes ten minutes; resumed as it comes in sync. The fact `insync` is True
    from the first look at shift on (no change lagged then), so the wait counts from the call."""
    sailed = voyage()
    sailed.sail(until="warm")
    world = sailed.stage.world
    world.pace = replace(world.pace, insync_s=(600, 600))
    machine, outside = driven(sailed)

    def moved() -> bool:
        return any(isinstance(each.event, Applied) and each.event.step == "shift" for each in sailed.journal.read())

    ticked(machine, outside.clock, moved)
    insync_at = max(each.insync_at for each in world.route53.changes.values())
    sailed.stage.run(insync_at - world.now + 1)

    assert sailed.sail() == Over("migrated")

    assert seen_at(sailed, "settle") - insync_at >= 120


# Way back


def test_a_rollback_after_somebody_set_the_records_back_by_hand_keeps_the_clone_while_clients_hold_it() -> None:
    """Law 1: in a panic DNS is set back by hand first, then `rollback` is typed. shift.undo made no batch, so it waits for
    nothing, and the clone is deleted while every cache leads to it."""
    sailed = voyage()
    world, zone = sailed.stage.world, sailed.stage.estate.public_zone
    before = {(each.name, each.type): each for each in world.route53.record_sets(zone.id)}
    sailed.sail(until="shift")
    sailed.stage.run(120)  # every cache leads to the new load balancer by now
    lowered = [
        ("UPSERT", replace(each, ttl=60) if each.ttl and each.type == "CNAME" else each)
        for each in before.values()
        if each.type in ("CNAME", "A", "AAAA")
    ]
    world.route53.change(zone.id, lowered)

    assert sailed.back() == Over("rolled-back")
    sailed.stage.run(300)

    unharmed(sailed)


def test_a_rollback_ends_when_the_new_load_balancer_is_gone() -> None:
    """Hold `clone-changed` says `migrate rollback PLAN`; that waits for ever for flows of a load balancer that is no more."""
    sailed = voyage(every_s=0)
    sailed.sail(until="shift")
    world = sailed.stage.world
    world.kube.delete("Service", "shop", "web-lbc")
    sailed.stage.run(1200)

    machine, outside = driven(sailed)
    machine.turn_back("asked", "told to", "a person")

    assert until_late(machine, outside, world) == Over("rolled-back")


class Skewed:
    """A wall clock that is a day ahead, as after a reboot without time synchronisation."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def now(self) -> float:
        return float(self.inner.now()) + 86400

    def sleep(self, seconds: float) -> None:
        self.inner.sleep(seconds)


def test_a_wrong_clock_holds_on_the_way_back_too() -> None:
    """Design §3 Waits: across a restart only what AWS's Date confirms; skew over 5 s holds. On the way back nobody asks: the
    TTL waits pass at once. (With a whole day CloudWatch then has no point for the window, so it waits for ever instead of
    losing requests: a hold with `clock-skew` is what was promised.)"""
    sailed = voyage()
    sailed.sail(until="settle")
    world = sailed.stage.world
    machine, outside = driven(sailed)
    machine.turn_back("asked", "told to", "a person")

    def back() -> bool:
        return sum(isinstance(each.event, Applied) and each.event.step == "shift" for each in sailed.journal.read()) == 2

    ticked(machine, outside.clock, back)

    machine, outside = driven(sailed, clock=Skewed)
    finish_ = until_late(machine, outside, world, 3600)
    sailed.stage.run(300)

    assert isinstance(finish_, Standstill) and finish_.code == "clock-skew", finish_
    unharmed(sailed)


def test_legacy_deleted_by_somebody_else_is_past_return_too() -> None:
    """`retire` is Done because somebody deleted legacy; no intent of ours, so past_return is False and a failure turns back
    to a load balancer that is gone."""
    crew = Crew(on_failure="rollback")
    crew.until("two")
    del crew.world.services["web"]
    crew.until("cut")
    crew.rest.verdict = Fail("new-sick", "sick")

    crew.tick()

    assert "TurnedBack" not in crew.kinds()


def test_a_delete_that_was_refused_is_not_past_return() -> None:
    """retire's hold says `migrate rollback PLAN` is still possible; turn_back says that legacy `was already retired`."""
    crew = Crew()
    crew.until("two")
    crew.world.refuse("DeleteService", Throttled("slow down"))
    crew.tick()

    crew.machine.turn_back("asked", "told to", "a person")

    assert crew.machine.standing.back


# The mark


def test_a_mark_set_again_is_not_taken_for_the_step_s_own_call() -> None:
    """The Lease is tidied away during lower's TTL wait of a running process. It is set again under the step `clone`, whose
    `standing.done` is then not empty: `service was made and is gone`."""
    sailed = voyage()
    sailed.sail(until="admit")
    machine, outside = driven(sailed)
    ticked(machine, outside.clock, lambda: "lower" in machine.standing.seen)
    world = sailed.stage.world
    for lease in world.kube.list("Lease"):
        if lease["metadata"]["name"].startswith("migrate-"):
            world.kube.delete("Lease", lease["metadata"]["namespace"], lease["metadata"]["name"])

    assert until_late(machine, outside, world) == Over("migrated")


def test_nor_for_the_point_of_no_return() -> None:
    """The same at `retire`: Intended(retire, TakeLease) makes past_return true before anything is retired."""
    crew = Crew()
    crew.until("two")
    crew.two.during_look = crew.world.leases.clear

    crew.tick()

    assert [type(each).__name__ for each in crew.world.made][-1] == "TakeLease"
    assert not crew.journey.past_return(crew.machine.standing)


def test_a_journal_that_another_host_took_over_does_not_take_the_lease_back() -> None:
    """Law 6. B took over with epoch 2 and waits; A, whose journal ends before that, is started again: a Lease of a later epoch
    than the journal's tells of a newer journal, yet A takes it back and finishes."""
    sailed = voyage()
    sailed.sail(until="clone")
    lines = sailed.journal.lines
    sailed.stage.run(400)
    machine, outside = driven(sailed, host="elsewhere/boot-9")
    ticked(machine, outside.clock, lambda: machine.standing.epoch == 2)
    sailed.stage.run(400)

    machine, outside = driven(sailed, lines=lines)
    try:
        finish_ = until_late(machine, outside, sailed.stage.world)
    except Exception as refused:
        finish_ = refused

    assert finish_ != Over("migrated")
    assert sum(isinstance(each.event, Intended) and each.event.step != "admit" for each in sailed.journal.read()) == 2


def test_a_takeover_decided_on_an_old_look_is_refused() -> None:
    """Laws 5 and 6: TakeLease has no resourceVersion, so the effector reads the Lease anew: the owner moved it on (and has a
    call in flight) after B decided that nothing can arrive any more."""
    sailed = voyage()
    sailed.sail(until="clone")
    sailed.stage.run(400)
    world = sailed.stage.world
    owner = sailed.stage.joined("journal-1", migration=sailed.migration.id)

    class Racing:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def apply(self, effect: Any) -> Any:
            if isinstance(effect, effects.TakeLease):
                lease = owner.cluster.lease("shop", sailed.migration.lease_name)
                owner.fence.advance(replace(lease, renewed=world.now))
            return self.inner.apply(effect)

        def found(self, effect: Any) -> Any:
            return self.inner.found(effect)

    machine, _ = driven(sailed, host="elsewhere/boot-9", effector=Racing)
    for _ in range(2):
        machine.tick()

    assert machine.standing.epoch == 1


# Spurious holds on resume


@pytest.mark.parametrize("at", ["warm", "shift"])
def test_a_night_between_crash_and_resume_is_no_missed_deadline(at: str) -> None:
    """Law 10: streaks begin anew on resume, and the deadline counts from yesterday's first look: the first look of a resumed
    process holds with `probe-failed`, whatever is wrong (nothing is)."""
    sailed = voyage()
    sailed.sail(until="clone" if at == "warm" else "warm")
    machine, outside = driven(sailed)
    steps = {each.event.step for each in sailed.journal.read() if hasattr(each.event, "step")}
    ticked(machine, outside.clock, lambda: at in machine.standing.entered or at in steps)
    sailed.stage.run(36000)

    assert sailed.sail() == Over("migrated")


def test_hold_before_shift_over_night_goes_on_in_the_morning() -> None:
    """The very use of --hold-before."""
    sailed = voyage()
    sailed.sail(hold_before=("shift",))
    sailed.stage.run(36000)

    assert sailed.sail(before=lift, hold_before=("shift",)) == Over("migrated")


# Frozen processes


def test_a_process_frozen_between_look_and_intent_does_not_act_on_an_old_view() -> None:
    """Law 1, decision 0006 (`nothing is ever sent on the view of a minute ago`): the 60 s count from the intent, which is
    written after the thaw; health and witnesses have no precondition that would notice."""
    crew = Crew()
    crew.until("mark")
    crew.one.during_look = lambda: crew.world.clock.sleep(7200)

    crew.tick()

    assert not [each for each in crew.world.made if isinstance(each, effects.ChangeRecords)]


def test_a_process_frozen_between_two_sendings_does_not_send_again() -> None:
    """Law 6: a call is refused when 60 s have passed since its intent; the wrapper that sends again does not know of it."""
    crew = Crew()
    sent: list[float] = []

    class Busy:
        def apply(self, effect: Any) -> Any:
            sent.append(crew.world.clock.at)
            raise Throttled("slow down")

        def found(self, effect: Any) -> Any:
            return None

    crew.world.clock.sleep = lambda seconds: setattr(crew.world.clock, "at", crew.world.clock.at + 3600)
    with pytest.raises(Throttled):
        PatientEffector(Busy(), crew.world.clock).apply(effects.TakeLease("shop", LEASE))

    assert sent[-1] - sent[0] <= 60


# Others


def test_a_hold_written_during_a_call_does_not_lose_its_result() -> None:
    """Law 4: the result after the call. Applied misses the compare-and-set, is dropped, and the change id with it."""
    crew = Crew()
    crew.until("mark")
    crew.world.before[effects.ChangeRecords] = lambda: crew.write(events.Held("one", "operator-hold", "lunch", "a person"))

    crew.tick(2)

    assert Applied("one", {"change": "C1"}) in crew.events


def test_a_release_of_drift_is_for_that_drift_only() -> None:
    """The second time somebody sets it back, it is overwritten without a word."""
    crew = Crew()
    crew.until("one")
    crew.world.set("ZPUB", record(API))
    crew.process().tick()
    crew.process().release("a person")
    crew.tick(2)
    crew.two.verdict = None
    crew.until("two")
    crew.world.set("ZPUB", record(API))

    outcome = crew.process().tick()

    assert isinstance(outcome, Standstill), (outcome, crew.kinds()[-3:])


def test_a_throttled_look_does_not_begin_the_ttl_wait_anew() -> None:
    """Design §3 Waits: a gap in looking breaks a streak, never a TTL wait. Unknown is journalled as `insync: false`."""
    synced = lower.records.RecordsSeen((), Unknown("throttled"))

    assert lower.facts(synced) == {}


def test_a_change_id_that_route_53_forgot_does_not_stop_the_journey() -> None:
    """The port says insync raises Missing; after weeks of draining, shift's recheck never gets past it."""
    sailed = voyage(every_s=0)
    sailed.sail(until="drain")
    sailed.stage.world.route53.changes.clear()
    machine, outside = driven(sailed)

    assert until_late(machine, outside, sailed.stage.world) == Over("migrated")


def test_a_demoted_service_that_git_makes_a_load_balancer_again_is_reborn() -> None:
    """Same object, same UID: demote's most likely rebirth is the one that is not seen."""
    good = finish.Sight(
        finish.RecordsSeen(((given.CNAME, given.cname(to=given.NEW_NAME)),), ()),
        given.clone(annotations={"scheme": "internet-facing"}),
        given.service(),
        None,
        finish.Health({8080: given.targets()}),
    )
    standing = given.cloned((0.0, events.Noticed("finish", {"well": True})))

    verdict = finish.decide(given.moving(given.CNAME, retire="demote"), standing, good, given.START + 90)

    assert getattr(verdict, "code", "") == "reborn", verdict


@pytest.mark.parametrize("changes", [{"deleting": True}, {"uid": "another"}])
def test_finish_does_not_call_a_clone_done_that_is_being_deleted_or_another(changes: Any) -> None:
    clone = given.clone(annotations={"scheme": "internet-facing"}, **changes)
    good = finish.Sight(
        finish.RecordsSeen(((given.CNAME, given.cname(to=given.NEW_NAME)),), ()),
        clone,
        None,
        None,
        finish.Health({8080: given.targets()}),
    )
    standing = given.cloned((0.0, events.Noticed("finish", {"well": True})))

    verdict = finish.decide(given.moving(given.CNAME), standing, good, given.START + 90)

    assert getattr(verdict, "code", "") == "clone-changed", verdict


def test_witnesses_stay_as_last_seen_in_full_after_a_demotion() -> None:
    """Law 7: `facts` of the demoted Service overwrite them with nothing."""
    demoted = retire.Sight(given.service(spec={"type": "ClusterIP"}), (), (), False, retire.Health({}), ())

    assert retire.facts(demoted) == {}


def test_a_group_still_shown_as_attached_right_after_the_deletion_is_looked_at_again() -> None:
    """AWS's lists trail its deletions; the streak is asked only after this hold (`attached elsewhere after 0 s`)."""
    sight = sweep.Sight(None, None, (given.group("legacy"),), (), sweep.Health({}), (), given.UID)

    verdict = sweep.decide(given.migration(), given.cloned((0.0, events.Noticed("sweep", {}))), sight, given.START)

    assert type(verdict).__name__ == "Wait", verdict


def test_replies_lost_again_and_again_are_not_sent_without_a_pause() -> None:
    """Unclear, not there, sent again: no pause, no count, no person."""
    crew = Crew()
    crew.until("mark")

    def lose() -> None:
        crew.world.lost = "undone"

    outcomes = []
    for _ in range(12):
        lose()
        outcomes.append(crew.tick())

    assert any(not isinstance(each, Again) or each.after_s > 0 for each in outcomes), outcomes


ACCEPTED = given.cloned(events.Held("drain", "still-draining", "3 new flows a minute"), events.Released("a person"))


@pytest.mark.parametrize("minute", [FlowMinute(0, None, None, None), FlowMinute(0, 90000, 50000, 2)], ids=["no-point", "a-flood"])
def test_taking_some_flows_for_noise_does_not_accept_silence_or_a_flood(minute: FlowMinute) -> None:
    """Laws 1 and 3: a release of `still-draining` must not make drain Done for good, whatever flows there are."""
    from migrator.steps import drain

    verdict = drain.decide(given.migration(), ACCEPTED, drain.Sight(drain.Flows((minute,)), Unknown("")), given.START + 90000)

    assert type(verdict).__name__ != "Done", verdict
