"""What a packet meets before anything answers it: instances that run or not, and security groups that let it in or not."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from migrator.sandbox.world.network_dataplane import Dataplane
from migrator.sandbox.world.network_rules import admits

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import LoadBalancer, Target, TargetGroup, ZoneMapping
    from migrator.sandbox.world.ec2 import Instance, Rule

EVERYONE = "0.0.0.0/0"  # whom it is let in, every source is
MOST_KEPT = 10_000  # findings that are kept while no rule changes: clients come from addresses without end


class Admission:
    """Answers from the rules and interfaces as they are now."""

    def __init__(self, world: World, dataplane: Dataplane) -> None:
        self._world, self._dataplane = world, dataplane
        # What was found by the rules in the state `_as_of`: by groups, port and protocol, then by source.
        self._admitted: dict[tuple[object, ...], dict[str, bool]] = {}
        self._inbound: dict[tuple[str, ...], list[Rule]] = {}  # those of groups that go together, in the same state
        self._as_of = -1

    def running(self, instance_id: str) -> Instance | None:
        """The instance with this id while it runs; None when it does not."""
        instance = self._world.ec2.instances.get(instance_id)
        return instance if instance is not None and instance.state == "running" else None

    def ready_node(self, target: Target) -> str | None:
        """The name of the ready Node on a target's running instance; None when nothing there would answer."""
        return self._dataplane.ready_node(target.id) if self.running(target.id) else None

    def client(self, lb: LoadBalancer, client_ip: str, port: int) -> bool:
        """Whether a load balancer lets a client in: everyone where it wears no security group."""
        return not lb.security_groups or self._admits(lb.security_groups, port, client_ip)

    def target(self, lb: LoadBalancer, group: TargetGroup, target: Target, source: str) -> bool:
        """Whether a target lets in what a load balancer brings it from `source`, an address or a CIDR."""
        protocol = "udp" if group.protocol == "UDP" else "tcp"
        return self._admits(self.groups_of(target), target.port, source, lb.security_groups, protocol)

    def health_check(self, lb: LoadBalancer, target: Target, port: int) -> bool:
        """Whether a target lets health checks in: they come from the load balancer's addresses in the target's zone."""
        groups = self.groups_of(target)
        for each in [each for each in lb.zones if each.zone == target.zone] or lb.zones:
            if self._admits(groups, port, self._subnet(each), lb.security_groups):
                return True
        return False

    def subnet_of(self, lb: LoadBalancer, zone: str) -> str:
        """The CIDR that a load balancer's own packets come from in one of its zones."""
        return self._subnet(next(each for each in lb.zones if each.zone == zone))

    def _subnet(self, mapping: ZoneMapping) -> str:
        subnet = self._world.ec2.subnets.get(mapping.subnet_id)
        return subnet.cidr if subnet else mapping.address

    def groups_of(self, target: Target) -> list[str]:
        """The security groups that guard a target: its instance's, or those of the node that a pod runs on.

        The VPC CNI puts pods on their node's interfaces, as long as security groups for pods are not used.
        """
        instance_id = target.id
        if not instance_id.startswith("i-"):
            pod = self._dataplane.pod_at(target.id)
            instance_id = self._dataplane.instance_under(pod.node) if pod else ""
        instance = self.running(instance_id)
        return instance.security_groups if instance else []

    def _admits(
        self, groups: list[str], port: int, source: str, source_groups: Collection[str] = (), protocol: str = "tcp"
    ) -> bool:
        ec2 = self._world.ec2
        if self._as_of != ec2.state:
            self._as_of = ec2.state
            self._admitted.clear()
            self._inbound.clear()
        asked = (*groups, port, *source_groups, protocol)
        admitted = self._admitted.get(asked)
        if admitted is None:
            everyone = admits(self._rules_of(tuple(groups)), protocol, port, EVERYONE, source_groups)
            admitted = self._admitted[asked] = {EVERYONE: everyone}
        if admitted[EVERYONE]:
            return True
        known = admitted.get(source)
        if known is None:
            if len(admitted) > MOST_KEPT:
                self._admitted.clear()
            known = admitted[source] = admits(self._rules_of(tuple(groups)), protocol, port, source, source_groups)
        return known

    def _rules_of(self, groups: tuple[str, ...]) -> list[Rule]:
        """The inbound rules of all these groups."""
        rules = self._inbound.get(groups)
        if rules is None:
            ec2 = self._world.ec2
            held = [ec2.rules[id] for each in groups if each in ec2.groups for id in ec2.groups[each].rules]
            rules = self._inbound[groups] = [each for each in held if not each.egress]
        return rules
