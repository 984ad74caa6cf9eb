"""Law 1: no name loses its answer because of us, and no answer that a client may hold leads to what does not serve.

Worked out from what authorities answer and caches may hold, not from sampled requests. What others break is told apart
by the same question put to legacy untouched: whether any backend is ready that legacy would reach.
"""

from __future__ import annotations

import math
from typing import Any

from migrator.model.units import Instant
from migrator.sandbox.world.network_dataplane import SERVICE_LABEL
from migrator.simulation.promises.caches import Caches, Held
from migrator.simulation.promises.course import Course

NAME = "answers"
LAW = "no name loses its answer because of us, and no answer that a client may hold leads to what does not serve"

SICK = "has no healthy target"
RECOVERS_S = 120.0  # health checks trail a backend that came back, at legacy as at the new load balancer


class Answers:
    """Looks again only where an answer, a load balancer or a backend changed, and when the next answer does, at `due`."""

    def __init__(self, course: Course, caches: Caches) -> None:
        self._course, self._caches = course, caches
        self.due: Instant = -math.inf
        self._without_backend: Instant = -RECOVERS_S
        self._sound = 0  # the reading at which every answer led to what serves, if no load balancer changed since; else 0
        course.world.elb.subscribe(self._balancers_changed)
        course.world.kube.subscribe("EndpointSlice", self._backends_changed)

    def stir(self) -> None:
        """Something changed that an answer may lead to."""
        self.due = -math.inf

    @property
    def sound(self) -> bool:
        """Whether every answer that was read last leads to what serves."""
        return self._sound == self._caches.readings

    def planned(self) -> None:
        """The plan was taken anew: which ports have to be listened on is its matter."""
        self._sound = 0

    def look(self) -> str:
        """What is wrong now; empty while the promise is kept."""
        now = self._course.world.now
        self._caches.read()
        self.due = self._caches.due
        if self.sound:
            return ""  # time alone only takes answers out of caches
        whys: dict[str, str] = {}
        unfit: list[tuple[Held, str, str]] = []
        for held, name in self._caches.leading(now):
            if name not in whys:
                whys[name] = self._unfit(name)
            if why := whys[name]:
                unfit.append((held, name, why))
        if not unfit and not self._caches.silent:
            self._sound = self._caches.readings
            return ""  # whosoever the record sets are
        foreign = self._course.foreign()
        for key, servers in self._caches.silent.items():
            if key not in foreign and self._course.left.get(key) is not None:
                return f"{key[1]} {key[2]}: {servers} name servers answer with nothing"
        for held, name, why in unfit:
            key = held[0]
            if key not in foreign and not self._course.unknown_to_us(held) and not self._excused(why, now):
                return f"{key[1]} may still lead to {name}, which {why}"
        self.due = min(self.due, now + RECOVERS_S)  # what excuses it may be over by then
        return ""

    def _unfit(self, name: str) -> str:
        """Why a load balancer serves nobody; empty where it does, and where others broke it."""
        elb, dns_name = self._course.world.elb, name.rstrip(".")
        if dns_name.lower() in self._course.broken:
            return ""
        lb = elb.by_dns(dns_name)
        if lb is None:
            return "is gone"
        if (state := elb.state(lb)) != "active":
            return f"is {state}"
        ports = [each.port for each in elb.listeners_of(lb.arn)]
        for listener in self._course.migration.legacy.listeners:
            if listener.port not in ports:
                return f"does not listen on port {listener.port}"
        for group in elb.groups_of(lb.arn):
            if "healthy" not in [each.state for each in group.targets.values()]:
                return f"{SICK} in {group.name}"
        return ""

    def _excused(self, why: str, now: Instant) -> bool:
        # The new controller takes a node that is not ready out of its group at once, legacy's leaves it to health checks.
        if why.startswith(SICK) and (self._sick_too() or now < self._course.shaken_until):
            self._without_backend = now
        return not self._ready() or now - self._without_backend < RECOVERS_S

    def _sick_too(self) -> bool:
        """Whether nothing is healthy at either load balancer, so that whoever leads where makes no difference."""
        lbs = [self._course.world.elb.by_dns(self._course.migration.legacy.balancer.dns_name), self._course.new()]
        there = [each for each in lbs if each is not None]
        groups = [group for each in there for group in self._course.world.elb.groups_of(each.arn)]
        return bool(groups) and not any(target.state == "healthy" for group in groups for target in group.targets.values())

    def _ready(self) -> bool:
        """Whether any backend is ready that legacy untouched would reach."""
        legacy, new = self._course.migration.legacy.service, self._course.migration.new
        dataplane = self._course.world.network.dataplane
        services = ((legacy.namespace, legacy.name), (new.namespace, new.name))
        return any(each.ready for service in services for each in dataplane.endpoints(service))

    def _balancers_changed(self, event: str, arn: str, told: object) -> None:
        self._sound = 0
        self.stir()

    def _backends_changed(self, event: str, obj: dict[str, Any], old: dict[str, Any] | None) -> None:
        named = (obj["metadata"].get("labels") or {}).get(SERVICE_LABEL)
        if named in (self._course.migration.legacy.service.name, self._course.migration.new.name):
            self.stir()
            if not self._ready():
                self._without_backend = self._course.world.now
