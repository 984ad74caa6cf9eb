"""The cluster at large, read straight from the world's objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import msgspec

from migrator.model.cluster import Ingress, Reader, Service, Workload
from migrator.sandbox.world import World
from migrator.simulation.doors_gate import Gate
from migrator.simulation.doors_objects import ingress_from, service_from, workload_from

WORKLOADS = ("DaemonSet", "Deployment", "StatefulSet")


class SurveyDoor:
    """Implements ClusterSurvey."""

    def __init__(self, world: World) -> None:
        self._kube = world.kube
        self._gate = Gate(world, "kube")

    def services(self, namespace: str | None = None) -> Iterator[Service]:
        """Every Service of a namespace or of the cluster, by namespace and name."""
        self._gate.look(f"{namespace or ''}/", "GET services")
        yield from map(service_from, self._kube.list("Service", namespace))

    def ingresses(self) -> tuple[Ingress, ...]:
        """Every Ingress, by namespace and name."""
        self._gate.look("/", "GET ingresses")
        return tuple(map(ingress_from, self._kube.list("Ingress")))

    def workloads(self) -> tuple[Workload, ...]:
        """Deployments, DaemonSets and StatefulSets, by kind, namespace and name."""
        self._gate.look("/", "GET deployments", "GET daemonsets", "GET statefulsets")
        return tuple(workload_from(raw) for kind in WORKLOADS for raw in self._kube.list(kind))

    def readers(self, namespace: str, name: str) -> tuple[Reader, ...]:
        """What uses a Service inside the cluster: the adapter's own search, over the world's objects."""
        # Imported here: it brings the Kubernetes client, which nothing else of a simulation needs.
        from migrator.adapters.kube.readers import Needle, Reading

        self._gate.look(f"{namespace}/{name}", "GET services")
        raw = self._kube.find("Service", namespace, name) or {"spec": {}}
        ports = tuple(port["nodePort"] for port in raw["spec"].get("ports") or () if port.get("nodePort"))
        return Reading(cast(Any, self), Needle(namespace, name, ports)).readers()

    def items(self, path: str, doing: str, page: msgspec.json.Decoder[Any]) -> Iterator[Any]:
        """What KubeClient gives for a list: every object of the kind that a path ends in; none of an unknown kind."""
        plural = path.rpartition("/")[2]
        self._gate.look("/", f"GET {plural}")
        kinds = [each.kind for each in self._kube.kinds.values() if each.plural == plural]
        objects = [raw for kind in kinds for raw in self._kube.list(kind)]
        return iter(page.decode(msgspec.json.encode({"metadata": {}, "items": objects})).items or ())
