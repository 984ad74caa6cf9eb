"""Plans of Services in the sandbox's world, where both controllers act: what is planned is what comes to be."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.errors import OperatorError
from migrator.model.migration import Migration
from migrator.planning.load import parse
from migrator.planning.plan import plan
from migrator.planning.write import render
from migrator.sandbox.world.route53 import RecordSet
from migrator.simulation.stage import Name, Stage, empty_stage, serving, stage, until

LB = "service.beta.kubernetes.io/aws-load-balancer-"


def planned(at: Stage) -> Migration:
    return plan(at.legacy.namespace, at.legacy.name, at.outside, at.survey)


def wrong(plan: Migration) -> list[str]:
    return [f"{each.id}: {each.seen}" for each in plan.findings if each.severity != "note"]


def cloned(at: Stage, plan: Migration) -> Any:
    """Create the clone, wait until it serves, and give back its load balancer, listeners, groups and attributes."""
    at.world.kube.create(plan.new.manifest, manager="migrate")
    until(at.world, lambda: serving(at.world, plan.new.namespace, plan.new.name) is not None)
    service = at.outside.cluster.service(plan.new.namespace, plan.new.name)
    assert service is not None
    balancer = at.outside.balancers.named(service.hostname or "")
    assert balancer is not None
    looks = at.outside.balancers
    return balancer, looks.listeners(balancer.arn), looks.groups(balancer.arn), looks.attributes(balancer.arn)


def test_a_legacy_service_is_ready_and_every_name_is_found() -> None:
    at = stage(every_s=0)

    made = planned(at)

    assert (wrong(made), made.readiness) == ([], "READY")
    assert [(each.listed.name, each.listed.type) for each in made.dns.moves] == [
        ("api.example.com.", "CNAME"),
        ("example.com.", "A"),
        ("example.com.", "AAAA"),
    ]
    assert made.retire == "delete"
    assert made.legacy.rules
    assert {each.description.split("=")[0] for each in made.legacy.rules} <= {
        "kubernetes.io/rule/nlb/client",
        "kubernetes.io/rule/nlb/health",
    }
    assert parse("web.yaml", render(made)) == made
    assert render(planned(at)) == render(made)


@pytest.mark.parametrize(
    ("annotations", "spec"),
    [
        pytest.param({}, {}, id="plain"),
        pytest.param({LB + "internal": "true"}, {}, id="internal"),
        pytest.param({}, {"externalTrafficPolicy": "Local"}, id="local"),
        pytest.param(
            {LB + "cross-zone-load-balancing-enabled": "true", LB + "additional-resource-tags": "team=a"}, {}, id="attributes"
        ),
        pytest.param(
            {
                LB + "healthcheck-interval": "10",
                LB + "healthcheck-healthy-threshold": "2",
                LB + "healthcheck-port": "traffic-port",
            },
            {"loadBalancerSourceRanges": ["127.0.0.0/8"]},
            id="checks-and-ranges",
        ),
        pytest.param(
            {
                LB + "ssl-cert": "arn:aws:acm:us-east-1:123456789012:certificate/a",
                LB + "ssl-ports": "*",
                LB + "backend-protocol": "tcp",
            },
            {},
            id="tls",
        ),
        pytest.param(
            {},
            {
                "ports": [
                    {"name": "http", "port": 80, "protocol": "TCP", "targetPort": 8080},
                    {"name": "alt", "port": 8080, "protocol": "TCP", "targetPort": 8080},
                ]
            },
            id="two-ports",
        ),
    ],
)
def test_the_clone_comes_to_be_what_legacy_is(annotations: dict[str, str], spec: dict[str, Any]) -> None:
    """The whole translation, judged by the controller that reads it."""
    at = stage(every_s=0, annotations=annotations, spec=spec)
    made = planned(at)
    assert wrong(made) == []

    balancer, listeners, groups, attributes = cloned(at, made)

    legacy = made.legacy
    assert balancer.scheme == legacy.balancer.scheme
    assert {each.subnet for each in balancer.zones} == {each.subnet for each in legacy.balancer.zones}
    assert [(each.port, each.protocol) for each in listeners] == [(each.port, each.protocol) for each in legacy.listeners]
    assert [(each.certificates, each.policy) for each in listeners] == [
        (each.certificates, each.policy) for each in legacy.listeners
    ]
    assert {each.target_type for each in groups} == {"instance"}
    live = at.outside.balancers.attributes(legacy.balancer.arn)
    assert attributes["load_balancing.cross_zone.enabled"] == live["load_balancing.cross_zone.enabled"]
    tags = {key: value for key, value in legacy.balancer.tags.items() if "kubernetes" not in key.lower()}
    assert tags.items() <= balancer.tags.items()
    for old, new in zip(legacy.groups, groups, strict=True):
        one, other = old.health_check, new.health_check
        assert (one.protocol, one.interval_s, one.timeout_s, one.healthy, one.unhealthy, one.path) == (
            other.protocol, other.interval_s, other.timeout_s, other.healthy, other.unhealthy, other.path
        )  # fmt: skip
        assert old.attributes["deregistration_delay.timeout_seconds"] == new.attributes["deregistration_delay.timeout_seconds"]


def test_a_second_plan_for_the_same_service_is_the_same_migration() -> None:
    at = stage(every_s=0)

    first = planned(at)
    at.world.kube.create(first.new.manifest, manager="migrate")
    at.run(1)

    assert planned(at).new.name == first.new.name
    assert planned(at).id == first.id


def test_a_heritage_record_beside_a_name_blocks_it() -> None:
    at = stage(every_s=0, names=(Name("api.example.com."),))
    text = RecordSet(name="cname-api.example.com.", type="TXT", ttl=300, values=('"heritage=external-dns,external-dns/owner=a"',))
    at.world.route53.change(at.estate.public_zone.id, [("CREATE", text)])

    made = planned(at)

    assert made.readiness == "BLOCKED"
    assert made.findings[0].id == f"external-dns/{at.estate.public_zone.id}/api.example.com./cname-api.example.com."


def test_a_service_of_lbc_is_refused() -> None:
    at = empty_stage()
    manifest = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "new", "namespace": "shop"},
        "spec": {
            "type": "LoadBalancer",
            "loadBalancerClass": "service.k8s.aws/nlb",
            "ports": [{"port": 80}],
            "selector": {"app": "web"},
        },
    }
    at.expose(manifest)

    with pytest.raises(OperatorError) as caught:
        plan("shop", "new", at.outside, at.survey)

    assert caught.value.code == "not-legacy"


def test_nothing_healthy_blocks_the_plan() -> None:
    at = stage(every_s=0)
    at.world.workloads.scale("shop", "web", 0)
    at.run(600)

    made = planned(at)

    assert "check/health" in [each.id for each in made.findings if each.severity == "blocked"]
