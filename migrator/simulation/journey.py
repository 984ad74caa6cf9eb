"""A whole journey in virtual time: plan, ticks, crashes where they are wanted, and the end state to compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator import __version__
from migrator.errors import Unclear
from migrator.machine.tick import Machine, Orders
from migrator.model.cluster import MARK
from migrator.model.effects import Effect, Result
from migrator.model.events import Entry, Event
from migrator.model.migration import Migration, signed_digest
from migrator.model.standing import fold
from migrator.model.units import Instant
from migrator.planning.plan import Wishes, plan
from migrator.ports.outside import Outside
from migrator.ports.report import Reporter, Silent
from migrator.sandbox.world.leftovers import leftovers
from migrator.scheduler.run import Finish, run
from migrator.simulation.doors import HOST
from migrator.simulation.memory import MemoryJournal
from migrator.simulation.promises.watch import Watch
from migrator.simulation.stage import Stage
from migrator.steps import JOURNEY

JOURNAL = "journal-1"


class Crash(BaseException):
    """The process is gone: nothing after this line happens, and nobody may catch it but who started the process."""


class CrashPlan:
    """Where processes die: one after the other, each at a boundary counted from the death before it, by kind.

    A boundary is an `append` or an `effect`; `how` says what had happened when the process died: before (nothing),
    torn (half the line), after (all of it, and nobody heard), lost (effects only: no death, the answer is lost and the
    process lives on). One plan goes through all processes of a journey.
    """

    def __init__(self, point: int = -1, how: str = "before", kind: str = "append", *then: tuple[int, str, str]) -> None:
        self._due = [(point, how, kind), *then] if point > 0 else list(then)
        self.struck = 0
        self.counts = {"append": 0, "effect": 0}  # since the last death, or the beginning

    def strikes(self, kind: str) -> str:
        """How a process dies at this boundary; empty where it does not."""
        self.counts[kind] += 1
        if not self._due or self._due[0] != (self.counts[kind], self._due[0][1], kind):
            return ""
        how = self._due.pop(0)[1]
        self.struck += 1
        self.counts = {"append": 0, "effect": 0}
        return how


class DyingJournal:
    """A journal whose process may die while it writes."""

    def __init__(self, inner: MemoryJournal, crash: CrashPlan, watch: Watch | None = None) -> None:
        self.inner, self.crash, self._watch = inner, crash, watch

    def read(self) -> tuple[Entry, ...]:
        """As the journal inside."""
        return self.inner.read()

    def append(self, event: Event, *, at: Instant, after: int) -> Entry:
        """Write, and perhaps die before, meanwhile or after."""
        struck = self.crash.strikes("append")
        if struck == "before":
            raise Crash
        entry = self.inner.append(event, at=at, after=after)
        if struck == "torn":
            self.inner = self.inner.torn(len(self.inner.lines[-1]) // 2)
            raise Crash
        if self._watch is not None:
            self._watch.wrote(entry)
        if struck:
            raise Crash
        return entry


class DyingEffector:
    """An effector whose process may die around a call, or whose answer may be lost."""

    def __init__(self, inner: Any, crash: CrashPlan, watch: Watch | None = None, host: str = HOST) -> None:
        self.inner, self.crash, self._watch, self._host = inner, crash, watch, host

    def apply(self, effect: Effect) -> Result:
        """Do it, and perhaps die before or after, or lose the answer."""
        struck = self.crash.strikes("effect")
        if struck == "before":
            raise Crash
        result = self._watched(effect)
        if struck == "lost":
            raise Unclear("no answer came")
        if struck:
            raise Crash
        return result

    def _watched(self, effect: Effect) -> Result:
        over = self._watch.calling(effect, self._host) if self._watch is not None else None
        try:
            result: Result = self.inner.apply(effect)
        finally:
            if over is not None:
                over()
        return result

    def found(self, effect: Effect) -> Result | None:
        """As the effector inside."""
        found: Result | None = self.inner.found(effect)
        return found


class Voyage:
    """One migration on one stage, over as many processes as it takes. `lines` survive each of them.

    With `promises` every promise is checked after every event; `breaches` are those that were not kept.
    """

    def __init__(
        self, stage: Stage, wishes: Wishes | None = None, reporter: Reporter | None = None, *, promises: bool = False
    ) -> None:
        self.stage, self.reporter = stage, reporter or Silent()
        legacy = stage.legacy
        self.migration: Migration = plan(legacy.namespace, legacy.name, stage.outside, stage.survey, wishes or Wishes())
        self.journal = MemoryJournal()
        self.watch = Watch(stage.world, self.migration) if promises else None
        self.crashes = 0

    @property
    def breaches(self) -> tuple[str, ...]:
        """Promises that were not kept so far, a sentence each; empty where nobody checks."""
        return () if self.watch is None else tuple(self.watch.breaches)

    def process(
        self, crash: CrashPlan | None = None, *, host: str = HOST, anew: bool = True, **orders: Any
    ) -> tuple[Machine, Outside]:
        """A new process over the lines that the last one left; with `anew` it begins again after a rollback."""
        self.journal = MemoryJournal(self.journal.lines)
        crash = crash or CrashPlan()
        if self.watch is not None:
            self.watch.planned(self.migration)
        self._dying = DyingJournal(self.journal, crash, self.watch)
        began = fold(self.journal.read())
        goes_on = began.began is not None and (began.ended is None or not anew)
        id = began.began.journal if began.began is not None and goes_on else f"journal-{began.sequence + 1}"
        outside = self.stage.joined(id, migration=self.migration.id, host=host)
        outside = Outside(**{**outside.__dict__, "effector": DyingEffector(outside.effector, crash, self.watch, host)})
        given = Orders(id, __version__, host, signed_digest(self.migration), **orders)
        return Machine(self.migration, JOURNEY, self._dying, outside, self.reporter, given), outside

    def sail(
        self,
        crash: CrashPlan | None = None,
        *,
        before: Callable[[Machine], None] = lambda machine: None,
        host: str = HOST,
        until: str = "",
        **orders: Any,
    ) -> Finish | None:
        """Run one process to its end; None when it crashed. `before` acts on the machine first (turn_back, release)."""
        machine, outside = self.process(crash, host=host, **orders)
        if self.watch is not None:
            self.watch.runs(True)
        try:
            before(machine)
            return run(machine, outside.clock, until=until)
        except Crash:
            self.crashes += 1
            return None
        finally:
            if self.watch is not None:
                self.watch.runs(False)
            self.journal = self._dying.inner

    def back(self, crash: CrashPlan | None = None, **given: Any) -> Finish | None:
        """Run one process on the way back to its end."""

        def turn(machine: Machine) -> None:
            machine.turn_back("asked", "told to roll back", "a test")

        return self.sail(crash, before=turn, anew=False, **given)

    def end(self) -> dict[str, Any]:
        """What is left in the world, ids and times aside: records by where they lead, Services, AWS, our marks."""
        world, migration = self.stage.world, self.migration
        led = {migration.legacy.balancer.dns_name.lower(): "legacy"}
        services = {}
        for each in world.kube.list("Service"):
            if each["metadata"]["namespace"] != migration.legacy.service.namespace:
                continue
            name = each["metadata"]["name"]
            ingress = each.get("status", {}).get("loadBalancer", {}).get("ingress") or [{}]
            hostname = str(ingress[0].get("hostname", "")).lower()
            if name == migration.new.name:
                led[hostname] = "new"
            annotations = each["metadata"].get("annotations", {})
            services[name] = (each["spec"]["type"], MARK in annotations, led.get(hostname, "other" if hostname else "none"))
        return {
            "services": services,
            "records": {
                (each.name, each.type): _led(each, led)
                for zone in world.route53.zones.values()
                for each in world.route53.record_sets(zone.id)
            },
            "balancers": sorted(led.get(each.dns_name.lower(), "other") for each in world.elb.balancers.values()),
            "groups": len(world.elb.groups),
            "security groups": sorted(each.name.rpartition("-")[0] for each in world.ec2.groups.values()),
            "rules": sorted((each.description, each.source_group in world.ec2.groups) for each in world.ec2.rules.values()),
            "interfaces": len(world.ec2.interfaces),
            "legacy": len(leftovers(world, migration.service, migration.legacy.service.uid)),
            "leases": [
                each["metadata"]["name"] for each in world.kube.list("Lease") if each["metadata"]["name"].startswith("migrate-")
            ],
        }


def _led(record: Any, led: dict[str, str]) -> tuple[str, int | None]:
    """Where a record leads, in words, and its TTL."""
    name = record.alias.dns_name if record.alias is not None else next(iter(record.values), "")
    bare = str(name).lower().rstrip(".").removeprefix("dualstack.")
    return led.get(bare, "elsewhere"), record.ttl
