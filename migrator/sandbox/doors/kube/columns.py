"""What `kubectl get` shows of each kind: columns and how their cells are written.

Source: kubernetes/kubernetes pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from migrator.sandbox.doors.kube.cells import NAME, NONE, Column, count, number, pairs, shortened, spec_of, status_of, text
from migrator.sandbox.doors.kube.columns_of_pods import POD
from migrator.sandbox.doors.kube.elapsed import age, since
from migrator.sandbox.world.kube_kinds import KubeObject


def _matched(selector: dict[str, Any] | None) -> str:
    return pairs((selector or {}).get("matchLabels"))


def _containers(obj: KubeObject, member: str) -> str:
    template = (spec_of(obj).get("template") or {}).get("spec") or {}
    return ",".join(str(each.get(member, "")) for each in template.get("containers") or ())


def _external_ip(obj: KubeObject) -> str:
    spec = spec_of(obj)
    outer = list(spec.get("externalIPs") or ())
    if spec.get("type") == "ExternalName":
        return str(spec.get("externalName"))
    if spec.get("type") != "LoadBalancer":
        return ",".join(outer) or NONE
    ingress = (status_of(obj).get("loadBalancer") or {}).get("ingress") or ()
    known = [each.get("ip") or each.get("hostname") or "" for each in ingress]
    return ",".join(known + outer) or "<pending>"


def _service_ports(obj: KubeObject) -> str:
    ports = spec_of(obj).get("ports") or ()
    spelled = (
        f"{each['port']}{':' + str(each['nodePort']) if each.get('nodePort') else ''}/{each['protocol']}" for each in ports
    )
    return ",".join(spelled) or NONE


def _node_status(obj: KubeObject) -> str:
    ready = next((each["status"] for each in status_of(obj).get("conditions") or () if each["type"] == "Ready"), "Unknown")
    told = {"True": "Ready", "False": "NotReady"}.get(ready, "Unknown")
    return f"{told},SchedulingDisabled" if spec_of(obj).get("unschedulable") else told


def _roles(obj: KubeObject) -> str:
    prefix = "node-role.kubernetes.io/"
    labels = obj["metadata"].get("labels") or {}
    return ",".join(sorted(each.removeprefix(prefix) for each in labels if each.startswith(prefix) and each != prefix)) or NONE


def _node_address(kind: str) -> Callable[[KubeObject, float], str]:
    return lambda obj, now: next(
        (each["address"] for each in status_of(obj).get("addresses") or () if each["type"] == kind), NONE
    )


def _node_info(member: str) -> Callable[[KubeObject, float], str]:
    return lambda obj, now: (status_of(obj).get("nodeInfo") or {}).get(member, "<unknown>")


def _endpoints(obj: KubeObject) -> str:
    found = [
        f"{address['ip']}:{port['port']}"
        for subset in obj.get("subsets") or ()
        for port in subset.get("ports") or ()
        for address in subset.get("addresses") or ()
    ]
    return shortened(found, NONE)


def _slice_ports(obj: KubeObject) -> str:
    return shortened([str(each.get("port", "*")) for each in obj.get("ports") or ()], "<unset>")


def _slice_endpoints(obj: KubeObject) -> str:
    return shortened([address for each in obj.get("endpoints") or () for address in each.get("addresses") or ()], "<unset>")


def _hosts(obj: KubeObject) -> str:
    return shortened([each["host"] for each in spec_of(obj).get("rules") or () if each.get("host")], "*")


def _ingress_address(obj: KubeObject) -> str:
    ingress = (status_of(obj).get("loadBalancer") or {}).get("ingress") or ()
    return ",".join(each.get("ip") or each.get("hostname") or "" for each in ingress)


def _ready_replicas(obj: KubeObject) -> str:
    return f"{status_of(obj).get('readyReplicas', 0)}/{spec_of(obj).get('replicas', 1)}"


def _served_by(obj: KubeObject) -> str:
    service = spec_of(obj).get("service")
    return f"{service['namespace']}/{service['name']}" if service else "Local"


def _condition(obj: KubeObject, wanted: str) -> str:
    found = next((each for each in status_of(obj).get("conditions") or () if each["type"] == wanted), None)
    if found is None:
        return "Unknown"
    return "True" if found["status"] == "True" else f"{found['status']} ({found.get('reason', '')})"


def _involved(obj: KubeObject) -> str:
    involved = obj.get("involvedObject") or {}
    return f"{involved.get('kind', '').lower()}/{involved.get('name', '')}"


def _quota(obj: KubeObject) -> str:
    hard, used = spec_of(obj).get("hard") or {}, status_of(obj).get("used") or {}
    return ", ".join(f"{key}: {used.get(key, 0)}/{hard[key]}" for key in sorted(hard))


_AGE: Column = ("Age", "string", 0, age)
_CREATED = text("Created At", lambda obj: obj["metadata"]["creationTimestamp"])
_TEMPLATE = (
    text("Containers", lambda obj: _containers(obj, "name"), wide=True),
    text("Images", lambda obj: _containers(obj, "image"), wide=True),
)
_SELECTOR = text("Selector", lambda obj: _matched(spec_of(obj).get("selector")), wide=True)
_DATA = number("Data", lambda obj: len(obj.get("data") or ()) + len(obj.get("binaryData") or ()))
_WEBHOOKS = number("Webhooks", lambda obj: len(obj.get("webhooks") or ()))


COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "Pod": POD,
    "Service": (
        NAME,
        text("Type", lambda obj: spec_of(obj)["type"]),
        text("Cluster-IP", lambda obj: spec_of(obj).get("clusterIP") or NONE),
        text("External-IP", _external_ip),
        text("Port(s)", _service_ports),
        _AGE,
        text("Selector", lambda obj: pairs(spec_of(obj).get("selector")), wide=True),
    ),
    "Namespace": (NAME, text("Status", lambda obj: status_of(obj).get("phase", "")), _AGE),
    "Node": (
        NAME,
        text("Status", _node_status),
        text("Roles", _roles),
        _AGE,
        text("Version", lambda obj: _node_info("kubeletVersion")(obj, 0)),
        ("Internal-IP", "string", 1, _node_address("InternalIP")),
        ("External-IP", "string", 1, _node_address("ExternalIP")),
        ("OS-Image", "string", 1, _node_info("osImage")),
        ("Kernel-Version", "string", 1, _node_info("kernelVersion")),
        ("Container-Runtime", "string", 1, _node_info("containerRuntimeVersion")),
    ),
    "Deployment": (
        NAME,
        text("Ready", _ready_replicas),
        count("Up-to-date", "updatedReplicas"),
        count("Available", "availableReplicas"),
        _AGE,
        *_TEMPLATE,
        _SELECTOR,
    ),
    "ReplicaSet": (
        NAME,
        number("Desired", lambda obj: spec_of(obj).get("replicas", 1)),
        count("Current", "replicas"),
        count("Ready", "readyReplicas"),
        _AGE,
        *_TEMPLATE,
        _SELECTOR,
    ),
    "StatefulSet": (NAME, text("Ready", _ready_replicas), _AGE, *_TEMPLATE),
    "DaemonSet": (
        NAME,
        count("Desired", "desiredNumberScheduled"),
        count("Current", "currentNumberScheduled"),
        count("Ready", "numberReady"),
        count("Up-to-date", "updatedNumberScheduled"),
        count("Available", "numberAvailable"),
        _AGE,
        *_TEMPLATE,
        _SELECTOR,
    ),
    "ConfigMap": (NAME, _DATA, _AGE),
    "Secret": (NAME, text("Type", lambda obj: obj.get("type", "Opaque")), _DATA, _AGE),
    "ServiceAccount": (NAME, number("Secrets", lambda obj: len(obj.get("secrets") or ())), _AGE),
    "ResourceQuota": (NAME, text("Request", _quota), text("Limit", lambda obj: ""), _AGE),
    "Endpoints": (NAME, text("Endpoints", _endpoints), _AGE),
    "EndpointSlice": (
        NAME,
        text("AddressType", lambda obj: obj.get("addressType", "IPv4")),
        text("Ports", _slice_ports),
        text("Endpoints", _slice_endpoints),
        _AGE,
    ),
    "Event": (
        ("Last Seen", "string", 0, lambda obj, now: since(obj.get("lastTimestamp") or obj["metadata"]["creationTimestamp"], now)),
        text("Type", lambda obj: obj.get("type", "")),
        text("Reason", lambda obj: obj.get("reason", "")),
        text("Object", _involved),
        text("Subobject", lambda obj: (obj.get("involvedObject") or {}).get("fieldPath", ""), wide=True),
        text("Source", lambda obj: (obj.get("source") or {}).get("component", ""), wide=True),
        text("Message", lambda obj: obj.get("message", "").strip()),
        (
            "First Seen",
            "string",
            1,
            lambda obj, now: since(obj.get("firstTimestamp") or obj["metadata"]["creationTimestamp"], now),
        ),
        ("Count", "integer", 1, lambda obj, now: obj.get("count", 1)),
        ("Name", "string", 1, lambda obj, now: obj["metadata"]["name"]),
    ),
    "Lease": (NAME, text("Holder", lambda obj: spec_of(obj).get("holderIdentity", "")), _AGE),
    "Ingress": (
        NAME,
        text("Class", lambda obj: spec_of(obj).get("ingressClassName", NONE)),
        text("Hosts", _hosts),
        text("Address", _ingress_address),
        text("Ports", lambda obj: "80, 443" if spec_of(obj).get("tls") else "80"),
        _AGE,
    ),
    "IngressClass": (
        NAME,
        text("Controller", lambda obj: spec_of(obj).get("controller", "")),
        text("Parameters", lambda obj: (spec_of(obj).get("parameters") or {}).get("name", NONE)),
        _AGE,
    ),
    "CustomResourceDefinition": (NAME, _CREATED),
    "ValidatingWebhookConfiguration": (NAME, _WEBHOOKS, _AGE),
    "MutatingWebhookConfiguration": (NAME, _WEBHOOKS, _AGE),
    "APIService": (NAME, text("Service", _served_by), text("Available", lambda obj: _condition(obj, "Available")), _AGE),
}
