"""A picture of the world before a journey, to hold the world after it against."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from migrator.sandbox.world.balancers import LoadBalancer
from migrator.simulation.stage import Exposed, Stage
from migrator.simulation.witness import leads_to

GUARDED = "deletion_protection.enabled"
# The new controller's own, for all its Services. It makes it before it puts its finalizer on a Service, so that it may stay
# where the Service goes in between.
# Source: kubernetes-sigs/aws-load-balancer-controller controllers/service/service_controller.go, reconcile.
SHARED_GROUP = "k8s-traffic-"


def pictured(stage: Stage, legacy: Exposed) -> dict[str, Any]:
    """What a rollback has to bring back: records, Services, load balancers, target groups, security groups and rules."""
    world = stage.world
    service = world.kube.find("Service", legacy.namespace, legacy.name)
    groups = [each for each in world.ec2.groups.values() if not each.name.startswith(SHARED_GROUP)]
    ids = {each.id for each in groups}
    return {
        "records": {
            (zone.id, *record.key): record
            for zone in world.route53.zones.values()
            for record in world.route53.record_sets(zone.id)
        },
        "service": None if service is None else {**service["metadata"], **service["spec"], **service.get("status", {})},
        "services": sorted(each["metadata"]["name"] for each in world.kube.list("Service", legacy.namespace)),
        "balancers": sorted(each.name for each in world.elb.balancers.values()),
        "attributes": dict(world.elb.balancers[legacy.balancer].attributes) if legacy.balancer in world.elb.balancers else None,
        "groups": sorted(each.name for each in world.elb.groups.values()),
        "bindings": sorted(each["metadata"]["name"] for each in world.kube.list("TargetGroupBinding")),
        "security groups": sorted(each.name for each in groups),
        "rules": sorted(rule.description for rule in world.ec2.rules.values() if rule.group_id in ids),
    }


def moved(record: Any, legacy: str, new: LoadBalancer) -> Any:
    """The record set as it has to be at the new load balancer: everything but where it leads to stays.

    An alias names the zone of the load balancer's family, too.
    """
    if not leads_to(record, legacy):
        return record
    if record.alias is None:
        return replace(record, values=(new.dns_name,))
    prefix = "dualstack." if record.alias.dns_name.startswith("dualstack.") else ""
    return replace(record, alias=replace(record.alias, dns_name=f"{prefix}{new.dns_name}.", zone_id=new.zone_id))
