"""How the legacy controller takes Classic Load Balancers away, and what a flipped annotation or a failure leaves for ever."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.sandbox.world.ec2_rules import RuleSpec
from migrator.sandbox.world.leftovers import leftovers
from migrator.sandbox.world.legacy import FINALIZER

Stage = Any


def delete(stage: Stage, name: str = "web", settle_s: float = 700) -> None:
    stage.world.kube.delete("Service", "shop", name)
    stage.run(settle_s)


def kinds(stage: Stage) -> list[str]:
    """What still bears the Service's marks."""
    return [each.kind for each in leftovers(stage.world, "shop/web")]


def test_deletion_takes_everything_away(stage: Stage, clean: Any) -> None:
    stage.legacy(marks={"type": "clb"}, settle_s=60)

    delete(stage)

    assert stage.leftovers() == clean and kinds(stage) == []
    assert stage.world.kube.find("Service", "shop", "web") is None
    assert stage.events("web")[-2:] == ["DeletingLoadBalancer", "DeletedLoadBalancer"]


def test_nodes_are_closed_before_the_load_balancer_goes(stage: Stage) -> None:
    """While it cannot be deleted, clients reach a load balancer that reaches nobody."""
    service = stage.legacy(marks={"type": "clb"}, settle_s=120)
    lb = stage.shown(service)
    stage.arm("legacy", "delete-load-balancer", times=2)

    delete(stage, settle_s=8)

    assert stage.balancer(service) is None  # it is no Network Load Balancer
    assert stage.world.elb.by_name(lb.name, "classic") is lb and stage.rules() == []
    assert stage.said("web", "SyncLoadBalancerFailed").startswith("Error syncing load balancer: failed to delete load balancer: ")
    stage.run(100)
    assert kinds(stage) == []


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        pytest.param("describe-load-balancer", [], id="looking-for-it"),
        pytest.param("revoke-rules", [], id="closing-the-nodes"),
        pytest.param("delete-load-balancer", [], id="deleting-it"),
        pytest.param("delete-security-group", ["security-group"], id="deleting-its-group"),
        pytest.param("remove-finalizer", [], id="taking-the-finalizer-off"),
    ],
)
def test_one_failure_heals_until_the_load_balancer_is_gone_and_leaks_after(stage: Stage, operation: str, left: list[str]) -> None:
    stage.legacy(marks={"type": "clb"}, settle_s=60)
    stage.arm("legacy", operation)

    delete(stage)

    assert kinds(stage) == left
    assert stage.world.kube.find("Service", "shop", "web") is None


def test_a_group_that_somebody_refers_to_holds_the_worker_for_ten_minutes_and_leaks(stage: Stage) -> None:
    """Meanwhile no other Service's load balancer is worked on: there is one worker."""
    lb = stage.shown(stage.legacy(marks={"type": "clb"}, settle_s=60))
    other = stage.world.ec2.create_security_group("other", "other", stage.estate.vpc.id)
    (group,) = lb.security_groups
    stage.world.ec2.authorize(other.id, [RuleSpec(protocol="tcp", from_port=1, to_port=1, source_group=group)])

    delete(stage, settle_s=20)
    stage.legacy("second", settle_s=500)
    waiting = stage.events("second")
    stage.run(200)

    assert waiting == []
    assert "EnsuredLoadBalancer" in stage.events("second")
    assert "timed out deleting ELB: web. Could not delete security groups" in stage.said("web", "SyncLoadBalancerFailed")
    assert stage.world.kube.find("Service", "shop", "web") is None
    assert [each.name for each in stage.world.ec2.groups.values() if each.id == group] == [f"k8s-elb-{lb.name}"]
    assert kinds(stage) == ["rule", "security-group"]


def test_annotated_groups_are_not_its_to_delete(stage: Stage) -> None:
    ec2, vpc = stage.world.ec2, stage.estate.vpc.id
    tags = {"kubernetes.io/cluster/sandbox": "owned"}
    mine = ec2.create_security_group("mine", "mine", vpc, tags=tags)
    untagged = ec2.create_security_group("untagged", "untagged", vpc)
    marks = {"type": "clb", "security-groups": mine.id, "extra-security-groups": untagged.id}
    stage.legacy(marks=marks, settle_s=60)

    delete(stage)

    assert mine.id in ec2.groups and untagged.id in ec2.groups
    assert stage.rules() == [] and not stage.world.elb.balancers


def test_demotion_is_clean(stage: Stage, clean: Any) -> None:
    stage.legacy(marks={"type": "clb"}, settle_s=60)

    stage.world.kube.patch("Service", "shop", "web", {"spec": {"type": "ClusterIP"}})
    stage.run(100)

    assert stage.leftovers() == clean
    assert FINALIZER not in (stage.service("web")["metadata"].get("finalizers") or [])


def test_a_flip_to_nlb_brings_a_second_load_balancer_and_the_first_leaks(stage: Stage) -> None:
    old = stage.shown(stage.legacy(marks={"type": "clb"}, settle_s=60))

    stage.annotate("web", type="nlb")
    stage.run(400)
    new = stage.shown(stage.service("web"))
    delete(stage)

    assert (old.kind, new.kind, old.name) == ("classic", "network", new.name)
    assert kinds(stage) == ["load-balancer", "rule", "security-group"]
    assert stage.world.elb.by_dns(old.dns_name) is old and stage.world.elb.by_dns(new.dns_name) is None


def test_a_flip_from_nlb_brings_a_classic_one_and_the_first_leaks(stage: Stage) -> None:
    old = stage.shown(stage.legacy())

    stage.annotate("web", type=None)
    stage.run(100)
    new = stage.shown(stage.service("web"))
    delete(stage)

    assert (old.kind, new.kind) == ("network", "classic")
    assert kinds(stage) == ["load-balancer", "target-group", "rule"]


def test_a_flip_to_external_leaves_everything_and_nodes_are_followed_no_more(staged: Any) -> None:
    stage = staged(lbc=False)
    stage.legacy(marks={"type": "clb"}, settle_s=60)
    stage.annotate("web", type="external", nlb_target_type="instance")
    stage.run(30)

    stage.estate.add_node(0)
    stage.run(60)
    targets = len(stage.states())
    delete(stage)

    assert targets == 3
    assert kinds(stage) == ["load-balancer", "rule", "security-group"]
    assert stage.events("web")[-1] == "DeletedLoadBalancer"


def test_a_finalizer_taken_off_by_force_still_gets_the_load_balancer_deleted(stage: Stage, clean: Any) -> None:
    stage.legacy(marks={"type": "clb"}, settle_s=60)

    stage.world.kube.delete("Service", "shop", "web")
    stage.world.kube.patch("Service", "shop", "web", {"metadata": {"finalizers": None}})
    stage.run(60)

    assert stage.leftovers() == clean


def test_what_belongs_to_another_service_is_not_counted(stage: Stage) -> None:
    service = stage.legacy(marks={"type": "clb"}, settle_s=60)

    assert leftovers(stage.world, "shop/other", "f" * 36) == []
    found = leftovers(stage.world, "shop/web", service["metadata"]["uid"])
    assert [each.kind for each in found] == ["load-balancer", "rule", "security-group"] == kinds(stage)
