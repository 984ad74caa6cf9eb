"""Whole journeys that meet trouble: each ends in a hold with its code, or goes on by itself; nothing is lost."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.errors import JournalError, OperatorError
from migrator.machine.tick import Over
from migrator.model.effects import TakeLease
from migrator.model.events import Applied, Intended, Noticed, Refused, Unclear
from migrator.model.waits import PROTECTED_S
from migrator.sandbox.world.route53 import RecordSet
from migrator.scheduler.run import Reached
from migrator.simulation.crashes.dying import CrashPlan
from migrator.simulation.journey import Voyage
from migrator.simulation.memory import MemoryJournal
from tests.scenario.voyages import arm, held, told, unharmed, voyage


def lift(machine: object) -> None:
    machine.release("a person")


def test_a_minute_of_throttled_route_53_costs_a_minute() -> None:
    """Looks wait, nothing is taken for absent, and the journey goes on by itself."""
    sailed = voyage()
    sailed.sail(until="admit")
    fault = arm(sailed.stage, "aws", "route53:*", "throttle", times=None, for_s=60)

    assert sailed.sail() == Over("migrated")

    assert fault.struck > 5
    unharmed(sailed)


def test_a_throttled_batch_is_intended_again_later() -> None:
    """Nothing is sent on the view of a minute ago: the intent is refused, and looked at anew."""
    sailed = voyage()
    sailed.sail(until="admit")
    arm(sailed.stage, "aws", "route53:ChangeResourceRecordSets", "throttle", times=3)

    assert sailed.sail() == Over("migrated")

    assert sum(isinstance(each.event, Refused) for each in sailed.journal.read()) == 3
    unharmed(sailed)


@pytest.mark.parametrize("step", ["lower", "shift", "finish"])
def test_a_batch_whose_reply_is_lost_is_found_not_repeated(step: str) -> None:
    """Its id is lost with the reply; the identical batch gives a new one to wait for."""
    sailed = voyage()
    before = {"lower": "admit", "shift": "warm", "finish": "sweep"}[step]
    sailed.sail(until=before)
    arm(sailed.stage, "aws", "route53:ChangeResourceRecordSets", "lose-reply")

    assert sailed.sail() == Over("migrated")

    events = [each.event for each in sailed.journal.read()]
    assert sum(isinstance(each, Unclear) for each in events) == 1
    assert [each.found for each in events if isinstance(each, Applied)].count(True) == 1
    swaps = [
        each.effect.swaps for each in events if isinstance(each, Intended) and each.step == step and hasattr(each.effect, "swaps")
    ]
    assert len(swaps) == 2
    assert all(swap.before == swap.after for swap in swaps[1])
    unharmed(sailed)


@pytest.mark.parametrize("operation", ["POST services", "DELETE services", "PATCH services", "POST leases", "DELETE leases"])
def test_a_lost_reply_of_the_api_server_repeats_nothing(operation: str) -> None:
    sailed = voyage()
    if operation == "POST services":
        sailed.sail(until="lower")  # `admit` rehearses the creation, and would not begin without an answer
    arm(sailed.stage, "kube", operation, "lose-reply")

    assert sailed.sail() == Over("migrated")

    assert sailed.end()["balancers"] == ["new"]
    unharmed(sailed)


def test_a_load_balancer_that_never_becomes_active_holds() -> None:
    sailed = voyage()
    sailed.sail(until="lower")
    sailed.stage.world.pace = replace(sailed.stage.world.pace, provision_s=(1e6, 1e6))

    hold = held(sailed.sail(), "balancer-never-active")

    assert "provisioning" in hold.reason
    assert sailed.back() == Over("rolled-back")
    unharmed(sailed)


def test_a_load_balancer_that_fails_holds_or_turns_back_as_the_plan_says() -> None:
    for on_failure in ("hold", "rollback"):
        sailed = voyage()
        sailed.migration = replace(sailed.migration, on_failure=on_failure)
        sailed.sail(until="lower")
        arm(sailed.stage, "aws", "elbv2:provision", "fail")

        finish = sailed.sail()

        if on_failure == "hold":
            held(finish, "balancer-failed")
        else:
            assert finish == Over("rolled-back")
            assert sailed.end()["balancers"] == ["legacy"]
        unharmed(sailed)


def test_targets_that_never_become_healthy_hold_and_resume_mends() -> None:
    """After the cause is mended the same command goes on."""
    sailed = voyage()
    sailed.sail(until="lower")
    arm(sailed.stage, "lbc", "bind-targets", "fail", times=None)

    hold = held(sailed.sail(), "targets-never-healthy")
    assert hold.do

    sailed.stage.world.faults.clear()
    sailed.stage.run(600)
    assert sailed.sail(before=lift) == Over("migrated")
    unharmed(sailed)


@pytest.mark.parametrize("after", ["lower", "clone", "shift", "settle", "drain"])
def test_a_record_edited_by_somebody_else_is_never_overwritten(after: str) -> None:
    sailed = voyage()
    sailed.sail(until=after)
    world, zone = sailed.stage.world, sailed.stage.estate.public_zone
    theirs = RecordSet(name="api.example.com.", type="CNAME", ttl=42, values=("other.example.net.",))
    world.route53.change(zone.id, [("UPSERT", theirs)])

    finish = sailed.sail()

    assert held(finish, "record-edited").seen
    assert theirs in world.route53.record_sets(zone.id)
    assert [each for each in told(sailed, Intended) if each.startswith("retire")] == []


def test_a_foreign_edit_is_shown_on_the_way_back_too() -> None:
    """Law 8: a foreign edit since is refused and shown."""
    sailed = voyage()
    sailed.sail(until="shift")
    world, zone = sailed.stage.world, sailed.stage.estate.public_zone
    theirs = RecordSet(name="api.example.com.", type="CNAME", ttl=42, values=("other.example.net.",))
    world.route53.change(zone.id, [("UPSERT", theirs)])

    held(sailed.back(), "record-edited")

    assert theirs in world.route53.record_sets(zone.id)


def test_the_controller_not_installed_is_refused_before_anything() -> None:
    sailed = voyage()
    sailed.stage.world.kube.delete("Deployment", "kube-system", "aws-load-balancer-controller")
    sailed.stage.run(60)

    held(sailed.sail(), "no-controller")

    assert sailed.journal.read() == ()


def test_a_balancer_already_tagged_for_the_clone_is_never_adopted() -> None:
    sailed = voyage()
    world = sailed.stage.world
    lb = world.elb.balancers[sailed.stage.legacy.balancer]
    tags = {"elbv2.k8s.aws/cluster": world.cluster, "service.k8s.aws/stack": "shop/web-lbc"}
    world.elb.create_load_balancer("stranger", "internal", [each.subnet_id for each in lb.zones], tags=tags)

    held(sailed.sail(), "stack-taken")

    assert sailed.journal.read() == ()


def test_legacy_without_a_healthy_target_is_not_migrated() -> None:
    sailed = voyage(every_s=0)
    sailed.stage.world.workloads.scale("shop", "web", 0)
    sailed.stage.run(600)

    held(sailed.sail(), "legacy-unhealthy")

    assert sailed.journal.read() == ()


def test_a_changed_service_makes_the_plan_stale() -> None:
    sailed = voyage()
    patch = {
        "metadata": {"annotations": {"service.beta.kubernetes.io/aws-load-balancer-cross-zone-load-balancing-enabled": "true"}}
    }
    sailed.stage.world.kube.patch("Service", "shop", "web", patch)

    hold = held(sailed.sail(), "plan-stale")

    assert any("cross-zone" in line for line in hold.seen)


def test_two_machines_never_act_on_one_service() -> None:
    """The second machine has no journal of its own, and finds the Lease of the first."""
    sailed = voyage()
    sailed.sail(until="clone")
    second = Voyage.__new__(Voyage)
    second.__dict__.update(sailed.__dict__, journal=MemoryJournal())

    hold = held(second.sail(host="elsewhere/boot-9"), "foreign-lease")

    assert "another machine" in hold.reason
    assert sailed.sail() == Over("migrated")


def test_a_lost_journal_is_refused_with_what_was_found() -> None:
    sailed = voyage()
    sailed.sail(until="clone")
    lines = sailed.journal.lines
    sailed.journal = MemoryJournal()

    held(sailed.sail(), "journal-lost")

    sailed.journal = MemoryJournal(lines)
    assert sailed.sail() == Over("migrated")


def test_an_old_copy_of_the_journal_does_not_act() -> None:
    """The Lease is ahead of it."""
    sailed = voyage()
    sailed.sail(until="lower")
    lines = sailed.journal.lines
    sailed.sail(until="shift")
    sailed.journal = MemoryJournal(lines)

    held(sailed.sail(), "journal-behind")


def test_a_forked_journal_does_not_act() -> None:
    """It has as many lines as the one that acted last, but not the same ones."""
    sailed = voyage()
    sailed.sail(until="lower")
    lines = sailed.journal.lines
    sailed.sail(until="clone")
    forked = MemoryJournal(lines)
    for _ in range(30):
        forked.append(Noticed("clone", {}), at=sailed.stage.world.now, after=len(forked.read()))
    sailed.journal = forked

    with pytest.raises(JournalError) as refused:
        sailed.sail()

    assert refused.value.code == "journal-behind"


def test_a_journal_that_moved_to_another_boot_waits_before_it_takes_over() -> None:
    """Until no call of the old process can still arrive."""
    sailed = voyage()
    sailed.sail(CrashPlan(point=12, how="after"))
    at = sailed.stage.world.now
    renewed = sailed.stage.world.kube.list("Lease")

    assert sailed.sail(host="virtual/boot-2") == Over("migrated")

    taken = [each for each in sailed.journal.read() if isinstance(each.event, Applied) and each.event.result.get("epoch") == "2"]
    assert len(taken) == 1
    assert renewed
    assert taken[0].at >= at
    unharmed(sailed)


def test_a_lease_removed_by_hand_is_set_again() -> None:
    sailed = voyage()
    sailed.sail(until="clone")
    for lease in sailed.stage.world.kube.list("Lease"):
        if lease["metadata"]["name"].startswith("migrate-"):
            sailed.stage.world.kube.delete("Lease", lease["metadata"]["namespace"], lease["metadata"]["name"])

    assert sailed.sail() == Over("migrated")
    unharmed(sailed)


def test_a_lease_taken_by_another_stops_a_running_one() -> None:
    sailed = voyage()
    sailed.sail(until="clone")
    world = sailed.stage.world
    lease = next(each for each in world.kube.list("Lease") if each["metadata"]["name"].startswith("migrate-"))
    changed = {key: value.replace("journal-1", "journal-x") for key, value in lease["metadata"]["annotations"].items()}
    patch = {"metadata": {"annotations": changed}, "spec": {"holderIdentity": "journal-x"}}
    world.kube.patch("Lease", lease["metadata"]["namespace"], lease["metadata"]["name"], patch)

    try:
        held(sailed.sail(), "journal-lost")
    except OperatorError as refused:
        assert refused.code == "foreign-lease"
    assert [each for each in told(sailed, Intended) if each.startswith("shift")] == []


def test_hold_before_a_step_waits_for_a_release() -> None:
    sailed = voyage()

    held(sailed.sail(hold_before=("shift",)), "hold-before")
    held(sailed.sail(hold_before=("shift",)), "hold-before")

    assert sailed.sail(before=lift, hold_before=("shift",)) == Over("migrated")


def test_a_process_that_died_in_retire_goes_on_much_later() -> None:
    """Legacy is gone by then, and nobody can look at its flows any more."""
    sailed = voyage()
    sailed.sail(until="drain")
    assert sailed.sail(CrashPlan(point=1, how="after", kind="effect")) is None
    sailed.stage.run(3600)

    assert sailed.sail() == Over("migrated")
    unharmed(sailed)


def test_past_the_point_of_no_return_nothing_leads_back() -> None:
    sailed = voyage()
    sailed.sail(until="retire")

    with pytest.raises(OperatorError) as refused:
        sailed.back()

    assert refused.value.code == "past-no-return"
    assert sailed.sail() == Over("migrated")


def test_a_new_balancer_that_gets_sick_after_the_shift_turns_back_where_the_plan_says_so() -> None:
    """Clients of the new load balancer lose what its targets lose, which is not ours; nothing goes onward."""
    sailed = voyage(every_s=0)
    sailed.migration = replace(sailed.migration, on_failure="rollback")
    sailed.sail(until="shift")
    new = next(each for each in sailed.stage.world.elb.balancers.values() if each.name.startswith("k8s-"))
    for group in sailed.stage.world.elb.groups_of(new.arn):
        sailed.stage.world.elb.deregister_targets(group.arn, list(group.targets))

    assert sailed.sail() == Over("rolled-back")

    assert sailed.end()["balancers"] == ["legacy"]


def test_what_still_comes_after_a_day_is_asked_about() -> None:
    """Scanners knock for ever: a person says that they are noise, and nobody else does."""
    sailed = voyage()
    sailed.stage.scan(every_s=20)

    hold = held(sailed.sail(), "still-draining")

    assert "new flows a minute" in hold.reason
    assert "new load balancer" in hold.reason
    assert sailed.sail(before=lift) == Over("migrated")
    unharmed(sailed)


def test_a_client_that_asks_seldom_is_not_cut_off_by_a_rollback() -> None:
    """The window of flows ends minutes ago: from before the shift it shows a new load balancer that nobody knew yet."""
    sailed = voyage(every_s=40.0)
    sailed.sail(until="settle")

    assert sailed.back() == Over("rolled-back")

    sailed.stage.run(600)
    unharmed(sailed)


def test_a_stubborn_client_is_waited_for() -> None:
    """Drain is judged by flows, never by TTLs."""
    sailed = voyage()
    sailed.sail(until="settle")
    world, legacy = sailed.stage.world, sailed.stage.legacy
    address = next(iter(world.elb.balancers[legacy.balancer].zones)).address
    ends = world.now + 7200

    def knock() -> None:
        flow = world.network.connect("127.10.250.9", address, legacy.port)
        if hasattr(flow, "lb_arn"):
            world.network.close(flow)
        if world.now < ends:
            world.after(30, knock)

    knock()
    began = world.now
    assert sailed.sail(until="drain") == Reached("drain")

    assert world.now - began > 7200


@pytest.mark.parametrize("way", ["sweep", "back"])
def test_another_host_takes_the_lease_over_before_any_call(way: str) -> None:
    """Found by a checker: past `retire`, and on the way back, nobody asked whose host the Lease names."""
    sailed = voyage()
    sailed.sail(until="sweep" if way == "sweep" else "shift")
    mine = [each for each in sailed.journal.read() if isinstance(each.event, Intended)]

    ended = sailed.sail(host="virtual/boot-2") if way == "sweep" else sailed.back(host="virtual/boot-2")

    assert ended == Over("migrated" if way == "sweep" else "rolled-back")
    intents = [each for each in sailed.journal.read() if isinstance(each.event, Intended)]
    first = intents[len(mine)].event
    assert isinstance(first, Intended) and isinstance(first.effect, TakeLease) and first.effect.takeover
    assert intents[len(mine)].at - mine[-1].at >= PROTECTED_S
    unharmed(sailed)
