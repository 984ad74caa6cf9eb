"""The one Effector: sends each effect to its doer. Repeats nothing, decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.adapters.aws.effects import BalancerDoer, NetworkDoer, RecordDoer
from migrator.adapters.aws.session import AwsSession
from migrator.adapters.kube.client import KubeClient
from migrator.adapters.kube.effects import ServiceDoer
from migrator.adapters.kube.lease import Holder, LeaseDoer
from migrator.model.effects import (
    ChangeRecords,
    CreateService,
    DeleteLoadBalancer,
    DeleteSecurityGroup,
    DeleteService,
    DeleteTargetGroup,
    DemoteService,
    DisableDeletionProtection,
    Effect,
    EnableDeletionProtection,
    PatchService,
    ReleaseLease,
    Result,
    RevokeRule,
    TakeLease,
)
from migrator.ports.doing import Clock

# How an effect is made, and how its after-image is looked for; each takes the effect that it is listed under.
Doer = tuple[Callable[[Any], Result], Callable[[Any], Result | None]]


class Effector:
    """One account, one cluster, one holder of the Lease. Implements `ports.doing.Effector`."""

    def __init__(self, aws: AwsSession, kube: KubeClient, clock: Clock, holder: Holder) -> None:
        leases, services = LeaseDoer(kube, clock, holder), ServiceDoer(kube)
        records, balancers, network = RecordDoer(aws), BalancerDoer(aws), NetworkDoer(aws)
        self._doers: dict[type[Effect], Doer] = {
            TakeLease: (leases.take, leases.taken),
            ReleaseLease: (leases.release, leases.released),
            ChangeRecords: (records.change, records.changed),
            CreateService: (services.create, services.created),
            DeleteService: (services.delete, services.deleted),
            DemoteService: (services.demote, services.demoted),
            PatchService: (services.patch, services.patched),
            DisableDeletionProtection: (balancers.disable_protection, balancers.protection_disabled),
            EnableDeletionProtection: (balancers.enable_protection, balancers.protection_enabled),
            DeleteLoadBalancer: (balancers.delete, balancers.deleted),
            DeleteTargetGroup: (balancers.delete_group, balancers.group_deleted),
            RevokeRule: (network.revoke, network.revoked),
            DeleteSecurityGroup: (network.delete, network.deleted),
        }

    def apply(self, effect: Effect) -> Result:
        """Make one guarded call; two where a Lease is released or taken over. What came back, ids only."""
        return self._doers[type(effect)][0](effect)

    def found(self, effect: Effect) -> Result | None:
        """Look for our own after-image: the result where it is there, None where it is not."""
        return self._doers[type(effect)][1](effect)
