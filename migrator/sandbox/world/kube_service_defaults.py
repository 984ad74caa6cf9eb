"""What a Service has without saying so: defaults, what it keeps from before, and what falls away with its type.

Source: kubernetes/kubernetes pkg/apis/core/v1/defaults.go, pkg/registry/core/service/strategy.go (patchAllocatedValues,
dropTypeDependentFields).
"""

from __future__ import annotations

from typing import Any

from migrator.sandbox.world.kube_kinds import KubeObject
from migrator.sandbox.world.kube_service_rules import Spec, external, wants_check_port


def with_defaults(service: KubeObject) -> None:
    """Fill in what the API fills in, in place."""
    spec: Spec = service.setdefault("spec", {})
    spec.setdefault("type", "ClusterIP")
    spec.setdefault("sessionAffinity", "None")
    if spec["sessionAffinity"] == "ClientIP":
        spec.setdefault("sessionAffinityConfig", {"clientIP": {"timeoutSeconds": 10800}})
    else:
        spec.pop("sessionAffinityConfig", None)
    for port in spec.get("ports") or ():
        port.setdefault("protocol", "TCP")
        if not port.get("targetPort"):
            port["targetPort"] = port.get("port", 0)
        if not port.get("nodePort"):
            port.pop("nodePort", None)
    if spec["type"] == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)
    if external(spec):
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if spec["type"] != "ExternalName":
        _default_addresses(spec)


def _default_addresses(spec: Spec) -> None:
    spec.setdefault("internalTrafficPolicy", "Cluster")
    spec.setdefault("ipFamilies", ["IPv4"])
    spec.setdefault("ipFamilyPolicy", "SingleStack")
    if not spec.get("clusterIP") and spec.get("clusterIPs"):
        spec["clusterIP"] = spec["clusterIPs"][0]
    elif spec.get("clusterIP") and not spec.get("clusterIPs"):
        spec["clusterIPs"] = [spec["clusterIP"]]


def draws_ports(spec: Spec) -> bool:
    """Whether it gets node ports without asking for them."""
    kind = spec.get("type", "ClusterIP")
    return kind == "NodePort" or (kind == "LoadBalancer" and bool(spec.get("allocateLoadBalancerNodePorts", True)))


def keep_allocated(new: Spec, old: Spec) -> None:
    """A client that leaves out what the server had filled in does not ask for something else."""
    if "ExternalName" not in (new.get("type"), old["type"]):
        if not new.get("clusterIP") and not new.get("clusterIPs"):
            new["clusterIP"] = old["clusterIP"]
        if new.get("clusterIP") != old["clusterIP"] and new.get("clusterIPs") == old.get("clusterIPs"):
            new.pop("clusterIPs", None)
        elif not new.get("clusterIPs") and new.get("clusterIP") == old["clusterIP"]:
            new["clusterIPs"] = old["clusterIPs"]
    if draws_ports(old) and draws_ports(new):
        ports = new.get("ports") or []
        before = {each.get("name", ""): each.get("nodePort") for each in old.get("ports") or ()}
        used = {each["nodePort"] for each in ports if each.get("nodePort")}
        for port in ports:
            known = before.get(port.get("name", ""))
            if not port.get("nodePort") and known and known not in used:
                port["nodePort"] = known
                used.add(known)
    if wants_check_port(old) and wants_check_port({"type": "ClusterIP", **new}) and not new.get("healthCheckNodePort"):
        new["healthCheckNodePort"] = old["healthCheckNodePort"]


def drop_dependent(new: Spec, old: Spec) -> None:
    """What only the old type needed goes, unless the same write gives it another value."""
    kind = new.get("type", "ClusterIP")
    if kind == "ExternalName" and old["type"] != "ExternalName" and new.get("clusterIP") == old.get("clusterIP"):
        for each in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"):
            new.pop(each, None)
    if draws_ports(old) and not draws_ports(new) and _node_ports(new) == _node_ports(old):
        for port in new.get("ports") or ():
            port.pop("nodePort", None)
    typed = {**new, "type": kind}
    if wants_check_port(old) and not wants_check_port(typed):
        _drop_same(new, old, "healthCheckNodePort")
    if external(old) and not external(typed):
        _drop_same(new, old, "externalTrafficPolicy")
    if old["type"] == "LoadBalancer" and kind != "LoadBalancer":
        _drop_same(new, old, "allocateLoadBalancerNodePorts")
        _drop_same(new, old, "loadBalancerClass")


def _drop_same(new: Spec, old: Spec, member: str) -> None:
    if new.get(member) == old.get(member):
        new.pop(member, None)


def _node_ports(spec: Spec) -> list[Any]:
    return [each.get("nodePort") for each in spec.get("ports") or ()]
