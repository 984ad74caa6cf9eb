"""Reads quotas, subnets, security groups, certificates and rights of one account and region."""

from __future__ import annotations

from migrator.adapters.aws.session import AwsSession
from migrator.model.account import Certificate, Interface, Quota, Right, Subnet
from migrator.model.balancers import SecurityGroup


class AccountLook:
    """Implements ports.account.AccountLook."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def subnets(self, ids: tuple[str, ...]) -> tuple[Subnet, ...]:
        raise NotImplementedError

    def security_groups(self, ids: tuple[str, ...]) -> tuple[SecurityGroup, ...]:
        raise NotImplementedError

    def interfaces(self, instances: tuple[str, ...]) -> tuple[Interface, ...]:
        raise NotImplementedError

    def quotas(self) -> tuple[Quota, ...]:
        raise NotImplementedError

    def rights(self, arn: str, actions: tuple[str, ...]) -> tuple[Right, ...]:
        raise NotImplementedError

    def certificates(self, arns: tuple[str, ...]) -> tuple[Certificate, ...]:
        raise NotImplementedError

    def tls_policies(self) -> tuple[str, ...]:
        raise NotImplementedError

    def protected_records(self, zone_id: str) -> tuple[tuple[str, str], ...]:
        raise NotImplementedError
