"""What `doctor` looks at: a cluster, a Service that is planned in memory, or a plan."""

from __future__ import annotations

from pathlib import Path

import msgspec

from migrator import checks
from migrator.checks.lbc import flag
from migrator.checks.place import Place
from migrator.checks.result import Result
from migrator.checks.verdict import answered
from migrator.cli import wire
from migrator.cli.answers import service_name
from migrator.model.migration import Account, Cluster, Migration
from migrator.ports.outside import Outside


class Examined(msgspec.Struct, frozen=True):
    """What was looked at, in words, and what was seen."""

    about: str
    results: tuple[Result, ...]


def examined(target: str, context: str) -> Examined:
    """Every check that can be made of a target: a plan's file, NAMESPACE/NAME, or nothing for the cluster alone.

    Raises OperatorError as reading a plan and planning do.
    """
    clock, reach = wire.clock(), wire.Reach(context)
    outside = wire.outside(reach, clock)
    if not target:
        return of_cluster(outside, wire.context_name(reach))
    if is_file(target):
        from migrator.planning.load import load

        return of_migration(load(target), outside, f"plan {target}")
    from migrator.planning.plan import Wishes, unchecked

    namespace, name = service_name(target)
    wishes = Wishes(context=wire.context_name(reach))
    return of_migration(unchecked(namespace, name, outside, wire.survey(reach, clock), wishes), outside, f"service {target}")


def is_file(target: str) -> bool:
    """Whether a target is a plan's file rather than a Service's name."""
    return target.endswith((".yaml", ".yml")) or Path(target).is_file()


def of_migration(migration: Migration, outside: Outside, about: str) -> Examined:
    """Every check; what a plan answers for is a warning."""
    answers = {each.id: each.answer for each in migration.decisions}
    return Examined(f"{about} in cluster {migration.cluster.name}", answered(checks.run(migration, outside), answers))


def of_cluster(outside: Outside, context: str) -> Examined:
    """The checks that need no Service. The cluster's name is the one that the controller was told."""
    controller, caller = outside.cluster.controller(), outside.network.caller()
    name = flag(controller.args, "--cluster-name") if controller else ""
    place = Place(Cluster(context, outside.cluster.identity().uid, name), Account(caller.account, caller.region, ""))
    return Examined(f"cluster {name or context} in {caller.account}, {caller.region}", checks.run_wide(place, outside))
