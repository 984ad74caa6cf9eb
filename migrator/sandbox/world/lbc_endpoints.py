"""Who stands behind a TargetGroupBinding: nodes on a node port, or ready pods.

Source: kubernetes-sigs/aws-load-balancer-controller pkg/backend/endpoint_resolver.go and endpoint_utils.go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from migrator.sandbox.world.controllers import Failure
from migrator.sandbox.world.workloads_endpoints import SERVICE_LABEL
from migrator.sandbox.world.workloads_pods import is_ready

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.ec2_nouns import Instance

Object = dict[str, Any]

_REFUSED_LABELS = (
    "node.kubernetes.io/exclude-from-external-load-balancers",
    "node-role.kubernetes.io/master",
    "alpha.service-controller.kubernetes.io/exclude-balancer",
)
_REFUSED_TAINTS = ("ToBeDeletedByClusterAutoscaler", "karpenter.sh/disruption", "karpenter.sh/disrupted")


class BackendNotFound(Failure):
    """The Service or its port does not exist (any more)."""


@dataclass(slots=True)
class Endpoints:
    """What to register, as (id, port), the instances behind it, and the numbers of the named ports."""

    targets: list[tuple[str, int]] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    ports: dict[str, list[int]] = field(default_factory=dict)


def resolve(world: World, binding: Object) -> Endpoints:
    """The endpoints of a binding now. Raises BackendNotFound, or Failure for a node that cannot be read."""
    namespace, ref = binding["metadata"]["namespace"], binding["spec"]["serviceRef"]
    service = world.kube.find("Service", namespace, ref["name"])
    if service is None:
        raise BackendNotFound(f'backend not found: Service "{ref["name"]}" not found')
    port = next((each for each in service["spec"].get("ports") or () if ref["port"] in (each["port"], each.get("name"))), None)
    if port is None:
        raise BackendNotFound(f"backend not found: unable to find port {ref['port']} on service {namespace}/{ref['name']}")
    if binding["spec"]["targetType"] == "ip":
        return _pods(world, service, port)
    return _nodes(world, binding, service, port)


def _nodes(world: World, binding: Object, service: Object, port: Object) -> Endpoints:
    meta = service["metadata"]
    if service["spec"].get("type") not in ("NodePort", "LoadBalancer"):
        raise Failure(f"service type must be either 'NodePort' or 'LoadBalancer': {meta['namespace']}/{meta['name']}")
    labels = (binding["spec"].get("nodeSelector") or {}).get("matchLabels") or {}
    found = Endpoints()
    for node in world.kube.list("Node"):
        if is_suitable(node) and labels.items() <= (node["metadata"].get("labels") or {}).items():
            instance = _instance(world, node)
            found.instances.append(instance)
            found.targets.append((instance.id, port["nodePort"]))
    return found


def is_suitable(node: Object) -> bool:
    """Whether instance targets may be made of a node."""
    labels = node["metadata"].get("labels") or {}
    taints = (each["key"] for each in node["spec"].get("taints") or ())
    refused = any(each in labels for each in _REFUSED_LABELS) or labels.get("eks.amazonaws.com/compute-type") == "fargate"
    return is_ready(node) and not refused and not any(each in _REFUSED_TAINTS for each in taints)


def _instance(world: World, node: Object) -> Instance:
    """The instance under a node; one node without one fails the whole binding."""
    provider = node["spec"].get("providerID", "")
    if not provider:
        raise Failure(f"providerID is not specified for node: {node['metadata']['name']}")
    id = provider.rpartition("/")[2]
    if not id.startswith("i-"):
        raise Failure(f"providerID {id} is invalid for EC2 instances, node: {node['metadata']['name']}")
    instance = world.ec2.instances.get(id)
    if instance is None or instance.state == "terminated":
        raise Failure(f"could not find instance {id} of node {node['metadata']['name']}")
    return instance


def _pods(world: World, service: Object, port: Object) -> Endpoints:
    """Ready addresses of all the Service's slices, and the instances that carry them."""
    meta, name = service["metadata"], port.get("name", "")
    found = Endpoints()
    instances: dict[str, Instance] = {}
    for each in world.kube.list("EndpointSlice", meta["namespace"]):
        if (each["metadata"].get("labels") or {}).get(SERVICE_LABEL) != meta["name"]:
            continue
        number = next((one["port"] for one in each.get("ports") or () if one.get("name", "") == name), None)
        if number is None:
            continue
        for endpoint in each.get("endpoints") or ():
            if (endpoint.get("conditions") or {}).get("ready") is False:
                continue
            found.targets += [(address, number) for address in endpoint["addresses"]]
            node = world.kube.find("Node", "", endpoint.get("nodeName") or "")
            if node is not None:
                instance = _instance(world, node)
                instances[instance.id] = instance
    found.instances = list(instances.values())
    if isinstance(target := port.get("targetPort"), str):
        found.ports[target] = sorted({number for _, number in found.targets})
    return found
