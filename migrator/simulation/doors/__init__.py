"""Every port on one world, with no wire between: a look costs what it reads.

The same faults strike here as at the doors on the wire, under the same names, and refusals come in the same families.
Which file implements which port:

    doors_cluster    ClusterLook
    doors_survey     ClusterSurvey
    doors_balancers  BalancerLook
    doors_network    NetworkLook, MetricLook
    doors_records    RecordLook
    doors_names      NameLook, ProbeLook
    doors_account    AccountLook
    doors_attached   AttachmentLook
    doors_installation  InstallationLook
    doors_inventory  InventoryLook
    doors_effector   Effector (doors_after: its after-images), Fence
    virtual          Clock
"""

from __future__ import annotations

from collections.abc import Mapping

from migrator.ports.outside import Outside
from migrator.ports.survey import ClusterSurvey
from migrator.sandbox.world import World
from migrator.sandbox.world.resolvers import CachingResolver
from migrator.simulation.doors.account import AccountDoor
from migrator.simulation.doors.attached import AttachedDoor
from migrator.simulation.doors.balancers import BalancerDoor
from migrator.simulation.doors.cluster import ClusterDoor
from migrator.simulation.doors.effector import EffectorDoor, FenceDoor
from migrator.simulation.doors.installation import InstallationDoor
from migrator.simulation.doors.inventory import InventoryDoor
from migrator.simulation.doors.names import NameDoor, ProbeDoor
from migrator.simulation.doors.network import MetricDoor, NetworkDoor
from migrator.simulation.doors.records import RecordDoor
from migrator.simulation.doors.survey import SurveyDoor
from migrator.simulation.virtual import VirtualClock

HOST = "virtual/boot-1"


def outside(
    world: World,
    *,
    resolvers: Mapping[str, CachingResolver] | None = None,
    journal: str = "journal-1",
    migration: str = "",
    host: str = HOST,
) -> Outside:
    """Everything that a journey asks, of one world.

    resolvers   caching resolvers by the address at which they are asked
    journal     the id that our Lease carries; a second journal on the same world is another machine's
    migration   the id that our Lease is marked with
    host        who we are: host name and boot id
    """
    return Outside(
        cluster=ClusterDoor(world),
        balancers=BalancerDoor(world),
        network=NetworkDoor(world),
        records=RecordDoor(world),
        metrics=MetricDoor(world),
        names=NameDoor(world, resolvers or {}),
        probes=ProbeDoor(world),
        account=AccountDoor(world),
        attachments=AttachedDoor(world),
        installation=InstallationDoor(world),
        inventory=InventoryDoor(world),
        effector=EffectorDoor(world, journal=journal, migration=migration, host=host),
        fence=FenceDoor(world),
        clock=VirtualClock(world),
        host=host,
    )


def survey(world: World) -> ClusterSurvey:
    """What planning reads of the cluster at large."""
    return SurveyDoor(world)
