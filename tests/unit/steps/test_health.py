"""How load balancers do: by port, and by zone."""

from __future__ import annotations

import pytest

from migrator.errors import Missing, Throttled
from migrator.model.units import Unknown
from migrator.steps import health
from migrator.steps.health import Health
from tests.unit import given
from tests.unit.world import World

BOTH = given.targets()
ONE_ZONE = given.targets("healthy", "zone-a")
SICK = given.targets("unhealthy")
THREE = (*given.targets("healthy", "zone-a", port=1), *given.targets("healthy", "zone-a", port=2), *ONE_ZONE)


def test_targets_are_counted_behind_every_listener() -> None:
    """Two listeners may share a target group, which is asked once."""
    world = World().new()
    world.lb_listeners[given.NEW_ARN] = (given.listener(port=443), given.listener(port=80), given.listener(port=80))

    seen = health.new_health(given.NEW_ARN, world.outside())

    assert seen == Health({443: BOTH, 80: BOTH + BOTH})
    assert isinstance(seen, Health)
    assert seen.healthy == 6


def test_a_load_balancer_that_is_gone_has_no_ports() -> None:
    assert health.new_health(given.NEW_ARN, World().outside()) == Health({})


def test_unread_targets_are_unknown() -> None:
    world = World()
    world.refuse("targets", Throttled("slow down"))

    assert health.legacy_health(given.migration(), world.outside()) == Unknown("slow down")
    assert health.legacy_health(given.migration(), world.outside()) == Health({8080: BOTH})


def test_a_port_is_sick_without_a_single_healthy_target() -> None:
    seen = Health({80: SICK, 443: ONE_ZONE, 8080: ()})

    assert seen.sick_ports == (80, 8080)
    assert seen.lines() == ("port 80: i-zone-a:31080 unhealthy", "port 80: i-zone-b:31080 unhealthy")


SHORT = (
    ("as-many-as-legacy-is-enough", BOTH, BOTH, 100, ""),
    ("a-zone-without-a-target-is-not", BOTH, ONE_ZONE, 100, "port 80 in zone-b: 0 healthy targets, 1 needed"),
    ("a-zone-that-legacy-does-not-serve-may-be-empty", ONE_ZONE, BOTH, 100, ""),
    ("a-share-is-rounded-up", THREE, THREE[:1], 50, "port 80 in zone-a: 1 healthy targets, 2 needed"),
    ("a-share-is-enough", THREE, THREE[:2], 50, ""),
    ("at-least-one-whatever-the-share", BOTH, SICK, 0, "port 80 in zone-a: 0 healthy targets, 1 needed"),
    ("nothing-healthy-at-legacy-asks-for-nothing", SICK, SICK, 100, ""),
)


@pytest.mark.parametrize(("legacy", "new", "pct", "short"), [row[1:] for row in SHORT], ids=[row[0] for row in SHORT])
def test_where_the_new_one_has_too_few(legacy: tuple[object], new: tuple[object], pct: int, short: str) -> None:
    """Law 1: a zone that legacy serves must not lead to nothing."""
    assert health.short_of(Health({80: legacy}), Health({80: new}), pct) == short


def test_a_port_that_the_new_one_does_not_have_is_short() -> None:
    assert health.short_of(Health({80: BOTH}), Health({}), 100).startswith("port 80 in zone-a: 0")


def test_target_groups_that_legacy_s_controller_exchanged_are_followed() -> None:
    """Somebody changed the Service's health check: the planned groups are gone, and legacy serves through others."""
    world = World()
    world.refuse("targets", Missing("no such target group"))

    assert health.legacy_health(given.migration(), world.outside()) == Health({8080: BOTH})


def test_a_port_that_legacy_no_longer_listens_on_is_sick() -> None:
    """Its target groups are gone, and nothing came in their place: an empty list is not a healthy load balancer."""
    world = World()
    plan = given.migration()
    world.refuse("targets", Missing("no such target group"))
    world.lb_listeners[plan.legacy.balancer.arn] = ()

    seen = health.legacy_health(plan, world.outside())

    assert isinstance(seen, Health)
    assert seen.sick_ports == tuple(sorted({each.port for each in plan.legacy.listeners}))
