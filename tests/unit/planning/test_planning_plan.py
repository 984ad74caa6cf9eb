"""A whole plan: what stops it, what is asked, what it says of itself; the same inputs give the same bytes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import Conflict, Denied, OperatorError, Rejected, Unreachable
from migrator.model.cluster import MARK, Reader
from migrator.model.migration import Migration, content_digest, identity
from migrator.model.records import RecordSet
from migrator.model.waits import SANDBOX
from migrator.planning.plan import plan
from migrator.planning.retirement import retirement
from migrator.planning.rivals import Rival
from migrator.planning.write import render
from migrator.steps import ORDER


def ids(plan: Migration) -> list[str]:
    return [f"{each.severity} {each.id}" for each in plan.findings]


def asked(plan: Migration) -> list[str]:
    return [each.id for each in plan.decisions]


def test_a_plain_service_is_ready(world: Any, build: SimpleNamespace) -> None:
    made = world.plan()

    assert made.readiness == "READY"
    assert made.id == identity("kube-system-uid", build.UID, build.ARN)
    assert made.digest == content_digest(made)
    assert (made.service, made.new.name, made.retire, made.on_failure) == ("shop/web", "web-lbc", "delete", "hold")
    assert made.new.manifest["metadata"]["annotations"][MARK] == made.id
    assert [move.moving_ttl_s for move in made.dns.moves] == [None, None, 60]
    assert ids(made) == ["note noise"]


def test_the_same_inputs_give_the_same_bytes(build: SimpleNamespace) -> None:
    assert render(build.World().plan()) == render(build.World().plan())


def test_the_steps_are_those_of_the_journey_with_the_point_of_no_return(world: Any) -> None:
    steps = world.plan().steps

    assert [each.name for each in steps] == [each.NAME for each in ORDER]
    assert [each.name for each in steps if each.past_return] == ["retire"]
    assert [each.name for each in steps if each.longest_s is None] == ["drain"]
    assert all(each.longest_s is None or each.shortest_s <= each.longest_s for each in steps)


@pytest.mark.parametrize(
    ("sets", "lower", "settle"),
    [
        pytest.param(lambda b: (b.cname(ttl_s=3600),), (3600, 3660), 120, id="a-long-ttl-runs-out-first"),
        pytest.param(lambda b: (b.cname(ttl_s=30),), (0, 0), 90, id="a-short-ttl-stays"),
        pytest.param(lambda b: (b.alias(),), (0, 0), 120, id="an-alias-has-sixty-seconds"),
    ],
)
def test_estimates_come_from_the_record_s_ttl(world: Any, build: SimpleNamespace, sets: Any, lower: Any, settle: int) -> None:
    world.sets["Z0PUBLIC"] = sets(build)
    world.asked = ()

    steps = {each.name: each for each in world.plan().steps}

    assert (steps["lower"].shortest_s, steps["lower"].longest_s) == lower
    assert (steps["settle"].shortest_s, steps["settle"].longest_s) == (settle, settle + 60)


def test_without_anything_to_move_nothing_is_waited_for(world: Any) -> None:
    world.sets["Z0PUBLIC"] = ()
    world.lb_groups = ()

    steps = {each.name: each for each in world.plan(waits=SANDBOX).steps}

    assert [steps[name].longest_s for name in ("lower", "shift", "settle")] == [0, 0, 0]
    assert steps["warm"].shortest_s == 1.0


def test_a_record_set_that_is_routed_stops_the_plan(world: Any, build: SimpleNamespace) -> None:
    world.sets["Z0PUBLIC"] = (build.cname(SetIdentifier="blue", Weight="1"), build.alias(Failover="PRIMARY"))

    made = world.plan()

    assert made.readiness == "BLOCKED"
    assert ids(made)[:2] == [
        "blocked routing/Z0PUBLIC/example.com./A",
        "blocked routing/Z0PUBLIC/shop.example.com./CNAME/blue",
    ]
    assert "routed by SetIdentifier blue, Weight 1" in made.findings[1].seen
    assert made.dns.moves == ()
    assert asked(made) == []


def test_a_long_ttl_and_a_follower_are_notes(world: Any, build: SimpleNamespace) -> None:
    world.sets["Z0PUBLIC"] = (
        build.cname(ttl_s=172800),
        build.cname("www.example.com.", "shop.example.com"),
        build.alias("x.example.com.", goal="www.example.com."),
    )

    made = world.plan()

    assert ids(made) == [
        "note follows/Z0PUBLIC/www.example.com./CNAME",
        "note follows/Z0PUBLIC/x.example.com./A",
        "note long-ttl/Z0PUBLIC/shop.example.com./CNAME",
        "note noise",
    ]
    assert len(made.dns.moves) == 1


def test_zones_that_could_not_be_read_are_a_decision(world: Any, build: SimpleNamespace) -> None:
    world.sets["Z0PRIVATE"] = build.DENIED

    made = world.plan()

    assert made.readiness == "DECISION"
    assert asked(made) == ["unread-zones"]
    assert "internal.example. Z0PRIVATE" in made.decisions[0].question
    assert made.dns.unread[0].why == "not allowed to list"


def test_no_record_in_zones_nobody_could_list_is_asked_twice(world: Any, build: SimpleNamespace) -> None:
    world.zone_list = build.DENIED

    made = world.plan()

    assert asked(made) == ["unread-zones", "no-record"]
    assert "all zones" in made.decisions[0].question
    assert "in any zone that could be read" in made.decisions[1].question


def test_no_record_at_all_is_a_decision(world: Any) -> None:
    world.sets["Z0PUBLIC"] = ()

    made = world.plan()

    assert asked(made) == ["no-record"]
    assert made.open_decisions == made.decisions


def test_a_name_that_external_dns_writes_stops_the_plan(world: Any) -> None:
    world.sets["Z0PUBLIC"] += (RecordSet("cname-shop.example.com.", "TXT", 300, ('"heritage=external-dns"',)),)

    made = world.plan()

    assert made.readiness == "BLOCKED"
    assert ids(made)[0] == "blocked external-dns/Z0PUBLIC/shop.example.com./cname-shop.example.com."


def test_readers_in_the_cluster_make_retire_a_decision_that_keeps_the_name(world: Any) -> None:
    world.reader_list = (Reader("Ingress/shop/front", "backend"),)

    made = world.plan()

    assert made.readiness == "READY_WITH_CHANGES"
    assert (made.retire, made.retirement) == ("demote", "demote")
    assert made.decisions[0].options == ("demote", "delete")
    assert next(each.does for each in made.steps if each.name == "retire") == "make the legacy Service ClusterIP"


def test_unread_readers_are_taken_for_readers(world: Any, build: SimpleNamespace) -> None:
    world.reader_list = build.DENIED

    assert "could not be read (not allowed to list)" in world.plan().decisions[0].question


def test_many_readers_are_counted() -> None:
    proposal, (decision,) = retirement("shop/web", tuple(Reader(f"Ingress/shop/{at}", "backend") for at in range(7)))

    assert proposal == "demote"
    assert decision.question.count("backend") == 5
    assert "and 2 more" in decision.question


def test_a_failed_check_stops_the_plan(world: Any) -> None:
    world.healthy = False

    made = world.plan()

    assert ids(made)[0] == "blocked check/health"
    assert "0 of 1 targets" in made.findings[0].seen
    assert "i-0a1:31080 unhealthy" in made.findings[0].seen


def test_a_check_that_could_not_look_is_a_decision(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: str) -> None:
        raise Denied("may not describe load balancers")

    monkeypatch.setattr(world, "stacked", denied)

    made = world.plan()

    assert made.readiness == "DECISION"
    assert asked(made) == ["check-stack"]
    assert "may not describe load balancers" in made.decisions[0].question


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        pytest.param(Rejected("spec.ports[0] is odd"), "blocked check/rehearsal", id="rejected"),
        pytest.param(Conflict("already exists"), "blocked check/rehearsal", id="taken"),
        pytest.param({"annotations": {MARK: "other"}}, "blocked check/rehearsal", id="changed-annotation"),
        pytest.param({"spec": {"loadBalancerClass": "other"}}, "blocked check/rehearsal", id="changed-class"),
    ],
)
def test_what_the_server_would_not_take_as_it_is_stops_the_plan(world: Any, answer: Any, finding: str) -> None:
    world.rehearsal = answer

    made = world.plan()

    assert made.readiness == "BLOCKED"
    assert ids(made)[0] == finding


def test_a_rehearsal_that_is_not_allowed_is_a_decision(world: Any) -> None:
    world.rehearsal = Denied("may not create services")

    assert asked(world.plan()) == ["check-rehearsal"]


def test_a_rehearsal_without_an_answer_is_a_decision_too(world: Any) -> None:
    """Unknown is never taken for a yes."""
    world.rehearsal = Unreachable("connection refused")

    assert asked(world.plan()) == ["check-rehearsal"]


def test_the_clone_of_an_interrupted_run_is_planned_again_under_its_name(world: Any, build: SimpleNamespace) -> None:
    """A plan that is made again after a kill must not make a second clone."""
    id = identity("kube-system-uid", build.UID, build.ARN)
    world.services[("shop", "web-lbc")] = build.service(name="web-lbc", annotations={MARK: id})
    world.rehearsal = Conflict("already exists")

    made = world.plan()

    assert made.new.name == "web-lbc"
    assert made.readiness == "READY"


def test_a_name_that_is_taken_is_passed_over(world: Any, build: SimpleNamespace) -> None:
    world.services[("shop", "web-lbc")] = build.service(name="web-lbc")

    assert world.plan().new.name == "web-lbc2"


def test_a_name_that_was_asked_for_is_taken(world: Any) -> None:
    assert world.plan(clone_name="front").new.name == "front"


def test_no_free_name_is_refused(world: Any, build: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "service", lambda namespace, name: build.service(name=name))

    with pytest.raises(OperatorError, match="no name is free") as caught:
        world.plan()

    assert caught.value.code == "clone-exists"


def test_scanners_are_no_matter_inside_or_with_a_figure(world: Any, build: SimpleNamespace) -> None:
    assert ids(world.plan(waits=replace(SANDBOX, noise_flows_per_min=3))) == []

    world.lb = build.balancer(scheme="internal")
    assert ids(world.plan()) == []


def test_a_warning_is_worth_reading(world: Any, build: SimpleNamespace) -> None:
    world.services[("shop", "web")] = build.service(owners=("Gateway/x",))

    assert world.plan().readiness == "READY_WITH_CHANGES"


def test_plans_that_move_the_same_are_refused_with_both_files(world: Any, build: SimpleNamespace) -> None:
    mine = world.plan()
    other = replace(mine, id="m-other")
    rivals = (Rival("a.yaml", mine), Rival("b.yaml", replace(other, dns=replace(mine.dns, moves=()))))

    with pytest.raises(OperatorError) as caught:
        plan("shop", "web", world.outside(), world, file="plans/web.yaml", rivals=rivals)

    assert caught.value.code == "plan-conflict"
    assert "plans/web.yaml" in caught.value.message
    assert "b.yaml" in caught.value.message
    assert caught.value.seen == (f"load balancer {build.ARN}",)
