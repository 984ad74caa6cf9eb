"""Every change that the tool can make, as data first. One effect is one guarded call."""

from __future__ import annotations

from typing import Any

import msgspec

from migrator.model.balancers import balancer_name
from migrator.model.records import Swap


class TakeLease(msgspec.Struct, frozen=True, tag=True):
    """Put our mark on the legacy Service's name: create the Lease, or take it over with the next epoch.

    `takeover` is the resourceVersion of the Lease that is taken over as it was looked at; empty creates one, at `epoch`.
    That is one more than any that the journal knows: where somebody removed our mark, whoever held it before, and was
    frozen meanwhile, must not take the new one for its own.
    Result: `epoch`, as decimal digits.
    """

    namespace: str
    name: str
    takeover: str = ""
    epoch: int = 1

    @property
    def summary(self) -> str:
        return f"take lease {self.namespace}/{self.name}"


class ReleaseLease(msgspec.Struct, frozen=True, tag=True):
    """Remove our mark."""

    namespace: str
    name: str

    @property
    def summary(self) -> str:
        return f"release lease {self.namespace}/{self.name}"


class ChangeRecords(msgspec.Struct, frozen=True, tag=True):
    """One batch in one zone: each `before` is deleted exactly as listed, each `after` created. Never UPSERT.

    Result: `change`, the id to ask GetChange for.
    """

    zone_id: str
    swaps: tuple[Swap, ...]
    why: str

    @property
    def summary(self) -> str:
        names = ", ".join(f"{swap.after.name} {swap.after.type}" for swap in self.swaps)
        return f"{self.why}: {names}"

    @property
    def affirms(self) -> bool:
        """Whether it changes nothing: the identical batch is made only to get an id that can be waited for."""
        return all(swap.before == swap.after for swap in self.swaps)


class CreateService(msgspec.Struct, frozen=True, tag=True):
    """Create a Service that does not exist. Result: `uid`."""

    namespace: str
    name: str
    manifest: dict[str, Any]

    @property
    def summary(self) -> str:
        return f"create service {self.namespace}/{self.name}"


class DeleteService(msgspec.Struct, frozen=True, tag=True):
    """Delete exactly this Service object: UID and resourceVersion are preconditions."""

    namespace: str
    name: str
    uid: str
    resource_version: str

    @property
    def summary(self) -> str:
        return f"delete service {self.namespace}/{self.name}"


class DemoteService(msgspec.Struct, frozen=True, tag=True):
    """Make a LoadBalancer Service a ClusterIP one: the name stays, its controller removes the load balancer.

    The type annotation stays (its controller picks the way to delete by it); source ranges go in the same patch,
    as the API server refuses them on other types.
    """

    namespace: str
    name: str
    uid: str
    resource_version: str

    @property
    def summary(self) -> str:
        return f"demote service {self.namespace}/{self.name} to ClusterIP"


class PatchService(msgspec.Struct, frozen=True, tag=True):
    """Set annotations on exactly this Service object; None removes one."""

    namespace: str
    name: str
    uid: str
    resource_version: str
    annotations: dict[str, str | None]

    @property
    def summary(self) -> str:
        return f"patch annotations of service {self.namespace}/{self.name}"


class DisableDeletionProtection(msgspec.Struct, frozen=True, tag=True):
    """Let the legacy controller delete its load balancer."""

    balancer_arn: str

    @property
    def summary(self) -> str:
        return f"disable deletion protection of {balancer_name(self.balancer_arn)}"


class EnableDeletionProtection(msgspec.Struct, frozen=True, tag=True):
    """Protect the legacy load balancer again, on the way back."""

    balancer_arn: str

    @property
    def summary(self) -> str:
        return f"enable deletion protection of {balancer_name(self.balancer_arn)}"


class DeleteLoadBalancer(msgspec.Struct, frozen=True, tag=True):
    """Delete a load balancer that legacy left behind."""

    balancer_arn: str

    @property
    def summary(self) -> str:
        return f"delete load balancer {balancer_name(self.balancer_arn)}"


class DeleteTargetGroup(msgspec.Struct, frozen=True, tag=True):
    """Delete a target group that legacy left behind."""

    group_arn: str

    @property
    def summary(self) -> str:
        return f"delete target group {self.group_arn.split('/')[-2]}"


class RevokeRule(msgspec.Struct, frozen=True, tag=True):
    """Revoke one rule of a node security group that legacy left behind."""

    group_id: str
    rule_id: str

    @property
    def summary(self) -> str:
        return f"revoke rule {self.rule_id} of {self.group_id}"


class DeleteSecurityGroup(msgspec.Struct, frozen=True, tag=True):
    """Delete a security group that legacy left behind."""

    group_id: str

    @property
    def summary(self) -> str:
        return f"delete security group {self.group_id}"


Effect = (
    TakeLease
    | ReleaseLease
    | ChangeRecords
    | CreateService
    | DeleteService
    | DemoteService
    | PatchService
    | DisableDeletionProtection
    | EnableDeletionProtection
    | DeleteLoadBalancer
    | DeleteTargetGroup
    | RevokeRule
    | DeleteSecurityGroup
)

# Forward, nothing leads back from these: with the Service goes its load balancer, and that name never comes back.
Final = DeleteService | DemoteService

Result = dict[str, str]  # what the outside told us of an effect: ids, nothing secret
