"""Checks of what is installed in the cluster: the controller, its webhook, its kinds, its identity, the nodes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from migrator.checks import CLUSTER_WIDE, run_wide
from migrator.checks.lbc import Lbc, running
from migrator.checks.place import Place
from migrator.checks.version import check as version_check
from migrator.errors import Denied
from migrator.model.account import Interface
from migrator.model.installation import Node, Webhook
from tests.unit import given
from tests.unit.checks.judging import Row, cloned, follows, lbc, nothing, of_legacy, setting
from tests.unit.surroundings import HOOKS
from tests.unit.world import World

PLACE = Place(given.migration().cluster, given.migration().account)
GONE = setting(deployed=None)
UNSIGNED = tuple(replace(each, signed=False) for each in HOOKS)
LENIENT = tuple(replace(each, signed=False, fatal=False) for each in HOOKS)
BY_URL = tuple(replace(each, service="") for each in HOOKS)
OTHERS = (Webhook("policy.example", "policy", True, ("*",), ("*",), signed=False),)
TLS = of_legacy(listeners=(given.listener("legacy", certificates=("arn:c",)),))
CLASSY = cloned(spec={"loadBalancerClass": "service.k8s.aws/nlb"})


def refusing(question: str) -> Callable[[World], None]:
    return lambda world: world.refuse(question, Denied(f"may not ask for {question}"), 9)


FLAGS = (
    Row("no-controller-has-no-flags", "flags", GONE, "ok", "no controller"),
    Row("nor-takes-anything", "claim", GONE, "ok", "no controller"),
    Row("nor-has-a-version", "version", GONE, "ok", "no controller"),
    Row("nor-an-identity", "identity", GONE, "ok", "no controller"),
    Row(
        "services-left-alone",
        "flags",
        lbc("--feature-gates=A=true,EnableServiceController=false"),
        "failed",
        "leaves Services alone",
        "controller-flags",
    ),
    Row("one-namespace-only-is-told", "flags", lbc("--watch-namespace=shop"), "ok", "in namespace shop"),
    Row("every-namespace", "flags", lbc(), "ok", "in every namespace"),
    Row("its-namespace-is-watched", "claim", lbc("--watch-namespace=shop"), "ok", "in namespace shop"),
    Row(
        "another-namespace-is-watched",
        "claim",
        lbc("--watch-namespace", "other"),
        "failed",
        "watches namespace other only",
        "controller-flags",
    ),
    Row(
        "another-class",
        "claim",
        lbc("--load-balancer-class=x/y"),
        "failed",
        "answers to class x/y",
        "controller-flags",
        migration=CLASSY,
    ),
    Row("its-class", "claim", lbc(), "ok", "class service.k8s.aws/nlb", migration=CLASSY),
    Row("unread", "claim", refusing("controller"), "unknown", "may not ask", "denied", "warning"),
)
VERSIONS = (
    Row("new", "version", lbc(), "ok", "version 2.14.1"),
    Row("of-another-major", "version", lbc(tag="v3.0.0"), "ok", "version 3.0.0"),
    Row(
        "too-old-for-classes",
        "version",
        lbc(tag="2.3.1"),
        "failed",
        "version 2.3.1 knows no loadBalancerClass",
        "controller-version",
    ),
    Row("without-security-groups", "version", lbc(tag="v2.5.4"), "failed", "no security group", "controller-version", "warning"),
    Row(
        "without-listener-attributes",
        "version",
        lbc(tag="v2.8.2"),
        "failed",
        "no listener attributes",
        "controller-version",
        "warning",
    ),
    Row("broken-for-tls", "version", lbc(tag="v2.13.0"), "failed", "the clone has one", "controller-version", migration=TLS),
    Row("broken-for-others", "version", lbc(tag="v2.13.1"), "ok", "version 2.13.1"),
    Row(
        "a-digest-tells-nothing", "version", lbc(tag=""), "unknown", "does not tell its version", "controller-version", "warning"
    ),
)
WEBHOOKS = (
    Row(
        "none-of-its-own", "webhook", setting(hooks=OTHERS), "failed", "no webhook configuration", "controller-webhook", "warning"
    ),
    Row("an-empty-ca-bundle", "webhook", setting(hooks=UNSIGNED), "failed", "caBundle is empty", "controller-webhook"),
    Row(
        "no-ready-endpoints",
        "webhook",
        setting(hook_addresses=0),
        "failed",
        "has 0 ready endpoints, which mservice",
        "controller-webhook",
    ),
    Row("those-that-may-fail-do-not-count", "webhook", setting(hooks=LENIENT, hook_addresses=0), "ok", "2 webhooks"),
    Row("by-url-nothing-is-behind", "webhook", setting(hooks=BY_URL, hook_addresses=0), "ok", "2 webhooks"),
    Row("all-well", "webhook", nothing, "ok", "2 webhooks"),
    Row("unread", "webhook", refusing("webhooks"), "unknown", "may not ask", "denied"),
    Row(
        "kinds-are-not-defined",
        "kinds",
        setting(served=("ingressclassparams",)),
        "failed",
        "targetgroupbindings.elbv2.k8s.aws",
        "controller-kinds",
    ),
    Row("no-kind-at-all", "kinds", setting(served=()), "failed", " and ", "controller-kinds"),
    Row("kinds-are-defined", "kinds", nothing, "ok", "are defined"),
    Row("a-role-is-named", "identity", nothing, "ok", "takes on arn:aws:iam::"),
    Row(
        "no-role-may-be-pod-identity", "identity", setting(marks={}), "unknown", "names no role", "controller-identity", "warning"
    ),
    Row("no-account", "identity", setting(marks=None), "failed", "does not exist", "controller-identity", "warning"),
)
NODES = (
    Row("one-group-each", "nodes", nothing, "ok", "2 nodes"),
    Row("no-node-is-an-instance", "nodes", setting(node_list=(Node("fargate"),)), "ok", "0 nodes"),
    Row("two-tagged", "nodes", setting(node_groups=("sg-1", "sg-2")), "failed", "2 of 2 nodes", "node-groups"),
    Row(
        "none-of-two-tagged",
        "nodes",
        setting(node_groups=("sg-1", "sg-2"), node_group_tags={}),
        "failed",
        "0 tagged (none)",
        "node-groups",
    ),
    Row("unread", "nodes", refusing("interfaces"), "unknown", "may not ask", "denied"),
)
ALL = (*FLAGS, *VERSIONS, *WEBHOOKS, *NODES)


@pytest.mark.parametrize("row", ALL, ids=[f"{each.name}-{each.id}" for each in ALL])
def test_what_is_seen_of_the_cluster(row: Row) -> None:
    follows(row)


def test_exactly_one_tagged_group_of_two_is_what_lbc_wants() -> None:
    world = World()
    world.node_groups = ("sg-1", "sg-2")
    groups = world.security_groups(world.node_groups)
    world.security_groups = lambda ids: (groups[0], replace(groups[1], tags={}))

    assert run_wide(PLACE, world.outside())[7].status == "ok"


def test_further_interfaces_of_a_node_do_not_count() -> None:
    """The VPC CNI hangs pods on them; instance targets are reached by the first."""
    world = World()
    further = Interface("eni-2", "i-zone-a", ("sg-1", "sg-2"), primary=False)
    world.interfaces = lambda instances: (further,)

    assert run_wide(PLACE, world.outside())[7].seen.startswith("0 nodes")


def test_without_a_migration_a_broken_version_is_a_warning() -> None:
    """Nobody knows yet whether a TLS listener will be asked for."""
    world = World()
    lbc(tag="v2.13.0")(world)

    result = version_check(PLACE, world.outside())

    assert (result.status, result.severity) == ("failed", "warning")


def test_the_cluster_alone_has_its_own_checks() -> None:
    world = World()
    world.refuse("webhooks", Denied("may not list", do="ask for it", seen=("HTTP 403",)))

    results = {each.id: each for each in run_wide(PLACE, world.outside())}

    assert list(results) == [each.NAME for each in CLUSTER_WIDE]
    assert {name: each.status for name, each in results.items() if each.status != "ok"} == {"webhook": "unknown"}
    assert (results["webhook"].do, results["webhook"].details) == ("ask for it", ("HTTP 403",))


def test_the_controller_s_deployment_says_its_version_and_flags() -> None:
    world = World()
    lbc("--feature-gates= A=false ,B=true", "--default-tags=a=b, c=d")(world)
    seen = running(world.deployed)

    assert seen.version == (2, 14, 1)
    assert (seen.gate("A", True), seen.gate("B", False), seen.gate("C", True)) == (False, True, True)
    assert seen.has((2, 14, 1)) is True
    assert seen.has((2, 15, 0)) is False
    assert seen.listed("--default-tags") == ("a=b", "c=d")
    assert (running(None), Lbc().has((1, 0, 0))) == (Lbc(), None)
