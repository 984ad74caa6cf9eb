"""Preflights: each looks and judges, and what it could not see is unknown."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.checks import CHECKS, CLUSTER_WIDE, Check, run
from migrator.checks.controller import flag
from migrator.checks.records import difference, shown
from migrator.checks.result import Result
from migrator.checks.service import drifted
from migrator.errors import CODES, Denied, Throttled
from migrator.model.cluster import MARK, Controller
from migrator.model.records import RecordSet
from tests.unit import given
from tests.unit.surroundings import LBC_IMAGE
from tests.unit.world import World

BY_NAME = {each.NAME: each for each in CHECKS}
MIGRATION = given.migration()


def judged(name: str, world: World) -> Result:
    return BY_NAME[name].check(MIGRATION, world.outside())


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.NAME)
def test_as_planned_every_check_passes(check: Check) -> None:
    result = check.check(MIGRATION, World().outside())

    assert (result.id, result.status, result.code) == (check.NAME, "ok", "")
    assert result.seen


def test_all_results_come_in_the_order_of_the_checks() -> None:
    assert [each.id for each in run(MIGRATION, World().outside())] == [each.NAME for each in CHECKS]
    assert [each.id for each in run(MIGRATION, World().outside(), CHECKS[1:2])] == ["cluster"]


def test_the_clock_is_judged_before_anybody_else_asks_who_we_are() -> None:
    """Answers are shared in a run, and its check goes by when its own answer came."""
    assert CHECKS[0].NAME == CLUSTER_WIDE[0].NAME == "clock"


def setting(**attributes: Any) -> Callable[[World], None]:
    def bend(world: World) -> None:
        for name, value in attributes.items():
            setattr(world, name, value)

    return bend


def legacy(**changes: Any) -> Callable[[World], None]:
    return lambda world: world.services.update(web=given.service(**changes))


def listeners(*new: Any) -> Callable[[World], None]:
    return lambda world: world.lb_listeners.update({given.LEGACY_ARN: new})


def lbc(ready: int, *args: str) -> Callable[[World], None]:
    return setting(deployed=Controller("kube-system", "lbc", ready, LBC_IMAGE, args))


def sick(world: World) -> None:
    world.registered[given.LEGACY_GROUP] = given.targets("draining")


def short(world: World) -> None:
    world.set("ZPUB", given.cname(ttl_s=5))


def weighted(world: World) -> None:
    world.set("ZPUB", replace(given.cname(), routing={"Weight": "1"}))


FAILS: tuple[tuple[str, str, Callable[[World], None], str, str], ...] = (
    ("another-account", "account", setting(account="999"), "wrong-account", "are for account 999"),
    ("another-region", "account", setting(region="us-east-1"), "wrong-region", "asked in us-east-1"),
    ("a-clock-behind", "clock", setting(date_off_s=7.0), "clock-skew", "7 s off"),
    ("a-clock-ahead", "clock", setting(date_off_s=-7.0), "clock-skew", "6 s off"),
    ("a-service-that-is-gone", "service", lambda world: world.services.clear(), "plan-stale", "is gone"),
    ("a-service-made-again", "service", legacy(uid="x"), "plan-stale", "made again"),
    ("a-service-on-its-way-out", "service", legacy(deleting=True), "plan-stale", "deletionTimestamp"),
    ("a-service-without-hostname", "service", legacy(hostname=None), "plan-stale", "status hostname is None"),
    ("a-service-with-another-hostname", "service", legacy(hostname="x"), "plan-stale", "status hostname is x"),
    ("a-balancer-that-is-gone", "balancer", lambda world: world.lbs.clear(), "plan-stale", "legacy is gone"),
    ("a-listener-that-is-gone", "balancer", listeners(), "plan-stale", "listeners of legacy changed"),
    (
        "a-listener-that-forwards-nowhere",
        "balancer",
        listeners(given.listener("legacy", groups=())),
        "plan-stale",
        "TCP 8080 forwards to nothing",
    ),
    ("a-record-with-another-ttl", "records", short, "plan-stale", "(TTL 5 s), planned"),
    ("a-record-with-weights", "records", weighted, "plan-stale", "is absent"),
    ("nothing-healthy", "health", sick, "legacy-unhealthy", "0 of 2 targets of legacy"),
    ("no-controller", "controller", setting(deployed=None), "no-controller", "in any namespace"),
    ("a-controller-that-is-not-ready", "controller", lbc(0), "no-controller", "0 ready replicas"),
    ("a-controller-of-another-cluster", "flags", lbc(1, "--cluster-name", "x"), "controller-flags", "works for cluster 'x'"),
    ("a-stack-that-is-taken", "stack", setting(tagged=(given.lb(),)), "stack-taken", "load balancer new"),
    (
        "a-clone-of-somebody-else",
        "clone",
        lambda world: world.services.update({"web-lbc": given.clone(annotations={})}),
        "clone-exists",
        "shop/web-lbc exists",
    ),
)


@pytest.mark.parametrize(("name", "bend", "code", "says"), [row[1:] for row in FAILS], ids=[row[0] for row in FAILS])
def test_a_check_fails_with_what_was_seen_and_what_to_do(name: str, bend: Callable[[World], None], code: str, says: str) -> None:
    world = World()
    bend(world)

    result = judged(name, world)

    assert (result.status, result.code) == ("failed", code)
    assert code in CODES
    assert says in " ".join((result.seen, *result.details))
    assert result.do


def test_another_cluster_is_refused_whatever_its_context_is_called() -> None:
    result = BY_NAME["cluster"].check(given.migration(cluster=replace(MIGRATION.cluster, uid="x")), World().outside())

    assert (result.code, "--context prod" in result.do) == ("wrong-cluster", True)


def test_a_clone_of_this_migration_is_what_an_interrupted_run_left() -> None:
    world = World()
    world.services["web-lbc"] = given.clone(annotations={MARK: given.ID})

    assert judged("clone", world).seen == "service shop/web-lbc is ours"


def test_the_load_balancer_of_our_own_clone_is_no_stranger_s() -> None:
    """Else nobody could begin anew whose journal was lost while the clone stood."""
    world = World()
    setting(tagged=(given.lb(),))(world)
    world.services["web-lbc"] = given.clone(annotations={MARK: MIGRATION.id})

    assert judged("stack", world).status == "ok"


def test_what_could_not_be_looked_at_is_unknown() -> None:
    """Law 3: never ok, never failed."""
    world = World()
    world.refuse("identity", Throttled("slow down", seen=("HTTP 429",)))
    world.refuse("caller", Denied("no rights", do="sign in"))

    blind, refused = run(MIGRATION, world.outside(), (BY_NAME["cluster"], BY_NAME["account"]))

    assert (blind.status, blind.code, blind.seen, blind.details) == ("unknown", "throttled", "slow down", ("HTTP 429",))
    assert "run the same command again" in blind.do
    assert (refused.code, refused.do) == ("denied", "sign in")


def test_five_seconds_are_not_skew() -> None:
    world = World()
    world.date_off_s = 5.0

    assert judged("clock", world).status == "ok"


def test_a_slow_answer_is_not_skew() -> None:
    """The header was written at some moment of the call, and is cut to whole seconds."""
    world = World()
    whole = world.caller

    def slow() -> Any:
        world.clock.sleep(20)
        answer = whole()
        world.clock.sleep(20)
        return answer

    world.caller = slow

    assert judged("clock", world).status == "ok"


def test_drift_is_what_controllers_act_on() -> None:
    """Status churn, labels and annotations that nobody reads do not make a plan stale."""
    planned = MIGRATION.legacy.service
    churned = given.service(
        resource_version="999",
        labels={"a": "b"},
        annotations=given.service().annotations | {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
    )
    edited = given.service(
        spec=given.service().spec | {"loadBalancerClass": "x"},
        annotations=given.service().annotations | {"external-dns.alpha.kubernetes.io/hostname": "h"},
    )

    assert drifted(planned, churned) == ()
    assert drifted(planned, edited) == (
        "annotation external-dns.alpha.kubernetes.io/hostname is 'h', planned 'absent'",
        "spec loadBalancerClass is 'x', planned 'absent'",
    )


SHOWN: tuple[tuple[str, RecordSet | None, str], ...] = (
    ("one-that-is-gone", None, "absent"),
    ("a-cname", given.cname(), f"{given.LEGACY_NAME} (TTL 300 s)"),
    ("an-alias", given.alias(), f"alias dualstack.{given.LEGACY_NAME}. (zone ZELB, evaluates health)"),
    (
        "an-alias-that-evaluates-nothing",
        replace(given.alias(), alias=replace(given.ALIAS.listed.alias, evaluate_health=False)),
        f"alias dualstack.{given.LEGACY_NAME}. (zone ZELB)",
    ),
)


@pytest.mark.parametrize(("record", "words"), [row[1:] for row in SHOWN], ids=[row[0] for row in SHOWN])
def test_a_record_set_in_a_few_words(record: RecordSet | None, words: str) -> None:
    assert shown(record) == words


def test_a_record_set_as_planned_has_no_difference() -> None:
    assert difference(given.CNAME, given.cname()) == ""
    assert "is absent, planned" in difference(given.CNAME, None)


FLAGS = (
    ("with-equals", ("-v", "--cluster-name=a=b"), "a=b"),
    ("as-two-words", ("--cluster-name", "a"), "a"),
    ("without-a-value", ("--cluster-name",), ""),
    ("not-there", ("--other=x",), ""),
)


@pytest.mark.parametrize(("args", "value"), [row[1:] for row in FLAGS], ids=[row[0] for row in FLAGS])
def test_a_flag_of_the_controller(args: tuple[str, ...], value: str) -> None:
    assert flag(args, "--cluster-name") == value


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.NAME)
def test_a_check_is_a_module_of_its_name(check: Check) -> None:
    module = inspect.getmodule(check.check)

    assert module is not None
    assert module.__name__ == f"migrator.checks.{check.NAME}"
