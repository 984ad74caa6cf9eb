"""Liveness: once faults stop, a process ends the journey or holds with a reason, within a bound."""

from __future__ import annotations

import math

from migrator.model.units import Instant
from migrator.simulation.promises.course import Course

NAME = "alive"
LAW = "once faults stop, the journey ends or holds with a reason, within the longest of its own waits"

SLACK_S = 900.0  # back-offs of controllers and of ours, looks in between


class Alive:
    """Counts from the last line, call, trouble or strike of a fault, while a process runs; before `due` all is well."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self.due: Instant = math.inf
        self._since: Instant = course.world.now
        self._visiting = False  # whether somebody was at legacy then
        self._visited_at: Instant = self._since  # when that was last so
        self._running = False
        waits = course.migration.waits
        ttls = [each.answer_ttl_s for each in course.migration.dns.moves]
        within = (
            waits.clone_deadline_s,
            waits.warm_deadline_s,
            waits.sweep_deadline_s,
            waits.unclear_s,
            max(ttls, default=0) + 60,
        )
        flows_s = waits.quiet_s + waits.metric_lag_s + 3 * waits.metric_period_s
        self._bound_s = max(*within, flows_s) + SLACK_S
        self._patient_s = max(waits.resolvers_deadline_s, waits.drain_deadline_s) + SLACK_S

    def runs(self, running: bool) -> None:
        """A process starts or ends."""
        self._running = running
        self.stir()

    def stir(self) -> None:
        """Something happened: from here it counts."""
        self._since, self._visiting = self._course.world.now, self._visited()
        self.due = self._since + self._bound_s if self._running else math.inf

    def look(self) -> str:
        """What is wrong now; empty while the promise is kept."""
        now = self._course.world.now
        if self._course.troubled:
            self.stir()
            return ""
        told_at = max(self._since, self._visited_at)
        if now - told_at <= self._bound_s or now - self._insync_at() <= self._bound_s:
            return ""
        if self._faulty(now):
            self._since = now
            return ""
        was, self._visiting = self._visiting, self._visited()
        if (was or self._visiting) and now - self._since <= self._patient_s:
            self._visited_at = now  # flows run out of the metrics some time after the last one ended
            return ""
        return f"nothing happened for {now - self._since:.0f} s, and no fault is armed"

    def _faulty(self, now: Instant) -> bool:
        """Whether a fault may still strike."""
        return any(
            (each.times is None or each.struck < each.times) and (each.until is None or now < each.until)
            for each in self._course.world.faults.armed
        )

    def _insync_at(self) -> Instant:
        """When Route 53 brought the last change to all its servers, or will: what waits for it counts from there."""
        return max(
            (each.insync_at for each in self._course.world.route53.changes.values() if each.insync_at < math.inf), default=0
        )

    def _visited(self) -> bool:
        """Whether somebody still talks to legacy: then a person is asked only after the plan's long deadlines."""
        arn = self._course.migration.legacy.balancer.arn
        return arn in [each.lb_arn for each in self._course.world.network.flows.values()]
