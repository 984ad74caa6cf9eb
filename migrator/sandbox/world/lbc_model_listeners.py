"""Listeners of a stack: TLS where there is a certificate, and which ports it covers.

Source: kubernetes-sigs/aws-load-balancer-controller pkg/service/model_build_listener.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrator.sandbox.world import lbc_annotations as read
from migrator.sandbox.world.controllers import Failure
from migrator.sandbox.world.lbc_model_groups import group_for
from migrator.sandbox.world.lbc_stack import ListenerSpec

if TYPE_CHECKING:
    from migrator.sandbox.world.lbc_model import Draft

_ALPN = ("None", "HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred")


def add_listeners(draft: Draft) -> None:
    """Add a listener, and the target group behind it, for each port of the Service."""
    annotations, ports = draft.annotations, draft.service["spec"]["ports"]
    certificates = tuple(read.items(annotations, "ssl-cert") or ())
    tls_ports = read.items(annotations, "ssl-ports") or []
    _check_tls_ports(tls_ports, ports)
    for port in ports:
        protocol = port.get("protocol", "TCP")
        covered = not tls_ports or str(port["port"]) in tls_ports or port.get("name") in tls_ports
        tls = protocol != "UDP" and bool(certificates) and covered
        behind = "TLS" if tls and read.text(annotations, "backend-protocol") == "ssl" else protocol
        group = group_for(draft, port, behind)
        if all(each.resource != group.resource for each in draft.stack.groups):
            draft.stack.groups.append(group)
        front = "TLS" if tls else protocol
        draft.stack.listeners.append(
            ListenerSpec(
                resource=str(port["port"]),
                protocol=front,
                port=port["port"],
                group=group.resource,
                certificates=certificates if tls else (),
                ssl_policy=_policy(draft) if tls else None,
                alpn=_alpn(annotations) if tls else (),
                attributes=read.pairs(annotations, f"listener-attributes.{front}-{port['port']}"),
            )
        )


def _check_tls_ports(tls_ports: list[str], ports: list[dict[str, Any]]) -> None:
    """Every item has to name a port; `*` names none."""
    known = {str(each["port"]) for each in ports} | {each.get("name") for each in ports}
    unused = [each for each in tls_ports if each not in known]
    if unused:
        raise Failure(f"Unused port in ssl-ports annotation [{' '.join(unused)}]")


def _policy(draft: Draft) -> str:
    return read.text(draft.annotations, "ssl-negotiation-policy") or draft.settings.default_ssl_policy


def _alpn(annotations: dict[str, str]) -> tuple[str, ...]:
    policy = read.text(annotations, "alpn-policy")
    if policy is None:
        return ()
    if policy not in _ALPN:
        raise Failure(f"invalid ALPN policy {policy}, policy must be one of [{', '.join(_ALPN)}]")
    return (policy,)
