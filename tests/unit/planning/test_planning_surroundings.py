"""What goes with the Service, who still reads it, and who uses it though no name leads there."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from migrator.model.balancers import FlowMinute
from migrator.model.cluster import Reader
from migrator.model.units import Unknown
from migrator.planning.belongings import belongings
from migrator.planning.found import Names, Placed
from migrator.planning.record_findings import record_findings
from migrator.planning.retirement import retirement
from migrator.planning.surroundings import busiest_per_min, surroundings

OWNED = ("configmap/dashboards", "ingress.networking.k8s.io/front")


def test_each_thing_that_goes_along_is_named(build: SimpleNamespace) -> None:
    owned, findings, decisions = belongings(build.World(owned_list=OWNED), build.service())

    assert (owned, decisions) == (OWNED, ())
    assert [(each.id, each.severity) for each in findings] == [
        ("owned/configmap/dashboards", "warning"),
        ("owned/ingress.networking.k8s.io/front", "warning"),
    ]
    assert "deleting that deletes it" in findings[0].seen
    assert "kubectl edit configmap dashboards -n shop" in findings[0].do
    assert "demote" in findings[0].do


def test_what_it_owns_is_asked_about_where_it_could_not_be_read(build: SimpleNamespace) -> None:
    owned, findings, decisions = belongings(build.World(owned_list=build.DENIED), build.service())

    assert (owned, findings) == ((), ())
    assert [(each.id, each.options, each.value) for each in decisions] == [("unread-owned", ("nothing-is-needed",), None)]


def reader(number: int) -> Reader:
    return Reader(f"ConfigMap/shop/c{number} data.x", "names web.shop")


@pytest.mark.parametrize(
    ("readers", "owned", "proposed", "words"),
    [
        ((), (), "delete", ""),
        ((reader(1),), (), "demote", "used in the cluster by ConfigMap/shop/c1 data.x (names web.shop)"),
        ((), OWNED, "demote", "configmap/dashboards, ingress.networking.k8s.io/front would be deleted with it"),
        ((reader(1),), OWNED, "demote", "(names web.shop), and configmap/dashboards"),
        (tuple(map(reader, range(7))), (), "demote", "and 2 more"),
        (Unknown("denied"), (), "demote", "could not be read (denied)"),
    ],
    ids=["nobody", "a-reader", "its-own", "both", "many", "unread"],
)
def test_what_becomes_of_legacy(readers: tuple[Reader, ...] | Unknown, owned: tuple[str, ...], proposed: str, words: str) -> None:
    how, decisions = retirement("shop/web", readers, owned)

    assert how == proposed
    assert bool(decisions) is (proposed == "demote")
    assert all(words in each.question and each.default == "demote" for each in decisions)


def test_a_proposal_to_delete_says_what_it_does_not_rest_on(build: SimpleNamespace) -> None:
    """A name may stand in a Secret, which is not read."""
    retires = next(each for each in build.World().plan().steps if each.name == "retire")

    assert "Secrets were not searched" in retires.does


def minute(new: float | None = None, active: float | None = None, hosts: float | None = None) -> FlowMinute:
    return FlowMinute(0, new, active, hosts)


def test_flows_are_those_of_the_busiest_minute(build: SimpleNamespace) -> None:
    world = build.World(minutes=(minute(3, 1, 2), minute(None, None, 2), minute(12, 1, 2)))

    assert busiest_per_min(world.outside(), build.ARN) == 12


def test_without_any_point_flows_are_not_known(build: SimpleNamespace) -> None:
    """A missing metric is not the same as no flows; one other metric makes it zero."""
    assert busiest_per_min(build.World(minutes=(minute(), minute())).outside(), build.ARN) == Unknown(
        "CloudWatch has no point for the last 15 minutes"
    )
    assert busiest_per_min(build.World(minutes=(minute(hosts=2),)).outside(), build.ARN) == 0
    assert busiest_per_min(build.World(minutes=build.DENIED).outside(), build.ARN) == Unknown("not allowed to list")


def test_flows_are_asked_for_only_where_no_record_leads(build: SimpleNamespace) -> None:
    world = build.World(minutes=(minute(12, 1, 2),))
    placed = Placed(build.PUBLIC, build.cname())

    assert surroundings(world.outside(), world, build.live(), Names()).busiest_per_min == 12
    assert surroundings(world.outside(), world, build.live(), Names(leading=(placed,))).busiest_per_min is None
    assert surroundings(world.outside(), world, build.live(), Names(routed=(placed,))).busiest_per_min is None


@pytest.mark.parametrize(
    ("flows", "words"),
    [
        (12.0, "yet it had up to 12 new flows a minute in the last 15 minutes, which no record explains"),
        (0.0, "and it had no new flow in the last 15 minutes"),
        (None, "leads to the legacy load balancer: do its clients"),
        (Unknown("denied"), "and whether anybody uses it could not be read (denied)"),
    ],
    ids=["used", "unused", "not-asked", "unread"],
)
def test_no_record_says_whether_somebody_comes_all_the_same(flows: float | Unknown | None, words: str) -> None:
    _, decisions = record_findings(Names(), flows)

    assert [each.id for each in decisions] == ["no-record"]
    assert words in decisions[0].question


def test_a_plan_without_records_tells_the_figure(build: SimpleNamespace) -> None:
    world = build.World(minutes=(minute(12, 1, 2),), sets={"Z0PUBLIC": (), "Z0PRIVATE": ()})

    plan = world.plan()

    assert "12 new flows a minute" in next(each.question for each in plan.decisions if each.id == "no-record")


def test_what_it_owns_makes_its_end_a_question(build: SimpleNamespace) -> None:
    plan = build.World(owned_list=OWNED).plan()

    assert plan.retire == "demote"
    assert "configmap/dashboards" in next(each.question for each in plan.decisions if each.id == "retire")
    assert {"owned/configmap/dashboards"} <= {each.id for each in plan.findings}
