"""The clone's spec: the legacy Service's, without what belongs to one object only."""

from __future__ import annotations

from typing import Any

from migrator.model.balancers import LoadBalancer
from migrator.model.cluster import TYPE_ANNOTATION, Service
from migrator.model.migration import DiffRow, Finding
from migrator.planning.ownership import full_name
from migrator.planning.pieces import Part, because, blocked

_SILENT = ("clusterIP", "clusterIPs", "loadBalancerClass", "type", "ports")
_DROPPED = {
    "healthCheckNodePort": "dropped: unique in the cluster; the clone gets its own",
    "loadBalancerIP": "dropped: neither controller takes it",
    "externalIPs": "dropped: they stay with the legacy Service",
    "externalName": "dropped: means nothing to a load balancer",
    "allocateLoadBalancerNodePorts": "dropped: instance targets need node ports",
}


def spec_of(service: Service, balancer: LoadBalancer, lbc_class: str) -> Part:
    """The spec, fields that are not ours to know about included; its rows say what was left out or changed."""
    spec = service.spec
    families, family_rows, family_findings = _families(service, balancer)
    value = {key: each for key, each in spec.items() if key not in _SILENT and key not in _DROPPED} | families
    value = {"type": "LoadBalancer", "loadBalancerClass": lbc_class} | value | {"ports": _ports(spec.get("ports", ()))}
    kind = service.annotations.get(TYPE_ANNOTATION, "")
    rows = [
        DiffRow(
            "controller", kind, "legacy", lbc_class, because(kind, lbc_class, "loadBalancerClass says that LBC reconciles it")
        )
    ]
    rows += [DiffRow(f"spec.{key}", "", str(spec[key]), "", reason) for key, reason in _DROPPED.items() if key in spec]
    rows += [_node_port(each) for each in spec.get("ports", ()) if each.get("nodePort")]
    return Part(value, tuple(rows) + family_rows, family_findings + _selector(service))


def _ports(ports: Any) -> list[dict[str, Any]]:
    """The ports by name, without the nodePorts that the legacy Service holds."""
    return [{key: value for key, value in each.items() if key != "nodePort"} for each in ports]


def _node_port(port: dict[str, Any]) -> DiffRow:
    return DiffRow(f"nodePort of {port['port']}", "", str(port["nodePort"]), "its own", "dropped: unique in the cluster")


def _families(service: Service, balancer: LoadBalancer) -> tuple[dict[str, Any], tuple[DiffRow, ...], tuple[Finding, ...]]:
    """LBC refuses an IPv6 family on a load balancer without IPv6; legacy never looked."""
    families = service.spec.get("ipFamilies") or []
    if "IPv6" not in families or balancer.address_type != "ipv4":
        return {}, (), ()
    if "IPv4" not in families:
        do = "make it a dual-stack Service first, then plan again"
        return {}, (), blocked("ipv6-only", f"{full_name(service)} is IPv6 only, its load balancer is IPv4 only", do)
    row = DiffRow("spec.ipFamilies", "", ",".join(families), "IPv4", "rewritten: the load balancer is IPv4 only")
    return {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}, (row,), ()


def _selector(service: Service) -> tuple[Finding, ...]:
    if service.spec.get("selector"):
        return ()
    seen = f"{full_name(service)} has no selector: its Endpoints are written by hand, and the clone would have none"
    return blocked("no-selector", seen, "give it a selector, then plan again")
