"""Law 2: nothing is changed that the approved plan does not name."""

from __future__ import annotations

from migrator.model import effects
from migrator.model.cluster import MARK
from migrator.simulation.promises.course import Call, Course

NAME = "named"
LAW = "nothing is changed that the approved plan does not name"

CLOSING = {MARK, "service.beta.kubernetes.io/aws-load-balancer-attributes"}  # the clone's annotations that the end touches


class Named:
    """Holds every call against the plan, and what vanished in it against what it said it would do."""

    def __init__(self, course: Course) -> None:
        self._course = course

    def look(self) -> str:
        """What is wrong with the last call; empty while the promise is kept."""
        if not self._course.calls:
            return ""
        call = self._course.calls[-1]
        return self._stranger(call.effect) or self._vanished(call)

    def _stranger(self, effect: effects.Effect) -> str:
        """What a call names and the plan does not."""
        migration = self._course.migration
        legacy, new = migration.legacy, migration.new
        match effect:
            case effects.TakeLease() | effects.ReleaseLease():
                known = (effect.namespace, effect.name) == (legacy.service.namespace, migration.lease_name)
            case effects.ChangeRecords():
                keys = {move.key for move in migration.dns.moves}
                told = {(effect.zone_id, each.name, each.type) for swap in effect.swaps for each in (swap.before, swap.after)}
                known = told <= keys
            case effects.CreateService():
                known = (effect.namespace, effect.name, effect.manifest) == (new.namespace, new.name, migration.manifest)
            case effects.DeleteService() | effects.DemoteService():
                retiring = "delete" if isinstance(effect, effects.DeleteService) else "demote"
                known = self._is_clone(effect) or (effect.uid == legacy.service.uid and migration.retirement == retiring)
            case effects.PatchService():
                known = self._is_clone(effect) and set(effect.annotations) <= CLOSING
            case effects.DisableDeletionProtection() | effects.DeleteLoadBalancer():
                known = effect.balancer_arn == legacy.balancer.arn
            case effects.EnableDeletionProtection():
                known = effect.balancer_arn == legacy.balancer.arn and legacy.deletion_protection
            case effects.DeleteTargetGroup():
                known = effect.group_arn in {each.arn for each in legacy.groups}
            case effects.RevokeRule():
                known = effect.rule_id in {each.id for each in legacy.rules} - set(legacy.shared_rules)
            case _:
                known = effect.group_id in legacy.own_groups
        return "" if known else f"{effect.summary}: the plan does not name it"

    def _is_clone(self, effect: effects.DeleteService | effects.DemoteService | effects.PatchService) -> bool:
        new = self._course.migration.new
        return (effect.namespace, effect.name) == (new.namespace, new.name)

    def _vanished(self, call: Call) -> str:
        """What is gone after a call that was not asked to remove it."""
        if call.left is None:
            return ""
        touched = [each for each in call.ids if each not in call.left]
        if not touched:
            return ""
        migration = self._course.migration
        legacy, new = migration.legacy, migration.new
        ours = {
            legacy.balancer.arn,
            *(each.arn for each in legacy.groups),
            *(each.id for each in legacy.rules),
            *legacy.own_groups,
            f"service {migration.service}",
            f"service {new.namespace}/{new.name}",
        }
        strangers = sorted(frozenset[str]().union(*touched).difference(*call.left, ours))
        return f"{call.effect.summary}: {strangers[0]} is gone, and the plan does not name it" if strangers else ""
