"""Law 3: `Done` is seen. Whatever step a journal line says was seen done is done in the world itself at that instant."""

from __future__ import annotations

import math
from collections.abc import Callable

from migrator.model.cluster import LEGACY_FINALIZER
from migrator.model.events import Began, Entry, Noticed, Seen
from migrator.model.records import Move
from migrator.sandbox.world import route53
from migrator.simulation.promises.caches import Caches, target
from migrator.simulation.promises.course import Course, shown
from migrator.simulation.promises.witnessed import target_of

NAME = "seen"
LAW = "`Done` is seen, never inferred: what the journal says was seen is so in the world"
TOLD = (Seen,)  # the lines that may break it

EARLY_S = 1.0  # INSYNC is asked for between two arrivals
Form = Callable[[Move], route53.RecordSet]


class SeenDone:
    """Holds each `Seen` line against ground truth."""

    def __init__(self, course: Course, caches: Caches) -> None:
        self._course, self._caches = course, caches

    @property
    def _early_s(self) -> float:
        """Waits that span processes count by two clocks, each of which the clock check lets be off by some seconds. What
        comes after each of them waits minutes longer, so nobody is harmed by as much."""
        return EARLY_S + 2 * self._course.skew_s

    def told(self, entry: Entry) -> str:
        """What is wrong with a line; empty while the promise is kept."""
        assert isinstance(entry.event, Seen)
        wrong = self._wrong(entry.event.step)
        return f"line {entry.sequence} says that {entry.event.step} was seen done, but {wrong}" if wrong else ""

    def _wrong(self, step: str) -> str:
        self._caches.read()
        return self._wrong_back(step) if self._course.back else self._wrong_forward(step)

    def _wrong_forward(self, step: str) -> str:
        match step:
            case "admit":
                return self._admitted()
            case "lower":
                return self._everywhere(self._course.lowered) or self._cached_long()
            case "clone":
                return self._cloned()
            case "warm":
                return self._warm()
            case "shift":
                return self._everywhere(self._shifted)
            case "settle":
                return self._everywhere(self._shifted) or self._led(self._course.migration.legacy.balancer.dns_name)
            case "drain":
                return self._drained()
            case "retire":
                return self._retired()
            case "sweep":
                return self._swept()
            case "finish":
                return self._finished()
        return ""

    def _wrong_back(self, step: str) -> str:
        match step:
            case "retire":
                return "legacy's load balancer is not protected from deletion" if self._course.unprotected() else ""
            case "shift":
                return self._shifted_back()
            case "clone":
                return "the new Service is still there" if self._course.marked() else self._stacked()
            case "lower":
                return self._everywhere(self._course.final)
            case "admit":
                return "our mark is still there" if self._course.lease() is not None else ""
        return ""

    # Forward

    def _admitted(self) -> str:
        lease = self._course.lease()
        began = next((each.event for each in self._course.run if isinstance(each.event, Began)), None)
        if lease is None or began is None or lease.journal != began.journal:
            return f"our mark is {lease}"
        told = [each.event for each in self._course.run if isinstance(each.event, Noticed) and each.event.step == "admit"]
        failed = next((each.facts["failed"] for each in reversed(told) if "failed" in each.facts), ())
        open = [each for each in failed if self._course.migration.answer(f"check-{each}") is None]
        return f"check {open[0]} could not look or failed, and nobody answered for it" if open else ""

    def _cached_long(self) -> str:
        """A cache that still holds an answer with a longer TTL than the one for moving."""
        now = self._course.world.now
        lowered = {move.key: self._course.lowered(move).ttl for move in self._course.migration.dns.moves}
        for key, record in self._caches.gone:
            if self._course.unknown_to_us((key, record)):
                continue
            until, ttl_s = self._caches.kept_until((key, record)), lowered[key]
            if ttl_s is not None and (record.ttl or 0) > ttl_s and until > now + self._early_s:
                return f"{key[1]} may be cached with TTL {record.ttl} for {until - now:.0f} s more"
        return ""

    def _cloned(self) -> str:
        if not self._course.marked():
            return "there is no new Service with our mark"
        return "" if self._course.new() is not None else "it has no load balancer"

    def _warm(self) -> str:
        """Healthy in every zone where legacy is, on every port."""
        new, elb = self._course.new(), self._course.world.elb
        if new is None or elb.state(new) != "active":
            return "the new load balancer is not active"
        legacy = self._course.migration.legacy
        for listener in legacy.listeners:
            wanted, ready = self._zones(legacy.balancer.arn, listener.port), self._zones(new.arn, listener.port)
            for zone, count in sorted(wanted.items()):
                needed = max(1, -(-count * self._course.migration.waits.healthy_pct // 100))
                if ready.get(zone, 0) < needed:
                    return f"port {listener.port} in {zone} has {ready.get(zone, 0)} healthy targets, {needed} needed"
        return ""

    def _zones(self, arn: str, port: int) -> dict[str, int]:
        """Healthy targets behind a port by zone."""
        elb, count = self._course.world.elb, dict[str, int]()
        arns = [group for each in elb.listeners_of(arn) if each.port == port for group, _ in each.forwards]
        for each in (each for group in arns if group in elb.groups for each in elb.groups[group].targets.values()):
            if each.state == "healthy":
                count[each.zone or ""] = count.get(each.zone or "", 0) + 1
        return count

    def _shifted(self, move: Move) -> route53.RecordSet:
        return self._course.lowered(move, self._course.new() or self._course.known)

    def _drained(self) -> str:
        """Flows that were open before the settled metrics end. A person may have taken what still comes for noise."""
        if self._course.released:
            return ""
        world, migration = self._course.world, self._course.migration
        before = world.now - migration.waits.metric_lag_s - migration.waits.metric_period_s
        legacy = migration.legacy.balancer.arn
        late = [each for each in world.network.flows.values() if each.lb_arn == legacy and each.opened < before]
        if late:
            return f"{len(late)} flows through legacy are open"
        return self._led(migration.legacy.balancer.dns_name) or self._window(target_of(migration.legacy.balancer.dns_name))

    def _window(self, name: str) -> str:
        """The quiet window lies wholly behind the last answer that led to legacy."""
        planted = self._course.planted
        moved = max(
            (at for held, at in self._caches.gone.items() if target(held[1]) == name and held not in planted), default=-math.inf
        )
        waits = self._course.migration.waits
        watched_s, wanted_s = self._course.world.now - waits.metric_lag_s - moved, waits.quiet_s
        return (
            f"only {watched_s:.0f} s were watched since the records moved, {wanted_s:.0f} s wanted"
            if watched_s < wanted_s
            else ""
        )

    def _retired(self) -> str:
        service = self._course.migration.legacy.service
        raw = self._course.world.kube.find("Service", service.namespace, service.name)
        if raw is None or raw["metadata"]["uid"] != service.uid or "deletionTimestamp" in raw["metadata"]:
            return ""
        return "" if raw["spec"]["type"] != "LoadBalancer" else "the legacy Service is a load balancer still"

    def _swept(self) -> str:
        world, legacy = self._course.world, self._course.migration.legacy
        raw = world.kube.find("Service", legacy.service.namespace, legacy.service.name)
        finalizers = (raw or {"metadata": {}})["metadata"].get("finalizers") or ()
        if raw is not None and raw["metadata"]["uid"] == legacy.service.uid and LEGACY_FINALIZER in finalizers:
            return f"{LEGACY_FINALIZER} is still there"
        if legacy.balancer.arn in world.elb.balancers:
            return f"load balancer {legacy.balancer.name} is still there"
        groups = () if legacy.balancer.classic else tuple(each.arn for each in legacy.groups if each.arn in world.elb.groups)
        owned = tuple(each for each in legacy.own_groups if each in world.ec2.groups)
        rules = tuple(each.id for each in legacy.rules if each.id in world.ec2.rules and each.id not in legacy.shared_rules)
        left = (*groups, *owned, *(each for each in rules if not self._serves_new(each)))
        return f"{left[0]} is still there" if left else ""

    def _serves_new(self, rule_id: str) -> bool:
        """Whether a rule of legacy's came to let the new load balancer reach its targets: then it stays."""
        world, new = self._course.world, self._course.new()
        rule = world.ec2.rules[rule_id]
        groups = () if new is None else world.elb.groups_of(new.arn)
        ports = {target.port for group in groups for target in group.targets.values()}
        return any(rule.protocol == "-1" or rule.from_port <= port <= rule.to_port for port in ports)

    def _finished(self) -> str:
        if self._course.lease() is not None:
            return "our mark is still there"
        if self._course.marked():
            return "the new Service carries our mark still"
        new = self._course.new()
        if new is None:
            return "there is no new load balancer"
        return self._everywhere(lambda move: self._course.final(move, new)) or self._protection(new.attributes)

    def _protection(self, attributes: dict[str, str]) -> str:
        wanted = self._course.migration.legacy.deletion_protection
        on = attributes.get("deletion_protection.enabled") == "true"
        return "the new load balancer is not protected from deletion, as legacy was" if wanted and not on else ""

    # Back

    def _shifted_back(self) -> str:
        if not self._course.intended("shift"):
            return ""
        new = self._course.new()
        return self._everywhere(self._course.lowered) or ("" if new is None else self._led(new.dns_name))

    def _stacked(self) -> str:
        """What the controller made for the clone and is there still."""
        migration, world = self._course.migration, self._course.world
        stack = f"{migration.new.namespace}/{migration.new.name}"
        left = [each.name for each in world.elb.balancers.values() if each.tags.get("service.k8s.aws/stack") == stack]
        left += [each.name for each in world.elb.groups.values() if each.tags.get("service.k8s.aws/stack") == stack]
        clone = world.kube.find("Service", migration.new.namespace, migration.new.name)
        return f"{left[0]} is still there" if left and clone is None else ""

    # Both

    def _everywhere(self, form: Form) -> str:
        """Where Route 53 or an authority has something else; record sets that somebody else changed aside."""
        listed = self._course.listed()
        foreign = self._course.foreign(listed)
        wanted: dict[tuple[str, str, str], route53.RecordSet] = {
            move.key: form(move) for move in self._course.migration.dns.moves if move.key not in foreign
        }
        for key, record in wanted.items():
            if listed[key] != record:
                return f"{key[1]} {key[2]} is listed as {shown(listed[key])}"
        for key, record in self._caches.answered:
            if key in wanted and not same_answer(record, wanted[key]):
                return f"a name server still answers {target(record)} for {key[1]} {key[2]}"
        return ""

    def _led(self, dns_name: str) -> str:
        """Whether anybody may still be led to a load balancer by a record set of the plan."""
        now, name, foreign = self._course.world.now, target_of(dns_name), self._course.foreign()
        for held, leads in self._caches.leading(now + self._early_s):
            if leads == name and held[0] not in foreign and not self._course.unknown_to_us(held):
                return f"{held[0][1]} may still lead to {name} for {self._caches.led_until(held) - now:.0f} s"
        return ""


def same_answer(one: route53.RecordSet, other: route53.RecordSet) -> bool:
    """Whether two record sets answer alike."""
    return (target(one), one.ttl) == (target(other), other.ttl)
