"""A row of a table: how the world or the plan is bent, and what a check says to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from migrator.checks import CHECKS, run
from migrator.checks.result import Result
from migrator.errors import CODES
from migrator.model.cluster import Controller
from migrator.model.migration import Migration
from tests.unit import given
from tests.unit.surroundings import LBC_IMAGE
from tests.unit.world import World

BY_NAME = {each.NAME: each for each in CHECKS}
ANNOTATION = "service.beta.kubernetes.io/aws-load-balancer-"
CLUSTER_FLAG = "--cluster-name=shop-prod"


class Row(msgspec.Struct):
    """What the check called `name` says; `code` empty where it is fine, `severity` of what is not."""

    id: str
    name: str
    bend: Callable[[World], None]
    status: str
    says: str
    code: str = ""
    severity: str = "blocked"
    migration: Migration = given.migration()


def follows(row: Row) -> None:
    """The check says what the row says, with a code that is documented and something to do."""
    world = World()
    row.bend(world)

    result = judged(row.name, world, row.migration)

    assert (result.status, result.code) == (row.status, row.code), result
    assert row.says in " ".join((result.seen, *result.details)), result
    if row.status != "ok":
        assert result.severity == row.severity
        assert result.code in CODES
        assert result.do


def judged(name: str, world: World, migration: Migration | None = None) -> Result:
    """What one check says, refusals of the outside included."""
    (result,) = run(migration or given.migration(), world.outside(), (BY_NAME[name],))
    return result


def setting(**attributes: Any) -> Callable[[World], None]:
    """A world with these fields."""

    def bend(world: World) -> None:
        for name, value in attributes.items():
            setattr(world, name, value)

    return bend


def lbc(*args: str, tag: str = "v2.14.1", account: str = "lbc") -> Callable[[World], None]:
    """A world whose controller has further flags, or another version."""
    image = LBC_IMAGE.rpartition(":")[0] + (f":{tag}" if tag else "")
    return setting(deployed=Controller("kube-system", "lbc", 2, image, (CLUSTER_FLAG, *args), account))


def nothing(world: World) -> None:
    """The world as it is."""


def cloned(annotations: dict[str, str] | None = None, spec: dict[str, Any] | None = None, **changes: Any) -> Migration:
    """The plan with further annotations and fields in the clone's manifest."""
    manifest = given.manifest()
    manifest["metadata"]["annotations"] |= {ANNOTATION + key: value for key, value in (annotations or {}).items()}
    manifest["spec"] |= spec or {}
    migration = given.migration(**changes)
    return replace(migration, new=replace(migration.new, manifest=manifest))


def of_legacy(**changes: Any) -> Migration:
    """The plan with another legacy side."""
    migration = given.migration()
    return replace(migration, legacy=replace(migration.legacy, **changes))
