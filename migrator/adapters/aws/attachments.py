"""Reads what in AWS is bound to a load balancer itself."""

from __future__ import annotations

from migrator.adapters.aws.session import AwsSession
from migrator.model.balancers import LoadBalancer, TargetGroup
from migrator.model.migration import Attachment


class AttachmentLook:
    """Implements ports.attachments.AttachmentLook."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

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
