"""How the legacy controller takes things away, and what each failure leaves behind for ever."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.sandbox.world.legacy import FINALIZER

Stage = Any


def delete(stage: Stage, name: str = "web", settle_s: float = 700) -> None:
    stage.world.kube.delete("Service", "shop", name)
    stage.run(settle_s)


def test_deletion_takes_everything_away(stage: Stage, clean: Any) -> None:
    stage.legacy(loadBalancerSourceRanges=["10.1.0.0/16"])

    delete(stage)

    assert stage.leftovers() == clean
    assert stage.world.kube.find("Service", "shop", "web") is None
    assert stage.events("web")[-2:] == ["DeletingLoadBalancer", "DeletedLoadBalancer"]


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        pytest.param("describe-load-balancer", [], id="looking-for-the-load-balancer"),
        pytest.param("describe-target-groups", [], id="listing-its-groups"),
        pytest.param("delete-load-balancer", [], id="deleting-it"),
        pytest.param("delete-target-group", ["groups", "rules"], id="deleting-a-group"),
        pytest.param("revoke-rules", ["rules"], id="revoking-rules"),
        pytest.param("remove-finalizer", [], id="taking-the-finalizer-off"),
    ],
)
def test_one_failure_heals_until_the_load_balancer_is_gone_and_leaks_after(stage: Stage, operation: str, left: list[str]) -> None:
    stage.legacy()
    stage.arm("legacy", operation)

    delete(stage)

    assert [kind for kind, names in stage.leftovers().items() if names] == left
    assert "SyncLoadBalancerFailed" in stage.events("web")
    assert stage.events("web").count("DeletedLoadBalancer") == 1
    assert stage.world.kube.find("Service", "shop", "web") is None


def test_a_controller_that_dies_after_deleting_the_load_balancer_leaks_the_rest(stage: Stage) -> None:
    stage.legacy()
    stage.arm("legacy", "delete-target-group", "stop")

    delete(stage)

    assert [kind for kind, names in stage.leftovers().items() if names] == ["groups", "rules"]
    assert stage.world.kube.find("Service", "shop", "web") is None


def test_protection_keeps_the_service_until_it_is_switched_off(stage: Stage, clean: Any) -> None:
    lb = stage.shown(stage.legacy())
    stage.world.elb.set_load_balancer_attributes(lb.arn, {"deletion_protection.enabled": "true"})

    delete(stage)

    assert stage.service("web")["metadata"]["finalizers"] == [FINALIZER]
    assert "OperationNotPermitted" in stage.said("web", "SyncLoadBalancerFailed")
    stage.world.elb.set_load_balancer_attributes(lb.arn, {"deletion_protection.enabled": "false"})
    stage.run(300)
    assert stage.leftovers() == clean


def test_an_endpoint_service_keeps_everything(stage: Stage) -> None:
    lb = stage.shown(stage.legacy())
    stage.world.elb.attach_endpoint_service(lb.arn)

    delete(stage)

    assert "ResourceInUse" in stage.said("web", "SyncLoadBalancerFailed")
    assert stage.states() == ["healthy"] * 3


def test_demotion_with_the_type_annotation_kept_is_clean(stage: Stage, clean: Any) -> None:
    before = stage.legacy()

    stage.world.kube.patch("Service", "shop", "web", {"spec": {"type": "ClusterIP"}})
    stage.run(60)

    service = stage.service("web")
    assert stage.leftovers() == clean
    assert service["spec"]["clusterIP"] == before["spec"]["clusterIP"]
    assert "finalizers" not in service["metadata"]
    assert stage.said("web", "Type") == "LoadBalancer -> ClusterIP"


def test_demotion_together_with_the_annotation_leaks_everything(stage: Stage) -> None:
    """kubernetes/kubernetes#95042: a Classic load balancer is looked for, and none is found."""
    service = stage.legacy()

    annotations = {"service.beta.kubernetes.io/aws-load-balancer-type": None}
    stage.world.kube.patch("Service", "shop", "web", {"metadata": {"annotations": annotations}, "spec": {"type": "ClusterIP"}})
    stage.run(60)

    assert stage.balancer(service) is not None
    assert "finalizers" not in stage.service("web")["metadata"]
    assert "DeletedLoadBalancer" in stage.events("web")


def test_an_external_type_makes_deletion_leave_everything(staged: Any) -> None:
    stage = staged(lbc=False)
    service = stage.legacy()
    stage.annotate("web", type="external")
    stage.run(30)

    delete(stage)

    assert stage.balancer(service) is not None
    assert [kind for kind, names in stage.leftovers().items() if names] == ["balancers", "groups", "rules", "interfaces"]


def test_a_flip_to_external_brings_a_second_load_balancer_and_the_first_leaks(stage: Stage) -> None:
    service = stage.legacy()

    stage.annotate("web", type="external", nlb_target_type="instance", scheme="internet-facing")
    stage.run(400)

    new = stage.shown(stage.service("web"))
    assert stage.balancer(service) is not None
    assert stage.balancer(service) is not new
    delete(stage)
    assert stage.leftovers()["balancers"] == [stage.balancer(service).name]


def test_a_finalizer_taken_off_by_force_still_gets_the_load_balancer_deleted(stage: Stage, clean: Any) -> None:
    stage.legacy()

    stage.world.kube.delete("Service", "shop", "web")
    stage.world.kube.patch("Service", "shop", "web", {"metadata": {"finalizers": None}})
    stage.run(60)

    assert stage.leftovers() == clean


def test_two_load_balancers_share_the_mtu_rule_until_the_last_goes(stage: Stage, clean: Any) -> None:
    stage.legacy("one")
    stage.legacy("two")

    delete(stage, "one")

    assert [each[4].partition("=")[0] for each in stage.rules()] == [
        "kubernetes.io/rule/nlb/mtu",
        "kubernetes.io/rule/nlb/client",
    ]
    delete(stage, "two")
    assert stage.leftovers() == clean


def test_two_tagged_groups_on_a_node_stop_the_work(stage: Stage) -> None:
    ec2, tags = stage.world.ec2, {"kubernetes.io/cluster/sandbox": "owned"}
    second = ec2.create_security_group("second", "second", stage.estate.vpc.id, tags=tags)
    instance = next(iter(ec2.instances.values()))
    instance.security_groups.append(second.id)

    stage.legacy(settle_s=30)

    assert f"Multiple tagged security groups found for instance {instance.id}" in stage.said("web", "SyncLoadBalancerFailed")


def test_nothing_happens_while_the_deployment_is_not_ready(stage: Stage, clean: Any) -> None:
    stage.legacy()
    stage.world.workloads.scale("kube-system", "cloud-controller-manager", 0)
    stage.run(60)

    delete(stage)

    assert stage.states() == ["healthy"] * 3
    stage.world.workloads.scale("kube-system", "cloud-controller-manager", 1)
    stage.run(60)
    assert stage.leftovers() == clean
