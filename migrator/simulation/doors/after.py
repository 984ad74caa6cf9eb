"""What a call whose answer was lost would have left behind."""

from __future__ import annotations

from typing import Any, assert_never

from migrator.errors import Missing
from migrator.model import effects
from migrator.model.balancers import balancer_name, is_classic
from migrator.model.cluster import MARK, Lease
from migrator.model.effects import Effect, Result
from migrator.sandbox.world import World
from migrator.simulation.doors.gate import Gate
from migrator.simulation.doors.objects import lease_from
from migrator.simulation.doors.records import world_record

PROTECTION = "deletion_protection.enabled"

OnService = effects.CreateService | effects.DeleteService | effects.DemoteService | effects.PatchService
Sweeping = effects.DeleteLoadBalancer | effects.DeleteTargetGroup | effects.RevokeRule | effects.DeleteSecurityGroup


class AfterImages:
    """Looks for them on behalf of one journal on one host."""

    def __init__(self, world: World, *, journal: str, host: str) -> None:
        self._world, self._kube = world, world.kube
        self._aws, self._cluster = Gate(world, "aws"), Gate(world, "kube")
        self._journal, self._host = journal, host

    def found(self, effect: Effect) -> Result | None:
        """The result where the after-image is there, None where it is not."""
        match effect:
            case effects.TakeLease():
                lease = self._lease(effect)
                ours = lease is not None and (lease.journal, lease.host) == (self._journal, self._host)
                return {"epoch": str(lease.epoch)} if lease is not None and ours else None
            case effects.ReleaseLease():
                return {} if self._lease(effect) is None else None
            case effects.ChangeRecords():
                return self._records(effect)
            case effects.CreateService() | effects.DeleteService() | effects.DemoteService() | effects.PatchService():
                self._cluster.look(f"{effect.namespace}/{effect.name}", "GET services")
                return service_after(effect, self._kube.find("Service", effect.namespace, effect.name))
            case effects.DisableDeletionProtection():
                self._aws.look(effect.balancer_arn, "elbv2:DescribeLoadBalancerAttributes")
                lb = self._world.elb.balancers.get(effect.balancer_arn)
                return {} if lb is None or lb.attributes[PROTECTION] == "false" else None
            case effects.EnableDeletionProtection():
                self._aws.look(effect.balancer_arn, "elbv2:DescribeLoadBalancerAttributes")
                lb = self._world.elb.balancers.get(effect.balancer_arn)
                return {} if lb is not None and lb.attributes[PROTECTION] == "true" else None
            case _:
                return {} if self._gone(effect) else None

    def _lease(self, effect: effects.TakeLease | effects.ReleaseLease) -> Lease | None:
        self._cluster.look(f"{effect.namespace}/{effect.name}", "GET leases")
        raw = self._kube.find("Lease", effect.namespace, effect.name)
        return None if raw is None else lease_from(raw)

    def _records(self, effect: effects.ChangeRecords) -> Result | None:
        """Nobody tells the id of a change that was made: a result that was found has none."""
        self._aws.look(effect.zone_id, "route53:ListResourceRecordSets")
        if effect.zone_id not in self._world.route53.zones:
            raise Missing(f"hosted zone {effect.zone_id} is gone")
        listed = self._world.route53.record_sets(effect.zone_id)
        wanted = [world_record(swap.after) for swap in effect.swaps]
        before = (world_record(swap.before) for swap in effect.swaps)
        left = any(each in listed and each not in wanted for each in before)
        return {} if all(each in listed for each in wanted) and not left else None

    def _gone(self, effect: Sweeping) -> bool:
        elb, ec2 = self._world.elb, self._world.ec2
        match effect:
            case effects.DeleteLoadBalancer(arn):
                family, subject = ("elb", balancer_name(arn)) if is_classic(arn) else ("elbv2", arn)
                self._aws.look(subject, f"{family}:DescribeLoadBalancers")
                return arn not in elb.balancers and arn not in elb.vanishing
            case effects.DeleteTargetGroup():
                self._aws.look(effect.group_arn, "elbv2:DescribeTargetGroups")
                return effect.group_arn not in elb.groups
            case effects.RevokeRule():
                self._aws.look(effect.rule_id, "ec2:DescribeSecurityGroupRules")
                return effect.rule_id not in ec2.rules
            case effects.DeleteSecurityGroup():
                self._aws.look(effect.group_id, "ec2:DescribeSecurityGroups")
                return effect.group_id not in ec2.groups
            case _:
                assert_never(effect)


def service_after(effect: OnService, raw: dict[str, Any] | None) -> Result | None:
    """Whether a Service, as it is now, is what the effect would have left."""
    meta = raw["metadata"] if raw else {}
    annotations = meta.get("annotations") or {}
    match effect:
        case effects.CreateService():
            mark = (effect.manifest["metadata"].get("annotations") or {}).get(MARK)
            return {"uid": meta["uid"]} if mark is not None and annotations.get(MARK) == mark else None
        case effects.DeleteService():
            return {} if not raw or meta["uid"] != effect.uid or "deletionTimestamp" in meta else None
        case effects.DemoteService():
            there = raw is not None and meta["uid"] == effect.uid and raw["spec"].get("type") == "ClusterIP"
            return {} if there else None
        case effects.PatchService():
            there = raw is not None and meta["uid"] == effect.uid
            same = all(annotations.get(name) == value for name, value in effect.annotations.items())
            return {} if there and same else None
        case _:
            assert_never(effect)
