"""Migrations to sweep: each is made anew, alike, whenever it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from migrator.sandbox.world.estate import legacy_service
from migrator.sandbox.world.faults import Fault
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import NAMES, empty_stage, stage
from tests.scenario.test_classic import answered

SEED = 7
EVERY_S = 60.0  # enough clients to notice a loss; what is promised in between is worked out


def pair() -> Voyage:
    """A CNAME in one zone and an alias pair beside it."""
    return Voyage(stage(seed=SEED, every_s=EVERY_S), promises=True)


def classic() -> Voyage:
    """A Classic Load Balancer whose controller will leave the security group behind."""
    on = empty_stage(seed=SEED)
    manifest = legacy_service("shop", "web", app="web")
    del manifest["metadata"]["annotations"]
    on.visit(on.expose(manifest, NAMES), every_s=EVERY_S)
    on.world.faults.arm(Fault(where="legacy", operation="delete-security-group", mode="fail"))
    voyage = Voyage(on, promises=True)
    voyage.migration = answered(voyage.migration)
    return voyage


RECIPES: dict[str, Callable[[], Voyage]] = {"pair": pair, "classic": classic}
