"""How long each step takes at least and at most, from the plan's waits, the records' TTLs and what AWS needs."""

from __future__ import annotations

from migrator.model.balancers import TargetGroup
from migrator.model.migration import StepEstimate
from migrator.model.records import Move
from migrator.model.waits import ADDRESS_TTL_S, Waits

INSYNC_S = 60.0  # Route 53 changes reach every authority mostly within so much


def estimates(
    moves: tuple[Move, ...], groups: tuple[TargetGroup, ...], resolvers: tuple[str, ...], waits: Waits, retire: str
) -> tuple[StepEstimate, ...]:
    """Every step of the journey in order; `drain` has no longest, as clients decide it."""
    zones = len({move.zone.id for move in moves})
    lowering = [move for move in moves if move.lowered != move.listed]
    lowered_zones = len({move.zone.id for move in lowering})
    old = max((move.answer_ttl_s for move in lowering), default=0)
    held = max((move.moving_ttl_s or ADDRESS_TTL_S for move in moves), default=0) + (ADDRESS_TTL_S if moves else 0)
    interval = max((group.health_check.interval_s for group in groups), default=0) * waits.check_interval_scale
    warming = interval * max((group.health_check.healthy for group in groups), default=0) + waits.look_every_s * waits.streak
    late = waits.resolvers_deadline_s if resolvers and moves else held + zones * INSYNC_S
    watching = interval * waits.checks
    unused = "nothing in the cluster was found to use it; Secrets were not searched"
    retires = f"delete the legacy Service ({unused})" if retire == "delete" else "make the legacy Service ClusterIP"
    return (
        StepEstimate("admit", "run every check again, take the Lease", 0.0, 60.0),
        StepEstimate("lower", _lowers(lowering, waits), float(old), old + lowered_zones * INSYNC_S),
        StepEstimate("clone", "create the new Service, wait for its hostname", 0.0, waits.clone_deadline_s),
        StepEstimate("warm", "wait until the new load balancer serves as the legacy one does", warming, waits.warm_deadline_s),
        StepEstimate("shift", f"move {_sets(len(moves))} to the new load balancer", 0.0, zones * INSYNC_S),
        StepEstimate("settle", "wait until no resolver may hold the legacy answer", float(held), max(late, float(held))),
        StepEstimate("drain", "wait until legacy has no traffic left", waits.quiet_s + waits.metric_lag_s, None),
        StepEstimate("retire", retires, 0.0, 60.0, True),
        StepEstimate("sweep", "see everything of legacy gone, delete what it left", 0.0, waits.sweep_deadline_s),
        StepEstimate("finish", "restore TTLs, look at the new targets once more", watching, watching + INSYNC_S),
    )


def _lowers(lowering: list[Move], waits: Waits) -> str:
    if not lowering:
        return "nothing to lower"
    return f"lower the TTL of {_sets(len(lowering))} to {waits.moving_ttl_s} s, wait out the TTL each had"


def _sets(count: int) -> str:
    return f"{count} record set{'' if count == 1 else 's'}"
