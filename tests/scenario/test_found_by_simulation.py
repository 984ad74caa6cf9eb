"""What drawn journeys found, each as the shortest journey that shows it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from migrator.errors import JournalError, OperatorError
from migrator.machine.tick import Over, Standstill
from migrator.model.effects import DeleteService, DisableDeletionProtection, Effect, EnableDeletionProtection, Result
from migrator.model.events import Intended
from migrator.planning.plan import Wishes
from migrator.ports.doing import Clock, Effector
from migrator.scheduler.run import Reached
from migrator.simulation.crashes.by_hand import begun_anew
from migrator.simulation.crashes.crash_points import Point, Sweep, Way
from migrator.simulation.crashes.dying import Crash, CrashPlan
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import Name, stage
from migrator.simulation.traveller import Told, Traveller
from migrator.simulation.troubles.mix import Death, Mix
from migrator.simulation.troubles.trouble import Blow, Trouble
from tests.scenario.sailing import driven, until_late

ELSEWHERE = "virtual/boot-2"
PROTECTION = "deletion_protection.enabled"


def pair() -> Voyage:
    return Voyage(stage(seed=7, every_s=60.0), promises=True)


@pytest.mark.parametrize("way", [Way(host=ELSEWHERE), Way(host=ELSEWHERE, back_at_once=True)], ids=["forward", "back"])
def test_a_machine_that_rebooted_before_it_heard_of_its_mark_goes_on(way: Way) -> None:
    """The Lease was created, its outcome never written, and the next process runs under another boot id.

    It was held with `journal-behind`, for a mark that is its own, and nothing but removing the Lease by hand helped.
    """
    arrival = Sweep(pair, way).judged(Point("effect", 1, "after"))

    assert arrival.struck == 1
    assert arrival.breaches == ()


def test_a_machine_that_rebooted_before_it_heard_that_it_took_over_goes_on() -> None:
    """As above for a Lease that was taken over on the way: nobody was told which epoch it is in."""
    sailed = pair()
    sailed.sail(until="clone")

    assert sailed.sail(CrashPlan(1, "after", "effect"), host=ELSEWHERE) is None
    assert sailed.sail(host="virtual/boot-3") == Over("migrated")
    assert sailed.breaches == ()


def test_a_journal_that_vanishes_during_a_call_is_not_begun_anew() -> None:
    """Its directory was cleaned up while AWS was at work: what came of the call would have begun a second journal."""
    sailed = pair()
    sailed.sail(until="warm")

    class Cleaned:
        """Whose call outlives the journal."""

        def __init__(self, inner: Effector) -> None:
            self.inner, self.found = inner, inner.found

        def apply(self, effect: Effect) -> Result:
            result = self.inner.apply(effect)
            sailed.journal.__init__()
            return result

    machine, outside = driven(sailed, effector=Cleaned)
    with pytest.raises(JournalError) as caught:
        until_late(machine, outside, sailed.stage.world)

    assert caught.value.code == "journal-lost"
    assert sailed.journal.read() == ()


def test_a_journal_lost_for_good_is_begun_anew_with_the_same_clone() -> None:
    """What `journal-lost` advises ended at `stack-taken`: the clone's own load balancer was taken for a stranger's."""
    sailed = pair()
    sailed.sail(until="shift")
    kube = sailed.stage.world.kube
    clone = kube.get("Service", "shop", "web-lbc")["metadata"]["uid"]
    sailed.lose_journal()
    refused = sailed.sail()
    assert isinstance(refused, Standstill) and refused.code == "journal-lost"
    assert "set every record set back as the plan lists it" in refused.do

    begun_anew(sailed)

    assert sailed.sail() == Over("migrated")
    assert kube.get("Service", "shop", "web-lbc")["metadata"]["uid"] == clone
    assert sailed.breaches == ()


def protected(wishes: Wishes | None = None) -> Voyage:
    """Legacy's load balancer is protected from deletion."""
    staged = stage(seed=7, every_s=60.0)
    staged.world.elb.set_load_balancer_attributes(staged.legacy.balancer, {PROTECTION: "true"})
    return Voyage(staged, wishes, promises=True)


def intents(sailed: Voyage) -> list[Intended]:
    """Every call that was intended, in order."""
    return [each.event for each in sailed.entries if isinstance(each.event, Intended)]


def beset(*troubles: Trouble, wishes: Wishes | None = None, back_from: str = "", **setting: Any) -> Told:
    """A journey over these troubles, with an operator who mends and goes on."""
    sailed = Voyage(stage(seed=7, **{"every_s": 60.0, **setting}), wishes, promises=True)
    return Traveller(sailed, Mix(7, back_from, troubles)).travelled()


def test_a_record_set_that_is_reverted_over_and_over_holds() -> None:
    """Lower and a reconciler changed it in turns for ever, a batch every two minutes."""
    told = beset(Trouble("record-reverted", step="lower", deed="record-reverted"), names=(Name("api.example.com."),))

    assert (told.outcome, told.breaches) == ("migrated", ())
    assert told.holds == {"record-edited": 1}


def test_a_record_set_that_is_back_as_it_was_listed_stays_on_the_way_back() -> None:
    """A reconciler had put it back, TTL and all, which is where the way leads: it was held as edited, for a person to set its
    TTL for moving once more."""
    trouble = Trouble("record-reverted", step="shift", at_s=120.0, deed="record-reverted")
    told = beset(trouble, names=(Name("api.example.com."),), back_from="shift")

    assert (told.outcome, told.breaches, told.holds) == ("rolled-back", (), {})


def test_a_clock_that_is_off_holds_in_the_last_step_too() -> None:
    """A process that started at `finish` did not look at the clock any more: an hour off, its waits were an hour off."""
    sailed = Voyage(stage(seed=7, every_s=60.0), promises=True)
    assert sailed.sail(until="sweep") == Reached("sweep")
    machine, outside = driven(sailed, clock=lambda inner: Off(inner, -4000.0))

    stopped = until_late(machine, outside, sailed.stage.world)

    assert isinstance(stopped, Standstill)
    assert (stopped.code, machine.standing.held and machine.standing.held.step) == ("clock-skew", "finish")
    assert sailed.sail(before=lambda machine: machine.release("a person")) == Over("migrated")


class Off:
    """A clock that is off by so many seconds."""

    def __init__(self, inner: Clock, off_s: float) -> None:
        self._inner, self._off_s = inner, off_s

    def now(self) -> float:
        return self._inner.now() + self._off_s

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


def test_an_answer_that_others_brought_back_runs_out_of_caches_before_legacy_goes() -> None:
    """During settle a reconciler set a record set back to legacy with its TTL of an hour. A person set it right and went on,
    and the waits counted from the shift: legacy would have gone while caches still led to it."""
    trouble = Trouble("record-reverted", step="drain", at_s=900.0, deed="record-reverted")
    told = beset(trouble, names=(Name("api.example.com.", ttl_s=3600),), every_s=0.0)

    assert (told.outcome, told.breaches) == ("migrated", ())
    assert told.holds == {"record-edited": 1}


def test_a_change_that_never_becomes_insync_holds() -> None:
    """It was waited for without an end. Running again makes the identical change once more, under an id that can be seen."""
    told = beset(Trouble("insync-never", step="warm", blows=(Blow("aws", "route53:propagate", "stop", 1),)))

    assert (told.outcome, told.breaches) == ("migrated", ())
    assert told.holds == {"change-pending": 1}


@pytest.mark.parametrize("place", ["sleep", "fence", "intent"])
def test_a_process_that_wakes_after_another_host_s_rollback_does_not_act(place: str) -> None:
    """The Lease was gone with the journey: the frozen process took it for removed by hand, set it again and went on moving."""
    told = beset(Trouble("outlived", step="lower", deed=f"outlived-{place}", amount=70.0))

    assert (told.outcome, told.breaches) == ("rolled-back", ())


def test_a_mark_that_is_set_again_counts_on() -> None:
    """A person had removed our mark, and another host, with a copy of the journal, set it again: at epoch 1, as it had been.
    The process that was stopped meanwhile took it for its own, and took the journey back from that host."""
    broken = Trouble("lease-broken", at_s=1.0, for_s=100.0, deed="lease-broken")
    overtaken = Trouble("overtaken", at_s=130.0, deed="overtaken-sleep", amount=5.0)
    sailed = pair()
    sailed.late = 12.0

    told = Traveller(sailed, Mix(5, troubles=(broken, overtaken))).travelled()  # 5: the other host stops again at `warm`

    assert (told.outcome, told.breaches, told.kinds) == ("migrated", (), ("lease-broken", "overtaken"))


def test_a_frozen_process_leaves_another_host_s_mark_alone_where_it_never_heard_of_its_own() -> None:
    """Its first mark was lost with the process before it. Frozen over the second one, it woke, took the mark that another host
    had set meanwhile for its own, and that host was told that its journal was an old copy."""
    overtaken = Trouble("overtaken", deed="overtaken-intent", amount=4000.0)
    deaths = (Death("effect", 1, "before", 600.0, reboot=True),)
    sailed = Voyage(stage(seed=7, every_s=60.0, names=(Name("example.com.", alias=True),)), promises=True)

    # 5: the other host stops again after `lower`, which has nothing to do here.
    told = Traveller(sailed, Mix(5, troubles=(overtaken,), deaths=deaths)).travelled()

    assert (told.outcome, told.breaches, told.kinds) == ("migrated", (), ("overtaken",))


def test_target_groups_that_legacy_s_controller_exchanges_are_followed() -> None:
    """Somebody changed the legacy Service's health check and changed it back. Its controller exchanged the target groups; the
    way back waited for ever for those that the plan lists."""
    told = beset(Trouble("service-checks-edited", step="settle", deed="service-checks-edited"), every_s=0.0)

    assert (told.outcome, told.breaches) == ("rolled-back", ())


def test_a_clone_that_others_delete_is_rolled_back_where_the_plan_says_so() -> None:
    """Names led to a load balancer that was going, and the journey held, whatever `on_failure` said."""
    told = beset(Trouble("clone-deleted", step="settle", at_s=30.0, deed="clone-deleted"), wishes=Wishes(on_failure="rollback"))

    assert (told.outcome, told.breaches, told.holds) == ("rolled-back", (), {})


@pytest.mark.parametrize(("on_failure", "holds"), [("rollback", {}), ("hold", {"clone-changed": 1})])
def test_a_clone_that_others_delete_once_protection_is_off_is_rolled_back(on_failure: Any, holds: dict[str, int]) -> None:
    """Taking deletion protection off legacy counted as past return: rollback was refused while legacy still served, and it was
    held for ever, with names leading nowhere."""
    sailed = protected(Wishes(on_failure=on_failure))
    legacy = sailed.stage.world.elb.balancers[sailed.stage.legacy.balancer]
    before, trouble = sailed.end(), Trouble("clone-deleted", step="retire", deed="clone-deleted")

    traveller = Traveller(sailed, Mix(7, "", (trouble,)))
    sailed.sail(until="drain")
    assert sailed.sail(CrashPlan(1, "after", "effect")) is None
    sailed.stage.run(1)

    told = traveller.travelled()

    calls = [each.effect for each in intents(sailed)]
    assert (told.outcome, told.breaches, told.holds) == ("rolled-back", (), holds)
    assert DisableDeletionProtection(legacy.arn) in calls
    assert EnableDeletionProtection(legacy.arn) in calls
    assert legacy.attributes[PROTECTION] == "true"
    assert sailed.end() == before


@pytest.mark.parametrize("how", ["before", "lost"])
def test_a_delete_whose_answer_never_came_leads_back_no_more(how: str) -> None:
    """Protection is off, and the Service may be gone or may go yet: it goes on."""
    sailed = protected()
    assert sailed.sail(until="drain") == Reached("drain")
    machine, _ = sailed.process(CrashPlan(2, how, "effect"))
    with suppress(Crash):
        while not any(isinstance(each.effect, DeleteService) for each in intents(sailed)):
            machine.tick()

    with pytest.raises(OperatorError) as refused:
        sailed.back()

    assert refused.value.code == "past-no-return"
    assert sailed.sail() == Over("migrated")
    assert sailed.breaches == ()


def test_a_lost_delete_leads_back_once_the_service_was_edited() -> None:
    """The process died over the delete, and an edit of the health checks exchanged legacy's target group for one that no plan
    names: `retire` held for ever, and rollback was refused, for a delete that the edit had made impossible."""
    deaths = (Death("effect", 4, "before", 3600.0, reboot=False),)
    edited = Trouble("service-checks-edited", at_s=1700.0, deed="service-checks-edited")
    sailed = Voyage(stage(seed=7, names=(Name("example.com.", alias=True),), every_s=600.0), promises=True)

    told = Traveller(sailed, Mix(7, troubles=(edited,), deaths=deaths)).travelled()

    assert (told.outcome, told.breaches, told.holds) == ("rolled-back", (), {"witness-missing": 3})


@pytest.mark.parametrize(("step", "at_s"), [("lower", 241.0), ("clone", 1.0), ("warm", 1.0), ("settle", 1.0), ("drain", 1.0)])
def test_what_a_person_set_right_is_waited_for_until_every_name_server_has_it(step: str, at_s: float) -> None:
    """A reconciler had written the listed TTL again, and the change with which a person mended that took Route 53 an hour.
    Caches were taken to forget from a minute after the release on: legacy was retired while some still led there."""
    slow = Blow("aws", "route53:propagate", "slow", times=1, delay_s=3000.0)
    reverted = Trouble("record-reverted", step=step, deed="record-reverted")
    late = Trouble("insync-late", step=step, blows=(slow,), at_s=at_s)

    told = beset(reverted, late, names=(Name("api.example.com.", ttl_s=3600),), every_s=0.0)

    assert (told.outcome, told.breaches, told.holds["record-edited"]) == ("migrated", (), 1)


def test_a_host_whose_clock_is_off_takes_nothing_over() -> None:
    """The machine rebooted before it heard of its mark, and came up with a clock 700 s ahead: it took over at once, as if the
    time in which a call of the boot before may still arrive had passed."""
    deaths = (Death("effect", 1, "after", 30.0, reboot=True),)
    off = Trouble("clock-off", at_s=10.0, for_s=1500.0, deed="clock-off", amount=700.0)
    sailed = pair()

    told = Traveller(sailed, Mix(7, troubles=(off,), deaths=deaths)).travelled()

    assert (told.outcome, told.breaches, told.holds) == ("migrated", (), {"clock-skew": 1})


def test_a_host_whose_clock_is_let_pass_takes_nothing_over_early() -> None:
    """As above, 4.5 s ahead: that is little enough to go on with, and the time was short by as much."""
    deaths = (Death("effect", 1, "after", 30.0, reboot=True),)
    off = Trouble("clock-off", at_s=10.0, for_s=1500.0, deed="clock-off", amount=4.5)

    told = Traveller(pair(), Mix(7, troubles=(off,), deaths=deaths)).travelled()

    assert (told.outcome, told.breaches, told.holds) == ("migrated", (), {})


def test_a_process_that_was_stopped_meets_who_went_on_meanwhile_though_it_has_nothing_to_do() -> None:
    """Frozen over its intent, it woke when another host had moved the record set: it took that for done, made no call, and waited
    for ever for name servers that never heard of the change."""
    never = Trouble("insync-never", step="admit", blows=(Blow("aws", "route53:propagate", "stop", times=1),))
    overtaken = Trouble("overtaken", step="warm", deed="overtaken-intent", amount=70.0)

    told = beset(never, overtaken, names=(Name("api.example.com.", ttl_s=60),))

    assert (told.outcome, told.breaches, told.kinds) == ("migrated", (), ("insync-never", "overtaken"))
