"""What a health check of a target would find now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from migrator.sandbox.world.balancers import is_classic
from migrator.sandbox.world.network_admission import Admission
from migrator.sandbox.world.network_dataplane import KUBE_PROXY_HEALTH_PORT, Dataplane
from migrator.sandbox.world.network_wire import SECURE, header, passes_check

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import Target, TargetGroup

Found = tuple[bool, str | None]

# ELBv2 TargetHealthReasonEnum: a refused connection or a bad status, and a packet that nobody admits or answers.
PASSED: Found = (True, None)
FAILED: Found = (False, "Target.FailedHealthChecks")
TIMED_OUT: Found = (False, "Target.Timeout")


class Checks:
    """Makes health checks, in mind."""

    def __init__(self, world: World, dataplane: Dataplane, admission: Admission) -> None:
        self._world, self._dataplane, self._admission = world, dataplane, admission

    def check(self, group: TargetGroup, target: Target) -> Found:
        """Whether a check would succeed, and if not, AWS's own reason."""
        lb = self._world.elb.balancer_of(group.arn)
        port = target.port if group.health_check.port == "traffic-port" else int(group.health_check.port)
        on_instance = group.target_type == "instance"
        there = self._admission.ready_node(target) if on_instance else self._dataplane.pod_at(target.id)
        if lb is None or there is None or not self._admission.health_check(lb, target, port):
            return TIMED_OUT
        return self._node_answers(group, there, port) if isinstance(there, str) else self._pod_answers(group, target, port)

    def _pod_answers(self, group: TargetGroup, target: Target, port: int) -> Found:
        serves = self._dataplane.listening(target.id, port) is not None and self._dataplane.pod_is_ready(target.id)
        return PASSED if serves and self._understood(group, [target.id]) else FAILED

    def _understood(self, group: TargetGroup, addresses: Iterable[str]) -> bool:
        """Whether some pod at these addresses can read a check of the group. Checks of a network load balancer carry its
        PROXY header as clients' connections do, those of a classic one never.

        Source: Network Load Balancers user guide, "Health check connections" under "Proxy protocol".
        """
        sent = "" if is_classic(group.arn) else header(group)
        for each in addresses:
            pod = self._dataplane.pod_at(each)
            if pod is not None and passes_check(pod.proxy, pod.tls, group.health_check.protocol, sent):
                return True
        return False

    def _node_answers(self, group: TargetGroup, node: str, port: int) -> Found:
        served = self._dataplane.node_port("TCP", port)
        if served is not None and (backends := self._dataplane.backends(node, served)):
            return PASSED if self._understood(group, [each.address for each in backends]) else FAILED
        if served is not None:
            # kube-proxy rejects where a Service has no endpoint at all, but drops where only local ones count.
            return TIMED_OUT if served.local else FAILED
        local = self._dataplane.local_health(node, port)
        if local is None:
            local = True if port == KUBE_PROXY_HEALTH_PORT else None
        if local is None or group.health_check.protocol in SECURE:
            return FAILED  # nobody listens, or kube-proxy does, which speaks no TLS
        # healthCheckNodePort answers every connection, but with 503 where no local pod is ready.
        return PASSED if local or group.health_check.protocol == "TCP" else FAILED
