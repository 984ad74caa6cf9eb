"""Journeys from a Classic Load Balancer: the same steps, another family to read, retire and sweep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.machine.tick import Over
from migrator.model.cluster import LEGACY_FINALIZER, TYPE_ANNOTATION
from migrator.model.events import Intended, Seen
from migrator.model.migration import Migration
from migrator.sandbox.world.ec2_rules import RuleSpec
from migrator.sandbox.world.estate import App, legacy_service
from migrator.scheduler.run import Reached
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import NAMES, Stage, empty_stage
from migrator.steps import ORDER
from tests.scenario.voyages import arm, held, told, unharmed


def classic(
    annotations: dict[str, str] | None = None, *, retire: str = "delete", ports: Sequence[int] = (8080,), **setting: Any
) -> Voyage:
    """A planned migration of shop/web, which legacy gave a Classic Load Balancer, with clients that never stop asking."""
    on = empty_stage(seed=11, **setting)
    listed = [{"name": f"port-{each}", "port": each, "protocol": "TCP", "targetPort": 8080} for each in ports]
    manifest = legacy_service("shop", "web", app="web", ports=listed)
    manifest["metadata"]["annotations"] = dict(annotations or {})
    on.visit(on.expose(manifest, NAMES), every_s=20.0)
    sailed = Voyage(on)
    sailed.migration = answered(replace(sailed.migration, retire=retire))
    return sailed


def answered(migration: Migration) -> Migration:
    """Every open question answered with its first option; a plan that is blocked is a test that begins wrongly."""
    assert migration.readiness != "BLOCKED", [each for each in migration.findings if each.severity == "blocked"]
    answers = (each if each.value else replace(each, answer=each.options[0]) for each in migration.decisions)
    return replace(migration, decisions=tuple(answers))


def own_group(on: Stage) -> str:
    """The security group that legacy made for the load balancer."""
    return next(each.id for each in on.world.ec2.groups.values() if each.name.startswith("k8s-elb-"))


def traces(on: Stage) -> list[str]:
    """What is left of the load balancer's security group: itself, its interfaces, rules that name it."""
    ec2 = on.world.ec2
    groups = [each.id for each in ec2.groups.values() if each.name.startswith("k8s-elb-")]
    rules = [each.id for each in ec2.rules.values() if each.source_group is not None and each.source_group not in ec2.groups]
    return [*groups, *rules, *(each.id for each in ec2.interfaces.values() if set(each.security_groups) & set(groups))]


def test_a_classic_load_balancer_is_replaced_and_nobody_notices() -> None:
    """Names, health, flows and remains are read from another API; the journey is the same."""
    sailed = classic()
    legacy = sailed.migration.legacy
    assert (legacy.balancer.kind, legacy.own_groups) == ("classic", (own_group(sailed.stage),))
    assert [each.source for each in legacy.rules] == list(legacy.own_groups)

    assert sailed.sail() == Over("migrated")

    assert told(sailed, Intended) == [
        "admit: TakeLease",
        "lower: ChangeRecords",
        "clone: CreateService",
        "shift: ChangeRecords",
        "retire: DeleteService",
        "finish: ChangeRecords",
        "finish: PatchService",
        "finish: ReleaseLease",
    ]
    assert told(sailed, Seen) == [f"{step.NAME}: Seen" for step in ORDER]
    end = sailed.end()
    assert end["services"] == {"web-lbc": ("LoadBalancer", False, "new")}
    assert end["records"]["example.com.", "A"] == ("new", None)
    assert (end["balancers"], end["legacy"], end["leases"]) == (["new"], 0, [])
    assert traces(sailed.stage) == []
    unharmed(sailed)


def test_a_demoted_one_goes_all_the_same() -> None:
    """Without a type annotation the legacy controller looks for a classic one, and finds it."""
    sailed = classic(retire="demote")

    assert sailed.sail() == Over("migrated")

    assert sailed.end()["services"] == {"web": ("ClusterIP", False, "none"), "web-lbc": ("LoadBalancer", False, "new")}
    assert (sailed.end()["legacy"], traces(sailed.stage)) == (0, [])
    unharmed(sailed)


LB = "service.beta.kubernetes.io/aws-load-balancer-"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
KINDS: dict[str, tuple[dict[str, str], tuple[int, ...]]] = {
    "http": ({LB + "backend-protocol": "http"}, (80,)),
    "https-beside-http": (
        {LB + "backend-protocol": "http", LB + "ssl-cert": CERTIFICATE, LB + "ssl-ports": "port-443"},
        (80, 443),
    ),
    "ssl-with-a-long-idle-time-out": ({LB + "ssl-cert": CERTIFICATE, LB + "connection-idle-timeout": "3600"}, (443,)),
    "internal-with-draining": ({LB + "internal": "true", LB + "connection-draining-enabled": "true"}, (80, 81)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_listener_moves(kind: str) -> None:
    """Whatever it listened with, the new one is compared, probed and warmed by what it listens with in its place."""
    annotations, ports = KINDS[kind]
    sailed = classic(annotations, ports=ports)

    assert sailed.sail() == Over("migrated")

    assert (sailed.end()["legacy"], traces(sailed.stage)) == (0, [])
    unharmed(sailed)


def reading(header: str) -> tuple[App, ...]:
    """shop/web's pods read this version of the PROXY header."""
    return (App("shop", "web", annotations={"sandbox/proxy-protocol": header}), App("production", "api-gateway"))


def test_backends_that_read_both_proxy_headers_lose_nothing() -> None:
    """Version 1 comes from legacy, version 2 from the new load balancer, and for a while both come."""
    sailed = classic({LB + "proxy-protocol": "*"}, ports=(80,), apps=reading("any"))

    assert sailed.sail() == Over("migrated")

    unharmed(sailed)


def test_backends_that_do_not_read_the_new_header_are_found_out_before_any_client_moves() -> None:
    """Somebody answered that they would."""
    sailed = classic({LB + "proxy-protocol": "*"}, ports=(80,), apps=reading("v1"))

    stuck = sailed.sail()

    assert getattr(stuck, "code", "") in ("targets-never-healthy", "probe-failed"), stuck
    assert "shift: ChangeRecords" not in told(sailed, Intended)
    assert sailed.back() == Over("rolled-back")
    assert sailed.end()["balancers"] == ["legacy"]
    unharmed(sailed)


@pytest.mark.parametrize("step", [step.NAME for step in ORDER[1:7]])
def test_rollback_from_every_step_leaves_everything_as_it_was(step: str) -> None:
    """Law 8 knows no families."""
    sailed = classic()
    world = sailed.stage.world
    service = dict(world.kube.get("Service", "shop", "web").items())
    before = [tuple(world.route53.record_sets(zone)) for zone in world.route53.zones]

    assert sailed.sail(until=step) == Reached(step)
    assert sailed.back() == Over("rolled-back")

    assert world.kube.get("Service", "shop", "web") == service
    assert [tuple(world.route53.record_sets(zone)) for zone in world.route53.zones] == before
    end = sailed.end()
    assert (end["balancers"], end["leases"], list(end["services"])) == (["legacy"], [], ["web"])
    unharmed(sailed)


HEALED = ("describe-load-balancer", "revoke-rules", "delete-load-balancer")


@pytest.mark.parametrize("operation", HEALED)
def test_a_failure_that_the_legacy_controller_heals_is_waited_for(operation: str) -> None:
    """Until its load balancer is gone, its retries begin anew."""
    sailed = classic()
    sailed.sail(until="drain")
    arm(sailed.stage, "legacy", operation, "fail", times=2)

    assert sailed.sail() == Over("migrated")

    assert [each for each in told(sailed, Intended) if each.startswith("sweep")] == []
    assert (sailed.end()["legacy"], traces(sailed.stage)) == (0, [])
    unharmed(sailed)


def test_a_leaked_security_group_is_deleted_by_recorded_id() -> None:
    """Its retry finds no load balancer and reports success; the group would stay for ever."""
    sailed = classic()
    sailed.sail(until="drain")
    arm(sailed.stage, "legacy", "delete-security-group", "fail")

    assert sailed.sail() == Over("migrated")

    assert [each for each in told(sailed, Intended) if each.startswith("sweep")] == ["sweep: DeleteSecurityGroup"]
    assert (sailed.end()["legacy"], traces(sailed.stage)) == (0, [])
    unharmed(sailed)


def test_a_load_balancer_that_legacy_let_go_of_is_swept_whole() -> None:
    """Somebody took the finalizer off while the controller was down: node rule, load balancer and group are all still there."""
    sailed = classic()
    sailed.sail(until="drain")
    on = sailed.stage
    on.world.workloads.scale("kube-system", "cloud-controller-manager", 0)
    sailed.sail(until="retire")
    service = on.world.kube.get("Service", "shop", "web")
    kept = [each for each in service["metadata"]["finalizers"] if each != LEGACY_FINALIZER]
    on.world.kube.patch("Service", "shop", "web", {"metadata": {"finalizers": kept or None}}, manager="somebody")

    assert sailed.sail() == Over("migrated")

    swept = [each for each in told(sailed, Intended) if each.startswith("sweep")]
    assert swept == ["sweep: DeleteLoadBalancer", "sweep: RevokeRule", "sweep: DeleteSecurityGroup"]
    assert (sailed.end()["legacy"], traces(on)) == (0, [])
    unharmed(sailed)


def test_a_group_that_somebody_uses_stays_and_a_person_is_told() -> None:
    """EC2 deletes nothing that a rule names; whose rule it is stands in the message."""
    sailed = classic()
    on, group = sailed.stage, own_group(sailed.stage)
    database = on.world.ec2.create_security_group("database", "of another team", on.estate.vpc.id)
    (rule,) = on.world.ec2.authorize(database.id, [RuleSpec(protocol="tcp", from_port=5432, to_port=5432, source_group=group)])
    sailed.sail(until="retire")

    stuck = held(sailed.sail(), "sweep-stuck")

    assert f"rule {rule.id} of security group {database.id}" in " ".join((stuck.reason, *stuck.seen))
    assert on.world.ec2.rules[rule.id] is rule
    on.world.ec2.revoke(database.id, [rule.id])
    assert sailed.sail(before=lambda machine: machine.release("a person")) == Over("migrated")
    assert (sailed.end()["legacy"], traces(on)) == (0, [])
    unharmed(sailed)


def test_a_type_annotation_of_the_other_family_is_never_retired() -> None:
    """Legacy would look for a network load balancer, find none, and leave the classic one behind."""
    sailed = classic()
    sailed.sail(until="drain")
    patch = {"metadata": {"annotations": {TYPE_ANNOTATION: "nlb"}}}
    sailed.stage.world.kube.patch("Service", "shop", "web", patch, manager="somebody")

    finish = sailed.sail()

    assert getattr(finish, "code", "") in ("service-changed", "witness-missing", "plan-stale"), finish
    assert "retire: DeleteService" not in told(sailed, Intended)
