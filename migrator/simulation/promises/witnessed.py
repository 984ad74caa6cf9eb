"""Law 7: nothing is deleted without witnesses in the journal, and only what they and the plan name."""

from __future__ import annotations

from typing import Any

from migrator.machine.calls import VIEW_S
from migrator.model import effects
from migrator.model.cluster import LEGACY_FINALIZER, TYPE_ANNOTATION
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
        self._let_go = ""
        course.world.kube.subscribe("Service", self._service_changed)

    def look(self) -> str:
        """What is wrong with the last call; empty while the promise is kept."""
        if len(self._course.calls) == self._judged:
            return ""
        self._judged = len(self._course.calls)
        call = self._course.calls[-1]
        if isinstance(call.effect, Retiring) and call.effect.uid == self._course.migration.legacy.service.uid:
            gone = f"{call.effect.summary}: {self._let_go}" if self._let_go else ""
            return self._unwitnessed(call) or self._untrue(call) or gone
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
        return self._attached(call) or self._visited(call)

    def _visited(self, call: Call) -> str:
        """Flows that metrics had to show when it was last seen quiet. A person may have taken what still comes for noise."""
        world, waits = self._course.world, self._course.migration.waits
        arn = self._course.migration.legacy.balancer.arn
        before = call.at - waits.metric_lag_s - 2 * waits.metric_period_s - VIEW_S
        late = [each for each in world.network.flows.values() if each.lb_arn == arn and each.opened < before]
        return f"{call.effect.summary}: {len(late)} flows are open through it" if late and not self._course.released else ""

    def _service_changed(self, event: str, obj: dict[str, Any], old: dict[str, Any] | None) -> None:
        """What keeps the legacy controller from cleaning up, taken away by a call of ours while it has to act still.

        What goes once the deletion is marked, or the type changed, is the controller's own doing: our call may last
        longer than that.
        """
        legacy, meta = self._course.migration.legacy.service, obj["metadata"]
        if not self._course.acting or old is None or meta["uid"] != legacy.uid or "deletionTimestamp" in meta:
            return
        if old["spec"].get("type") != "LoadBalancer" or LEGACY_FINALIZER not in (old["metadata"].get("finalizers") or ()):
            return
        family = (meta.get("annotations") or {}).get(TYPE_ANNOTATION)
        if LEGACY_FINALIZER not in (meta.get("finalizers") or ()):
            self._let_go = f"{LEGACY_FINALIZER} went with it, its controller will not clean up"
        elif family != legacy.annotations.get(TYPE_ANNOTATION):
            self._let_go = f"{TYPE_ANNOTATION} became {family}, its controller will not find the load balancer"

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
        return self._serving(call.effect) if isinstance(call.effect, effects.RevokeRule) else ""

    def _serving(self, effect: effects.RevokeRule) -> str:
        """Whether the rule lets the new load balancer reach its targets."""
        rule = next((each for each in self._course.migration.legacy.rules if each.id == effect.rule_id), None)
        new = self._course.new()
        if rule is None or new is None or (rule.source.startswith("sg-") and rule.source not in new.security_groups):
            return ""
        groups = self._course.world.elb.groups_of(new.arn)
        ports = sorted({target.port for group in groups for target in group.targets.values()})
        served = [each for each in ports if rule.protocol == "-1" or rule.from_port <= each <= rule.to_port]
        return f"{effect.summary}: it lets the new load balancer reach port {served[0]}" if served else ""


def target_of(dns_name: str) -> str:
    """A load balancer's name as `target` gives it."""
    return dns_name.lower().rstrip(".") + "."
