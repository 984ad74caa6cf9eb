"""The cluster at large, read straight from the world's objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import msgspec

from migrator.model.cluster import Ingress, Reader, Service, Workload, light
from migrator.sandbox.world import World
from migrator.sandbox.world.kube_selectors import labels_of, parsed
from migrator.simulation.doors.gate import Gate
from migrator.simulation.doors.objects import ingress_from, service_from, workload_from

UNTOLD = ("Endpoints", "EndpointSlice", "Event", "Pod", "ReplicaSet", "ControllerRevision", "Secret", "Lease")
WORKLOADS = ("DaemonSet", "Deployment", "StatefulSet")


class SurveyDoor:
    """Implements ClusterSurvey."""

    def __init__(self, world: World) -> None:
        self._kube = world.kube
        self._gate = Gate(world, "kube")

    def services(self, namespace: str | None = None, selector: str = "") -> Iterator[Service]:
        """The Services of type LoadBalancer, light, by namespace and name."""
        self._gate.look(f"{namespace or ''}/", "GET services")
        wanted = parsed(selector) or (lambda labels: True)
        for raw in self._kube.list("Service", namespace):
            if raw.get("spec", {}).get("type") == "LoadBalancer" and wanted(labels_of(raw)):
                yield light(service_from(raw))

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
        raw = self._kube.find("Service", namespace, name)
        service = service_from(raw) if raw is not None else Service(namespace, name, "", "", {})
        return Reading(cast(Any, self), Needle(service)).readers()

    def mentions(self, names: tuple[str, ...]) -> tuple[Reader, ...]:
        """What uses a host name: the adapter's own search, over the world's objects."""
        from migrator.adapters.kube.mentions import mentions

        self._gate.look("/", "GET configmaps")
        return mentions(cast(Any, self), names)

    def owned(self, namespace: str, uid: str) -> tuple[str, ...]:
        """What an object of a namespace owns, EndpointSlices and Secrets aside."""
        found = []
        for kind in self._kube.kinds.values():
            if kind.namespaced and kind.kind not in UNTOLD:
                self._gate.look(f"{namespace}/", f"GET {kind.plural}")
                called = ".".join(filter(None, (kind.kind.lower(), kind.group)))
                found += [
                    f"{called}/{raw['metadata']['name']}" for raw in self._kube.list(kind.kind, namespace) if _owns(uid, raw)
                ]
        return tuple(sorted(found))

    def items(self, path: str, doing: str, page: msgspec.json.Decoder[Any]) -> Iterator[Any]:
        """What KubeClient gives for a list: every object of the kind that a path ends in; none of an unknown kind."""
        plural = path.rpartition("/")[2]
        self._gate.look("/", f"GET {plural}")
        kinds = [each.kind for each in self._kube.kinds.values() if each.plural == plural]
        objects = [raw for kind in kinds for raw in self._kube.list(kind)]
        return iter(page.decode(msgspec.json.encode({"metadata": {}, "items": objects})).items or ())


def _owns(uid: str, raw: dict[str, Any]) -> bool:
    return any(each.get("uid") == uid for each in raw["metadata"].get("ownerReferences") or ())
