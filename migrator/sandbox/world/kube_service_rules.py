"""What the API server refuses in a Service, new or changed.

Every rule adds to a list of complaints; an empty list admits the object. The order and the words are the server's.
Source: kubernetes/kubernetes pkg/apis/core/validation/validation.go, ValidateService and ValidateServiceUpdate.
"""

from __future__ import annotations

from typing import Any

from migrator.sandbox.world import kube_names as names
from migrator.sandbox.world.kube_kinds import KubeObject
from migrator.sandbox.world.kube_refusals import Complaint, duplicate, forbidden_field, invalid_value, required, unsupported

SOURCE_RANGES_ANNOTATION = "service.beta.kubernetes.io/load-balancer-source-ranges"
TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_AFFINITIES = ("ClientIP", "None")
_FAMILY_POLICIES = ("SingleStack", "PreferDualStack", "RequireDualStack")
_POLICIES = ("Cluster", "Local")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_KUBELET_PORT = 10250
_ONLY_LB = "may only be used when `type` is 'LoadBalancer'"

Spec = dict[str, Any]


def service_complaints(service: KubeObject, old: KubeObject | None) -> list[Complaint]:
    """Everything wrong with a Service that has its defaults; `old` is what it was, None when it is new."""
    spec: Spec = service["spec"]
    found: list[Complaint] = []
    if spec["type"] not in TYPES:
        found.append(unsupported("spec.type", spec["type"], TYPES))
    found += _port_complaints(spec)
    found += _address_complaints(spec)
    found += _policy_complaints(spec)
    found += _source_range_complaints(service)
    found += _load_balancer_complaints(spec, old["spec"] if old else None)
    if old is not None:
        found += _change_complaints(spec, old["spec"])
    return found


def external(spec: Spec) -> bool:
    """Whether traffic from outside the cluster may reach it, so that `externalTrafficPolicy` means something."""
    return spec["type"] in ("LoadBalancer", "NodePort") or (spec["type"] == "ClusterIP" and bool(spec.get("externalIPs")))


def wants_check_port(spec: Spec) -> bool:
    """Whether it gets a `healthCheckNodePort`."""
    return spec["type"] == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local"


def source_ranges(service: KubeObject) -> str | None:
    """Whom the annotation admits, as written; None without it. The field in the spec outranks it."""
    annotation: str | None = (service["metadata"].get("annotations") or {}).get(SOURCE_RANGES_ANNOTATION)
    return annotation


def _port_complaints(spec: Spec) -> list[Complaint]:
    ports = spec.get("ports") or []
    found: list[Complaint] = []
    if not ports and spec.get("clusterIP") != "None" and spec["type"] != "ExternalName":
        found.append(required("spec.ports"))
    names_seen: set[str] = set()
    numbers_seen: set[tuple[str, int]] = set()
    nodes_seen: set[tuple[str, int]] = set()
    for place, port in enumerate(ports):
        at = f"spec.ports[{place}]"
        found += _one_port(port, at, spec, len(ports), names_seen)
        if (number := (port.get("protocol", ""), port.get("port", 0))) in numbers_seen:
            found.append(duplicate(at, f"{number[1]}/{number[0]}"))
        numbers_seen.add(number)
        if node := port.get("nodePort"):
            if (port.get("protocol", ""), node) in nodes_seen:
                found.append(duplicate(f"{at}.nodePort", node))
            nodes_seen.add((port.get("protocol", ""), node))
    return found


def _one_port(port: Spec, at: str, spec: Spec, count: int, names_seen: set[str]) -> list[Complaint]:
    found: list[Complaint] = []
    name = port.get("name", "")
    if not name and count > 1:
        found.append(required(f"{at}.name"))
    if name and (why := names.label(name)):
        found.append(invalid_value(f"{at}.name", name, why))
    if name and name in names_seen:
        found.append(duplicate(f"{at}.name", name))
    names_seen.add(name)
    found += _number(f"{at}.port", port.get("port", 0))
    if port.get("protocol") not in _PROTOCOLS:
        found.append(unsupported(f"{at}.protocol", port.get("protocol", ""), _PROTOCOLS))
    target = port.get("targetPort", 0)
    if isinstance(target, int):
        found += _number(f"{at}.targetPort", target)
    elif why := names.port_name(target):
        found.append(invalid_value(f"{at}.targetPort", target, why))
    if (protocol := port.get("appProtocol")) and (why := names.qualified(protocol)):
        found.append(invalid_value(f"{at}.appProtocol", protocol, why))
    if port.get("nodePort") and spec["type"] in ("ClusterIP", "ExternalName"):
        found.append(forbidden_field(f"{at}.nodePort", f"may not be used when `type` is '{spec['type']}'"))
    if spec["type"] == "LoadBalancer" and port.get("port") == _KUBELET_PORT:
        found.append(
            invalid_value(f"{at}.port", _KUBELET_PORT, "may not expose port 10250 externally since it is used by kubelet")
        )
    return found


def _number(at: str, number: int) -> list[Complaint]:
    return [] if 1 <= number <= 65535 else [invalid_value(at, number, "must be between 1 and 65535, inclusive")]


def _address_complaints(spec: Spec) -> list[Complaint]:
    found: list[Complaint] = []
    addresses = spec.get("clusterIPs") or []
    if spec["type"] == "ExternalName":
        if addresses or spec.get("clusterIP"):
            found.append(forbidden_field("spec.clusterIPs", "may not be set when `type` is 'ExternalName'"))
        if not spec.get("externalName"):
            found.append(required("spec.externalName"))
        elif why := names.subdomain(spec["externalName"].lower().removesuffix(".")):
            found.append(invalid_value("spec.externalName", spec["externalName"], why))
    elif spec.get("clusterIP") == "None" and spec["type"] in ("LoadBalancer", "NodePort"):
        found.append(invalid_value("spec.clusterIPs[0]", "None", f"may not be set to 'None' for {spec['type']} services"))
    elif spec.get("clusterIP", "None") != "None" and not names.address(spec["clusterIP"]):
        found.append(invalid_value("spec.clusterIPs[0]", spec["clusterIP"], "must be a valid IP address"))
    if addresses and addresses[0] != spec.get("clusterIP"):
        found.append(
            invalid_value("spec.clusterIP", spec.get("clusterIP", ""), "first value in `clusterIPs` must match `clusterIP`")
        )
    if len(addresses) > 1:
        found.append(invalid_value("spec.clusterIPs", addresses, "may only hold up to 1 value in a single-stack cluster"))
    for place, given in enumerate(spec.get("externalIPs") or ()):
        if not names.address(given):
            found.append(invalid_value(f"spec.externalIPs[{place}]", given, "must be a valid IP address"))
    return found + _family_complaints(spec)


def _family_complaints(spec: Spec) -> list[Complaint]:
    found: list[Complaint] = []
    policy = spec.get("ipFamilyPolicy")
    if policy == "RequireDualStack":
        found.append(invalid_value("spec.ipFamilyPolicy", policy, "this cluster is not configured for dual-stack services"))
    elif policy and policy not in _FAMILY_POLICIES:
        found.append(unsupported("spec.ipFamilyPolicy", policy, _FAMILY_POLICIES))
    for place, family in enumerate(spec.get("ipFamilies") or ()):
        if family == "IPv6":
            found.append(invalid_value(f"spec.ipFamilies[{place}]", family, "not configured on this cluster"))
        elif family != "IPv4":
            found.append(unsupported(f"spec.ipFamilies[{place}]", family, ("IPv4", "IPv6")))
    return found


def _policy_complaints(spec: Spec) -> list[Complaint]:
    found: list[Complaint] = []
    if spec["sessionAffinity"] not in _AFFINITIES:
        found.append(unsupported("spec.sessionAffinity", spec["sessionAffinity"], _AFFINITIES))
    outer = spec.get("externalTrafficPolicy")
    if outer and not external(spec):
        found.append(invalid_value("spec.externalTrafficPolicy", outer, "may only be set for externally-accessible services"))
    elif external(spec) and outer not in _POLICIES:
        found.append(unsupported("spec.externalTrafficPolicy", outer or "", _POLICIES))
    inner = spec.get("internalTrafficPolicy")
    if inner is not None and inner not in _POLICIES:
        found.append(unsupported("spec.internalTrafficPolicy", inner, _POLICIES))
    if (check := spec.get("healthCheckNodePort")) and not wants_check_port(spec):
        why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        found.append(invalid_value("spec.healthCheckNodePort", check, why))
    for key, value in (spec.get("selector") or {}).items():
        if why_not := names.qualified(key) or names.label_value(value):
            found.append(invalid_value("spec.selector", key, why_not))
    return found


def _source_range_complaints(service: KubeObject) -> list[Complaint]:
    ranges = service["spec"].get("loadBalancerSourceRanges") or []
    annotation = source_ranges(service)
    if not ranges and annotation is None:
        return []
    at, value = "spec.LoadBalancerSourceRanges", f"[{' '.join(ranges)}]"
    if not ranges:
        at, value = f"metadata.annotations[{SOURCE_RANGES_ANNOTATION}]", annotation or ""
        ranges = [each for each in value.strip().split(",") if value.strip()]
    found = []
    if service["spec"]["type"] != "LoadBalancer":
        found.append(forbidden_field(at, _ONLY_LB))
    if not all(names.network(each) for each in ranges):
        found.append(invalid_value(at, value, "must be a list of IP ranges. For example, 10.240.0.0/24,10.250.0.0/24 "))
    return found


def _load_balancer_complaints(spec: Spec, old: Spec | None) -> list[Complaint]:
    found: list[Complaint] = []
    chosen = spec.get("loadBalancerClass")
    if spec["type"] != "LoadBalancer":
        if "allocateLoadBalancerNodePorts" in spec:
            found.append(forbidden_field("spec.allocateLoadBalancerNodePorts", _ONLY_LB))
        if chosen is not None:
            found.append(forbidden_field("spec.loadBalancerClass", _ONLY_LB))
        return found
    if old is not None and old["type"] == "LoadBalancer" and chosen != old.get("loadBalancerClass"):
        found.append(invalid_value("spec.loadBalancerClass", chosen if chosen is not None else "null", "may not change once set"))
    if chosen is not None and (why := names.qualified(chosen)):
        found.append(invalid_value("spec.loadBalancerClass", chosen, why))
    return found


def _change_complaints(spec: Spec, old: Spec) -> list[Complaint]:
    found: list[Complaint] = []
    kept = spec["type"] != "ExternalName" and old["type"] != "ExternalName"
    if kept and old.get("clusterIP") and spec.get("clusterIP") != old["clusterIP"]:
        value = spec.get("clusterIPs") or []
        told = "[]string{" + ", ".join(f'"{each}"' for each in value) + "}"
        found.append(Complaint("FieldValueInvalid", "spec.clusterIPs[0]", f"Invalid value: {told}: may not change once set"))
    if wants_check_port(spec) and wants_check_port(old) and spec.get("healthCheckNodePort") != old.get("healthCheckNodePort"):
        found.append(forbidden_field("spec.healthCheckNodePort", "field is immutable"))
    return found
