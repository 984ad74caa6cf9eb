"""The second depth: the real adapters over the same world, every question in AWS's, Kubernetes' and DNS's own words.

No byte leaves the process: botocore hands its requests to the AWS door, the Kubernetes client's pool is the API server's
door, questions to name servers are exchanged with the DNS door. Nothing of whoever runs it is read, no variable and no file,
and time and chance are the journey's own, so that a seed gives the same journey here, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from random import Random
from typing import Any, cast

from msgspec.structs import replace

from migrator.adapters.aws.session import READ_S, AwsSession
from migrator.adapters.dns.names import NameLook
from migrator.adapters.dns.patient import Patient
from migrator.adapters.kube.client import KubeClient
from migrator.adapters.kube.lease import Holder
from migrator.adapters.kube.survey import ClusterSurvey
from migrator.adapters.outside import joined, patient
from migrator.adapters.retry import PatientSurvey
from migrator.planning.plan import Wishes
from migrator.ports.outside import Outside
from migrator.sandbox.doors.aws import AwsDoor, attach, session_apart
from migrator.sandbox.doors.dns import DnsDoor
from migrator.sandbox.doors.kube.door import KubeDoor
from migrator.sandbox.doors.kube.inprocess import pool_manager
from migrator.sandbox.doors.kube.kubeconfig import kubeconfig
from migrator.simulation.doors import HOST
from migrator.simulation.journey import Voyage
from migrator.simulation.scenario import Scenario, drawn, staged
from migrator.simulation.stage import Stage
from migrator.simulation.traveller import Told, Traveller
from migrator.simulation.wire.probe import WireProbe


class Switch:
    """Stands before the AWS door of the world that is asked, so that clients are made once a process."""

    def __init__(self) -> None:
        self.door: AwsDoor | None = None
        self.sleep: Callable[[float], None] = lambda seconds: None

    def reply(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Any:
        """Whatever the present door says."""
        assert self.door is not None
        return self.door.reply(method, path, headers, body)


@cache
def shared(region: str) -> tuple[AwsSession, Switch]:
    """The clients of one region: to make them takes longer than most of what a journey asks of them."""
    switch, session = Switch(), session_apart(region)
    attach(cast(AwsDoor, switch), session, sleep=lambda seconds: switch.sleep(seconds), read_timeout_s=READ_S)
    return AwsSession(given=session), switch


class Meeting:
    """The shared AwsSession as one world meets it: who takes a client from it asks that world."""

    def __init__(self, region: str, door: AwsDoor, sleep: Callable[[float], None]) -> None:
        self._session, self._switch = shared(region)
        self._door, self._sleep = door, sleep

    def __getattr__(self, name: str) -> Any:
        self._switch.door, self._switch.sleep = self._door, self._sleep
        return getattr(self._session, name)


@dataclass(frozen=True)
class Reach:
    """The adapters of one world. `calls` tells how many requests AWS and the API server have answered."""

    aws: AwsSession
    kube: KubeClient
    names: NameLook
    probes: WireProbe
    chance: Random
    calls: Callable[[], tuple[int, int]]


@dataclass(slots=True)
class WiredStage(Stage):
    """A stage whose journeys go over the wire."""

    reach: Reach

    def joined(self, journal: str, *, migration: str = "", host: str = HOST) -> Outside:
        """The same world as another journal, or another machine, meets it: as `apply` joins its ports."""
        reach, names = self.reach, Patient(self.reach.names, self.clock)
        met = joined(reach.aws, reach.kube, names, reach.probes, self.clock, Holder(journal, host, migration))
        return patient(met, reach.chance)


def wired(stage: Stage) -> WiredStage:
    """The same stage, its ports over the wire. `reach.chance` draws how long naps between two tries last."""
    reach = _reach(stage)
    made = WiredStage(**{each.name: getattr(stage, each.name) for each in fields(Stage)}, reach=reach)
    made.first = None
    made.survey = PatientSurvey(ClusterSurvey(reach.kube), stage.clock, reach.chance)
    return made


def rewired(voyage: Voyage) -> Voyage:
    """A voyage that was planned and goes on over the wire."""
    voyage.stage = wired(voyage.stage)
    return voyage


def set_out(scenario: Scenario) -> Voyage:
    """As `scenario.set_out`; the plan, too, is made over the wire."""
    on = wired(staged(scenario))
    voyage = Voyage(on, Wishes(on_failure=scenario.on_failure, waits=scenario.waits), promises=True)
    voyage.migration = replace(voyage.migration, retire=scenario.retire)
    voyage.late = scenario.late
    for chance in (on.world.random, on.reach.chance):
        chance.seed(scenario.mix.seed)
    return voyage


def travelled(seed: int) -> Told:
    """The journey of a seed, over the wire. What is not a breach but a bug in the simulation raises."""
    scenario = drawn(seed)
    return Traveller(set_out(scenario), scenario.mix).travelled()


def _reach(stage: Stage) -> Reach:
    world, clock = stage.world, stage.clock
    aws_door, kube_door = AwsDoor(world, clock.now), KubeDoor(world, clock.now)
    pool = Counted(pool_manager(kube_door, clock.sleep))
    return Reach(
        aws=cast(AwsSession, Meeting(world.region, aws_door, clock.sleep)),
        kube=KubeClient(given=kubeconfig("127.0.0.1", 1), attached=lambda api: setattr(api.rest_client, "pool_manager", pool)),
        names=NameLook(resolvers=tuple(stage.resolvers), exchange=DnsDoor(world, clock.now, stage.resolvers).exchange),
        probes=WireProbe(world),
        chance=Random(0),
        calls=lambda: (aws_door.calls, pool.count),
    )


class Counted:
    """A pool manager whose requests are counted."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.count = inner, 0

    def request(self, *given: Any, **named: Any) -> Any:
        """One request."""
        self.count += 1
        return self.inner.request(*given, **named)

    def clear(self) -> None:
        """Nothing is kept open."""
