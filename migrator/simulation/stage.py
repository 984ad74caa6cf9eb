"""A whole set-up in one call: a world with a legacy Service that serves, names that lead to it, and clients that use them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from migrator.ports.outside import Outside
from migrator.ports.survey import ClusterSurvey
from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import LoadBalancer
from migrator.sandbox.world.clients import Client, Scanner
from migrator.sandbox.world.estate import APPS, App, Estate, furnish, legacy_service
from migrator.sandbox.world.pace import Pace
from migrator.sandbox.world.resolvers import CachingResolver
from migrator.sandbox.world.route53 import AliasTarget, RecordSet, Zone
from migrator.simulation.doors import HOST, outside, survey
from migrator.simulation.losses import Ledger
from migrator.simulation.virtual import VirtualClock

START = 1_767_225_600.0  # 2026-01-01T00:00:00Z
PATIENCE_S = 3600.0  # of `until`; nothing in a healthy world takes longer
EVERY_S = 10.0  # from one request of a client to its next
TAKES_S = 0.2  # from a request to its answer


class Name(msgspec.Struct, frozen=True):
    """A name that leads to a load balancer: a CNAME, or with `alias` a pair of A and AAAA aliases."""

    name: str
    alias: bool = False
    ttl_s: int = 300


NAMES = (Name("api.example.com."), Name("example.com.", alias=True))


class Exposed(msgspec.Struct, frozen=True):
    """A legacy Service that serves: where it is, its UID, and the names that lead to its load balancer."""

    namespace: str
    name: str
    uid: str
    balancer: str  # ARN
    hostname: str
    port: int
    names: tuple[Name, ...]


@dataclass(slots=True)
class Stage:
    """What a scenario plays on. `joined` gives machines their outside."""

    world: World
    estate: Estate
    clock: VirtualClock
    resolvers: dict[str, CachingResolver]
    survey: ClusterSurvey
    ledger: Ledger
    exposed: list[Exposed]
    clients: list[Client]
    first: Outside | None = field(default=None, kw_only=True)

    @property
    def outside(self) -> Outside:
        """The first machine's, made for whoever asks first: most journeys are planned already."""
        if self.first is None:
            self.first = self.joined("journal-1")
        return self.first

    @property
    def legacy(self) -> Exposed:
        """The first Service that was exposed."""
        return self.exposed[0]

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.sleep(seconds)

    def until(self, true: Callable[[], bool], *, patience_s: float = PATIENCE_S) -> float:
        """Let time pass until something is so; how many seconds that took. Raises TimeoutError after `patience_s`."""
        return until(self.world, true, patience_s=patience_s)

    def joined(self, journal: str, *, migration: str = "", host: str = HOST) -> Outside:
        """The same world as another journal, or another machine, meets it."""
        return outside(self.world, resolvers=self.resolvers, journal=journal, migration=migration, host=host)

    def expose(self, manifest: Mapping[str, Any], names: Sequence[Name] = ()) -> Exposed:
        """Create a LoadBalancer Service, wait until it serves, and let names lead to it, INSYNC."""
        made = self.world.kube.create(dict(manifest), manager="kubectl")
        namespace, name = made["metadata"]["namespace"], made["metadata"]["name"]
        self.until(lambda: serving(self.world, namespace, name) is not None)
        lb = serving(self.world, namespace, name)
        assert lb is not None
        point(self.world, self.estate, names, lb)
        port = made["spec"]["ports"][0]["port"]
        exposed = Exposed(namespace, name, made["metadata"]["uid"], lb.arn, lb.dns_name, port, tuple(names))
        self.exposed.append(exposed)
        return exposed

    def visit(self, exposed: Exposed, *, every_s: float = EVERY_S, takes_s: float = TAKES_S) -> list[Client]:
        """Start a client for each name behind each resolver, every other one with keep-alive; the ledger counts them."""
        tally = self.ledger.tally()
        began: list[Client] = []
        for each in exposed.names:
            for resolver in self.resolvers.values():
                keeps = len(began) % 2 == 1
                client = Client(
                    self.world,
                    resolver,
                    each.name,
                    port=exposed.port,
                    every_s=every_s,
                    takes_s=takes_s,
                    keep_alive=keeps,
                    tally=tally,
                )
                client.start()
                began.append(client)
        self.clients += began
        return began

    def scan(self, every_s: float = 20.0) -> Scanner:
        """Let somebody knock on public load balancers."""
        scanner = Scanner(self.world, every_s)
        scanner.start()
        return scanner


def empty_stage(
    *,
    seed: int = 0,
    pace: Pace | None = None,
    start: float = START,
    zones: int = 3,
    nodes: int = 3,
    apps: tuple[App, ...] = APPS,
    resolvers: Sequence[str] = ("plain", "clamping", "stale"),
    **furniture: Any,
) -> Stage:
    """A furnished world with resolvers of these kinds, and no LoadBalancer Service yet; `furniture` goes to the estate."""
    world = World(now=start, seed=seed, pace=pace or Pace())
    estate = furnish(world, zones=zones, nodes=nodes, apps=apps, **furniture)
    caches = {world.network.allocate_address("dns"): CachingResolver(world, kind) for kind in resolvers}
    return Stage(world, estate, VirtualClock(world), caches, survey(world), Ledger(), [], [])


def stage(
    *,
    namespace: str = "shop",
    name: str = "web",
    app: str = "web",
    port: int = 8080,
    names: Sequence[Name] = NAMES,
    annotations: dict[str, str] | None = None,
    spec: dict[str, Any] | None = None,
    every_s: float = EVERY_S,
    takes_s: float = TAKES_S,
    **setting: Any,
) -> Stage:
    """A stage on which a legacy Service serves names that clients use; `setting` goes to `empty_stage`.

    annotations, spec   of the Service, over what `estate.legacy_service` gives it
    every_s, takes_s    how often a client asks, and how long its answer takes; `every_s` 0 starts no clients
    """
    new = empty_stage(**setting)
    manifest = legacy_service(namespace, name, app=app, port=port, annotations=annotations, **(spec or {}))
    exposed = new.expose(manifest, names)
    if every_s:
        new.visit(exposed, every_s=every_s, takes_s=takes_s)
    return new


def until(world: World, true: Callable[[], bool], *, patience_s: float = PATIENCE_S) -> float:
    """Go from timer to timer until something is so; how many seconds that took. Raises TimeoutError."""
    began = world.now
    while not true():
        due = world.next_due()
        if due is None or due > began + patience_s:
            raise TimeoutError(f"not so after {patience_s:.0f} s of virtual time")
        world.advance(due)
    return world.now - began


def serving(world: World, namespace: str, name: str) -> LoadBalancer | None:
    """The load balancer of a Service once it is active and its targets' first checks are over; None before.

    Every group then has a healthy target; with externalTrafficPolicy Local some nodes never are.
    """
    status = world.kube.get("Service", namespace, name).get("status", {})
    ingress = status.get("loadBalancer", {}).get("ingress") or ()
    lb = world.elb.by_dns(ingress[0]["hostname"]) if ingress else None
    if lb is None or world.elb.state(lb) != "active":
        return None
    states = [{target.state for target in group.targets.values()} for group in world.elb.groups_of(lb.arn)]
    ready = all("healthy" in each and each <= {"healthy", "unhealthy"} for each in states)
    return lb if states and ready else None


def point(world: World, estate: Estate, names: Sequence[Name], lb: LoadBalancer) -> None:
    """Create the record sets of these names, one batch in each zone, and wait until every name server has them."""
    for zone in (estate.public_zone, estate.private_zone):
        records = [record for each in names if _zone_of(estate, each) is zone for record in _records(each, lb)]
        if records:
            change = world.route53.change(zone.id, [("CREATE", record) for record in records])
            world.advance(change.insync_at)


def _zone_of(estate: Estate, name: Name) -> Zone:
    return next(each for each in (estate.private_zone, estate.public_zone) if f".{name.name}".endswith(f".{each.name}"))


def _records(name: Name, lb: LoadBalancer) -> tuple[RecordSet, ...]:
    if not name.alias:
        return (RecordSet(name=name.name, type="CNAME", ttl=name.ttl_s, values=(lb.dns_name,)),)
    target = AliasTarget(lb.zone_id, f"dualstack.{lb.dns_name}.", True)
    return tuple(RecordSet(name=name.name, type=type, alias=target) for type in ("A", "AAAA"))
