"""Elastic Load Balancing's looks on the world's own values."""

from __future__ import annotations

from operator import attrgetter

from migrator.errors import Missing
from migrator.model.balancers import HealthCheck, Listener, LoadBalancer, Target, TargetGroup, Zone
from migrator.sandbox.world import World, balancers
from migrator.sandbox.world.balancers import is_classic
from migrator.simulation.doors import classic as doors_classic
from migrator.simulation.doors.gate import Gate

CLUSTER_TAG, STACK_TAG = "elbv2.k8s.aws/cluster", "service.k8s.aws/stack"
DESCRIBED = ("elbv2:DescribeLoadBalancers", "elbv2:DescribeTags", "ec2:DescribeNetworkInterfaces")
BY_PORT, BY_ZONE = attrgetter("port", "arn"), attrgetter("zone")
GROUPED = ("elbv2:DescribeTargetGroups", "elbv2:DescribeTargetGroupAttributes", "elbv2:DescribeTags")


class BalancerDoor:
    """Implements BalancerLook. A deleted load balancer is seen for as long as the describe calls still find it."""

    def __init__(self, world: World) -> None:
        self._world, self._elb, self._faults = world, world.elb, world.faults
        self._gate = Gate(world, "aws")
        self._listeners: dict[str, tuple[list[balancers.Listener], tuple[Listener, ...]]] = {}  # of which list, what was told
        self._targets: dict[str, tuple[balancers.TargetGroup, int, tuple[Target, ...]]] = {}  # after which change, what was told

    def named(self, hostname: str) -> LoadBalancer | None:
        """The load balancer with this DNS name, or None; a name that is not a network one's is looked for in both families."""
        network = f".elb.{self._world.region}.amazonaws.com" in hostname.lower()
        both = () if network else doors_classic.DESCRIBED
        self._gate.look(hostname, *both, *DESCRIBED)
        lb = self._elb.by_dns(hostname) or self._vanishing(hostname)
        return self._seen(lb) if lb else None

    def balancer(self, arn: str) -> LoadBalancer | None:
        """A load balancer by ARN, or None when it is gone."""
        self._gate.look(arn, *(doors_classic.DESCRIBED if is_classic(arn) else DESCRIBED))
        lb = self._elb.balancers.get(arn) or self._elb.vanishing.get(arn)
        return self._seen(lb) if lb else None

    def attributes(self, arn: str) -> dict[str, str]:
        """A load balancer's attributes. Raises Missing."""
        self._gate.look(arn, doors_classic.ATTRIBUTED if is_classic(arn) else "elbv2:DescribeLoadBalancerAttributes")
        lb = self._elb.balancers.get(arn)
        if lb is None:
            raise Missing(f"load balancer {arn} is gone")
        return doors_classic.attributes_from(lb) if is_classic(arn) else dict(lb.attributes)

    def listeners(self, arn: str, *, whole: bool = False) -> tuple[Listener, ...]:
        """A load balancer's listeners by port; empty when it has none or is gone."""
        found = self._elb.listeners_of(arn)
        if is_classic(arn):
            self._gate.look(arn, *doors_classic.LISTENING)
            return tuple([doors_classic.listener_from(self._world, each) for each in found])
        if self._faults.armed:
            self._gate.look(arn, "elbv2:DescribeListeners", *(["elbv2:DescribeListenerAttributes"] if whole else []))
        if whole:
            return tuple([listener_from(each, whole=True) for each in found])
        known = self._listeners.get(arn)
        if known is None or known[0] is not found:  # the world makes a new list after each change
            known = self._listeners[arn] = found, tuple([listener_from(each) for each in found])
        return known[1]

    def groups(self, arn: str) -> tuple[TargetGroup, ...]:
        """The target groups attached to a load balancer, by port and ARN."""
        self._gate.look(arn, *(doors_classic.GROUPED if is_classic(arn) else GROUPED))
        found = sorted(self._elb.groups_of(arn), key=BY_PORT)
        return tuple(self._group(each) for each in found)

    def targets(self, group_arn: str) -> tuple[Target, ...]:
        """How each target of a group is doing, by id and port. Raises Missing."""
        classic = is_classic(group_arn)
        if self._faults.armed:
            self._gate.look(group_arn, doors_classic.INSTANCES if classic else "elbv2:DescribeTargetHealth")
        group = self._elb.groups.get(group_arn)
        if group is None:
            raise Missing(f"target group {group_arn} is gone")
        known = self._targets.get(group_arn)
        if known is None or known[0] is not group or known[1] != group.changes:
            told = doors_classic.target_of if classic else target_from
            found = tuple([told(group.targets[each]) for each in sorted(group.targets)])  # by id and port
            known = self._targets[group_arn] = group, group.changes, found
        return known[2]

    def groups_left(self, arns: tuple[str, ...]) -> tuple[TargetGroup, ...]:
        """Which of these target groups still exist, by port and ARN."""
        classic = any(is_classic(each) for each in arns)
        self._gate.look(" ".join(arns), *(doors_classic.GROUPED if classic else GROUPED))
        found = [self._elb.groups[arn] for arn in dict.fromkeys(arns) if arn in self._elb.groups]
        return tuple(self._group(each) for each in sorted(found, key=BY_PORT))

    def stacked(self, cluster: str, stack: str) -> tuple[LoadBalancer, ...]:
        """Load balancers that LBC would take for this stack's, by ARN."""
        self._gate.look(stack, "elbv2:DescribeLoadBalancers", "elbv2:DescribeTags")
        found = [
            each
            for each in self._elb.balancers.values()
            if each.tags.get(CLUSTER_TAG) == cluster and each.tags.get(STACK_TAG) == stack
        ]
        return tuple(self._seen(each) for each in sorted(found, key=lambda each: each.arn))

    def _vanishing(self, hostname: str) -> balancers.LoadBalancer | None:
        wanted = hostname.lower().rstrip(".").removeprefix("dualstack.")
        return next((each for each in self._elb.vanishing.values() if each.dns_name.lower() == wanted), None)

    def _seen(self, lb: balancers.LoadBalancer) -> LoadBalancer:
        if lb.kind == "classic":
            return doors_classic.balancer_from(lb)
        return LoadBalancer(
            arn=lb.arn,
            name=lb.name,
            dns_name=lb.dns_name,
            zone_id=lb.zone_id,
            scheme=lb.scheme,
            vpc=lb.vpc_id,
            state=self._elb.state(lb),
            zones=tuple(
                [Zone(each.zone, each.subnet_id, (each.address,), each.allocation_id) for each in sorted(lb.zones, key=BY_ZONE)]
            ),
            security_groups=tuple(lb.security_groups),
            tags=dict(lb.tags),
            address_type=lb.address_type,
        )

    def _group(self, group: balancers.TargetGroup) -> TargetGroup:
        user = self._elb.balancer_of(group.arn)
        return TargetGroup(
            arn=group.arn,
            name=group.name,
            protocol=group.protocol,
            port=group.port,
            target_type=group.target_type,
            health_check=health_check_from(group.health_check),
            attributes=dict(group.attributes),
            tags=dict(group.tags),
            balancers=(user.arn,) if user else (),
        )


def listener_from(listener: balancers.Listener, *, whole: bool = False) -> Listener:
    """A listener and the groups that it forwards to; with its attributes where it is wanted whole."""
    return Listener(
        listener.arn,
        listener.protocol,
        listener.port,
        tuple([arn for arn, _ in listener.forwards]),
        listener.certificates,
        listener.ssl_policy,
        listener.alpn,
        dict(listener.attributes) if whole else {},
    )


def target_from(target: balancers.Target) -> Target:
    """How a target is doing."""
    return Target(target.id, target.port, target.zone or "", target.state, target.reason or "")


def health_check_from(check: balancers.HealthCheck) -> HealthCheck:
    """How targets are asked, as DescribeTargetGroups says it."""
    return HealthCheck(
        check.protocol, check.port, check.interval_s, check.timeout_s, check.healthy, check.unhealthy, check.path, check.matcher
    )
