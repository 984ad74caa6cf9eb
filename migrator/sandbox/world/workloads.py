"""What runs in the cluster: Deployments become pods on nodes, and Services find the pods that are ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrator.sandbox.world.kube_meta import stamp
from migrator.sandbox.world.workloads_deployments import Deployments
from migrator.sandbox.world.workloads_endpoints import EndpointSlices
from migrator.sandbox.world.workloads_pods import Pods, is_ready

if TYPE_CHECKING:
    from migrator.sandbox.world import World

Object = dict[str, Any]


class Workloads:
    """The controllers of the cluster's own parts, and what tests and faults do to nodes and pods."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.pods = Pods(world)
        self._deployments = Deployments(world, self.pods)
        self._endpoints = EndpointSlices(world)
        world.kube.subscribe("Node", self._node_changed)

    def scale(self, namespace: str, deployment: str, replicas: int) -> None:
        """Ask for another number of pods; zero stops what the Deployment runs."""
        self._world.kube.patch("Deployment", namespace, deployment, {"spec": {"replicas": replicas}}, manager="kubectl-scale")

    def pods_of(self, namespace: str, app: str) -> list[Object]:
        """The pods with label `app`, oldest first, those that end too."""
        found = (pod for (where, _), pod in self.pods.known.items() if where == namespace)
        return [pod for pod in found if (pod["metadata"].get("labels") or {}).get("app") == app]

    def fail_pod(self, namespace: str, name: str, *, for_s: float | None = None) -> None:
        """A pod's readiness probe fails, until `recover_pod` or for a while."""
        self.pods.set_failed(namespace, name, True)
        if for_s is not None:
            self._world.after(for_s, lambda: self.recover_pod(namespace, name))

    def recover_pod(self, namespace: str, name: str) -> None:
        """A pod's readiness probe succeeds again; nothing happens when the pod is gone."""
        self.pods.set_failed(namespace, name, False)

    def restart(self, namespace: str, deployment: str) -> None:
        """Exchange all pods of a Deployment a few at a time, as `kubectl rollout restart` does."""
        mark = {"kubectl.kubernetes.io/restartedAt": stamp(self._world.now)}
        patch = {"spec": {"template": {"metadata": {"annotations": mark}}}}
        self._world.kube.patch("Deployment", namespace, deployment, patch, manager="kubectl-rollout")

    def drain(self, node: str) -> None:
        """Take no new pods on a node and evict the ones it has."""
        self._world.kube.patch("Node", "", node, {"spec": {"unschedulable": True}}, manager="kubectl-drain")
        for pod in self.pods.on_node(node):
            self.pods.end(pod)

    def uncordon(self, node: str) -> None:
        """Take pods on a node again."""
        self._world.kube.patch("Node", "", node, {"spec": {"unschedulable": None}}, manager="kubectl-uncordon")

    def fail_node(self, node: str) -> None:
        """A node's kubelet falls silent: it is NotReady, and so are its pods."""
        self._set_node(node, "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")

    def recover_node(self, node: str) -> None:
        """A node's kubelet is heard again."""
        self._set_node(node, "True", "KubeletReady", "kubelet is posting ready status")

    def remove_node(self, node: str) -> None:
        """A node's instance is terminated; the Node object and its pods go with it."""
        found = self._world.kube.get("Node", "", node)
        instance = found["spec"].get("providerID", "").rpartition("/")[2]
        if instance in self._world.ec2.instances:
            self._world.ec2.terminate_instance(instance)
        self._world.kube.delete("Node", "", node)

    def _set_node(self, node: str, status: str, reason: str, message: str) -> None:
        found = self._world.kube.get("Node", "", node)
        now = stamp(self._world.now)
        ready = {"type": "Ready", "status": status, "reason": reason, "message": message}
        others = [each for each in found["status"]["conditions"] if each["type"] != "Ready"]
        conditions = [*others, {**ready, "lastHeartbeatTime": now, "lastTransitionTime": now}]
        self._world.kube.patch(
            "Node", "", node, {"status": {"conditions": conditions}}, subresource="status", manager="kube-controller-manager"
        )

    def _node_changed(self, event: str, node: Object, old: Object | None) -> None:
        """Health checks of everything on a node notice when it comes, goes, or turns ready or not."""
        if event != "MODIFIED" or old is None or is_ready(old) != is_ready(node):
            self._world.elb.recheck()
