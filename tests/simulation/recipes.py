"""Migrations to sweep, and the ways they are made: each is made anew, alike, whenever it is asked for.

Recipes and ways are found by name, so that a pool of processes can share them. Most look seldom and have few clients,
which costs a quarter; what is promised between two requests is worked out by the checkers. `cname` has the plan's own waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from migrator.model.cluster import LEGACY_FINALIZER
from migrator.model.migration import Migration
from migrator.model.waits import STANDARD
from migrator.planning.plan import Wishes
from migrator.sandbox.world.estate import legacy_service
from migrator.sandbox.world.faults import Fault
from migrator.simulation.copies import KeptStage
from migrator.simulation.crashes.by_hand import Deed
from migrator.simulation.crashes.crash_points import FORWARD, Way
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import NAMES, Name, Stage, empty_stage, stage
from tests.scenario.test_classic import answered

SEED = 7
EVERY_S = 300.0
SELDOM = Wishes(waits=replace(STANDARD, look_every_s=60))
CNAME = (Name("api.example.com."),)
PAIR = (Name("example.com.", alias=True),)
ZONES = (*NAMES, Name("www.shop.example.com.", ttl_s=900), Name("api.internal.example.", ttl_s=30))
ELSEWHERE = "virtual/boot-2"


STAGES: dict[str, KeptStage] = {}  # by recipe
PLANS: dict[tuple[str, str], Migration] = {}  # by recipe and retirement, made on worlds of their own


def planned(name: str, set_up: Callable[[], Stage], *faults: Fault, wishes: Wishes = SELDOM, retire: str = "delete") -> Voyage:
    """The migration of a stage's first Service, every question answered, its promises watched, faults armed.

    A plan is a function of the world, and costs as much as setting one up: each is made once, and worlds are copied.
    """
    if name not in STAGES:
        STAGES[name] = KeptStage(set_up())
    if (name, retire) not in PLANS:
        PLANS[name, retire] = answered(replace(Voyage(STAGES[name].copy(), wishes).migration, retire=retire))
    voyage = Voyage(STAGES[name].copy(), promises=True, migration=PLANS[name, retire])
    for each in faults:
        voyage.stage.world.faults.arm(replace(each))
    return voyage


def network(*names: Name, spec: dict[str, Any] | None = None, every_s: float = EVERY_S) -> Callable[[], Stage]:
    """A Service with a Network Load Balancer."""
    return lambda: stage(seed=SEED, names=names, spec=spec, every_s=every_s)


def classic() -> Stage:
    """A Service with a Classic Load Balancer."""
    on = empty_stage(seed=SEED)
    manifest = legacy_service("shop", "web", app="web")
    del manifest["metadata"]["annotations"]
    on.visit(on.expose(manifest, NAMES), every_s=EVERY_S)
    return on


def protected() -> Stage:
    """Deletion protection, which is taken off legacy and carried over."""
    on = network(*CNAME)()
    on.world.elb.set_load_balancer_attributes(on.legacy.balancer, {"deletion_protection.enabled": "true"})
    return on


def failing(operation: str, mode: str = "fail", times: int = 1) -> Fault:
    """The legacy controller fails at this."""
    return Fault(where="legacy", operation=operation, mode=mode, times=times)


def leaking(operation: str, mode: str = "fail", times: int = 1) -> Voyage:
    """The legacy controller fails at this while it removes a load balancer with two target groups."""
    ports = [{"name": f"port-{each}", "port": each, "protocol": "TCP", "targetPort": 8080} for each in (8080, 8081)]
    return planned("leaking", network(*CNAME, spec={"ports": ports}), failing(operation, mode, times))


def let_go(voyage: Voyage) -> Voyage:
    """The same, where the legacy controller is stopped and somebody takes its finalizer off in the moment of retirement."""
    world, legacy = voyage.stage.world, voyage.stage.legacy

    def gone(event: str, service: dict[str, Any], old: dict[str, Any] | None) -> None:
        meta = service["metadata"]
        if meta["uid"] != legacy.uid or "deletionTimestamp" not in meta or LEGACY_FINALIZER not in (meta.get("finalizers") or ()):
            return
        world.workloads.scale("kube-system", "cloud-controller-manager", 0)
        world.kube.patch("Service", legacy.namespace, legacy.name, {"metadata": {"finalizers": None}}, manager="somebody")

    world.kube.subscribe("Service", gone)
    return voyage


RECIPES: dict[str, Callable[[], Voyage]] = {
    "cname": lambda: planned("cname", network(*CNAME, every_s=60.0), wishes=Wishes()),
    "alias-pair": lambda: planned("alias-pair", network(*PAIR)),
    "pair": lambda: planned("pair", network(*NAMES)),
    "zones": lambda: planned("zones", network(*ZONES)),
    "protected": lambda: planned("protected", protected),
    "classic": lambda: planned("classic", classic),
    "demote": lambda: planned("demote", network(*CNAME), retire="demote"),
    "classic-demote": lambda: planned("classic", classic, retire="demote"),
    # What the legacy controller fails at, and tries again until it is done.
    "fails-to-find": lambda: leaking("describe-load-balancer", times=2),
    "fails-to-list": lambda: leaking("describe-target-groups", times=2),
    "fails-to-delete": lambda: leaking("delete-load-balancer", times=2),
    "finalizer-stuck": lambda: leaking("remove-finalizer", times=4),
    # What it fails at, and leaves behind for ever.
    "leaves-groups-and-rules": lambda: leaking("delete-load-balancer", "lose-reply"),
    "leaves-a-group": lambda: leaking("delete-target-group"),
    "leaves-rules": lambda: leaking("revoke-rules"),
    "leaves-rules-as-it-dies": lambda: leaking("revoke-rules", "stop"),
    "leaves-everything": lambda: let_go(planned("leaves-everything", network(*CNAME))),
    "classic-leaves-its-group": lambda: planned("classic", classic, failing("delete-security-group")),
    "classic-leaves-group-and-rule": lambda: planned("classic", classic, failing("delete-load-balancer", "lose-reply")),
    "classic-leaves-everything": lambda: let_go(planned("classic", classic)),
}

WAYS: dict[str, Way] = {
    "forward": FORWARD,
    **{f"back-from-{step}": Way(back_from=step) for step in ("lower", "clone", "warm", "shift", "settle", "drain")},
    "elsewhere": Way(host=ELSEWHERE),
    "elsewhere-back-from-shift": Way(host=ELSEWHERE, back_from="shift"),
    "hold-before-shift": Way(hold_before=("shift",)),
    "hold-before-each": Way(hold_before=("lower", "clone", "shift", "retire", "finish")),
    "held-after-clone": Way(by_hand=(Deed("hold", "seen", "clone"),)),
    "held-in-shift": Way(by_hand=(Deed("hold", "intended", "shift"),)),
    "held-in-retire": Way(by_hand=(Deed("hold", "intended", "retire"),)),
    "held-in-retire-then-back": Way(by_hand=(Deed("hold", "intended", "retire"),), back_held=True),
    "lease-broken-after-clone": Way(by_hand=(Deed("break-lease", "seen", "clone"),)),
    "lease-broken-in-shift": Way(by_hand=(Deed("break-lease", "intended", "shift"),)),
    "lease-broken-in-retire": Way(by_hand=(Deed("break-lease", "intended", "retire"),)),
    "journal-lost": Way(journal_lost=True),
}


def everywhere(recipe: str, ways: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((recipe, way) for way in ways)


BACK = tuple(each for each in WAYS if each.startswith("back-from"))
MATRIX: tuple[tuple[str, str], ...] = (
    *((recipe, "forward") for recipe in RECIPES),
    *everywhere("pair", [each for each in WAYS if each != "forward"]),
    *everywhere("protected", ["held-in-retire-then-back"]),
    *everywhere("zones", ["back-from-lower", "back-from-shift", "journal-lost"]),
    *everywhere("classic", ["back-from-shift", "back-from-drain", "elsewhere", "journal-lost"]),
)
"""Every recipe on its way, and a recipe with records of both kinds on every other one."""
