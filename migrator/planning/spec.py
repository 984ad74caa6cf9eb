"""The clone's spec: the legacy Service's, without what belongs to one object only."""

from __future__ import annotations

from typing import Any

import msgspec

from migrator.model.balancers import LoadBalancer
from migrator.model.cluster import TYPE_ANNOTATION, Service
from migrator.model.migration import DiffRow, Fate, Finding
from migrator.planning.ownership import full_name
from migrator.planning.pieces import blocked
from migrator.planning.rules import rule_for

_SILENT = ("clusterIP", "clusterIPs")  # dropped without a row: every Service has its own
_DEFAULT = {"allocateLoadBalancerNodePorts": True}  # what the API server writes into every Service, and into the clone


class Spec(msgspec.Struct, frozen=True):
    """The clone's spec, the rows for what is not as it was, and what is worth saying."""

    value: dict[str, Any]
    rows: tuple[DiffRow, ...] = ()
    findings: tuple[Finding, ...] = ()


def spec_of(service: Service, balancer: LoadBalancer, lbc_class: str) -> Spec:
    """The spec, fields that are not ours to know about included; its rows say what was left out or changed."""
    there = {key: value for key, value in service.spec.items() if _fate(f"spec.{key}") != "dropped"}
    families, family_rows, family_findings = _families(service, balancer)
    first = {"type": "LoadBalancer", "loadBalancerClass": lbc_class}
    value = first | {key: each for key, each in there.items() if key not in (*first, "ports")} | families
    kind = service.annotations.get(TYPE_ANNOTATION, "")
    fate: Fate = "rewritten" if TYPE_ANNOTATION in service.annotations else "written"
    rows = [DiffRow("controller", kind, "legacy", lbc_class, rule_for(TYPE_ANNOTATION, "both").why, fate)]
    gone = {key: each for key, each in service.spec.items() if key not in (*there, *_SILENT) and _DEFAULT.get(key) != each}
    rows += [_gone(key, str(each)) for key, each in gone.items()]
    rows += [_node_port(each) for each in service.spec.get("ports", ()) if each.get("nodePort")]
    value |= {"ports": [_port(each) for each in service.spec.get("ports", ())]}
    return Spec(value, (*rows, *family_rows), family_findings + _selector(service))


def spec_fates(service: Service, clone: dict[str, Any]) -> dict[str, Fate]:
    """What became of each field, by its path; fields of ports count once for all ports."""
    fates = {f"spec.{key}": _ended(key, value, clone) for key, value in service.spec.items() if key != "ports"}
    ports = sorted({key for each in service.spec.get("ports", ()) for key in each})
    return fates | {f"spec.ports[].{key}": _fate(f"spec.ports[].{key}") for key in ports}


def _ended(key: str, value: Any, clone: dict[str, Any]) -> Fate:
    if key not in clone:
        return "dropped"
    return "kept" if clone[key] == value else "rewritten"


def _fate(path: str) -> Fate:
    return rule_for(path, "both").fates[0]


def _port(port: dict[str, Any]) -> dict[str, Any]:
    """A port without the nodePort that the legacy Service holds."""
    return {key: value for key, value in port.items() if _fate(f"spec.ports[].{key}") != "dropped"}


def _gone(key: str, value: str) -> DiffRow:
    return DiffRow(f"spec.{key}", "", value, "", rule_for(f"spec.{key}", "both").why, "dropped")


def _node_port(port: dict[str, Any]) -> DiffRow:
    why = rule_for("spec.ports[].nodePort", "both").why
    return DiffRow(f"nodePort of {port['port']}", "", str(port["nodePort"]), "its own", why, "dropped")


def _families(service: Service, balancer: LoadBalancer) -> tuple[dict[str, Any], tuple[DiffRow, ...], tuple[Finding, ...]]:
    """LBC refuses an IPv6 family on a load balancer without IPv6; legacy never looked."""
    families = service.spec.get("ipFamilies") or []
    if "IPv6" not in families or balancer.address_type != "ipv4":
        return {}, (), ()
    if "IPv4" not in families:
        do = "make it a dual-stack Service first, then plan again"
        return {}, (), blocked("ipv6-only", f"{full_name(service)} is IPv6 only, its load balancer is IPv4 only", do)
    row = DiffRow("spec.ipFamilies", "", ",".join(families), "IPv4", "the load balancer is IPv4 only", "rewritten")
    seen = f"{full_name(service)} has {' and '.join(families)} in the cluster; the clone has IPv4 only, as its load balancer"
    note = Finding("ip-families", "note", seen, "keep the legacy Service as ClusterIP (`demote`) if pods use its IPv6 address")
    return {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}, (row,), (note,)


def _selector(service: Service) -> tuple[Finding, ...]:
    if service.spec.get("selector"):
        return ()
    seen = f"{full_name(service)} has no selector: its Endpoints are written by hand, and the clone would have none"
    return blocked("no-selector", seen, "give it a selector, then plan again")
