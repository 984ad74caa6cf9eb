"""What is bound to the world's load balancers."""

from __future__ import annotations

from migrator.model.balancers import LoadBalancer, TargetGroup
from migrator.model.migration import Attachment
from migrator.sandbox.world import World


class AttachedDoor:
    """Implements AttachmentLook."""

    def __init__(self, world: World) -> None:
        self._world = world

    def endpoint_services(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        raise NotImplementedError

    def vpc_links(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        raise NotImplementedError

    def accelerators(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        raise NotImplementedError

    def scaling_groups(self, balancer: LoadBalancer, groups: tuple[TargetGroup, ...]) -> tuple[Attachment, ...]:
        raise NotImplementedError

    def alarms(self, balancer: LoadBalancer, groups: tuple[TargetGroup, ...]) -> tuple[Attachment, ...]:
        raise NotImplementedError

    def dashboards(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        raise NotImplementedError

    def health_checks(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        raise NotImplementedError

    def distributions(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        raise NotImplementedError
