"""A Classic Load Balancer's whole journey through the real adapters and the sandbox's doors, in virtual time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from migrator.adapters.aws.session import AwsSession
from migrator.machine.tick import Over
from migrator.ports.outside import Outside
from migrator.sandbox.world.estate import legacy_service
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import NAMES, Stage, empty_stage
from tests.contract.ports.sides import Side, Switch, adapters_of
from tests.scenario.test_classic import answered, traces
from tests.scenario.voyages import arm, unharmed


class Wired:
    """A stage whose journeys go through the adapters of a side."""

    def __init__(self, side: Side) -> None:
        self._side, self.outside, self.survey = side, side.outside, side.survey

    def joined(self, journal: str, *, migration: str = "", host: str = "") -> Outside:
        """The same world as a journal on a host meets it."""
        return self._side.who(journal, host)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._side.stage, name)


def served() -> Stage:
    """shop/web behind a Classic Load Balancer, with clients that never stop asking."""
    on = empty_stage(seed=11)
    manifest = legacy_service("shop", "web", app="web")
    del manifest["metadata"]["annotations"]
    on.visit(on.expose(manifest, NAMES), every_s=60.0)
    return on


def test_it_moves_through_every_adapter(shared_aws: AwsSession, switch: Switch, tmp_path: Path) -> None:
    """The simulation's doors answer straight from values; here every question and every call goes over AWS's own protocols."""
    on = served()
    sailed = Voyage(Wired(adapters_of(on, shared_aws, switch, tmp_path)))  # type: ignore[arg-type]
    sailed.migration = answered(sailed.migration)
    arm(on, "legacy", "delete-security-group", "fail")

    assert sailed.sail() == Over("migrated")

    assert (sailed.end()["balancers"], sailed.end()["legacy"], traces(on)) == (["new"], 0, [])
    unharmed(sailed)


def test_both_ways_of_looking_plan_the_same(shared_aws: AwsSession, switch: Switch, tmp_path: Path) -> None:
    """What simulations prove of a plan holds for the plan that operators sign."""
    on = served()

    simulated, wired = Voyage(on), Voyage(Wired(adapters_of(on, shared_aws, switch, tmp_path)))  # type: ignore[arg-type]

    assert wired.migration.legacy == simulated.migration.legacy
    assert wired.migration.new == simulated.migration.new
