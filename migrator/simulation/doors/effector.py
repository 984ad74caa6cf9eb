"""What changes things, done straight on the world: one guarded call per effect."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, assert_never

from msgspec.structs import replace

from migrator.errors import Conflict, Missing
from migrator.model import effects
from migrator.model.balancers import balancer_name, is_classic
from migrator.model.cluster import Lease
from migrator.model.effects import Effect, Result
from migrator.sandbox.world import World
from migrator.simulation.doors.after import AfterImages
from migrator.simulation.doors.gate import Gate
from migrator.simulation.doors.objects import lease_from, lease_written
from migrator.simulation.doors.records import world_record

MANAGER = "migrate"
SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
PROTECTION = "deletion_protection.enabled"

Sweeping = effects.DeleteLoadBalancer | effects.DeleteTargetGroup | effects.RevokeRule | effects.DeleteSecurityGroup
Patching = effects.DemoteService | effects.PatchService


class EffectorDoor:
    """Implements Effector for one journal on one host."""

    def __init__(self, world: World, *, journal: str, migration: str, host: str) -> None:
        self._world, self._kube = world, world.kube
        self._aws, self._cluster = Gate(world, "aws"), Gate(world, "kube")
        self._journal, self._migration, self._host = journal, migration, host
        self._after = AfterImages(world, journal=journal, host=host)

    def found(self, effect: Effect) -> Result | None:
        """Our own after-image of a call whose answer was lost; None where it is not there."""
        return self._after.found(effect)

    def apply(self, effect: Effect) -> Result:
        """Do it once, and give back what the world told us."""
        match effect:
            case effects.TakeLease():
                return self._take(effect)
            case effects.ReleaseLease():
                return self._release(effect)
            case effects.ChangeRecords():
                return self._change_records(effect)
            case effects.CreateService():
                return self._create(effect)
            case effects.DeleteService():
                return self._delete(effect)
            case effects.DemoteService() | effects.PatchService():
                return self._patch(effect)
            case effects.DisableDeletionProtection():
                return self._protect(effect.balancer_arn, "false")
            case effects.EnableDeletionProtection():
                return self._protect(effect.balancer_arn, "true")
            case _:
                return self._sweep(effect)

    # The Lease

    def _take(self, effect: effects.TakeLease) -> Result:
        subject = f"{effect.namespace}/{effect.name}"
        if effect.takeover:
            self._cluster.look(subject, "GET leases")
            lease = self._ours(effect)
            if lease.resource_version != effect.takeover:
                raise Conflict(f"cannot {effect.summary}: it was moved on since it was looked at")
            ours = replace(lease, epoch=lease.epoch + 1, host=self._host, migration=self._migration)
            self._cluster.change("PATCH leases", subject, partial(write_lease, self._world, ours))
        else:
            ours = Lease(effect.namespace, effect.name, self._journal, effect.epoch, 0, "", self._host, self._migration)
            obj = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease"}
            obj |= lease_written(ours, self._world.now, namespace=effect.namespace, name=effect.name)
            self._cluster.change("POST leases", subject, lambda: self._kube.create(obj, manager=MANAGER))
        return {"epoch": str(ours.epoch)}

    def _release(self, effect: effects.ReleaseLease) -> Result:
        subject = f"{effect.namespace}/{effect.name}"
        self._cluster.look(subject, "GET leases")
        version = self._ours(effect).resource_version
        self._cluster.change(
            "DELETE leases",
            subject,
            lambda: self._kube.delete("Lease", effect.namespace, effect.name, resource_version=version),
        )
        return {}

    def _ours(self, effect: effects.TakeLease | effects.ReleaseLease) -> Lease:
        """The Lease as it is; Missing when it is gone, Conflict when it is another journal's."""
        raw = self._kube.find("Lease", effect.namespace, effect.name)
        if raw is None:
            raise Missing(f"cannot {effect.summary}: it is gone")
        lease = lease_from(raw)
        if lease.journal != self._journal:
            seen = (f"it is held by journal {lease.journal or 'of nobody we know'} on {lease.host or 'an unknown host'}",)
            raise Conflict(f"cannot {effect.summary}: it is another journal's", seen=seen, code="foreign-lease")
        return lease

    # Services

    def _create(self, effect: effects.CreateService) -> Result:
        subject = f"{effect.namespace}/{effect.name}"
        made = self._cluster.change("POST services", subject, lambda: self._kube.create(effect.manifest, manager=MANAGER))
        return {"uid": made["metadata"]["uid"]}

    def _delete(self, effect: effects.DeleteService) -> Result:
        self._cluster.change(
            "DELETE services",
            f"{effect.namespace}/{effect.name}",
            lambda: self._kube.delete(
                "Service", effect.namespace, effect.name, uid=effect.uid, resource_version=effect.resource_version
            ),
        )
        return {}

    def _patch(self, effect: Patching) -> Result:
        annotations = effect.annotations if isinstance(effect, effects.PatchService) else {SOURCE_RANGES: None}
        guards = {"uid": effect.uid, "resourceVersion": effect.resource_version}
        patch: dict[str, Any] = {"metadata": {**guards, "annotations": annotations}}
        if isinstance(effect, effects.DemoteService):
            patch["spec"] = {"type": "ClusterIP", "loadBalancerSourceRanges": None}
        self._cluster.change(
            "PATCH services",
            f"{effect.namespace}/{effect.name}",
            lambda: self._kube.patch("Service", effect.namespace, effect.name, patch, manager=MANAGER),
        )
        return {}

    # AWS

    def _change_records(self, effect: effects.ChangeRecords) -> Result:
        deleted = [("DELETE", world_record(swap.before)) for swap in effect.swaps]
        created = [("CREATE", world_record(swap.after)) for swap in effect.swaps]
        names = " ".join(f"{swap.after.name} {swap.after.type}" for swap in effect.swaps)
        change = self._aws.change(
            "route53:ChangeResourceRecordSets",
            f"{effect.zone_id} {names}",
            lambda: self._world.route53.change(effect.zone_id, deleted + created, effect.why),
        )
        return {"change": change.id}

    def _protect(self, arn: str, on: str) -> Result:
        self._aws.change(
            "elbv2:ModifyLoadBalancerAttributes",
            arn,
            lambda: self._world.elb.set_load_balancer_attributes(arn, {PROTECTION: on}),
        )
        return {}

    def _sweep(self, effect: Sweeping) -> Result:
        elb, ec2 = self._world.elb, self._world.ec2
        act: Callable[[], None]
        match effect:
            case effects.DeleteLoadBalancer(arn):
                # A fault at the door on the wire knows a classic one by its name, as its API does.
                subject = balancer_name(arn) if is_classic(arn) else arn
                operation = f"{'elb' if is_classic(arn) else 'elbv2'}:DeleteLoadBalancer"
                act = partial(elb.delete_load_balancer, arn)
            case effects.DeleteTargetGroup(arn):
                operation, subject, act = "elbv2:DeleteTargetGroup", arn, lambda: elb.delete_target_group(arn)
            case effects.RevokeRule(group, rule):
                operation, subject, act = "ec2:RevokeSecurityGroupIngress", group, lambda: ec2.revoke(group, [rule])
            case effects.DeleteSecurityGroup(group):
                operation, subject, act = "ec2:DeleteSecurityGroup", group, lambda: ec2.delete_security_group(group)
            case _:
                assert_never(effect)
        self._aws.change(operation, subject, act)
        return {}


class FenceDoor:
    """Implements Fence."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._gate = Gate(world, "kube")

    def advance(self, lease: Lease) -> Lease:
        """Write the Lease at its resourceVersion; the stored one."""
        subject = f"{lease.namespace}/{lease.name}"
        return lease_from(self._gate.change("PATCH leases", subject, partial(write_lease, self._world, lease)))


def write_lease(world: World, lease: Lease) -> dict[str, Any]:
    """Write our mark over the Lease at its resourceVersion. Raises KubeError 409 when it was written since."""
    patch = lease_written(lease, world.now, resourceVersion=lease.resource_version)
    return world.kube.patch("Lease", lease.namespace, lease.name, patch, manager=MANAGER)
