"""What a deed works on: the world of one journey, its plan, the machine that processes run on, and chances of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from functools import cached_property
from random import Random
from typing import Any

from migrator import __version__
from migrator.errors import MigrateError
from migrator.machine.tick import Again, Machine, Orders
from migrator.model.migration import Migration, signed_digest
from migrator.ports.report import Silent
from migrator.sandbox.world import World
from migrator.sandbox.world.route53 import RecordSet
from migrator.sandbox.world.route53_rules import Change
from migrator.sandbox.world.trouble import AwsError
from migrator.simulation.crashes.dying import CrashPlan, DyingEffector
from migrator.simulation.journey import Voyage
from migrator.simulation.memory import MemoryJournal
from migrator.simulation.promises.course import Course, Key
from migrator.simulation.promises.watch import Watch
from migrator.simulation.stage import Stage
from migrator.simulation.troubles.aboard import Aboard
from migrator.steps import JOURNEY

Undo = Callable[[], None]
RIVAL, RIVAL_HOST = "journal-of-another", "another/boot-1"
ZONE = "topology.kubernetes.io/zone"


class Ground:
    """One journey as those see it who have nothing to do with it. `voyage` has to be watched."""

    def __init__(self, voyage: Voyage, aboard: Aboard, chance: Random) -> None:
        assert voyage.watch is not None
        self.voyage, self.aboard, self.chance = voyage, aboard, chance
        self.stage: Stage = voyage.stage
        self.world: World = self.stage.world
        self.watch: Watch = voyage.watch
        self.course: Course = voyage.watch.course
        legacy = self.stage.legacy
        there = self.world.kube.get("Service", legacy.namespace, legacy.name)
        self.app = (legacy.namespace, str(there["spec"]["selector"]["app"]))
        self._there = there
        self._replicas = {
            (each["metadata"]["namespace"], each["metadata"]["name"]): each["spec"]["replicas"]
            for each in self.world.kube.list("Deployment")
        }
        self.metric_lag_s = self.world.pace.metric_lag_s
        self.pruned = False  # whether the new Service was taken away, and clients may lose requests until names lead back
        self.wrong: list[str] = []  # what a second operator could do and may not

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The legacy Service as somebody's Git holds it."""
        return _manifest(self._there)

    @property
    def migration(self) -> Migration:
        """The plan as it is applied."""
        return self.voyage.migration

    def rival(self) -> None:
        """Run the same plan on another machine with a journal of its own, for as long as it does not wait."""
        voyage, legacy = self.voyage, self.stage.legacy
        outside = self.stage.joined(RIVAL, migration=self.migration.id, host=RIVAL_HOST)
        effector = DyingEffector(outside.effector, CrashPlan(), voyage.watch, RIVAL_HOST)
        given = Orders(RIVAL, __version__, RIVAL_HOST, signed_digest(self.migration))
        outside = outside._replace(effector=effector)
        machine = Machine(self.migration, JOURNEY, MemoryJournal(), outside, Silent(), given)
        with suppress(MigrateError):
            outcome = machine.tick()
            while isinstance(outcome, Again) and not outcome.after_s:
                outcome = machine.tick()
        if machine.standing.sequence:
            self.wrong.append(f"a second operator of {legacy.namespace}/{legacy.name} began a journal beside our mark")

    # Record sets

    def some_record(self) -> tuple[Key, RecordSet | None]:
        """A record set of the plan as it is listed now."""
        listed = self.course.listed()
        key = self.chance.choice(sorted(listed))
        return key, listed[key]

    def put(self, key: Key, before: RecordSet | None, after: RecordSet | None) -> None:
        """Change a record set by hand; nothing where somebody changed it since, or nothing is to change."""
        if before == after or self.course.listed()[key] != before:
            return
        batch: list[Change] = [("DELETE", before)] if before is not None else []
        try:
            change = self.world.route53.change(key[0], batch + ([("CREATE", after)] if after is not None else []))
        except AwsError:  # such as an alias of a load balancer that is gone
            return
        self.course.touched[key] = change.insync_at
        self.course.meddled(key, before, after)
        if after is not None and after != self.course.left.get(key):
            self.course.planted[key, after] = self.world.now
        self.watch.meddled()

    def put_back(self, key: Key) -> None:
        """Bring a record set back to the form in which the journey left it, or leave it as listed on the way back."""
        now, move = self.course.listed()[key], next(each for each in self.migration.dns.moves if each.key == key)
        if not (self.course.back and now == self.course.final(move)):
            self.put(key, now, self.course.left.get(key))

    # The cluster

    def annotated(self, kind: str, namespace: str, name: str, annotation: str, value: str) -> Undo | None:
        """Write an annotation; what undoes it, or None where there is no such object."""
        found = self.world.kube.find(kind, namespace, name)
        if found is None or "deletionTimestamp" in found["metadata"]:
            return None
        uid, before = found["metadata"]["uid"], (found["metadata"].get("annotations") or {}).get(annotation)
        self._annotate(kind, namespace, name, annotation, value)

        def undo() -> None:
            there = self.world.kube.find(kind, namespace, name)
            same = there is not None and there["metadata"]["uid"] == uid
            if same and there is not None and (there["metadata"].get("annotations") or {}).get(annotation) == value:
                self._annotate(kind, namespace, name, annotation, before)

        return undo

    def _annotate(self, kind: str, namespace: str, name: str, annotation: str, value: str | None) -> None:
        patch = {"metadata": {"annotations": {annotation: value}}}
        self.world.kube.patch(kind, namespace, name, patch, manager="kubectl-annotate")

    def scaled(self, namespace: str, name: str, replicas: int) -> Undo:
        """Change the number of a Deployment's pods; what brings the number back."""
        before = self._replicas[namespace, name]
        self.world.workloads.scale(namespace, name, replicas)
        return lambda: self.world.workloads.scale(namespace, name, before)

    def nodes(self) -> list[str]:
        """The names of the nodes that there are, sorted."""
        return sorted(each["metadata"]["name"] for each in self.world.kube.list("Node"))

    def some_node(self) -> str | None:
        """One of at least two nodes; None where there is no second one."""
        nodes = self.nodes()
        return self.chance.choice(nodes) if len(nodes) > 1 else None

    def zone_of(self, node: str) -> str:
        """The zone that a node is in."""
        return str(self.world.kube.get("Node", "", node)["metadata"]["labels"][ZONE])

    def with_node(self, node: str, act: Callable[[str], None]) -> Undo:
        """Do something with a node later, where it is there then."""

        def undo() -> None:
            if self.world.kube.find("Node", "", node) is not None:
                act(node)

        return undo


def _manifest(service: dict[str, Any]) -> dict[str, Any]:
    """What somebody's Git holds of a Service: nothing that the server or a controller wrote."""
    spec = deepcopy(dict(service["spec"]))
    for each in ("clusterIP", "clusterIPs", "healthCheckNodePort"):
        spec.pop(each, None)
    ports = [{name: value for name, value in port.items() if name != "nodePort"} for port in spec["ports"]]
    meta = service["metadata"]
    named = {"name": meta["name"], "namespace": meta["namespace"], "annotations": dict(meta.get("annotations") or {})}
    return {"apiVersion": "v1", "kind": "Service", "metadata": named, "spec": {**spec, "ports": ports}}
