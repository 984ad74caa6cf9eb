"""What in AWS is bound to a load balancer itself, and so does not follow when a name moves."""

from __future__ import annotations

from typing import Protocol

from migrator.model.balancers import LoadBalancer, TargetGroup
from migrator.model.migration import Attachment

# Those that stop `retire`, as deleting the load balancer would fail or cut their users off.
BINDING = ("endpoint-service", "vpc-link", "accelerator", "scaling-group", "foreign-listener")
# Those that go blind or wrong without an error.
WATCHING = ("alarm", "dashboard", "health-check", "distribution", "address-record")
KINDS = BINDING + WATCHING
# The one answer to the question `unread-attachments/<kind>`, which a list that was not given becomes.
UNREAD = "none-there"


class AttachmentLook(Protocol):
    """One question a kind, so that a right that is missing hides no more than its kind.

    Each answers by id, empty where there is none, and raises Throttled, Unreachable, Denied.
    """

    def kept(self) -> AttachmentLook:
        """The same for many load balancers in a row: what is asked of the account as a whole may be asked once."""
        ...

    def endpoint_services(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """VPC endpoint services (PrivateLink) in front of it, with who is connected."""
        ...

    def vpc_links(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """API Gateway VPC links to it, of REST APIs and of HTTP APIs."""
        ...

    def accelerators(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """Global Accelerator endpoints that are this load balancer."""
        ...

    def scaling_groups(self, balancer: LoadBalancer, groups: tuple[TargetGroup, ...]) -> tuple[Attachment, ...]:
        """Auto Scaling groups that register instances with it or its target groups."""
        ...

    def alarms(self, balancer: LoadBalancer, groups: tuple[TargetGroup, ...]) -> tuple[Attachment, ...]:
        """CloudWatch alarms with a dimension of it or of its target groups."""
        ...

    def dashboards(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """CloudWatch dashboards whose body names it."""
        ...

    def health_checks(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """Route 53 health checks that ask its DNS name or one of its addresses."""
        ...

    def distributions(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """CloudFront distributions with it as an origin."""
        ...
