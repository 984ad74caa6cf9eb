"""The cluster as packets meet it: ready nodes, the node ports that kube-proxy serves, endpoints and pods.

Kept from the cluster's own events, so that a question costs a look-up and never a walk over all objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from migrator.sandbox.world.network_flows import Backend
from migrator.sandbox.world.network_wire import spoken

if TYPE_CHECKING:
    from migrator.sandbox.world.kube import Kube

SERVICE_LABEL = "kubernetes.io/service-name"  # discovery.k8s.io/v1: names the Service an EndpointSlice belongs to
KUBE_PROXY_HEALTH_PORT = 10256  # kube-proxy's --healthz-bind-address

Object = dict[str, Any]
Key = tuple[str, str]  # namespace, name


class NodePort(msgspec.Struct, frozen=True):
    """What kube-proxy does with a node port: the Service, its port's name, and whether only local pods are used."""

    service: Key
    port_name: str
    local: bool


class Endpoint(msgspec.Struct, frozen=True):
    """One address of an EndpointSlice. `ports` by the Service port's name."""

    address: str
    node: str
    pod: Key
    ready: bool
    serving: bool
    terminating: bool
    ports: Mapping[str, int]


class PodSeen(msgspec.Struct, frozen=True):
    """A pod with an address of its own. `key` is namespace/name; `ports` are those it declares.

    `proxy` and `tls` are what its annotations say of what it reads: `network_wire`.
    """

    key: str
    uid: str
    node: str
    running: bool
    ready: bool
    ports: tuple[int, ...]
    proxy: str = "off"
    tls: bool = False


class Dataplane:
    """Follows Services, EndpointSlices, Nodes and Pods of one cluster; `changed` is called when packets meet something new."""

    def __init__(self, kube: Kube, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._node_ports: dict[tuple[str, int], NodePort] = {}
        self._health_ports: dict[int, Key] = {}
        self._slices: dict[Key, dict[str, tuple[Endpoint, ...]]] = {}
        self._endpoints: dict[Key, tuple[Endpoint, ...]] = {}
        self._backends: dict[Key, dict[tuple[str, NodePort], tuple[Backend, ...]]] = {}  # dropped with `_endpoints`
        self._nodes: dict[str, tuple[str, bool]] = {}  # name -> instance, ready
        self._node_of_instance: dict[str, str] = {}
        self._pods: dict[str, PodSeen] = {}
        for kind, follow in (
            ("Service", self._service),
            ("EndpointSlice", self._slice),
            ("Node", self._node),
            ("Pod", self._pod),
        ):
            for obj in kube.list(kind):
                follow("ADDED", obj, None)
            kube.subscribe(kind, follow)

    def ready_node(self, instance_id: str) -> str | None:
        """The name of the Node that runs on an instance, if its condition Ready is True; else None."""
        node = self._node_of_instance.get(instance_id)
        return node if node in self._nodes and self._nodes[node][1] else None

    def instance_under(self, node: str) -> str:
        """The instance that a Node runs on; empty when it is not known."""
        return self._nodes.get(node, ("", False))[0]

    def node_port(self, protocol: str, port: int) -> NodePort | None:
        """What kube-proxy serves on a node port by "TCP" or "UDP"; None when nothing."""
        return self._node_ports.get((protocol, port))

    def local_health(self, node: str, port: int) -> bool | None:
        """Whether a healthCheckNodePort answers 200 on a node: it has a local ready pod. None when it is no such port."""
        service = self._health_ports.get(port)
        if service is None:
            return None
        return any(each.ready and each.node == node for each in self.endpoints(service))

    def endpoints(self, service: Key) -> tuple[Endpoint, ...]:
        """Every endpoint of a Service, over all its slices; empty when it has none."""
        known = self._endpoints.get(service)
        if known is None:
            slices = self._slices.get(service, {})
            known = self._endpoints[service] = tuple(each for name in sorted(slices) for each in slices[name])
        return known

    def backends(self, node: str, served: NodePort) -> tuple[Backend, ...]:
        """The pods that a new connection to a node port may reach: ready ones, else those that still serve while ending.

        Source: kubernetes/enhancements KEP-1669, terminating endpoints are used when no ready one is left.
        """
        known = self._backends.setdefault(served.service, {})
        asked = (node if served.local else "", served)
        backends = known.get(asked)
        if backends is None:
            endpoints = [each for each in self.endpoints(served.service) if not served.local or each.node == node]
            usable = [each for each in endpoints if each.ready] or [each for each in endpoints if each.serving]
            backends = known[asked] = tuple(
                Backend("/".join(each.pod), each.node, each.address, each.ports[served.port_name])
                for each in usable
                if served.port_name in each.ports
            )
        return backends

    def pod_at(self, address: str) -> PodSeen | None:
        """The pod that has an address; None when no pod has it."""
        return self._pods.get(address)

    def listening(self, address: str, port: int) -> PodSeen | None:
        """The running pod that accepts connections there: one that declares that port, or none at all; else None."""
        pod = self._pods.get(address)
        return pod if pod is not None and pod.running and (not pod.ports or port in pod.ports) else None

    def pod_is_ready(self, address: str) -> bool:
        """Whether the pod at an address has condition Ready."""
        pod = self._pods.get(address)
        return pod is not None and pod.ready

    def _service(self, event: str, obj: Object, old: Object | None) -> None:
        if old is not None and event != "DELETED" and obj["spec"] is old["spec"]:
            return  # all that is served is in the spec, which stays the same object while nothing of it changes
        served, health_port = ({}, 0) if event == "DELETED" else (_served(obj), _health_port(obj))
        before = old or (obj if event == "DELETED" else None)
        served_before, health_port_before = _served(before), _health_port(before)
        if (served, health_port) == (served_before, health_port_before):
            return
        for key in served_before:
            self._node_ports.pop(key, None)
        self._health_ports.pop(health_port_before, None)
        self._node_ports.update(served)
        if health_port:
            self._health_ports[health_port] = _key(obj)
        self._changed()

    def _slice(self, event: str, obj: Object, old: Object | None) -> None:
        service = (_key(obj)[0], (obj["metadata"].get("labels") or {}).get(SERVICE_LABEL, ""))
        slices, name = self._slices.setdefault(service, {}), obj["metadata"]["name"]
        endpoints = () if event == "DELETED" else _endpoints(obj)
        if endpoints == slices.get(name, ()):
            return
        if endpoints:
            slices[name] = endpoints
        else:
            del slices[name]
        self._endpoints.pop(service, None)
        self._backends.pop(service, None)
        self._changed()

    def _node(self, event: str, obj: Object, old: Object | None) -> None:
        name = obj["metadata"]["name"]
        instance, ready = instance_of(obj), _condition(obj, "Ready")
        if event == "DELETED":
            self._nodes.pop(name, None)
            self._node_of_instance.pop(instance, None)
        elif self._nodes.get(name) == (instance, ready):
            return
        else:
            self._nodes[name] = (instance, ready)
            if instance:
                self._node_of_instance[instance] = name
        self._changed()

    def _pod(self, event: str, obj: Object, old: Object | None) -> None:
        # A host-network pod shares its node's address and is not reached as a backend of its own.
        address = obj.get("status", {}).get("podIP")
        if not address or obj.get("spec", {}).get("hostNetwork"):
            return
        known, seen = self._pods.get(address), _pod_seen(obj)
        if event == "DELETED":
            if known is None or known.uid != seen.uid:
                return
            del self._pods[address]
        elif known == seen:
            return
        else:
            self._pods[address] = seen
        self._changed()


def container_ports(pod: Object) -> tuple[int, ...]:
    """The container ports that a pod declares, in order; empty when it declares none."""
    containers = pod.get("spec", {}).get("containers") or ()
    return tuple(port["containerPort"] for each in containers for port in each.get("ports") or ())


def instance_of(node: Object) -> str:
    """The EC2 instance id in a Node's providerID, such as aws:///us-east-1a/i-0a1; empty when it has none."""
    last: str = (node.get("spec", {}).get("providerID") or "").rpartition("/")[2]
    return last if last.startswith("i-") else ""


def _key(obj: Object) -> Key:
    return obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def _pod_seen(pod: Object) -> PodSeen:
    meta, status = pod["metadata"], pod["status"]
    key = f"{meta['namespace']}/{meta['name']}"
    running, ready = status.get("phase") == "Running", _condition(pod, "Ready")
    return PodSeen(key, meta["uid"], pod["spec"].get("nodeName") or "", running, ready, container_ports(pod), *spoken(pod))


def _served(service: Object | None) -> dict[tuple[str, int], NodePort]:
    spec = (service or {}).get("spec", {})
    if service is None or spec.get("type") not in ("NodePort", "LoadBalancer"):
        return {}
    local = spec.get("externalTrafficPolicy") == "Local"
    return {
        (port.get("protocol", "TCP"), port["nodePort"]): NodePort(_key(service), port.get("name") or "", local)
        for port in spec.get("ports") or ()
        if port.get("nodePort")
    }


def _health_port(service: Object | None) -> int:
    return (service or {}).get("spec", {}).get("healthCheckNodePort") or 0


def _endpoints(obj: Object) -> tuple[Endpoint, ...]:
    namespace = _key(obj)[0]
    ports = {each.get("name") or "": each["port"] for each in obj.get("ports") or () if each.get("port")}
    found = []
    for each in obj.get("endpoints") or ():
        conditions = each.get("conditions") or {}
        ready = conditions.get("ready") is not False  # discovery.k8s.io/v1: unknown is to be read as true
        pod = (namespace, (each.get("targetRef") or {}).get("name") or "")
        serving = conditions.get("serving", ready) is not False
        terminating = conditions.get("terminating") is True
        found += [Endpoint(ip, each.get("nodeName") or "", pod, ready, serving, terminating, ports) for ip in each["addresses"]]
    return tuple(found)


def _condition(obj: Object, kind: str) -> bool:
    conditions = obj.get("status", {}).get("conditions") or ()
    return any(each.get("type") == kind and each.get("status") == "True" for each in conditions)
