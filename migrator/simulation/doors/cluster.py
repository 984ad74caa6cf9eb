"""The cluster's looks, read straight from the world's objects.

The world never changes an object in place, so what was read of one stays right for as long as it is the same object.
"""

from __future__ import annotations

from typing import Any

from migrator.model.cluster import Binding, ClusterIdentity, Controller, Lease, Service, Trouble
from migrator.sandbox.doors.kube.discovery import VERSION
from migrator.sandbox.world import World
from migrator.sandbox.world.trouble import KubeError
from migrator.simulation.doors.gate import Gate, translated
from migrator.simulation.doors.objects import binding_from, controller_from, lease_from, service_from, trouble_from

CONTROLLER_LABEL = ("app.kubernetes.io/name", "aws-load-balancer-controller")


class ClusterDoor:
    """Implements ClusterLook."""

    def __init__(self, world: World) -> None:
        self._kube, self._faults = world.kube, world.faults
        self._gate = Gate(world, "kube")
        self._every_service, self._every_lease = self._kube.shelf("Service").objects, self._kube.shelf("Lease").objects
        self._services: dict[tuple[str, str], tuple[dict[str, Any], Service]] = {}
        self._leases: dict[tuple[str, str], tuple[dict[str, Any], Lease]] = {}
        self._bindings: dict[tuple[str, str], tuple[list[dict[str, Any]], tuple[Binding, ...]]] = {}

    def identity(self) -> ClusterIdentity:
        """The UID of kube-system."""
        self._gate.look("/kube-system", "GET namespaces")
        return ClusterIdentity(self._kube.get("Namespace", "", "kube-system")["metadata"]["uid"], VERSION["gitVersion"])

    def service(self, namespace: str, name: str) -> Service | None:
        """A Service, or None."""
        if self._faults.armed:
            self._gate.look(f"{namespace}/{name}", "GET services")
        key = namespace, name
        raw = self._every_service.get(key)
        if raw is None:
            return None
        known = self._services.get(key)
        if known is None or known[0] is not raw:
            known = self._services[key] = (raw, service_from(raw))
        return known[1]

    def bindings(self, namespace: str, service: str) -> tuple[Binding, ...]:
        """The TargetGroupBindings with the Service's stack labels, by name."""
        self._gate.look(f"{namespace}/", "GET targetgroupbindings")
        every, known = self._kube.list("TargetGroupBinding", namespace), self._bindings.get((namespace, service))
        if known is None or known[0] != every:
            found = [binding_from(raw) for raw in every if _of_stack(raw, namespace, service)]
            known = self._bindings[namespace, service] = (every, tuple(found))
        return known[1]

    def controller(self) -> Controller | None:
        """The Deployment with the controller's label, the one with most ready pods where there are several."""
        self._gate.look("/", "GET deployments")
        return self._kube.shelf("Deployment").read(controller_among)

    def lease(self, namespace: str, name: str) -> Lease | None:
        """Our mark of that name, or None."""
        if self._faults.armed:
            self._gate.look(f"{namespace}/{name}", "GET leases")
        key = namespace, name
        raw = self._every_lease.get(key)
        if raw is None:
            return None
        known = self._leases.get(key)
        if known is None or known[0] is not raw:
            known = self._leases[key] = (raw, lease_from(raw))
        return known[1]

    def troubles(self, namespace: str, uid: str) -> tuple[Trouble, ...]:
        """Warning events about an object, newest first."""
        self._gate.look(f"{namespace}/", "GET events")
        found = [
            trouble_from(raw)
            for raw in self._kube.list("Event", namespace)
            if raw["involvedObject"].get("uid") == uid and raw.get("type") == "Warning"
        ]
        return tuple(sorted(found, key=lambda each: (-each.at, each.reason, each.message)))

    def rehearsed(self, manifest: dict[str, Any]) -> Service:
        """What the server would store for a new Service."""
        meta = manifest["metadata"]
        subject = f"{meta.get('namespace', 'default')}/{meta['name']}"
        self._gate.look(subject, "POST services")
        try:
            return service_from(self._kube.create(manifest, manager="migrate", dry_run=True))
        except KubeError as refusal:
            raise translated(refusal, "POST services", subject, change=False) from refusal


def controller_among(deployments: list[dict[str, Any]]) -> Controller | None:
    """The controller's Deployment, with most ready pods; None where there is none."""
    label, value = CONTROLLER_LABEL
    found = [controller_from(raw) for raw in deployments if (raw["metadata"].get("labels") or {}).get(label) == value]
    return min(found, key=lambda each: (-each.ready, each.namespace, each.name), default=None)


def _of_stack(raw: dict[str, Any], namespace: str, service: str) -> bool:
    labels = raw["metadata"].get("labels") or {}
    stack = labels.get("service.k8s.aws/stack-namespace"), labels.get("service.k8s.aws/stack-name")
    return stack == (namespace, service)
