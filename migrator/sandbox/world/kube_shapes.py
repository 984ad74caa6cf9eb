"""Decoding as the API server does it: members of the wrong type are refused, unknown ones are dropped and told.

Held for the metadata of every kind, for the whole of a Service and for what controllers read of Pods and workloads;
everything else passes as it is.
Source: kubernetes/api core/v1/types.go, apimachinery pkg/apis/meta/v1/types.go.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from migrator.sandbox.world.kube_kinds import Kind, KubeObject
from migrator.sandbox.world.kube_refusals import bad_request
from migrator.sandbox.world.trouble import KubeError


class _Shape(msgspec.Struct, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """Members by their wire names; every one may be absent."""


class _Owner(_Shape):
    api_version: str = ""
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool = False
    block_owner_deletion: bool = False


class _Meta(_Shape):
    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    self_link: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: str = ""
    deletion_timestamp: str = ""
    deletion_grace_period_seconds: int = 0
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: list[_Owner] = []
    finalizers: list[str] = []
    managed_fields: list[Any] = []


class _Port(_Shape):
    name: str = ""
    protocol: str = ""
    app_protocol: str = ""
    port: int = 0
    target_port: int | str = 0
    node_port: int = 0


class _ClientIp(_Shape):
    timeout_seconds: int = 0


class _Affinity(_Shape):
    client_ip: _ClientIp | None = msgspec.field(default=None, name="clientIP")


class _Spec(_Shape):
    ports: list[_Port] = []
    selector: dict[str, str] = {}
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    cluster_ips: list[str] = msgspec.field(default_factory=list, name="clusterIPs")
    type: str = ""
    external_ips: list[str] = msgspec.field(default_factory=list, name="externalIPs")
    session_affinity: str = ""
    load_balancer_ip: str = msgspec.field(default="", name="loadBalancerIP")
    load_balancer_source_ranges: list[str] = []
    external_name: str = ""
    external_traffic_policy: str = ""
    health_check_node_port: int = 0
    publish_not_ready_addresses: bool = False
    session_affinity_config: _Affinity | None = None
    ip_families: list[str] = []
    ip_family_policy: str = ""
    allocate_load_balancer_node_ports: bool = True
    load_balancer_class: str = ""
    internal_traffic_policy: str = ""
    traffic_distribution: str = ""


class _IngressPort(_Shape):
    port: int = 0
    protocol: str = ""
    error: str = ""


class _Ingress(_Shape):
    ip: str = ""
    hostname: str = ""
    ip_mode: str = ""
    ports: list[_IngressPort] = []


class _LoadBalancer(_Shape):
    ingress: list[_Ingress] = []


class _Status(_Shape):
    load_balancer: _LoadBalancer | None = None
    conditions: list[Any] = []


class _Object(_Shape, forbid_unknown_fields=False):
    metadata: _Meta | None = None


class _Service(_Shape):
    api_version: str = ""
    kind: str = ""
    metadata: _Meta | None = None
    spec: _Spec | None = None
    status: _Status | None = None


class _Loose(_Shape, forbid_unknown_fields=False):
    """Only what the world's controllers rely on; other members pass unread."""


class _ContainerPort(_Loose):
    container_port: int = 0
    name: str = ""


class _Container(_Loose):
    name: str = ""
    image: str = ""
    args: list[str] = []
    ports: list[_ContainerPort] = []


class _PodSpec(_Loose):
    containers: list[_Container] = []
    node_name: str = ""
    termination_grace_period_seconds: int = 0


class _Pod(_Loose):
    metadata: _Meta | None = None
    spec: _PodSpec | None = None


class _Selector(_Loose):
    match_labels: dict[str, str] = {}


class _WorkloadSpec(_Loose):
    replicas: int = 0
    selector: _Selector | None = None
    template: _Pod | None = None


class _Workload(_Loose):
    metadata: _Meta | None = None
    spec: _WorkloadSpec | None = None


_SHAPES: dict[str, type[_Shape]] = {
    "Service": _Service,
    "Pod": _Pod,
    **dict.fromkeys(("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"), _Workload),
}
_unknown = re.compile(r"Object contains unknown field `(?P<field>[^`]*)`(?: - at `\$\.?(?P<path>.*)`)?").fullmatch
_mistyped = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL).fullmatch
_steps = re.compile(r"[^.\[\]]+").findall


def decoded(kind: Kind, given: KubeObject, *, strict: bool = False) -> list[str]:
    """Check the object's types and drop members that nobody knows, in place; the paths of those dropped.

    Raises KubeError 400 for a wrong type and, when `strict`, for unknown members.
    """
    shape = _SHAPES.get(kind.kind, _Object)
    dropped: list[str] = []
    while True:
        try:
            msgspec.convert(given, shape)
        except msgspec.ValidationError as error:
            dropped.append(_drop(kind, given, str(error)))
        else:
            break
    if dropped and strict:
        raise strictly(dropped)
    return dropped


def strictly(unknown: list[str]) -> KubeError:
    """400: members that nobody knows, where the client asked for strict validation."""
    return bad_request("strict decoding error: " + ", ".join(f'unknown field "{each}"' for each in unknown))


def _drop(kind: Kind, given: KubeObject, complaint: str) -> str:
    found = _unknown(complaint)
    if found is None:
        wrong = _mistyped(complaint)
        told = f"{wrong['path'] or 'the object'}: {wrong['what'].replace('`', '')}" if wrong else complaint
        raise bad_request(f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}: {told}')
    path = found["path"] or ""
    holder: Any = given
    for step in _steps(path):
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    del holder[found["field"]]
    return f"{path}.{found['field']}".lstrip(".")
