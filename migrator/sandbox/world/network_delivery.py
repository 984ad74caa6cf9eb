"""The last part of the way: from the target that a load balancer chose to a pod, or to a dead end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.sandbox.world.balancers import is_classic
from migrator.sandbox.world.network_admission import Admission
from migrator.sandbox.world.network_dataplane import Dataplane
from migrator.sandbox.world.network_flows import Backend, Lost
from migrator.sandbox.world.network_wire import Wire, misread

if TYPE_CHECKING:
    from migrator.sandbox.world.balancers import LoadBalancer, Target, TargetGroup
    from migrator.sandbox.world.network_routing import Choice


class Delivery:
    """Follows one packet from a load balancer's target on."""

    def __init__(self, dataplane: Dataplane, admission: Admission) -> None:
        self._dataplane, self._admission = dataplane, admission

    def choices(self, lb: LoadBalancer, made: Choice, target: Target, client_ip: str) -> tuple[Backend, ...] | Lost:
        """The pods' ports that a target hands new connections to, at least one, whether they answer or not."""
        group = made.group
        on_instance = group.target_type == "instance"
        there = self._admission.ready_node(target) if on_instance else self._dataplane.pod_at(target.id)
        if there is None:
            return Lost(f"{target.id} does not answer: timed out")
        source = client_ip if preserves_client_ip(group) else self._admission.subnet_of(lb, made.zone)
        if not self._admission.target(lb, group, target, source):
            return Lost(f"no security group of {target.id} admits {source} to port {target.port}: timed out")
        if isinstance(there, str):
            return self._through_node(group, target, there)
        return (Backend(there.key, there.node, target.id, target.port),)

    def refused(self, handed: Wire, backend: Backend) -> Lost | None:
        """Why a pod turns a connection down: nothing listens, or it cannot read what comes before the client's bytes."""
        if not self._dataplane.pod_listens(backend.address, backend.port):
            return Lost(f"pod {backend.pod} refuses connections to port {backend.port}")
        pod = self._dataplane.pod_at(backend.address)
        why = misread(pod.key, pod.proxy, pod.tls, handed) if pod else ""
        return Lost(why) if why else None

    def _through_node(self, group: TargetGroup, target: Target, node: str) -> tuple[Backend, ...] | Lost:
        served = self._dataplane.node_port("UDP" if group.protocol == "UDP" else "TCP", target.port)
        if served is None:
            return Lost(f"{target.id} refuses connections to port {target.port}: no Service has it")
        backends = self._dataplane.backends(node, served)
        if not backends:
            return Lost(f"Service {'/'.join(served.service)} has no pod behind node port {target.port} of {node}")
        return backends


def preserves_client_ip(group: TargetGroup) -> bool:
    """Whether targets see the client's own address; a Classic Load Balancer makes connections of its own.

    Source: ELBv2 target group attribute preserve_client_ip.enabled; off unless set for ip targets over TCP and TLS.
    """
    if is_classic(group.arn):
        return False
    default = "false" if group.target_type == "ip" and group.protocol in ("TCP", "TLS") else "true"
    return group.attributes.get("preserve_client_ip.enabled", default) == "true"
