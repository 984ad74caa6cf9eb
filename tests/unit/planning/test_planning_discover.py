"""Discovery gathers what is there, and refuses where there is nothing to gather."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import OperatorError
from migrator.model.balancers import Rule
from migrator.model.cluster import Controller, Reader
from migrator.model.units import Unknown
from migrator.planning.discover import discover
from migrator.planning.node_rules import node_ports, node_rules


def refused(world: Any, name: str = "web") -> OperatorError:
    with pytest.raises(OperatorError) as caught:
        discover("shop", name, world.outside(), world)
    return caught.value


def test_the_live_facts_are_gathered(world: Any, build: SimpleNamespace) -> None:
    found = discover("shop", "web", world.outside(), world, context="prod")

    assert found.live == build.live()
    assert (found.cluster.uid, found.cluster.name, found.cluster.context) == ("kube-system-uid", "shop-prod", "prod")
    assert (found.account.id, found.account.region, found.account.vpc) == ("111122223333", "eu-central-1", "vpc-0a1")
    assert found.resolvers == ("10.0.0.2",)
    assert found.readers == ()
    assert found.findings == ()
    assert found.decisions == ()


def test_a_service_that_is_not_there(world: Any) -> None:
    error = refused(world, "wbe")

    assert error.code == "service-not-found"
    assert error.message == "cannot plan shop/wbe: not found"


def test_a_service_without_a_hostname(world: Any, build: SimpleNamespace) -> None:
    world.services[("shop", "web")] = build.service(hostname=None)

    assert refused(world).code == "no-balancer"


def test_a_hostname_with_nothing_behind_it_names_account_and_region(world: Any) -> None:
    """The usual reason is that AWS is asked in the wrong place."""
    world.lb = None

    error = refused(world)

    assert error.code == "no-balancer"
    assert "asked in account 111122223333, region eu-central-1" in error.seen


def test_somebody_else_s_balancer_is_refused(world: Any, build: SimpleNamespace) -> None:
    world.lb = build.balancer(tags={"service.k8s.aws/stack": "shop/web"})

    assert refused(world).code == "owner-unclear"


def test_an_edit_of_the_live_service_is_refused_with_its_evidence(world: Any, build: SimpleNamespace) -> None:
    world.services[("shop", "web")] = build.service(annotations={})

    error = refused(world)

    assert error.code == "edited-in-place"
    assert "no type annotation" in error.seen


def test_a_class_settles_it_where_aws_cannot_be_asked(world: Any, build: SimpleNamespace) -> None:
    """Whoever migrated long ago needs no AWS rights to be told so."""
    world.services[("shop", "web")] = build.service(spec=build.service().spec | {"loadBalancerClass": "service.k8s.aws/nlb"})
    world.named = lambda hostname: build.answered(build.DENIED)

    assert refused(world).code == "not-legacy"


def test_the_plan_says_whose_it_is(world: Any) -> None:
    found = discover("shop", "web", world.outside(), world)

    assert found.owner == "in-tree-nlb"
    assert found.evidence[0].startswith("finalizer ")


def test_lbc_is_known_by_the_class_it_was_told(world: Any, build: SimpleNamespace) -> None:
    world.controllers = Controller("kube-system", "lbc", 1, args=("--load-balancer-class", "acme.example/nlb"))
    world.services[("shop", "web")] = build.service(spec=build.service().spec | {"loadBalancerClass": "acme.example/nlb"})
    world.lb = build.balancer(name="k8s-shop-web-0123456789", tags={"service.k8s.aws/stack": "shop/web"})

    assert "AWS Load Balancer Controller already" in refused(world).message


@pytest.mark.parametrize(("controller", "name"), [(Controller("a", "b", 1, args=("--cluster-name", "told")), "told"), (None, "")])
def test_without_a_tag_the_cluster_is_called_as_lbc_was_told(world: Any, controller: Controller | None, name: str) -> None:
    world.lb = replace(world.lb, tags={})
    world.controllers = controller

    assert discover("shop", "web", world.outside(), world).cluster.name == name


def test_readers_that_cannot_be_read_stay_unknown(world: Any, build: SimpleNamespace) -> None:
    world.reader_list = build.DENIED

    assert discover("shop", "web", world.outside(), world).readers == Unknown("not allowed to list")


def test_readers_are_kept(world: Any) -> None:
    world.reader_list = (Reader("Ingress/shop/a", "backend"),)

    assert discover("shop", "web", world.outside(), world).readers == world.reader_list


def rule(id: str, description: str, port: int = 31080, group: str = "sg-1") -> Rule:
    return Rule(id, group, "tcp", port, port, "0.0.0.0/0", description)


def test_only_rules_of_this_balancer_on_this_service_s_ports_are_ours(world: Any, build: SimpleNamespace) -> None:
    ours = "kubernetes.io/rule/nlb/client=" + build.NAME
    world.named_rules = (
        rule("sgr-client", ours),
        rule("sgr-health", "kubernetes.io/rule/nlb/health=" + build.NAME),
        rule("sgr-longer", ours + "0"),
        rule("sgr-probe", "kubernetes.io/rule/nlb/health=" + build.NAME, 10256),
    )
    world.other_rules = (
        rule("sgr-client", ours),
        rule("sgr-mtu", "kubernetes.io/rule/nlb/mtu", 3),
        rule("sgr-other", "kubernetes.io/rule/nlb/client=a0"),
        rule("sgr-hand", "opened by hand"),
    )

    mine, shared = node_rules(world, build.service(), build.balancer())

    assert [each.id for each in mine] == ["sgr-client", "sgr-health"]
    assert shared == ("sgr-longer", "sgr-mtu", "sgr-other", "sgr-probe")


def test_without_named_rules_no_group_is_searched(world: Any, build: SimpleNamespace) -> None:
    world.named_rules = ()
    world.other_rules = (rule("sgr-mtu", "kubernetes.io/rule/nlb/mtu", 3),)

    assert node_rules(world, build.service(), build.balancer()) == ((), ())


def test_the_health_check_port_is_the_service_s_own(build: SimpleNamespace) -> None:
    ports = [{"port": 1, "nodePort": 31080}, {"port": 2, "nodePort": 0}, {"port": 3}]

    assert node_ports(build.service(spec={"ports": ports, "healthCheckNodePort": 32000})) == {31080, 32000}
    assert node_ports(build.service(spec={})) == set()
