"""The last part of the way: from the target that a load balancer chose to a pod, or to a dead end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.sandbox.world.network_admission import Admission
from migrator.sandbox.world.network_dataplane import Dataplane, NodePort
from migrator.sandbox.world.network_flows import Backend, Lost
from migrator.sandbox.world.network_wire import Wire, misread

if TYPE_CHECKING:
    from migrator.sandbox.world.balancers import LoadBalancer, Target, TargetGroup
    from migrator.sandbox.world.network_routing import Choice


Choices = tuple[Backend | Lost, ...]


class Delivery:
    """Follows one packet from a load balancer's target on."""

    def __init__(self, dataplane: Dataplane, admission: Admission) -> None:
        self._dataplane, self._admission = dataplane, admission
        self._handed: dict[tuple[str, NodePort, Wire], Choices] = {}  # by node port, of one node where only local pods count

    def changed(self) -> None:
        """What packets meet is no longer as it was."""
        self._handed.clear()

    def choices(self, lb: LoadBalancer, made: Choice, handed: Wire, target: Target, client_ip: str) -> Choices | Lost:
        """The pods' ports that a target hands new connections to, at least one; why not, for each that turns them down."""
        group = made.group
        on_instance = group.target_type == "instance"
        there = self._admission.ready_node(target) if on_instance else self._dataplane.pod_at(target.id)
        if there is None:
            return Lost(f"{target.id} does not answer: timed out")
        if (away := self.turned_away(lb, made, target, client_ip)) is not None:
            return away
        if isinstance(there, str):
            return self._through_node(group, target, there, handed)
        backend = Backend(there.key, there.node, target.id, target.port)
        return (self._refused(handed, backend) or backend,)

    def turned_away(self, lb: LoadBalancer, made: Choice, target: Target, client_ip: str) -> Lost | None:
        """Why a target's security groups keep a client's connections out; None when they let them in."""
        source = client_ip if made.preserves_client_ip else self._admission.subnet_of(lb, made.zone)
        if self._admission.target(lb, made.group, target, source):
            return None
        return Lost(f"no security group of {target.id} admits {source} to port {target.port}: timed out")

    def _refused(self, handed: Wire, backend: Backend) -> Lost | None:
        """Why a pod turns a connection down: nothing listens, or it cannot read what comes before the client's bytes."""
        pod = self._dataplane.listening(backend.address, backend.port)
        if pod is None:
            return Lost(f"pod {backend.pod} refuses connections to port {backend.port}")
        why = misread(pod.key, pod.proxy, pod.tls, handed)
        return Lost(why) if why else None

    def _through_node(self, group: TargetGroup, target: Target, node: str, handed: Wire) -> Choices | Lost:
        served = self._dataplane.node_port("UDP" if group.protocol == "UDP" else "TCP", target.port)
        if served is None:
            return Lost(f"{target.id} refuses connections to port {target.port}: no Service has it")
        asked = (node if served.local else "", served, handed)
        choices = self._handed.get(asked)
        if choices is None:
            backends = self._dataplane.backends(node, served)
            if not backends:
                return Lost(f"Service {'/'.join(served.service)} has no pod behind node port {target.port} of {node}")
            choices = self._handed[asked] = tuple([self._refused(handed, each) or each for each in backends])
        return choices
