"""The setting of a journey, drawn from its seed: zones, nodes, names, what the legacy Service is like, the plan's waits."""

from __future__ import annotations

from random import Random
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from migrator.model.waits import STANDARD, Waits
from migrator.planning.plan import Wishes
from migrator.sandbox.world.estate import legacy_service
from migrator.simulation.journey import Voyage
from migrator.simulation.mix import Mix, Trouble, drawn_mix
from migrator.simulation.picture import GUARDED
from migrator.simulation.stage import Name, stage

TTLS_S = (5, 30, 60, 300, 900, 3600)
LOOKS_EVERY_S = (10.0, 20.0, 30.0, 60.0)
TYPE = "service.beta.kubernetes.io/aws-load-balancer-"
INTERNAL = f"{TYPE}internal"
OTHER = Name("other.example.com.")


class Scenario(msgspec.Struct, frozen=True):
    """One journey: where it is made, and what goes wrong on it."""

    seed: int
    zones: int
    nodes: int
    names: tuple[Name, ...]
    annotations: dict[str, str]
    local: bool
    protected: bool
    bystander: bool  # a second legacy Service beside it, which is none of ours
    retire: Literal["delete", "demote"]
    on_failure: Literal["hold", "rollback"]
    every_s: float  # from one request of a client to its next; what is promised in between is worked out
    keep_alive_s: float
    waits: Waits
    mix: Mix
    classic: bool = False  # legacy gave it a Classic Load Balancer


def drawn(seed: int) -> Scenario:
    """The scenario of a seed; the family is drawn last, so that what is drawn before it is the same for both."""
    chance = Random(seed)
    scenario = _of_network(seed, chance)
    return _of_classic(scenario, chance) if chance.random() < 0.25 else scenario


def _of_network(seed: int, chance: Random) -> Scenario:
    zones = chance.randint(1, 3)
    annotations = {f"{TYPE}cross-zone-load-balancing-enabled": "true"} if chance.random() < 0.3 else {}
    if chance.random() < 0.2:
        annotations[INTERNAL] = "true"
    return Scenario(
        seed=seed,
        zones=zones,
        nodes=zones * chance.randint(1, 2),
        names=_names(chance),
        annotations=annotations,
        local=chance.random() < 0.2,
        protected=chance.random() < 0.2,
        bystander=chance.random() < 0.3,
        retire="demote" if chance.random() < 0.25 else "delete",
        on_failure="rollback" if chance.random() < 0.25 else "hold",
        every_s=chance.choice((30.0, 60.0, 120.0)),
        keep_alive_s=chance.uniform(0.05, 2.0),
        waits=replace(STANDARD, look_every_s=chance.choice(LOOKS_EVERY_S)),
        mix=drawn_mix(seed, chance),
    )


def _of_classic(scenario: Scenario, chance: Random) -> Scenario:
    """The same before a Classic Load Balancer, which knows no deletion protection and has a security group to leak."""
    annotations = {**scenario.annotations, f"{TYPE}type": "classic"}
    leak = Trouble(0.0, "legacy", "delete-security-group", "fail", chance.randint(1, 2))
    mix = scenario.mix
    if chance.random() < 0.3:
        mix = replace(mix, troubles=(leak, *mix.troubles))
    return replace(scenario, annotations=annotations, protected=False, mix=mix, classic=True)


def _names(chance: Random) -> tuple[Name, ...]:
    every = [
        Name("api.example.com.", ttl_s=chance.choice(TTLS_S)),
        Name("www.shop.example.com.", ttl_s=chance.choice(TTLS_S)),
        Name("api.internal.example.", ttl_s=chance.choice(TTLS_S)),
        Name("example.com.", alias=True),
        Name("m.example.com.", alias=True),
    ]
    return tuple(chance.sample(every, chance.randint(1, 3)))


def set_out(scenario: Scenario) -> Voyage:
    """The setting as drawn, serving, with its plan made and every promise watched."""
    spec: dict[str, Any] = {"externalTrafficPolicy": "Local"} if scenario.local else {}
    made = stage(
        seed=scenario.seed,
        zones=scenario.zones,
        nodes=scenario.nodes,
        names=scenario.names,
        annotations=scenario.annotations,
        spec=spec,
        every_s=scenario.every_s,
        takes_s=scenario.keep_alive_s,
    )
    if scenario.protected:
        made.world.elb.set_load_balancer_attributes(made.legacy.balancer, {GUARDED: "true"})
    if scenario.bystander:
        made.visit(made.expose(legacy_service("shop", "other", app="web", port=9090), (OTHER,)), every_s=scenario.every_s)
    voyage = Voyage(made, Wishes(on_failure=scenario.on_failure, waits=scenario.waits), promises=True)
    voyage.migration = replace(voyage.migration, retire=scenario.retire)
    return voyage
