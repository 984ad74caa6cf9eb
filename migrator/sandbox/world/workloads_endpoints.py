"""The EndpointSlice controller: which pods stand behind each Service, kept as pods and Services change."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

from migrator.sandbox.world.workloads_pods import ZONE_LABEL, is_ending, is_ready

if TYPE_CHECKING:
    from migrator.sandbox.world import World

Object = dict[str, Any]
Key = tuple[str, str]  # namespace, name

SERVICE_LABEL = "kubernetes.io/service-name"
_MANAGER_LABEL = "endpointslice.kubernetes.io/managed-by"
_MANAGER = "endpointslice-controller.k8s.io"
_SLICE_SIZE = 100  # --max-endpoints-per-slice


class EndpointSlices:
    """Keeps the slices of every Service that has a selector; says to the load balancers when one has changed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._selectors: dict[str, dict[str, dict[str, str]]] = {}
        self._slices: dict[Key, dict[str, Object]] = {}
        self._stale: dict[Key, None] = {}
        world.kube.subscribe("EndpointSlice", self._slice_changed)
        world.kube.subscribe("Service", self._service_changed)
        world.kube.subscribe("Pod", self._pod_changed)

    def _slice_changed(self, event: str, obj: Object, old: Object | None) -> None:
        labels = obj["metadata"].get("labels") or {}
        key = (obj["metadata"]["namespace"], labels.get(SERVICE_LABEL, ""))
        if labels.get(_MANAGER_LABEL) == _MANAGER:
            slices = self._slices.setdefault(key, {})
            if event == "DELETED":
                slices.pop(obj["metadata"]["name"], None)
                self._mark(key)  # one deleted by hand comes back
            else:
                slices[obj["metadata"]["name"]] = obj
        service = self._world.kube.find("Service", *key)
        if service is not None:
            self._recheck(service)

    def _service_changed(self, event: str, service: Object, old: Object | None) -> None:
        if old is not None and event != "DELETED" and old["spec"] == service["spec"]:
            return
        key = (service["metadata"]["namespace"], service["metadata"]["name"])
        selectors = self._selectors.setdefault(key[0], {})
        selectors.pop(key[1], None)
        if event != "DELETED":
            selector = service["spec"].get("selector")
            if selector and service["spec"].get("type") != "ExternalName":
                selectors[key[1]] = selector
            self._mark(key)
        if event == "DELETED" or old is not None:
            self._recheck(old or service, service)

    def _pod_changed(self, event: str, pod: Object, old: Object | None) -> None:
        if old is not None and event == "MODIFIED" and not _matters(pod, old):
            return
        namespace = pod["metadata"]["namespace"]
        for name, selector in self._selectors.get(namespace, {}).items():
            if selects(selector, pod) or (old is not None and selects(selector, old)):
                self._mark((namespace, name))

    def _mark(self, key: Key) -> None:
        """Work on a Service once everything that happens at this instant has happened."""
        if key not in self._stale:
            self._stale[key] = None
            self._world.after(0, partial(self._sync, key))

    def _sync(self, key: Key) -> None:
        self._stale.pop(key, None)
        service = self._world.kube.find("Service", *key)
        selector = self._selectors.get(key[0], {}).get(key[1])
        if service is None or selector is None or is_ending(service):
            return
        have = list(self._slices.get(key, {}).values())
        for place, (ports, endpoints) in enumerate(self._wanted(service, selector)):
            if place >= len(have):
                self._world.kube.add(_slice(service, ports, endpoints), "kube-controller-manager")
            elif (have[place].get("ports"), have[place].get("endpoints")) != (ports, endpoints):
                renewed, name = {"ports": ports, "endpoints": endpoints}, have[place]["metadata"]["name"]
                self._world.kube.patch("EndpointSlice", key[0], name, renewed, manager="kube-controller-manager")
        for surplus in have[max(1, place + 1) :]:
            self._world.kube.delete("EndpointSlice", key[0], surplus["metadata"]["name"])

    def _wanted(self, service: Object, selector: dict[str, str]) -> list[tuple[list[Object], list[Object]]]:
        """Ports and endpoints of each slice: pods that resolve named ports alike share one. At least one, maybe empty."""
        groups: defaultdict[tuple[tuple[str, int, str], ...], list[Object]] = defaultdict(list)
        ports = _ports(service)
        anyway = service["spec"].get("publishNotReadyAddresses", False)
        for pod in self._world.kube.list("Pod", service["metadata"]["namespace"]):
            if selects(selector, pod) and pod.get("status", {}).get("podIP"):
                groups[_resolved(ports, pod)].append(self._endpoint(pod, anyway))
        if not groups:
            return [([], [])]
        wanted = []
        for numbered, endpoints in groups.items():
            named = [{"name": name, "port": port, "protocol": protocol} for name, port, protocol in numbered]
            wanted += [(named, endpoints[at : at + _SLICE_SIZE]) for at in range(0, len(endpoints), _SLICE_SIZE)]
        return wanted

    def _endpoint(self, pod: Object, anyway: bool) -> Object:
        """A pod as an endpoint; `anyway` says that it is ready whether it serves or not."""
        ending, serving = is_ending(pod), is_ready(pod)
        node = pod["spec"].get("nodeName", "")
        found = self._world.kube.find("Node", "", node)
        zone = ((found or {}).get("metadata", {}).get("labels") or {}).get(ZONE_LABEL)
        meta = pod["metadata"]
        return {
            "addresses": [pod["status"]["podIP"]],
            "conditions": {"ready": anyway or (serving and not ending), "serving": serving, "terminating": ending},
            "nodeName": node,
            "targetRef": {"kind": "Pod", "name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"]},
            **({"zone": zone} if zone else {}),
        }

    def _recheck(self, *services: Object) -> None:
        """Tell the target groups that lead to these Services that a health check may now answer otherwise."""
        ports = {port.get("nodePort") for each in services for port in each["spec"].get("ports") or ()}
        ports |= {each["spec"].get("healthCheckNodePort") for each in services}
        checked = set(map(str, ports))
        for group in list(self._world.elb.groups.values()):
            if group.target_type == "ip" or group.port in ports or group.health_check.port in checked:
                self._world.elb.recheck(group.arn)


def selects(selector: dict[str, str], pod: Object) -> bool:
    """Whether a Service's selector picks a pod."""
    labels: dict[str, str] = pod["metadata"].get("labels") or {}
    return selector.items() <= labels.items()


def _matters(pod: Object, old: Object) -> bool:
    """Whether a change of a pod changes an endpoint."""
    return (
        pod["metadata"].get("labels") != old["metadata"].get("labels")
        or is_ending(pod) != is_ending(old)
        or is_ready(pod) != is_ready(old)
        or pod.get("status", {}).get("podIP") != old.get("status", {}).get("podIP")
    )


def _ports(service: Object) -> list[tuple[str, int | str, str]]:
    """Each port of a Service: its name, number or name at the pods, and protocol."""
    return [
        (port.get("name", ""), port.get("targetPort", port["port"]), port.get("protocol", "TCP"))
        for port in service["spec"].get("ports") or ()
    ]


def _resolved(ports: list[tuple[str, int | str, str]], pod: Object) -> tuple[tuple[str, int, str], ...]:
    """Each Service port as this pod has it: name, number, protocol; one that the pod does not name is left out."""
    found = []
    for name, target, protocol in ports:
        number = target if isinstance(target, int) else _container_port(pod, target, protocol)
        if number is not None:
            found.append((name, number, protocol))
    return tuple(found)


def _container_port(pod: Object, target: str, protocol: str) -> int | None:
    """The number of the container port that a targetPort names; None when the pod has none of that name."""
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or ():
            if port.get("name") == target and port.get("protocol", "TCP") == protocol:
                return int(port["containerPort"])
    return None


def _slice(service: Object, ports: list[Object], endpoints: list[Object]) -> Object:
    meta = service["metadata"]
    owner = {
        "apiVersion": "v1",
        "kind": "Service",
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    labels = {**(meta.get("labels") or {}), SERVICE_LABEL: meta["name"], _MANAGER_LABEL: _MANAGER}
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "generateName": f"{meta['name']}-",
            "namespace": meta["namespace"],
            "labels": labels,
            "ownerReferences": [owner],
        },
        "addressType": "IPv4",
        "ports": ports,
        "endpoints": endpoints,
    }
