"""The setting of a journey, drawn from its seed: zones, nodes, names, what the legacy Service is like, the plan's waits."""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from migrator.model.migration import Migration, signed_digest
from migrator.model.waits import STANDARD, Waits
from migrator.planning.plan import Wishes
from migrator.sandbox.world.estate import legacy_service
from migrator.sandbox.world.resolvers import KINDS
from migrator.simulation.copies import KeptStage
from migrator.simulation.journey import Voyage
from migrator.simulation.picture import GUARDED
from migrator.simulation.stage import Name, Stage, stage
from migrator.simulation.troubles.mix import Mix, drawn_mix

TTLS_S = (5, 5, 30, 30, *(60,) * 4, *(300,) * 6, 900, 3600)  # hours cost ticks, and find nothing that minutes do not
NAMES = (1, 1, 2, 3)  # each costs a tenth of a journey, and most of what can go wrong goes wrong with one
LOOKS_EVERY_S = (10.0, 30.0, 60.0, 60.0)
LATE = (1.0, 3.0, *(12.0,) * 10)  # times; a tick may always come later than asked
KNOCKS_EVERY_S, NOISE_PER_MIN = 60.0, 6.0  # of whoever scans public addresses, and what the plan takes for that
SHARED = 64  # seeds in a row that share a setting, and so its plan
TYPE = "service.beta.kubernetes.io/aws-load-balancer-"
INTERNAL = f"{TYPE}internal"
OTHER = Name("other.example.com.")


class Scenario(msgspec.Struct, frozen=True):
    """One journey: where it is made, and what goes wrong on it."""

    setting: int  # its number, which the world's own chance is drawn from
    zones: int
    nodes: int
    names: tuple[Name, ...]
    resolvers: tuple[str, ...]  # kinds of caches that clients sit behind
    annotations: dict[str, str]
    local: bool
    protected: bool
    bystander: bool  # a second legacy Service beside it, which is none of ours
    retire: Literal["delete", "demote"]
    on_failure: Literal["hold", "rollback"]
    every_s: float  # from one request of a client to its next; what is promised in between is worked out
    keep_alive_s: float
    waits: Waits
    scanned: bool  # somebody knocks on public load balancers for ever, and the plan calls as much noise
    late: float  # how many times longer than asked a process sleeps between ticks
    mix: Mix
    classic: bool = False  # legacy gave it a Classic Load Balancer


def drawn(seed: int) -> Scenario:
    """The scenario of a seed: its setting is that of `SHARED` seeds in a row, what goes wrong is its own."""
    chance = Random(seed)
    mix = drawn_mix(seed, chance)
    return replace(_setting(seed // SHARED), late=chance.choice(LATE), mix=mix)


@lru_cache(maxsize=1)  # it hangs on its number alone, and seeds come in rows
def _setting(number: int) -> Scenario:
    """A setting without anything that goes wrong."""
    chance = Random(f"setting {number}")
    scenario = _of_network(number, chance)
    if chance.random() >= 0.25:
        return scenario
    return replace(scenario, annotations={**scenario.annotations, f"{TYPE}type": "classic"}, protected=False, classic=True)


def _of_network(number: int, chance: Random) -> Scenario:
    zones, scanned, waits = chance.randint(1, 3), chance.random() < 0.1, STANDARD
    if scanned:
        waits = replace(waits, noise_flows_per_min=NOISE_PER_MIN)
    annotations = {f"{TYPE}cross-zone-load-balancing-enabled": "true"} if chance.random() < 0.3 else {}
    if chance.random() < 0.2:
        annotations[INTERNAL] = "true"
    return Scenario(
        setting=number,
        zones=zones,
        nodes=zones * chance.randint(1, 2),
        names=_names(chance),
        resolvers=tuple(chance.sample(KINDS, chance.choice((1, 2, 2, 3)))),
        annotations=annotations,
        local=chance.random() < 0.2,
        protected=chance.random() < 0.2,
        bystander=chance.random() < 0.3,
        retire="demote" if chance.random() < 0.25 else "delete",
        on_failure="rollback" if chance.random() < 0.25 else "hold",
        every_s=30.0 if chance.random() < 0.02 else 600.0,
        keep_alive_s=chance.uniform(0.05, 2.0),
        waits=replace(waits, look_every_s=chance.choice(LOOKS_EVERY_S)),
        scanned=scanned,
        late=1.0,
        mix=Mix(number),
    )


def _names(chance: Random) -> tuple[Name, ...]:
    every = [
        Name("api.example.com.", ttl_s=chance.choice(TTLS_S)),
        Name("www.shop.example.com.", ttl_s=chance.choice(TTLS_S)),
        Name("api.internal.example.", ttl_s=chance.choice(TTLS_S)),
        Name("example.com.", alias=True),
        Name("m.example.com.", alias=True),
    ]
    return tuple(chance.sample(every, chance.choice(NAMES)))


class Kept(msgspec.Struct, frozen=True):
    """A setting as it is made once: serving, with its plan."""

    setting: Scenario
    stage: KeptStage
    plan: Migration
    signed: str  # the plan's digest


def set_out(scenario: Scenario) -> Voyage:
    """The setting as drawn, serving, with its plan and every promise watched."""
    made = kept(scenario)
    voyage = Voyage(made.stage.copy(), migration=made.plan, signed=made.signed, promises=True)
    voyage.late = scenario.late
    voyage.stage.world.random.seed(scenario.mix.seed)
    return voyage


def staged(scenario: Scenario) -> Stage:
    """The setting as drawn, serving; a world of one's own."""
    return kept(scenario).stage.copy()


def kept(scenario: Scenario) -> Kept:
    """The setting of a scenario, which seeds in a row share: only the last one is kept."""
    setting = replace(scenario, late=1.0, mix=Mix(scenario.setting))  # what goes wrong comes later
    if not KEPT or KEPT[0].setting != setting:
        stage = KeptStage(_set(setting))
        made = Voyage(stage.copy(), Wishes(on_failure=setting.on_failure, waits=setting.waits)).migration
        plan = replace(made, retire=setting.retire)
        KEPT[:] = [Kept(setting, stage, plan, signed_digest(plan))]
    return KEPT[0]


KEPT: list[Kept] = []


def _set(scenario: Scenario) -> Stage:
    spec: dict[str, Any] = {"externalTrafficPolicy": "Local"} if scenario.local else {}
    made = stage(
        seed=scenario.setting,
        zones=scenario.zones,
        nodes=scenario.nodes,
        names=scenario.names,
        resolvers=scenario.resolvers,
        annotations=scenario.annotations,
        spec=spec,
        every_s=scenario.every_s,
        takes_s=scenario.keep_alive_s,
    )
    if scenario.protected:
        made.world.elb.set_load_balancer_attributes(made.legacy.balancer, {GUARDED: "true"})
    if scenario.bystander:
        made.visit(made.expose(legacy_service("shop", "other", app="web", port=9090), (OTHER,)), every_s=scenario.every_s)
    if scenario.scanned:
        made.scan(KNOCKS_EVERY_S)
    return made
