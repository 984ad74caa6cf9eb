"""The two implementations that every port has, each on a stage of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator.adapters.aws.session import AwsSession
from migrator.adapters.dns.names import NameLook
from migrator.adapters.kube.client import KubeClient
from migrator.adapters.kube.lease import Holder
from migrator.adapters.kube.survey import ClusterSurvey
from migrator.adapters.outside import joined
from migrator.ports.outside import Outside
from migrator.ports.survey import ClusterSurvey as SurveyPort
from migrator.sandbox.doors.aws import AwsDoor, attach
from migrator.sandbox.doors.dns import DnsDoor
from migrator.sandbox.doors.kube.door import KubeDoor
from migrator.sandbox.doors.kube.inprocess import pool_manager
from migrator.sandbox.doors.kube.kubeconfig import kubeconfig
from migrator.sandbox.world import World
from migrator.sandbox.world.faults import Fault
from migrator.simulation.stage import Stage
from migrator.simulation.wire import Counted, Switch

JOURNAL, HOST, MIGRATION = "journal-1", "laptop/boot-1", "m-1"
SIDES = ("adapters", "simulation")

Who = Callable[[str, str], Outside]  # the same world as a journal on a host meets it


@dataclass
class Side:
    """One implementation of every port, on a world where shop/web is a legacy Service that serves."""

    kind: str
    stage: Stage
    outside: Outside
    survey: SurveyPort
    who: Who
    calls: Callable[[], tuple[int, int]]  # to AWS and to the API server so far; the simulation counts none
    attach: Callable[[Any], object]  # lets a boto3 session of the test's own meet this world
    again: Callable[[AwsSession], Side]  # the same with another session

    @property
    def world(self) -> World:
        """The world behind it."""
        return self.stage.world

    @property
    def arn(self) -> str:
        """The legacy load balancer's."""
        return self.stage.legacy.balancer

    def fault(self, where: str, operation: str, mode: str, **others: Any) -> None:
        """Let something go wrong once."""
        self.world.faults.arm(Fault(where=where, operation=operation, mode=mode, **others))


def cluster_of(world: World, tmp_path: Path, token: str = "sandbox") -> tuple[KubeClient, Counted]:
    """A client of the world's API server, in process."""
    file = tmp_path / f"kubeconfig-{token}"
    file.write_text(kubeconfig("127.0.0.1", 1, token))
    counted = Counted(pool_manager(KubeDoor(world, lambda: world.now)))
    return KubeClient(kubeconfig=str(file), attached=lambda api: setattr(api.rest_client, "pool_manager", counted)), counted


def adapters_of(made: Stage, aws: AwsSession, switch: Switch, tmp_path: Path) -> Side:
    """The real adapters on a stage."""
    world = made.world
    switch.door = door = AwsDoor(world, lambda: world.now)
    dns = DnsDoor(world, lambda: world.now, made.resolvers)
    kube, counted = cluster_of(world, tmp_path)
    names = NameLook(resolvers=tuple(made.resolvers), exchange=dns.exchange)

    def who(journal: str, host: str) -> Outside:
        return joined(aws, kube, names, made.outside.probes, made.clock, Holder(journal, host, MIGRATION))

    return Side(
        "adapters",
        made,
        who(JOURNAL, HOST),
        ClusterSurvey(kube),
        who,
        lambda: (door.calls, counted.count),
        lambda session: attach(door, session),
        lambda session: adapters_of(made, session, switch, tmp_path),
    )


def simulated(made: Stage) -> Side:
    """The simulation's own doors on a stage."""

    def who(journal: str, host: str) -> Outside:
        return made.joined(journal, migration=MIGRATION, host=host)

    itself = Side("simulation", made, who(JOURNAL, HOST), made.survey, who, lambda: (0, 0), id, lambda session: itself)
    return itself
