"""Everything a step may ask, in one value."""

from __future__ import annotations

from typing import NamedTuple

from migrator.ports.account import AccountLook
from migrator.ports.attachments import AttachmentLook
from migrator.ports.doing import Clock, Effector, Fence
from migrator.ports.installation import InstallationLook
from migrator.ports.inventory import InventoryLook
from migrator.ports.looks import BalancerLook, ClusterLook, MetricLook, NameLook, NetworkLook, ProbeLook, RecordLook


class Outside(NamedTuple):
    """The ports that a journey needs. Steps use the looks only; the machine alone uses effector and fence."""

    cluster: ClusterLook
    balancers: BalancerLook
    network: NetworkLook
    records: RecordLook
    metrics: MetricLook
    names: NameLook
    probes: ProbeLook
    account: AccountLook
    attachments: AttachmentLook
    installation: InstallationLook
    inventory: InventoryLook
    effector: Effector
    fence: Fence
    clock: Clock
    host: str  # who we are: host name and boot id, as the Lease has it
