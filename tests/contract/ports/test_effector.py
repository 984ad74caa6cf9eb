"""Every change, its guard, and how it is recognised afterwards, whoever makes it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import Conflict, Missing, OutsideError, Rejected, Unclear
from migrator.model.cluster import LEGACY_FINALIZER, TYPE_ANNOTATION, Service
from migrator.model.effects import (
    ChangeRecords,
    CreateService,
    DeleteLoadBalancer,
    DeleteSecurityGroup,
    DeleteService,
    DeleteTargetGroup,
    DemoteService,
    DisableDeletionProtection,
    Effect,
    EnableDeletionProtection,
    PatchService,
    Result,
    RevokeRule,
)
from migrator.model.records import BalancerName, RecordSet, Swap, pointed
from migrator.sandbox.world.estate import legacy_service
from tests.contract.ports.sides import Side
from tests.contract.ports.test_cluster_look import clone


def service(side: Side, name: str = "web") -> Service:
    """A Service as it is now."""
    found = side.outside.cluster.service("shop", name)
    assert found is not None
    return found


def lowered(side: Side) -> ChangeRecords:
    """The CNAME's TTL goes from 300 s to 60 s."""
    zone = side.stage.estate.public_zone.id
    (record,) = side.outside.records.at(zone, ("api.example.com.",))
    return ChangeRecords(zone, (Swap(record, replace(record, ttl_s=60)),), "lower the TTL")


def unclear(side: Side, where: str, operation: str, effect: Effect) -> Result | None:
    """Make a call whose reply is lost; what is found of it."""
    assert side.outside.effector.found(effect) is None
    side.fault(where, operation, "lose-reply")
    with pytest.raises(Unclear):
        side.outside.effector.apply(effect)
    return side.outside.effector.found(effect)


def test_a_record_is_swapped_whole_and_gives_a_change_to_wait_for(side: Side) -> None:
    """The id is asked until Route 53 says INSYNC."""
    effect = lowered(side)

    result = side.outside.effector.apply(effect)

    assert side.outside.records.at(effect.zone_id, ("api.example.com.",)) == (effect.swaps[0].after,)
    assert side.outside.records.insync(result["change"]) is False
    assert side.outside.effector.found(effect) == {}


def test_aliases_move_in_pairs_and_in_one_batch(side: Side) -> None:
    """A and AAAA lead to the same place at any instant."""
    zone = side.stage.estate.public_zone.id
    other = side.stage.expose(_second_service(), ())
    lb = side.world.elb.balancers[other.balancer]
    before = [each for each in side.outside.records.at(zone, ("example.com.",)) if each.alias]
    swaps = tuple(Swap(each, pointed(each, BalancerName(lb.dns_name, lb.zone_id))) for each in before)

    side.outside.effector.apply(ChangeRecords(zone, swaps, "move"))

    after = [each for each in side.outside.records.at(zone, ("example.com.",)) if each.alias]
    assert after == [swap.after for swap in swaps]
    assert len(after) == 2


def _second_service() -> dict[str, Any]:
    return legacy_service("shop", "web2", app="web")


def test_a_record_that_somebody_edited_is_not_swapped(side: Side) -> None:
    """DELETE names every field as it was listed, so an older view cannot win."""
    effect = lowered(side)
    stale = replace(effect, swaps=(Swap(replace(effect.swaps[0].before, ttl_s=299), effect.swaps[0].after),))

    with pytest.raises(Conflict):
        side.outside.effector.apply(stale)

    assert side.outside.records.at(effect.zone_id, ("api.example.com.",)) == (effect.swaps[0].before,)


def test_a_batch_is_done_whole_or_not_at_all(side: Side) -> None:
    """A half-moved pair would answer with two load balancers."""
    good = lowered(side)
    absent = RecordSet("gone.example.com.", "CNAME", 60, ("elsewhere.example.net",))
    both = replace(good, swaps=(*good.swaps, Swap(absent, replace(absent, ttl_s=61))))

    with pytest.raises(Conflict):
        side.outside.effector.apply(both)

    assert side.outside.effector.found(good) is None


def test_the_same_set_again_gives_a_new_change(side: Side) -> None:
    """This is how a lost change id is replaced."""
    effect = lowered(side)
    first = side.outside.effector.apply(effect)
    after = effect.swaps[0].after

    second = side.outside.effector.apply(ChangeRecords(effect.zone_id, (Swap(after, after),), "again"))

    assert second["change"] != first["change"]


def test_a_lost_batch_is_found_without_its_id(side: Side) -> None:
    """The records are seen, the change's id is not."""
    assert unclear(side, "aws", "route53:ChangeResourceRecordSets", lowered(side)) == {}


def test_a_created_service_is_found_by_its_mark(side: Side) -> None:
    """Another one of that name is not ours."""
    effect = CreateService("shop", "web-new", clone())

    found = unclear(side, "kube", "POST services", effect)

    assert found == {"uid": service(side, "web-new").uid}
    other = CreateService("shop", "web", clone("web"))
    assert side.outside.effector.found(other) is None
    with pytest.raises(Conflict):
        side.outside.effector.apply(effect)


def test_a_service_that_the_server_refuses_is_rejected(side: Side) -> None:
    """Sending it again would not help."""
    with pytest.raises(Rejected):
        side.outside.effector.apply(CreateService("shop", "web-new", clone(ports=[{"port": 70000}])))


def test_exactly_the_service_that_was_read_is_deleted(side: Side) -> None:
    """Its UID and its resourceVersion are preconditions."""
    read = service(side)
    exact = DeleteService("shop", "web", read.uid, read.resource_version)
    for wrong in (replace(exact, uid="00000000-0000-0000-0000-000000000000"), replace(exact, resource_version="1")):
        with pytest.raises(Conflict):
            side.outside.effector.apply(wrong)
    assert not service(side).deleting

    assert unclear(side, "kube", "DELETE services", exact) == {}

    assert service(side).deleting
    side.stage.until(lambda: side.outside.cluster.service("shop", "web") is None)
    assert side.outside.effector.found(exact) == {}
    with pytest.raises(Missing):
        side.outside.effector.apply(exact)


def test_another_service_of_the_name_means_ours_is_deleted(side: Side) -> None:
    """GitOps may bring the name back under a new UID."""
    read = service(side)

    assert side.outside.effector.found(DeleteService("shop", "web", "another-uid", read.resource_version)) == {}


def test_a_demoted_service_keeps_its_name_and_its_type_annotation(side: Side) -> None:
    """Its controller picks the way to delete by that annotation, and readers keep the cluster IP."""
    manifest = _second_service()
    manifest["metadata"]["annotations"]["service.beta.kubernetes.io/load-balancer-source-ranges"] = "10.0.0.0/8"
    manifest["spec"]["loadBalancerSourceRanges"] = ["10.0.0.0/8"]
    side.stage.expose(manifest)
    read = service(side, "web2")
    effect = DemoteService("shop", "web2", read.uid, read.resource_version)

    assert unclear(side, "kube", "PATCH services", effect) == {}

    demoted = service(side, "web2")
    assert (demoted.type, demoted.uid, demoted.spec["clusterIP"]) == ("ClusterIP", read.uid, read.spec["clusterIP"])
    assert demoted.annotations == {TYPE_ANNOTATION: "nlb"}
    assert "loadBalancerSourceRanges" not in demoted.spec
    assert not any("nodePort" in port for port in demoted.spec["ports"])
    side.stage.until(lambda: LEGACY_FINALIZER not in service(side, "web2").finalizers)
    with pytest.raises(Conflict):
        side.outside.effector.apply(effect)


def test_annotations_are_set_and_removed_on_exactly_this_object(side: Side) -> None:
    """Our mark goes at the end, and a mark that is not there is gone."""
    side.world.kube.create(clone(), manager="migrate")
    read = service(side, "web-new")
    wanted: dict[str, str | None] = {"example.com/added": "yes", "migrate.dev/migration": None}
    effect = PatchService("shop", "web-new", read.uid, read.resource_version, wanted)

    assert unclear(side, "kube", "PATCH services", effect) == {}

    annotations = service(side, "web-new").annotations
    assert annotations["example.com/added"] == "yes"
    assert "migrate.dev/migration" not in annotations
    with pytest.raises(Conflict):
        side.outside.effector.apply(effect)
    gone = replace(effect, name="nothing")
    assert side.outside.effector.found(gone) is None
    with pytest.raises(Missing):
        side.outside.effector.apply(gone)


def test_protection_is_disabled_and_seen_disabled(side: Side) -> None:
    """Legacy's own deletion would be refused without."""
    side.world.elb.set_load_balancer_attributes(side.arn, {"deletion_protection.enabled": "true"})
    with pytest.raises(Rejected):
        side.outside.effector.apply(DeleteLoadBalancer(side.arn))

    assert unclear(side, "aws", "elbv2:ModifyLoadBalancerAttributes", DisableDeletionProtection(side.arn)) == {}

    assert side.outside.balancers.attributes(side.arn)["deletion_protection.enabled"] == "false"


def test_protection_is_enabled_again_and_seen_enabled(side: Side) -> None:
    """On the way back it is as it was; twice does no harm."""
    effect = EnableDeletionProtection(side.arn)

    assert unclear(side, "aws", "elbv2:ModifyLoadBalancerAttributes", effect) == {}
    side.outside.effector.apply(effect)

    assert side.outside.balancers.attributes(side.arn)["deletion_protection.enabled"] == "true"
    with pytest.raises(Rejected):
        side.outside.effector.apply(DeleteLoadBalancer(side.arn))


def test_what_legacy_left_is_deleted_by_exact_id(side: Side) -> None:
    """Load balancer, then target group, then rules, then security group."""
    (group,) = side.outside.balancers.groups(side.arn)
    (rule, *_) = side.outside.network.rules_for(side.world.elb.balancers[side.arn].name)
    with pytest.raises(Conflict):
        side.outside.effector.apply(DeleteTargetGroup(group.arn))

    side.outside.effector.apply(DeleteLoadBalancer(side.arn))
    side.stage.until(lambda: side.outside.effector.found(DeleteLoadBalancer(side.arn)) == {})
    assert unclear(side, "aws", "elbv2:DeleteTargetGroup", DeleteTargetGroup(group.arn)) == {}
    assert unclear(side, "aws", "ec2:RevokeSecurityGroupIngress", RevokeRule(rule.group, rule.id)) == {}

    assert side.outside.effector.found(DisableDeletionProtection(side.arn)) == {}
    assert side.outside.effector.found(EnableDeletionProtection(side.arn)) is None
    with pytest.raises(Missing):
        side.outside.effector.apply(EnableDeletionProtection(side.arn))
    with pytest.raises(Missing):
        side.outside.effector.apply(RevokeRule(rule.group, rule.id))


def test_a_security_group_in_use_is_not_deleted(side: Side) -> None:
    """Somebody else's rule may refer to it."""
    made = side.world.ec2.create_security_group("left", "left over", side.stage.estate.vpc.id)
    with pytest.raises(Conflict):
        side.outside.effector.apply(DeleteSecurityGroup(side.stage.estate.node_group.id))

    assert unclear(side, "aws", "ec2:DeleteSecurityGroup", DeleteSecurityGroup(made.id)) == {}

    with pytest.raises(Missing):
        side.outside.effector.apply(DeleteSecurityGroup(made.id))


@pytest.mark.parametrize("mode", ["throttle", "deny"])
def test_what_was_refused_was_not_done(side: Side, mode: str) -> None:
    """Only then may it be sent again."""
    effect = lowered(side)
    side.fault("aws", "route53:ChangeResourceRecordSets", mode)

    with pytest.raises(OutsideError) as caught:
        side.outside.effector.apply(effect)

    assert caught.value.code == {"throttle": "throttled", "deny": "denied"}[mode]
    assert side.outside.effector.found(effect) is None


def test_a_call_is_made_once(wired: Side) -> None:
    """botocore and urllib3 would send a write again by themselves."""
    effect = lowered(wired)
    wired.fault("aws", "route53:ChangeResourceRecordSets", "throttle", times=None)
    before, _ = wired.calls()

    with pytest.raises(OutsideError):
        wired.outside.effector.apply(effect)

    assert wired.calls()[0] - before == 1
