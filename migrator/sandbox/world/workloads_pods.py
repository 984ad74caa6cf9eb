"""The scheduler and the kubelets: a pod gets a node, some time later an address and readiness, and in the end goes.

A node that is not ready takes its pods' readiness away, and after the default toleration its pods are evicted.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from migrator.sandbox.world.kube_meta import stamp

if TYPE_CHECKING:
    from migrator.sandbox.world import World

Object = dict[str, Any]
Key = tuple[str, str]  # namespace, name

EVICTED_AFTER_S = 300.0  # DefaultTolerationSeconds gives each pod this toleration of node.kubernetes.io/not-ready
ZONE_LABEL = "topology.kubernetes.io/zone"


class Pods:
    """Every pod of the cluster by (namespace, name), and what its kubelet does with it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.known: dict[Key, Object] = {}
        self._on_node: dict[str, dict[Key, None]] = {}
        self._spread: dict[tuple[str, str], int] = {}  # pods of a ReplicaSet on a node
        self._unscheduled: dict[Key, None] = {}
        self._failed: dict[Key, None] = {}
        self._interfaces: dict[str, str] = {}
        self.start_at_once = False
        world.kube.subscribe("Pod", self._changed)
        world.kube.subscribe("Node", self._node_changed)

    # What others ask

    def node_for(self, spread: str) -> str | None:
        """The node on which a new pod fits best, or None when no node takes any.

        Fewest pods of the same ReplicaSet (`spread`), then fewest pods, then by name. A taint repels: the pods of
        this world tolerate none.
        """
        nodes = [node for node in self._world.kube.list("Node") if is_ready(node) and _takes_pods(node)]
        if not nodes:
            return None
        return min((str(node["metadata"]["name"]) for node in nodes), key=lambda name: (*self._load(name, spread), name))

    def on_node(self, node: str) -> list[Object]:
        """The pods that were given this node, oldest first."""
        return [self.known[key] for key in self._on_node.get(node, {})]

    def set_failed(self, namespace: str, name: str, failed: bool) -> None:
        """Make a pod's readiness probe fail from now on, or succeed again."""
        key = (namespace, name)
        if failed:
            self._failed[key] = None
        else:
            self._failed.pop(key, None)
        self._refresh(key)

    def end(self, pod: Object) -> None:
        """Let a pod stop within its grace period; nothing happens when it is stopping already."""
        key = (pod["metadata"]["namespace"], pod["metadata"]["name"])
        if not is_ending(pod) and self._exists(key):
            grace_s = pod["spec"].get("terminationGracePeriodSeconds", 30)
            self._world.kube.delete("Pod", *key, grace_s=grace_s)

    # The life of a pod

    def _changed(self, event: str, pod: Object, old: Object | None) -> None:
        key = (pod["metadata"]["namespace"], pod["metadata"]["name"])
        if event == "DELETED":
            self._gone(key, pod)
            return
        self.known[key] = pod
        if old is None:
            self._schedule(key, pod)
        elif (node := pod["spec"].get("nodeName")) and not old["spec"].get("nodeName"):
            self._bound(key, pod, node)

    def _load(self, node: str, spread: str) -> tuple[int, int]:
        return self._spread.get((node, spread), 0), len(self._on_node.get(node, ()))

    def _count(self, key: Key, node: str, by: int) -> None:
        place = (node, _spread_of(key))
        self._spread[place] = self._spread.get(place, 0) + by
        if not self._spread[place]:
            del self._spread[place]

    def _schedule(self, key: Key, pod: Object) -> None:
        node = pod["spec"].get("nodeName")
        if node:
            self._bound(key, pod, node)
            return
        node = self.node_for(_spread_of(key))
        if node is not None:
            if self._exists(key):
                self._world.kube.patch("Pod", *key, {"spec": {"nodeName": node}}, manager="kube-scheduler")
            return
        self._unscheduled[key] = None
        why = f"0/{len(self._world.kube.list('Node'))} nodes are available"
        self._world.kube.event(pod, "FailedScheduling", why, type="Warning", component="default-scheduler")

    def _bound(self, key: Key, pod: Object, node: str) -> None:
        self._unscheduled.pop(key, None)
        self._on_node.setdefault(node, {})[key] = None
        self._count(key, node, +1)
        uid = pod["metadata"]["uid"]
        if self.start_at_once:
            self._start(key, uid)
        else:
            self._world.after(self._world.drawn(self._world.pace.pod_s), partial(self._start, key, uid))

    def _start(self, key: Key, uid: str) -> None:
        pod = self.known.get(key)
        if pod is None or pod["metadata"]["uid"] != uid or is_ending(pod):
            return
        fault = self._world.faults.strike("pods", "start", "/".join(key), now=self._world.now)
        if fault is not None and fault.mode == "slow":
            self._world.after(fault.delay_s, partial(self._start, key, uid))
            return
        if fault is not None:
            self._failed[key] = None
        address = self._world.network.allocate_address("pod")
        node = self._world.kube.find("Node", "", pod["spec"]["nodeName"])
        if (interface := self._interface(node)) is not None:
            self._world.ec2.assign_private_address(interface, address)
        ready = key not in self._failed and node is not None and is_ready(node)
        self._patch(key, running(pod, address, node_address(node), ready, stamp(self._world.now)))

    def _refresh(self, key: Key) -> None:
        """Bring a running pod's readiness in line with its probe and its node."""
        pod = self.known.get(key)
        if pod is None or pod.get("status", {}).get("phase") != "Running":
            return
        node = self._world.kube.find("Node", "", pod["spec"].get("nodeName", ""))
        ready = key not in self._failed and node is not None and is_ready(node)
        if ready != is_ready(pod):
            status = pod["status"]
            self._patch(key, running(pod, status["podIP"], status.get("hostIP", ""), ready, stamp(self._world.now)))

    def _patch(self, key: Key, status: Object) -> None:
        if self._exists(key):
            self._world.kube.patch("Pod", *key, {"status": status}, subresource="status", manager="kubelet")

    def _exists(self, key: Key) -> bool:
        """Whether a pod is still stored: its end may have happened at this instant and not been told yet."""
        return self._world.kube.find("Pod", *key) is not None

    def _gone(self, key: Key, pod: Object) -> None:
        self.known.pop(key, None)
        self._failed.pop(key, None)
        self._unscheduled.pop(key, None)
        node = pod["spec"].get("nodeName", "")
        if key in self._on_node.get(node, ()):
            del self._on_node[node][key]
            self._count(key, node, -1)
        address = pod.get("status", {}).get("podIP")
        if address:
            if (interface := self._interface(self._world.kube.find("Node", "", node))) is not None:
                self._world.ec2.unassign_private_address(interface, address)
            self._world.network.release_address(address)

    # Nodes

    def _node_changed(self, event: str, node: Object, old: Object | None) -> None:
        name = node["metadata"]["name"]
        if event == "DELETED":
            for key in filter(self._exists, list(self._on_node.get(name, {}))):  # the pod garbage collector forces them
                self._world.kube.delete("Pod", *key)
            return
        if old is not None and is_ready(old) != is_ready(node):
            self._readiness_turned(name, node)
        if is_ready(node) and _takes_pods(node):
            for key in list(self._unscheduled):
                self._schedule(key, self.known[key])

    def _readiness_turned(self, name: str, node: Object) -> None:
        for key in list(self._on_node.get(name, {})):
            self._refresh(key)
        if not is_ready(node):
            self._world.after(EVICTED_AFTER_S, partial(self._evict, name, self._world.now))

    def _evict(self, name: str, since: float) -> None:
        node = self._world.kube.find("Node", "", name)
        if node is None or is_ready(node) or _turned(node) > stamp(since):
            return
        for pod in self.on_node(name):
            self.end(pod)

    def _interface(self, node: Object | None) -> str | None:
        """The id of the network interface that carries a node's pods; None when its instance is gone."""
        instance = "" if node is None else node["spec"].get("providerID", "").rpartition("/")[2]
        known = self._interfaces.get(instance)
        if known is None or known not in self._world.ec2.interfaces:
            known = next((each.id for each in self._world.ec2.interfaces.values() if each.instance_id == instance), None)
            if known is not None:
                self._interfaces[instance] = known
        return known


def _spread_of(key: Key) -> str:
    """The name of the ReplicaSet that a pod's name begins with."""
    return key[1].rpartition("-")[0]


def running(pod: Object, address: str, host: str, ready: bool, now: str) -> Object:
    """The status of a pod whose containers run, ready or not."""
    word = "True" if ready else "False"
    started = pod.get("status", {}).get("startTime") or now
    containers = pod["spec"]["containers"]
    unready = (
        {} if ready else {"reason": "ContainersNotReady", "message": f"containers with unready status: [{containers[0]['name']}]"}
    )
    return {
        "phase": "Running",
        "hostIP": host,
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": started,
        "conditions": [
            {"type": "Initialized", "status": "True", "lastTransitionTime": started},
            {"type": "Ready", "status": word, "lastTransitionTime": now, **unready},
            {"type": "ContainersReady", "status": word, "lastTransitionTime": now, **unready},
            {"type": "PodScheduled", "status": "True", "lastTransitionTime": started},
        ],
        "containerStatuses": [
            {
                "name": each["name"],
                "image": each.get("image", ""),
                "ready": ready,
                "started": True,
                "restartCount": 0,
                "state": {"running": {"startedAt": started}},
            }
            for each in containers
        ],
    }


def is_ready(obj: Object) -> bool:
    """Whether a Node's or a Pod's condition Ready is True."""
    for each in obj.get("status", {}).get("conditions") or ():
        if each["type"] == "Ready":
            return bool(each["status"] == "True")
    return False


def is_ending(obj: Object) -> bool:
    """Whether an object has been asked to go."""
    return "deletionTimestamp" in obj["metadata"]


def node_address(node: Object | None) -> str:
    """A node's InternalIP, empty when it has none."""
    addresses = (node or {}).get("status", {}).get("addresses") or ()
    return next((each["address"] for each in addresses if each["type"] == "InternalIP"), "")


def _takes_pods(node: Object) -> bool:
    repels = any(each["effect"] in ("NoSchedule", "NoExecute") for each in node["spec"].get("taints") or ())
    return not node["spec"].get("unschedulable") and not repels and not is_ending(node)


def _turned(node: Object) -> str:
    conditions = node.get("status", {}).get("conditions") or ()
    return next((str(each.get("lastTransitionTime", "")) for each in conditions if each["type"] == "Ready"), "")
