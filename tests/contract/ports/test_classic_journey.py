"""A Classic Load Balancer's whole journey through the real adapters and the sandbox's doors, in virtual time."""

from __future__ import annotations

from migrator.machine.tick import Over
from migrator.sandbox.world.estate import legacy_service
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import NAMES, Stage, empty_stage
from migrator.simulation.wire import wired
from tests.scenario.test_classic import answered, traces
from tests.scenario.voyages import arm, unharmed


def served() -> Stage:
    """shop/web behind a Classic Load Balancer, with clients that never stop asking."""
    on = empty_stage(seed=11)
    manifest = legacy_service("shop", "web", app="web")
    del manifest["metadata"]["annotations"]
    on.visit(on.expose(manifest, NAMES), every_s=60.0)
    return on


def test_it_moves_through_every_adapter() -> None:
    """The simulation's doors answer straight from values; here every question and every call goes over AWS's own protocols."""
    on = served()
    sailed = Voyage(wired(on))
    sailed.migration = answered(sailed.migration)
    arm(on, "legacy", "delete-security-group", "fail")

    assert sailed.sail() == Over("migrated")

    assert (sailed.end()["balancers"], sailed.end()["legacy"], traces(on)) == (["new"], 0, [])
    unharmed(sailed)


def test_both_ways_of_looking_plan_the_same() -> None:
    """What simulations prove of a plan holds for the plan that operators sign."""
    on = served()

    simulated, adapted = Voyage(on), Voyage(wired(on))

    assert adapted.migration == simulated.migration
