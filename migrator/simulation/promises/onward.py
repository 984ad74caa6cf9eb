"""Law 1, its second sentence: what others break leads to hold or rollback, never onward."""

from __future__ import annotations

import math
from typing import Any

from migrator.machine.calls import VIEW_S
from migrator.model.effects import ChangeRecords, ReleaseLease, TakeLease
from migrator.model.events import Intended
from migrator.model.units import Instant
from migrator.simulation.promises.course import Call, Course

NAME = "onward"
LAW = "what others break leads to hold or rollback, never onward"

SLACK_S = 60.0  # beyond the oldest view on which a call may be made: what is read may trail what is so
GUARDED = ("lower", "clone", "shift")  # steps that change something while we may have to come back


class Onward:
    """Since when legacy serves nobody, and since when it is not the Service that the plan describes."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self.called = False  # whether a call was made since the last look
        self.due: Instant = -math.inf  # nothing changed before
        self._sick: Instant | None = None
        self._changed: Instant | None = None
        self._spec = self._specified()
        course.world.elb.subscribe(self._balancers_changed)
        course.world.kube.subscribe("Service", self._service_changed)

    def look(self) -> str:
        """What is wrong with the last call; empty while the promise is kept. Takes in what changed."""
        if self.due < math.inf:
            self._follow()
        if not self.called:
            return ""
        self.called = False
        return self._wrong(self._course.calls[-1])

    def _wrong(self, call: Call) -> str:
        line = self._course.lines[call.lines - 1].event if call.lines else None
        if self._course.back or not isinstance(line, Intended) or line.step not in GUARDED:
            return ""
        if isinstance(call.effect, TakeLease | ReleaseLease) or (isinstance(call.effect, ChangeRecords) and call.effect.affirms):
            return ""  # nothing that anybody is served by changes
        for since, what in ((self._sick, "has no healthy target"), (self._changed, "is not the Service that was planned")):
            if since is not None and call.at - since > VIEW_S + SLACK_S:
                return f"{call.effect.summary}: legacy {what} for {call.at - since:.0f} s"
        return ""

    def _follow(self) -> None:
        self.due = math.inf
        self._sick = None if self._healthy() else self._course.world.now if self._sick is None else self._sick

    def _healthy(self) -> bool:
        groups = self._course.world.elb.groups_of(self._course.migration.legacy.balancer.arn)
        return "healthy" in [each.state for group in groups for each in group.targets.values()]

    def _specified(self) -> object:
        raw = self._course.service()
        return None if raw is None else (raw["metadata"]["uid"], dict(raw["spec"]))

    def _balancers_changed(self, event: str, arn: str, told: object) -> None:
        self.due = -math.inf

    def _service_changed(self, event: str, obj: dict[str, Any], old: dict[str, Any] | None) -> None:
        service = self._course.migration.legacy.service
        if (obj["metadata"]["namespace"], obj["metadata"]["name"]) == (service.namespace, service.name):
            as_planned = self._specified() == self._spec
            self._changed = None if as_planned else self._course.world.now if self._changed is None else self._changed
