"""Effects done straight on the world: guarded, once, and found again when the answer is lost."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import Conflict, Missing, Rejected, Throttled, Unclear
from migrator.model import effects
from migrator.model.cluster import MARK
from migrator.model.effects import Effect
from migrator.model.records import RecordSet, Swap
from migrator.sandbox.world.faults import Fault
from migrator.simulation.stage import Stage

LEASE = effects.TakeLease("shop", "migrate-web")


def manifest(mark: str = "m-1") -> dict[str, Any]:
    """A clone that bears a mark."""
    meta = {"name": "web-2", "namespace": "shop", "annotations": {MARK: mark}}
    spec = {
        "type": "LoadBalancer",
        "loadBalancerClass": "service.k8s.aws/nlb",
        "selector": {"app": "web"},
        "ports": [{"port": 80}],
    }
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}


def cname(stage: Stage) -> RecordSet:
    """The CNAME as listed."""
    (record,) = stage.outside.records.at(stage.estate.public_zone.id, ("api.example.com.",))
    return record


def guards(stage: Stage) -> dict[str, str]:
    """UID and resourceVersion of the legacy Service."""
    service = stage.outside.cluster.service("shop", "web")
    assert service is not None
    return {"namespace": "shop", "name": "web", "uid": service.uid, "resource_version": service.resource_version}


def every_effect(stage: Stage) -> tuple[Effect, ...]:
    """One that can be done now of each kind, for the stage as it is set up."""
    world, arn, record = stage.world, stage.legacy.balancer, cname(stage)
    name = world.elb.balancers[arn].name
    rule = stage.outside.network.rules_for(name)[0]
    spare = world.elb.create_target_group(
        "spare", "TCP", 80, stage.estate.vpc.id, "instance", world.elb.groups_of(arn)[0].health_check, tags={}
    )
    group = world.ec2.create_security_group("spare", "of nobody", stage.estate.vpc.id)
    world.elb.set_load_balancer_attributes(arn, {"deletion_protection.enabled": "true"})
    return (
        LEASE,
        effects.ChangeRecords(stage.estate.public_zone.id, (Swap(record, replace(record, ttl_s=60)),), "lower the TTL"),
        effects.CreateService("shop", "web-2", manifest()),
        effects.PatchService(**guards(stage), annotations={"example.com/a": "b"}),
        effects.DemoteService(**guards(stage)),
        effects.DeleteService(**guards(stage)),
        effects.DisableDeletionProtection(arn),
        effects.DeleteTargetGroup(spare.arn),
        effects.RevokeRule(rule.group, rule.id),
        effects.DeleteSecurityGroup(group.id),
    )


@pytest.mark.parametrize("number", range(10))
def test_a_lost_answer_is_unclear_and_its_after_image_is_found(fresh: Stage, number: int) -> None:
    """A call is never sent blindly again: what it would have left tells whether it was done."""
    effector, effect = fresh.outside.effector, every_effect(fresh)[number]
    assert effector.found(effect) is None
    for where in ("aws", "kube"):
        fresh.world.faults.arm(Fault(where=where, operation="*", mode="lose-reply"))

    with pytest.raises(Unclear):
        effector.apply(effect)

    fresh.world.faults.clear()
    assert effector.found(effect) is not None


@pytest.mark.parametrize("number", range(10))
def test_a_throttled_call_was_not_done(fresh: Stage, number: int) -> None:
    """So it may be sent again."""
    effector, effect = fresh.outside.effector, every_effect(fresh)[number]
    for where in ("aws", "kube"):
        fresh.world.faults.arm(Fault(where=where, operation="*", mode="throttle"))

    with pytest.raises(Throttled):
        effector.apply(effect)

    fresh.world.faults.clear()
    assert effector.found(effect) is None
    effector.apply(effect)
    assert effector.found(effect) is not None


def test_a_load_balancer_is_deleted_once_nothing_protects_it(fresh: Stage) -> None:
    """And is found gone only when AWS itself no longer describes it."""
    effector, arn = fresh.outside.effector, fresh.legacy.balancer
    fresh.world.elb.set_load_balancer_attributes(arn, {"deletion_protection.enabled": "true"})
    with pytest.raises(Rejected):
        effector.apply(effects.DeleteLoadBalancer(arn))

    effector.apply(effects.DisableDeletionProtection(arn))
    effector.apply(effects.DeleteLoadBalancer(arn))

    assert effector.found(effects.DeleteLoadBalancer(arn)) is None
    fresh.run(10)
    assert effector.found(effects.DeleteLoadBalancer(arn)) == {}


def test_records_are_swapped_by_compare_and_set(fresh: Stage) -> None:
    """A stale view of a record set must not overwrite what somebody else made of it."""
    zone, listed, effector = fresh.estate.public_zone.id, cname(fresh), fresh.outside.effector
    lowered = replace(listed, ttl_s=60)

    result = effector.apply(effects.ChangeRecords(zone, (Swap(listed, lowered),), "lower the TTL"))

    assert cname(fresh) == lowered
    assert not fresh.outside.records.insync(result["change"])
    with pytest.raises(Conflict):
        effector.apply(effects.ChangeRecords(zone, (Swap(listed, replace(listed, ttl_s=5)),), "an old view"))
    assert cname(fresh) == lowered


def test_the_identical_batch_gives_a_new_id(fresh: Stage) -> None:
    """What a lost change id is replaced by."""
    zone, listed = fresh.estate.public_zone.id, cname(fresh)

    result = fresh.outside.effector.apply(effects.ChangeRecords(zone, (Swap(listed, listed),), "again"))

    assert cname(fresh) == listed
    fresh.run(61)
    assert fresh.outside.records.insync(result["change"])


@pytest.mark.parametrize("kind", [effects.DeleteService, effects.DemoteService])
def test_a_service_that_was_changed_since_is_left_alone(fresh: Stage, kind: Any) -> None:
    """Freshness is checked at the mutation itself."""
    seen = guards(fresh)
    fresh.world.kube.patch("Service", "shop", "web", {"metadata": {"annotations": {"a": "b"}}})

    with pytest.raises(Conflict):
        fresh.outside.effector.apply(kind(**seen))

    service = fresh.outside.cluster.service("shop", "web")
    assert service is not None and not service.deleting and service.type == "LoadBalancer"


def test_a_demoted_service_keeps_what_its_controller_deletes_by(fresh: Stage) -> None:
    """Without the type annotation the load balancer would be looked for in the other family, and leak."""
    fresh.outside.effector.apply(effects.DemoteService(**guards(fresh)))

    service = fresh.outside.cluster.service("shop", "web")
    assert service is not None and service.type == "ClusterIP"
    assert service.annotations["service.beta.kubernetes.io/aws-load-balancer-type"] == "nlb"
    fresh.until(lambda: fresh.outside.balancers.balancer(fresh.legacy.balancer) is None)


def test_a_service_with_another_mark_is_not_our_clone(fresh: Stage) -> None:
    """Somebody else's Service of that name must not pass for what we made."""
    fresh.world.kube.create(manifest("m-2"))

    assert fresh.outside.effector.found(effects.CreateService("shop", "web-2", manifest())) is None


def test_the_lease_is_taken_advanced_and_released(fresh: Stage) -> None:
    """One mark, moved on before each effect."""
    outside = fresh.joined("journal-1", migration="m-1", host="here/1")
    assert outside.effector.apply(LEASE) == {"epoch": "1"}
    taken = outside.cluster.lease("shop", "migrate-web")
    assert taken is not None
    assert (taken.journal, taken.migration, taken.host, taken.epoch) == ("journal-1", "m-1", "here/1", 1)
    fresh.run(5)

    stored = outside.fence.advance(replace(taken, sequence=7, checksum="sha256:7"))

    assert outside.cluster.lease("shop", "migrate-web") == stored
    assert (stored.sequence, stored.checksum) == (7, "sha256:7")
    assert stored.renewed == pytest.approx(fresh.clock.now(), abs=0.001)
    with pytest.raises(Conflict):
        outside.fence.advance(taken)
    outside.effector.apply(effects.ReleaseLease("shop", "migrate-web"))
    assert outside.cluster.lease("shop", "migrate-web") is None
    with pytest.raises(Missing):
        outside.fence.advance(stored)


def test_only_the_same_journal_takes_a_lease_over(fresh: Stage) -> None:
    """Another machine with a copy of the journal may, with the next epoch; another journal may not."""
    fresh.joined("journal-1", host="here/1").effector.apply(LEASE)
    lease = fresh.outside.cluster.lease("shop", "migrate-web")
    assert lease is not None
    takeover = effects.TakeLease("shop", "migrate-web", takeover=lease.resource_version)
    stranger, moved = fresh.joined("journal-2", host="there/1"), fresh.joined("journal-1", host="there/1")

    for effect in (takeover, effects.ReleaseLease("shop", "migrate-web")):
        with pytest.raises(Conflict) as refused:
            stranger.effector.apply(effect)
        assert refused.value.code == "foreign-lease"
    assert moved.effector.found(takeover) is None
    assert moved.effector.apply(takeover) == moved.effector.found(takeover) == {"epoch": "2"}
