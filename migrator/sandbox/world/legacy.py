"""The legacy controller: the cloud provider's service controller, which acts on every LoadBalancer Service without a class.

Source: kubernetes/cloud-provider controllers/service/controller.go, as of v0.27 (StableLoadBalancerNodeSet on).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrator.sandbox.world.controllers import (
    FAILURES,
    Failure,
    Pass,
    Process,
    WorkQueue,
    attempt,
    key_of,
)
from migrator.sandbox.world.legacy_balancers import LegacyBalancers
from migrator.sandbox.world.legacy_changes import notice, relevant
from migrator.sandbox.world.legacy_classic import LegacyClassic
from migrator.sandbox.world.legacy_wanted import is_external, is_nlb
from migrator.sandbox.world.trouble import KubeError

if TYPE_CHECKING:
    from migrator.sandbox.world import World

Object = dict[str, Any]

NAMESPACE, DEPLOYMENT = "kube-system", "cloud-controller-manager"
FINALIZER = "service.kubernetes.io/load-balancer-cleanup"
_EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
_TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler"
_NODES = "\n"  # the key of the pass over all Services after the nodes changed; no Service is called so


class LegacyController:
    """Reconciles Services one at a time (--concurrent-service-syncs=1) while its Deployment has a ready replica."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._network, self._classic = LegacyBalancers(world), LegacyClassic(world)
        self._queue = WorkQueue(world, self._work, self._crashed)
        self._seen: dict[str, Object] = {}  # Services as last acted on; lost with the process
        self._hosts: tuple[str, ...] = ()  # nodes behind the load balancers as last synced
        world.kube.subscribe("Service", self._service_changed)
        world.kube.subscribe("Node", self._node_changed)
        self.process = Process(world, NAMESPACE, DEPLOYMENT, started=self._started, stopped=self._stopped)

    # The process

    def _started(self, deployment: Object) -> None:
        self._hosts = _names(self._nodes())
        for service in self._world.kube.list("Service"):
            if wants_balancer(service) or needs_cleanup(service):
                self._queue.add(key_of(service))

    def _stopped(self) -> None:
        self._queue.clear()
        self._seen, self._hosts = {}, ()

    def _crashed(self) -> None:
        self.process.crash()

    # What it notices

    def _service_changed(self, event: str, service: Object, old: Object | None) -> None:
        if not self.process.up or event == "DELETED":
            return
        if old is None:
            if wants_balancer(service) or needs_cleanup(service):
                self._queue.add(key_of(service))
            return
        if self._is_update(old, service) or needs_cleanup(service):
            self._queue.add(key_of(service))

    def _is_update(self, old: Object, new: Object) -> bool:
        before, now = wants_balancer(old), wants_balancer(new)
        if not before and not now:
            return False
        if before != now:
            self._event(new, "Type", f"{old['spec']['type']} -> {new['spec']['type']}")
            return True
        if (told := notice(old, new)) is not None:
            self._event(new, *told)
        return told is not None or relevant(old, new)

    def _node_changed(self, event: str, node: Object, old: Object | None) -> None:
        """A node that comes, goes, is excluded or gets its provider id; neither readiness nor taints count."""
        if not self.process.up:
            return
        if event != "MODIFIED" or old is None or (_included(old), _has_provider(old)) != (_included(node), _has_provider(node)):
            self._queue.add(_NODES)

    # What it does

    def _work(self, key: str) -> Pass:
        if key == _NODES:
            return self._sync_nodes()
        return self._sync(key)

    def _sync(self, key: str) -> Pass:
        service = self._world.kube.find("Service", *key.split("/"))
        seen = self._seen.get(key)
        if seen is not None and (service is None or seen["metadata"]["uid"] != service["metadata"]["uid"]):
            yield from self._delete_vanished(key, seen)
        if service is None:
            return
        self._seen[key] = service
        try:
            if not wants_balancer(service) or needs_cleanup(service):
                yield from self._clean_up(service)
                self._seen.pop(key, None)
            else:
                yield from self._ensure(service)
        except FAILURES as error:
            self._event(service, "SyncLoadBalancerFailed", f"Error syncing load balancer: {error}", type="Warning")
            raise

    def _ensure(self, service: Object) -> Pass:
        self._event(service, "EnsuringLoadBalancer", "Ensuring load balancer")
        yield from self._finalizer(service, present=True)
        if is_external(service):
            return  # implemented elsewhere: the finalizer and the event stay
        nodes = self._nodes()
        if not nodes:
            self._event(service, "UnAvailableLoadBalancer", "There are no available nodes for LoadBalancer", type="Warning")
        try:
            lb = yield from self._family(service).ensure(service, nodes)
        except FAILURES as error:
            raise Failure(f"failed to ensure load balancer: {error}") from error
        self._event(service, "EnsuredLoadBalancer", "Ensured load balancer")
        hostname = "" if self._world.elb.state(lb) == "failed" else lb.dns_name
        yield from self._status(service, hostname)

    def _family(self, service: Object) -> LegacyBalancers | LegacyClassic:
        """What the annotation says now, whatever was made for the Service before."""
        return self._network if is_nlb(service) else self._classic

    def _clean_up(self, service: Object) -> Pass:
        """Delete what the annotations say there is; a load balancer of another kind is not looked for."""
        uid = service["metadata"]["uid"]
        lb = None
        if not is_external(service):
            try:
                lb = yield from self._family(service).find(uid)
            except FAILURES as error:
                raise Failure(f"failed to check if load balancer exists before cleanup: {error}") from error
        if lb is not None:
            self._event(service, "DeletingLoadBalancer", "Deleting load balancer")
            try:
                yield from self._family(service).delete(service)
            except FAILURES as error:
                raise Failure(f"failed to delete load balancer: {error}") from error
        yield from self._finalizer(service, present=False)
        self._event(service, "DeletedLoadBalancer", "Deleted load balancer")
        yield from self._status(service, "")

    def _delete_vanished(self, key: str, seen: Object) -> Pass:
        """A Service whose finalizer somebody took off: what was last seen of it says what to delete."""
        if wants_balancer(seen):
            self._event(seen, "DeletingLoadBalancer", "Deleting load balancer")
            try:
                if not is_external(seen):
                    yield from self._family(seen).delete(seen)
            except FAILURES as error:
                self._event(seen, "DeleteLoadBalancerFailed", f"Error deleting load balancer: {error}", type="Warning")
                raise
            self._event(seen, "DeletedLoadBalancer", "Deleted load balancer")
        del self._seen[key]

    def _sync_nodes(self) -> Pass:
        """Give every load balancer the nodes as they are now; a Service that fails is tried again by itself."""
        nodes = self._nodes()
        names = _names(nodes)
        before, self._hosts = self._hosts, names
        if names == before:
            return
        for key, service in list(self._seen.items()):
            if not wants_balancer(service) or is_external(service):
                continue
            try:
                lb = yield from self._family(service).find(service["metadata"]["uid"])
                if lb is None:
                    continue
                yield from self._family(service).update(service, nodes)
            except FAILURES as error:
                said = f"Error updating load balancer with new hosts {list(names)}: {error}"
                self._event(service, "UpdateLoadBalancerFailed", said, type="Warning")
                self._queue.add(key)
            else:
                self._tell_updated(service, nodes)

    def _tell_updated(self, service: Object, nodes: list[Object]) -> None:
        if nodes:
            self._event(service, "UpdatedLoadBalancer", "Updated load balancer with new hosts")
        else:
            self._event(service, "UnAvailableLoadBalancer", "There are no available nodes for LoadBalancer", type="Warning")

    def _nodes(self) -> list[Object]:
        return [node for node in self._world.kube.list("Node") if takes_traffic(node)]

    # What it writes

    def _finalizer(self, service: Object, *, present: bool) -> Pass:
        finalizers = list(service["metadata"].get("finalizers") or ())
        if (FINALIZER in finalizers) == present:
            return
        kept = [*finalizers, FINALIZER] if present else [each for each in finalizers if each != FINALIZER]
        operation, said = ("add-finalizer", "add") if present else ("remove-finalizer", "remove")
        try:
            yield from self._patch(operation, service, {"metadata": {"finalizers": kept or None}}, None)
        except FAILURES as error:
            raise Failure(f"failed to {said} load balancer cleanup finalizer: {error}") from error

    def _status(self, service: Object, hostname: str) -> Pass:
        have = service.get("status", {}).get("loadBalancer", {}).get("ingress") or []
        wanted = [{"hostname": hostname}] if hostname else []
        if have == wanted:
            return
        try:
            yield from self._patch("update-status", service, {"status": {"loadBalancer": {"ingress": wanted or None}}}, "status")
        except KubeError as error:
            if error.status != 404:  # gone with its last finalizer
                raise Failure(f"failed to update load balancer status: {error}") from error

    def _patch(self, operation: str, service: Object, patch: Object, subresource: str | None) -> Pass:
        namespace, name = service["metadata"]["namespace"], service["metadata"]["name"]
        yield from attempt(
            self._world,
            "legacy",
            operation,
            f"{namespace}/{name}",
            lambda: self._world.kube.patch(
                "Service", namespace, name, patch, subresource=subresource, manager="aws-cloud-controller-manager"
            ),
        )

    def _event(self, service: Object, reason: str, message: str, *, type: str = "Normal") -> None:
        self._world.kube.event(service, reason, message, type=type, component="service-controller")


def _names(nodes: list[Object]) -> tuple[str, ...]:
    return tuple(node["metadata"]["name"] for node in nodes)


def wants_balancer(service: Object) -> bool:
    """Whether the Service asks the cloud provider for a load balancer: of type LoadBalancer, and of no class."""
    return service["spec"].get("type") == "LoadBalancer" and not service["spec"].get("loadBalancerClass")


def needs_cleanup(service: Object) -> bool:
    """Whether the controller's finalizer is on a Service that goes or is no LoadBalancer any more."""
    if FINALIZER not in (service["metadata"].get("finalizers") or ()):
        return False
    return "deletionTimestamp" in service["metadata"] or service["spec"].get("type") != "LoadBalancer"


def takes_traffic(node: Object) -> bool:
    """Whether load balancers send to a node; readiness does not count (KEP-3458)."""
    doomed = any(each["key"] == _TO_BE_DELETED for each in node["spec"].get("taints") or ())
    return _included(node) and _has_provider(node) and not doomed and "deletionTimestamp" not in node["metadata"]


def _included(node: Object) -> bool:
    return _EXCLUDED not in (node["metadata"].get("labels") or {})


def _has_provider(node: Object) -> bool:
    return bool(node["spec"].get("providerID"))
