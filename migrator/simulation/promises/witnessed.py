"""Law 7: nothing is deleted without witnesses in the journal, and only what they and the plan name."""

from __future__ import annotations

from migrator.model import effects
from migrator.model.cluster import LEGACY_FINALIZER
from migrator.model.events import Intended, Noticed
from migrator.simulation.promises.caches import target
from migrator.simulation.promises.course import Call, Course

NAME = "witnessed"
LAW = "nothing is deleted without witnesses recorded in the journal, and they were true; only recorded ids are deleted"

Retiring = effects.DeleteService | effects.DemoteService
Sweeping = effects.DeleteLoadBalancer | effects.DeleteTargetGroup | effects.RevokeRule | effects.DeleteSecurityGroup


class Witnessed:
    """Judges the calls that delete."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._judged = 0

    def look(self) -> str:
        """What is wrong with the last call; empty while the promise is kept."""
        if len(self._course.calls) == self._judged:
            return ""
        self._judged = len(self._course.calls)
        call = self._course.calls[-1]
        if isinstance(call.effect, Retiring) and call.effect.uid == self._course.migration.legacy.service.uid:
            return self._unwitnessed(call) or self._untrue(call)
        return self._swept(call) if isinstance(call.effect, Sweeping) else ""

    def _unwitnessed(self, call: Call) -> str:
        """The witnesses that the journal has not."""
        told = [
            each.event.facts["witnesses"]
            for each in self._course.run
            if isinstance(each.event, Noticed) and each.event.step == "retire" and each.event.facts.get("witnesses")
        ]
        if not told:
            return f"{call.effect.summary}: no witness is in the journal"
        assert isinstance(call.effect, Retiring)
        if told[-1]["uid"] != call.effect.uid or told[-1]["records at legacy"]:
            return f"{call.effect.summary}: its witnesses are {told[-1]}"
        return ""

    def _untrue(self, call: Call) -> str:
        """What the world says against it at this instant; what somebody changes a moment later is not ours."""
        world, legacy = self._course.world, self._course.migration.legacy
        if world.now - call.at > 0:
            return ""
        name = target_of(legacy.balancer.dns_name)
        unread = {each.id for each in self._course.migration.dns.unread}
        for zone in world.route53.zones.values():
            leading = [] if zone.id in unread else [each for each in world.route53.record_sets(zone.id) if target(each) == name]
            if leading:
                return f"{call.effect.summary}: {leading[0].name} {leading[0].type} leads to legacy"
        if call.finalizers is not None and LEGACY_FINALIZER not in call.finalizers:
            return f"{call.effect.summary}: {LEGACY_FINALIZER} is missing, its controller would not clean up"
        new = self._course.new()
        if new is None or not world.names.balancers.serves(new):
            return f"{call.effect.summary}: the new load balancer has no healthy target"
        return self._attached(call)

    def _attached(self, call: Call) -> str:
        planned = {each.arn for each in self._course.migration.legacy.groups}
        held = self._course.world.elb.groups_of(self._course.migration.legacy.balancer.arn)
        strangers = [
            each.name for each in held if each.arn not in planned and self._course.migration.legacy.balancer.kind != "classic"
        ]
        return f"{call.effect.summary}: target group {strangers[0]} came after the plan" if strangers else ""

    def _swept(self, call: Call) -> str:
        retired = any(
            isinstance(each.event, Intended) and each.event.step == "retire" and isinstance(each.event.effect, Retiring)
            for each in self._course.run
        )
        if not retired:
            return f"{call.effect.summary}: legacy was not retired"
        service = self._course.migration.legacy.service
        raw = self._course.world.kube.find("Service", service.namespace, service.name)
        kept = raw is not None and raw["metadata"]["uid"] == service.uid
        if kept and raw is not None and LEGACY_FINALIZER in (raw["metadata"].get("finalizers") or ()):
            return f"{call.effect.summary}: its controller is still at it"
        return ""


def target_of(dns_name: str) -> str:
    """A load balancer's name as `target` gives it."""
    return dns_name.lower().rstrip(".") + "."
