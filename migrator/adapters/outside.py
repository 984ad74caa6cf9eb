"""All ports on real things, as one value: what `apply` and its tests are handed."""

from __future__ import annotations

from random import Random

from migrator.adapters.aws.account import AccountLook
from migrator.adapters.aws.attachments import AttachmentLook
from migrator.adapters.aws.cloudwatch import MetricLook
from migrator.adapters.aws.ec2 import NetworkLook
from migrator.adapters.aws.elb import ElbLook
from migrator.adapters.aws.inventory import InventoryLook
from migrator.adapters.aws.route53 import RecordLook
from migrator.adapters.aws.session import AwsSession
from migrator.adapters.dry import DryEffector, DryFence
from migrator.adapters.effector import Effector
from migrator.adapters.kube.client import KubeClient
from migrator.adapters.kube.cluster import ClusterLook
from migrator.adapters.kube.installation import InstallationLook
from migrator.adapters.kube.lease import Holder, LeaseFence
from migrator.adapters.retry import PatientEffector, PatientFence, looking
from migrator.ports.doing import Clock
from migrator.ports.looks import NameLook, ProbeLook
from migrator.ports.outside import Outside


def joined(aws: AwsSession, kube: KubeClient, names: NameLook, probes: ProbeLook, clock: Clock, holder: Holder) -> Outside:
    """Every port, each call made once and no more."""
    return Outside(
        cluster=ClusterLook(kube),
        balancers=ElbLook(aws),
        network=NetworkLook(aws),
        records=RecordLook(aws),
        metrics=MetricLook(aws),
        names=names,
        probes=probes,
        account=AccountLook(aws),
        attachments=AttachmentLook(aws),
        installation=InstallationLook(kube),
        inventory=InventoryLook(aws),
        effector=Effector(aws, kube, clock, holder),
        fence=LeaseFence(kube, clock),
        clock=clock,
        host=holder.host,
    )


def patient(outside: Outside, chance: Random | None = None) -> Outside:
    """The same, with calls repeated as `retry` allows. Names are left as they are: a step asks again by TTL.

    `chance` draws how long the naps in between last.
    """
    clock, chance = outside.clock, chance or Random()
    return outside._replace(
        cluster=looking(outside.cluster, clock, chance),
        balancers=looking(outside.balancers, clock, chance),
        network=looking(outside.network, clock, chance),
        records=looking(outside.records, clock, chance),
        metrics=looking(outside.metrics, clock, chance),
        account=looking(outside.account, clock, chance),
        attachments=looking(outside.attachments, clock, chance),
        installation=looking(outside.installation, clock, chance),
        inventory=looking(outside.inventory, clock, chance),
        effector=PatientEffector(outside.effector, clock, chance),
        fence=PatientFence(outside.fence, clock, chance),
    )


def dry(outside: Outside) -> Outside:
    """The same, but the first effect ends the walk with WouldAct and nothing is written."""
    return outside._replace(effector=DryEffector(outside.effector), fence=DryFence())
