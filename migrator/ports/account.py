"""What preflight asks of the AWS account: quotas, subnets, security groups, certificates, rights."""

from __future__ import annotations

from typing import Protocol

from migrator.model.account import Certificate, Deed, Interface, Quota, Right, Subnet
from migrator.model.balancers import SecurityGroup


class AccountLook(Protocol):
    """Each raises Throttled, Unreachable, Denied; an id that is not there is left out of the answer."""

    def subnets(self, ids: tuple[str, ...]) -> tuple[Subnet, ...]:
        """These subnets, by id."""
        ...

    def security_groups(self, ids: tuple[str, ...]) -> tuple[SecurityGroup, ...]:
        """These security groups with their inbound rules, by id."""
        ...

    def interfaces(self, instances: tuple[str, ...]) -> tuple[Interface, ...]:
        """The network interfaces of these instances, by instance and id."""
        ...

    def quotas(self) -> tuple[Quota, ...]:
        """The limits that a second load balancer counts against, by AWS's name; `used` where what they count was counted."""
        ...

    def rights(self, arn: str, deeds: tuple[Deed, ...]) -> tuple[Right, ...]:
        """Whether who has this ARN may do each of these, in their order; `allowed` None where IAM does not tell."""
        ...

    def certificates(self, arns: tuple[str, ...]) -> tuple[Certificate, ...]:
        """These certificates, by ARN."""
        ...

    def tls_policies(self) -> tuple[str, ...]:
        """The names of the TLS policies that a network load balancer can have, sorted."""
        ...

    def protected_records(self, zone_id: str) -> tuple[tuple[str, str], ...]:
        """Name and type of every record set in a zone that Route 53 will not let be changed, sorted."""
        ...
