"""Reads load balancers of both families: each question goes to the API that knows the answer."""

from __future__ import annotations

from migrator.adapters.aws.classic import ClassicBalancers
from migrator.adapters.aws.elbv2 import NETWORK_NAME, NetworkBalancers
from migrator.adapters.aws.places import Places
from migrator.adapters.aws.session import AwsSession
from migrator.model.balancers import Listener, LoadBalancer, Target, TargetGroup, is_classic
from migrator.model.records import bare_name


class ElbLook:
    """One account and region. Implements `ports.looks.BalancerLook`."""

    def __init__(self, session: AwsSession) -> None:
        places = Places(session)
        self._network, self._classic = NetworkBalancers(session, places), ClassicBalancers(session, places)

    def _of(self, arn: str) -> NetworkBalancers | ClassicBalancers:
        return self._classic if is_classic(arn) else self._network

    def named(self, hostname: str) -> LoadBalancer | None:
        """The load balancer with this DNS name, or None.

        The name's form says whom to ask; what a classic one might be called an application load balancer may be, too,
        and for any other form both families are searched.
        """
        if NETWORK_NAME.fullmatch(bare_name(hostname)):
            return self._network.named(hostname)
        return self._classic.named(hostname) or self._network.named(hostname)

    def balancer(self, arn: str) -> LoadBalancer | None:
        """A load balancer by ARN, or None."""
        return self._of(arn).balancer(arn)

    def attributes(self, arn: str) -> dict[str, str]:
        """A load balancer's attributes. One call. Raises Missing."""
        return self._of(arn).attributes(arn)

    def listeners(self, arn: str, *, whole: bool = False) -> tuple[Listener, ...]:
        """A load balancer's listeners by port; empty when it is gone."""
        return self._of(arn).listeners(arn, whole=whole)

    def groups(self, arn: str) -> tuple[TargetGroup, ...]:
        """The target groups of a load balancer, by port and ARN; empty when it is gone."""
        return self._of(arn).groups(arn)

    def targets(self, group_arn: str) -> tuple[Target, ...]:
        """How each target of a group is doing, by id and port. One call, one more for new instances. Raises Missing."""
        return self._of(group_arn).targets(group_arn)

    def groups_left(self, arns: tuple[str, ...]) -> tuple[TargetGroup, ...]:
        """Which of these target groups still exist, by port and ARN."""
        classic = tuple(each for each in arns if is_classic(each))
        others = tuple(each for each in arns if not is_classic(each))
        left = (*self._classic.groups_left(classic), *self._network.groups_left(others))
        return tuple(sorted(left, key=lambda each: (each.port, each.arn)))

    def stacked(self, cluster: str, stack: str) -> tuple[LoadBalancer, ...]:
        """Load balancers that carry LBC's tags for this cluster and stack, by ARN; it never makes classic ones."""
        return self._network.stacked(cluster, stack)
