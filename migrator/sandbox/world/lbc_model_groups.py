"""Target groups of a stack: target type, health check, attributes, and how their nodes are opened.

Source: kubernetes-sigs/aws-load-balancer-controller pkg/service/model_build_target_group.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrator.sandbox.world import lbc_annotations as read
from migrator.sandbox.world.balancers import HealthCheck
from migrator.sandbox.world.controllers import Failure, key_of
from migrator.sandbox.world.lbc_stack import GroupSpec, named

if TYPE_CHECKING:
    from migrator.sandbox.world.lbc_model import Draft

Port = dict[str, Any]

TRAFFIC_PORT = "traffic-port"
_PRESERVE, _PROXY = "preserve_client_ip.enabled", "proxy_protocol_v2.enabled"


def group_for(draft: Draft, port: Port, protocol: str) -> GroupSpec:
    """The target group of one Service port."""
    target_type = _target_type(draft, port)
    check = _health_check(draft, target_type)
    attributes = _attributes(draft, port)
    if "IPv6" in (draft.service["spec"].get("ipFamilies") or ()) and draft.address_type != "dualstack":
        raise Failure("unsupported IPv6 configuration, lb not dual-stack")
    target: int | str = port["nodePort"] if target_type == "instance" else port["targetPort"]
    number = target if isinstance(target, int) else 1  # a named port may differ from pod to pod and is not in the data path
    parts = (str(number), str(port["port"]), target_type, protocol, check.protocol, str(check.interval_s))
    preserves = attributes.get(_PRESERVE, str(target_type == "instance").lower()) == "true"
    return GroupSpec(
        resource=f"{key_of(draft.service)}:{port['port']}",
        name=named(draft.service, draft.settings.cluster_name, draft.service["metadata"]["uid"], *parts),
        protocol=protocol,
        port=number,
        target_type=target_type,
        check=check,
        attributes=attributes,
        service_port=port["port"],
        networking=_networking(draft, port, target, check, preserves),
        node_selector=read.pairs(draft.annotations, "target-node-labels") if target_type == "instance" else {},
    )


def _target_type(draft: Draft, port: Port) -> str:
    spec = draft.service["spec"]
    wanted = read.text(draft.annotations, "nlb-target-type") or draft.settings.default_target_type
    if wanted == "ip" and not draft.settings.gate("EnableIPTargetType"):
        raise Failure(f"unsupported targetType: {wanted} when EnableIPTargetType is false")
    if wanted == "ip" or read.text(draft.annotations, "type") == "nlb-ip":
        return "ip"
    if spec.get("type") == "ClusterIP":
        raise Failure(f'unsupported service type "ClusterIP" for load balancer target type "{wanted}"')
    if not port.get("nodePort"):
        raise Failure("unable to support instance target type with an unallocated NodePort")
    return "instance"


def _health_check(draft: Draft, target_type: str) -> HealthCheck:
    """As annotated; the defaults are others where kube-proxy says which nodes have a pod (instance and Local)."""
    spec, annotations = draft.service["spec"], draft.annotations
    local = target_type == "instance" and spec.get("externalTrafficPolicy") == "Local" and spec.get("type") == "LoadBalancer"
    raw = read.text(annotations, "healthcheck-protocol") or ("HTTP" if local else "TCP")
    protocol = raw.upper()
    if protocol not in ("TCP", "HTTP", "HTTPS"):
        raise Failure(f"unsupported health check protocol {raw}")
    path = matcher = None
    if protocol != "TCP":
        path = read.text(annotations, "healthcheck-path") or ("/healthz" if local else "/")
        matcher = read.text(annotations, "healthcheck-success-codes") or "200-399"
    return HealthCheck(
        protocol=protocol,
        port=_check_port(draft, target_type, str(spec.get("healthCheckNodePort", 0)) if local else TRAFFIC_PORT),
        path=path,
        interval_s=read.number(annotations, "healthcheck-interval", 10),
        timeout_s=read.number(annotations, "healthcheck-timeout", 6 if local else 10),
        healthy=read.number(annotations, "healthcheck-healthy-threshold", 2 if local else 3),
        unhealthy=read.number(annotations, "healthcheck-unhealthy-threshold", 2 if local else 3),
        matcher=matcher,
    )


def _check_port(draft: Draft, target_type: str, otherwise: str) -> str:
    """A number, `traffic-port`, or the name of a Service port."""
    raw = read.text(draft.annotations, "healthcheck-port") or otherwise
    if raw == TRAFFIC_PORT or raw.isdigit():
        return raw
    port = next((each for each in draft.service["spec"]["ports"] if each.get("name") == raw), None)
    if port is None:
        raise Failure(f"failed to resolve healthCheckPort: unable to find port {raw} on service {key_of(draft.service)}")
    if target_type == "instance":
        return str(port["nodePort"])
    if isinstance(port.get("targetPort"), int):
        return str(port["targetPort"])
    raise Failure("cannot use named healthCheckPort for IP TargetType when service's targetPort is a named port")


def _attributes(draft: Draft, port: Port) -> dict[str, str]:
    """As annotated for all groups, over it for this port; proxy protocol is always said, on or off."""
    annotations = draft.annotations
    attributes = {
        **read.pairs(annotations, "target-group-attributes"),
        **read.pairs(annotations, f"target-group-attributes.{port['port']}"),
    }
    attributes.setdefault(_PROXY, "false")
    if str(port["port"]) in (read.items(annotations, "proxy-protocol-per-target-group") or ()):
        attributes[_PROXY] = "true"
    proxy = read.text(annotations, "proxy-protocol")
    if proxy is not None:
        if proxy != "*":
            raise Failure(
                f"invalid value {proxy} for Load Balancer proxy protocol v2 annotation, only value currently supported is *"
            )
        attributes[_PROXY] = "true"
    if _PRESERVE in attributes:
        read.parsed_flag(attributes[_PRESERVE], f"failed to parse attribute {_PRESERVE}={attributes[_PRESERVE]}")
    return dict(sorted(attributes.items()))


def _networking(draft: Draft, port: Port, target: int | str, check: HealthCheck, preserves: bool) -> list[dict[str, Any]] | None:
    """The binding's ingress rules: from the backend group, or from addresses when the load balancer wears no group."""
    protocol = port.get("protocol", "TCP")
    if not draft.security_groups:
        return _networking_by_address(draft, protocol, target, check, preserves)
    if draft.backend_group is None:
        return None
    ports: list[dict[str, Any]] = [{"protocol": protocol}]
    if draft.settings.disable_restricted_sg_rules:
        if protocol == "UDP":
            ports.insert(0, {"protocol": "TCP"})
    else:
        ports = [{"port": target, "protocol": protocol}]
        check_port = target if check.port == TRAFFIC_PORT else int(check.port)
        if check_port != target or protocol == "UDP":
            ports.append({"port": check_port, "protocol": "TCP"})
    return [{"from": [{"securityGroup": {"groupID": draft.backend_group}}], "ports": ports}]


def _networking_by_address(
    draft: Draft, protocol: str, target: int | str, check: HealthCheck, preserves: bool
) -> list[dict[str, Any]] | None:
    """Clients' addresses where the pods see them, else the load balancer's subnets; those for health checks as well."""
    if read.flag(draft.annotations, "manage-backend-security-group-rules") is False:
        return None
    own = [each.cidr for each in draft.subnets]
    sources, by_default = own, False
    if protocol == "UDP" or preserves:
        sources = read.source_ranges(draft.annotations, draft.service["spec"])
        if not sources:
            by_default = True
            sources = [draft.world.ec2.vpc(draft.vpc_id).cidr] if draft.scheme == "internal" else ["0.0.0.0/0"]
    ingress = [{"from": _blocks(sources), "ports": [{"port": target, "protocol": protocol}]}]
    check_port = target if check.port == TRAFFIC_PORT else int(check.port)
    same = protocol != "UDP" and check_port == target
    if not (same and (not preserves or by_default or "0.0.0.0/0" in sources)):
        ingress.append({"from": _blocks(own), "ports": [{"port": check_port, "protocol": "TCP"}]})
    return ingress


def _blocks(cidrs: list[str]) -> list[dict[str, Any]]:
    return [{"ipBlock": {"cidr": each}} for each in cidrs]
