"""Which rules of the nodes legacy made for a Classic Load Balancer, and which of them are nobody else's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.model.balancers import Rule, SecurityGroup
from migrator.planning.node_rules import node_rules, own_groups

NODES, OWN, EXTRA = "sg-0n1", "sg-0own", "sg-0extra"
TAGS = {"kubernetes.io/cluster/shop-prod": "owned"}


def classic(build: SimpleNamespace, *groups: str) -> Any:
    return build.balancer(kind="classic", security_groups=groups)


def rule(id: str, source: str, protocol: str = "-1", group: str = NODES) -> Rule:
    port = -1 if protocol == "-1" else 31080
    return Rule(id, group, protocol, port, port, source)


def own(build: SimpleNamespace, **changes: Any) -> SecurityGroup:
    return replace(SecurityGroup(OWN, "k8s-elb-" + build.balancer().name, tags=TAGS), **changes)


def test_a_rule_is_told_by_the_group_that_it_lets_in(world: Any, build: SimpleNamespace) -> None:
    """It has no description; the load balancer's own group is its only mark."""
    world.other_rules = (rule("sgr-own", OWN), rule("sgr-other", "sg-0other"), rule("sgr-self", OWN, group=OWN))

    mine, shared = node_rules(world, build.service(), classic(build, OWN), (own(build),))

    assert ([each.id for each in mine], shared) == (["sgr-own"], ())


def test_a_rule_for_a_group_that_others_may_wear_is_left_to_legacy(world: Any, build: SimpleNamespace) -> None:
    """Its deletion takes the rule all the same, which `retire` has to know; we would not."""
    world.other_rules = (rule("sgr-extra", EXTRA), rule("sgr-own", OWN))

    mine, shared = node_rules(world, build.service(), classic(build, OWN, EXTRA), (own(build),))

    assert ([each.id for each in mine], shared) == (["sgr-extra", "sgr-own"], ("sgr-extra",))


def test_a_rule_that_somebody_wrote_is_never_touched(world: Any, build: SimpleNamespace) -> None:
    world.other_rules = (rule("sgr-hand", OWN, "tcp"),)

    assert node_rules(world, build.service(), classic(build, OWN), (own(build),)) == ((), ("sgr-hand",))


def test_without_security_groups_nothing_is_asked(build: SimpleNamespace) -> None:
    assert node_rules(None, build.service(), classic(build)) == ((), ())


@pytest.mark.parametrize(
    ("changes", "found"),
    [({}, (OWN,)), ({"name": "k8s-elb-another"}, ()), ({"tags": {}}, ())],
    ids=["by-name-and-tag", "another-name", "no-tag"],
)
def test_its_own_group_is_told_by_name_and_tag(build: SimpleNamespace, changes: dict[str, Any], found: tuple[str, ...]) -> None:
    """Legacy deletes no group without its cluster's tag, and neither do we."""
    assert own_groups(classic(build, OWN), (own(build, **changes),)) == found


def test_a_network_load_balancer_has_none_of_its_own(build: SimpleNamespace) -> None:
    assert own_groups(build.balancer(), (own(build),)) == ()
