"""A plan for each of many Services: one's failure stops no other, and what is not legacy's is passed over."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.model.cluster import LBC_CLASS
from migrator.model.migration import Migration
from migrator.planning.plan import Wishes, plan
from migrator.planning.plan_all import Finish, Outcome, file_name, plan_all
from migrator.planning.rivals import Rival
from migrator.planning.scan import Gathered
from migrator.planning.zones import ReadOnce


@pytest.fixture
def shop(world: Any, build: SimpleNamespace) -> Any:
    """A world whose load balancers can be listed, too."""
    world.balancers_listed = lambda: () if world.lb is None else (world.lb,)
    world.tags_of = lambda arns: {} if world.lb is None else dict.fromkeys(arns, world.lb.tags)
    return world


def as_made(made: Migration, file: str) -> Migration:
    """Written nowhere."""
    return made


def planned(world: Any, *services: Any, rivals: tuple[Rival, ...] = (), finish: Finish = as_made) -> list[Outcome]:
    """What comes of these Services."""
    gathered = Gathered("prod", LBC_CLASS, services)
    return list(plan_all(gathered, world.outside(), world, Wishes("prod"), "plans", rivals, finish))


def test_no_service_is_no_question(shop: Any) -> None:
    shop.balancers_listed = None

    assert planned(shop) == []


def test_a_legacy_service_gets_the_plan_that_it_would_get_alone(shop: Any, build: SimpleNamespace) -> None:
    (outcome,) = planned(shop, build.service())

    assert (outcome.service, outcome.file, outcome.trouble) == ("shop/web", "plans/shop.web.yaml", None)
    assert outcome.made == plan("shop", "web", shop.outside(), shop, Wishes("prod"))


def test_what_is_not_legacy_s_is_passed_over_unasked(shop: Any, build: SimpleNamespace) -> None:
    modern = build.service(name="modern", spec=build.service().spec | {"loadBalancerClass": LBC_CLASS}, hostname=None)
    shop.lb = None

    (outcome,) = planned(shop, modern)

    assert outcome.made is None
    assert outcome.trouble is not None and outcome.trouble.code == "not-legacy"


def test_one_s_failure_stops_no_other(shop: Any, build: SimpleNamespace) -> None:
    """By namespace and name, whatever order the server gives them in."""
    gone = build.service(name="gone")

    first, second = planned(shop, build.service(), gone)

    assert (first.service, second.service) == ("shop/gone", "shop/web")
    assert first.trouble is not None and first.trouble.code == "service-not-found"
    assert second.made is not None


def test_plans_of_one_run_are_rivals(shop: Any, build: SimpleNamespace) -> None:
    """No two may move the same things, not even where both are new."""
    twin = build.service(name="web-twin")
    shop.services[("shop", "web-twin")] = twin
    shop.lb = build.balancer(tags={})

    first, second = planned(shop, build.service(), twin, finish=lambda made, file: replace(made, id="m-first"))

    assert first.made is not None
    assert second.trouble is not None and second.trouble.code == "plan-conflict"
    assert "plans/shop.web.yaml" in second.trouble.message


def test_a_plan_that_is_made_anew_is_no_rival(shop: Any, build: SimpleNamespace) -> None:
    """The file from last time is replaced; what it moved then no longer counts."""
    old = plan("shop", "web", shop.outside(), shop)
    stale = Rival("plans/shop.web.yaml", replace(old, id="m-old"))
    other = Rival("plans/other.yaml", replace(old, id="m-other"))

    assert planned(shop, build.service(), rivals=(stale,))[0].made is not None
    (outcome,) = planned(shop, build.service(), rivals=(stale, other))
    assert outcome.trouble is not None and "plans/other.yaml" in outcome.trouble.message


def test_a_plan_that_cannot_be_written_is_an_outcome(shop: Any, build: SimpleNamespace, tmp_path: Path) -> None:
    from migrator.planning.write import write

    def finish(made: Migration, file: str) -> Migration:
        return write(made, str(tmp_path / "nowhere" / file))

    (outcome,) = planned(shop, build.service(), finish=finish)

    assert outcome.trouble is not None and outcome.trouble.code == "plan-not-written"


def test_files_are_named_after_namespace_and_name(build: SimpleNamespace) -> None:
    assert file_name(build.service()) == "shop.web.yaml"


def test_zones_are_read_once_for_all(shop: Any, build: SimpleNamespace) -> None:
    """300 Services in an account with 3 zones are 3 lists, not 900."""
    asked: list[str] = []
    listed = shop.listed

    def counted(zone: str) -> Any:
        asked.append(zone)
        return listed(zone)

    shop.listed = counted
    outside = shop.outside()
    once = outside._replace(records=ReadOnce(outside.records))

    alone = plan("shop", "web", shop.outside(), shop)
    asked.clear()
    made = [plan("shop", "web", once, shop) for _ in range(3)]

    assert made == [alone] * 3
    assert sorted(asked) == ["Z0PRIVATE", "Z0PUBLIC"]
