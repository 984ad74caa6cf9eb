"""How the AWS Load Balancer Controller takes things away, and that a retry heals."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.sandbox.world.lbc_model import FINALIZER

Stage = Any


def delete(stage: Stage, name: str = "web-new", settle_s: float = 300) -> None:
    stage.world.kube.delete("Service", "shop", name)
    stage.run(settle_s)


def test_deletion_takes_everything_away_in_order(stage: Stage, clean: Any) -> None:
    stage.new()
    gone: list[str] = []
    stage.world.elb.subscribe(lambda event, arn, target: gone.append("balancer") if event == "deleted" else None)
    stage.world.kube.subscribe(
        "TargetGroupBinding", lambda event, obj, old: gone.append("binding") if event == "DELETED" else None
    )
    stage.world.kube.subscribe("Service", lambda event, obj, old: gone.append("service") if event == "DELETED" else None)

    delete(stage)

    assert gone == ["balancer", "binding", "service"]
    assert stage.leftovers() == clean


def test_the_finalizer_stays_while_bindings_do(stage: Stage) -> None:
    stage.new()
    stage.arm("lbc", "unbind-targets", times=None)

    delete(stage, settle_s=120)

    assert stage.service("web-new")["metadata"]["finalizers"] == [FINALIZER]
    assert stage.world.elb.balancers == {}
    assert "failed to delete targetGroupBinding: timed out waiting for the condition" in stage.said(
        "web-new", "FailedDeployModel"
    )


@pytest.mark.parametrize(
    "operation",
    [
        "delete-load-balancer",
        "delete-binding",
        "unbind-targets",
        "revoke-node-rules",
        "delete-target-group",
        "delete-security-group",
        "delete-backend-security-group",
        "cleanup-status",
        "remove-finalizer",
    ],
)
def test_one_failure_at_any_point_heals(stage: Stage, clean: Any, operation: str) -> None:
    stage.new()
    fault = stage.arm("lbc", operation)

    delete(stage)

    assert fault.struck == 1
    assert stage.leftovers() == clean
    assert stage.world.kube.find("Service", "shop", "web-new") is None


@pytest.mark.parametrize("operation", ["delete-load-balancer", "delete-target-group", "delete-security-group"])
def test_a_controller_that_dies_on_the_way_finishes_when_it_is_back(stage: Stage, clean: Any, operation: str) -> None:
    stage.new()
    stage.arm("lbc", operation, "stop")

    delete(stage)

    assert stage.leftovers() == clean


def test_the_backend_group_goes_with_its_last_user(stage: Stage, clean: Any) -> None:
    stage.new("one")
    stage.new("two")

    delete(stage, "one")

    assert [each.split("-")[1] for each in stage.leftovers()["security groups"]] == ["traffic", "shop"]
    assert stage.states() == ["healthy"] * 3
    delete(stage, "two")
    assert stage.leftovers() == clean


def test_protection_in_the_annotation_refuses_deletion(stage: Stage, clean: Any) -> None:
    stage.new(marks={"attributes": "deletion_protection.enabled=true"})

    delete(stage)

    assert "deletion_protection is enabled, cannot delete the service: web-new" in stage.said("web-new", "FailedBuildModel")
    stage.annotate("web-new", attributes="deletion_protection.enabled=false")
    stage.run(300)
    assert stage.leftovers() == clean


def test_protection_switched_on_by_hand_is_switched_off(stage: Stage, clean: Any) -> None:
    lb = stage.shown(stage.new())
    stage.world.elb.set_load_balancer_attributes(lb.arn, {"deletion_protection.enabled": "true"})

    delete(stage)

    assert stage.leftovers() == clean


def test_an_annotation_taken_away_means_deletion(stage: Stage, clean: Any) -> None:
    stage.world.workloads.scale("kube-system", "cloud-controller-manager", 0)
    stage.run(30)
    stage.legacy("web-new", marks={"type": "external", "nlb-target-type": "instance"})

    stage.annotate("web-new", type=None)
    stage.run(120)

    assert stage.leftovers() == clean
    assert "finalizers" not in stage.service("web-new")["metadata"]


def test_nothing_happens_while_the_deployment_is_not_ready(stage: Stage, clean: Any) -> None:
    stage.new()
    stage.world.workloads.scale("kube-system", "aws-load-balancer-controller", 0)
    stage.run(60)

    stage.new("second")
    delete(stage)

    assert stage.states() == ["healthy"] * 3
    assert stage.events("second") == []
    stage.world.workloads.scale("kube-system", "aws-load-balancer-controller", 2)
    stage.run(400)
    assert [each.tags["service.k8s.aws/stack"] for each in stage.world.elb.balancers.values()] == ["shop/second"]


def test_a_binding_whose_service_vanished_lets_its_targets_go(stage: Stage) -> None:
    stage.new()
    (group,) = stage.groups()
    stage.world.workloads.scale("kube-system", "aws-load-balancer-controller", 0)
    stage.run(60)
    stage.world.kube.delete("Service", "shop", "web-new")
    stage.world.kube.patch("Service", "shop", "web-new", {"metadata": {"finalizers": None}})

    stage.world.workloads.scale("kube-system", "aws-load-balancer-controller", 2)
    stage.run(400)

    assert stage.said(group.name, "BackendNotFound") == 'backend not found: Service "web-new" not found'
    assert group.targets == {}
    assert stage.rules() == []


def test_legacy_and_new_stand_side_by_side_and_part_without_harm(stage: Stage, clean: Any) -> None:
    """The whole of a migration as the two controllers see it."""
    legacy, new = stage.legacy(), stage.new()
    both = stage.states()

    stage.world.kube.delete("Service", "shop", "web")
    stage.run(120)

    assert both == ["healthy"] * 6
    assert stage.balancer(legacy) is None
    assert stage.states() == ["healthy"] * 3
    assert [each[4] for each in stage.rules()] == ["elbv2.k8s.aws/targetGroupBinding=shared"]
    assert list(stage.world.elb.balancers) == [stage.shown(new).arn]
    delete(stage)
    assert stage.leftovers() == clean
