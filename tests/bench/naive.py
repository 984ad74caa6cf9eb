"""Ways to move a Service that look right, and what a person would do in them; generous wherever they have a choice."""

from __future__ import annotations

import copy
from typing import Any

from msgspec.structs import replace

from migrator.sandbox.world.balancers import LoadBalancer
from migrator.sandbox.world.route53 import ChangeInfo, RecordSet
from migrator.simulation.stage import Stage, serving

PREFIX = "service.beta.kubernetes.io/aws-load-balancer-"
# Without `scheme` the new load balancer would be an internal one, and every request lost.
EXTERNAL = {PREFIX + "type": "external", PREFIX + "nlb-target-type": "instance", PREFIX + "scheme": "internet-facing"}


def edit_in_place(stage: Stage) -> None:
    """Make the live Service the other controller's, and point the records at its new hostname once it appears.

    The controller writes the hostname as soon as the load balancer exists, which is minutes before it is active.
    """
    legacy, kube = stage.legacy, stage.world.kube
    kube.patch("Service", legacy.namespace, legacy.name, {"metadata": {"annotations": EXTERNAL}}, manager="kubectl")
    stage.until(lambda: _balancer(stage) not in (None, stage.world.elb.by_dns(legacy.hostname)))
    lb = _balancer(stage)
    assert lb is not None
    repoint(stage, lb)


def delete_at_once(stage: Stage) -> None:
    """Make a second Service, wait until it serves, change the records, and delete the first.

    Caches still hold the old answer when its load balancer goes; and name servers that did not have the change yet
    then answer with nothing, which is kept for as long as the zone's SOA record says.
    """
    _change(stage)
    stage.world.kube.delete("Service", stage.legacy.namespace, stage.legacy.name)


def delete_when_insync(stage: Stage) -> None:
    """The same, but wait until every name server has the change before the first Service is deleted."""
    changes = _change(stage)
    stage.until(lambda: all(each.status(stage.world.now) == "INSYNC" for each in changes))
    stage.world.kube.delete("Service", stage.legacy.namespace, stage.legacy.name)


def _change(stage: Stage) -> list[ChangeInfo]:
    """Make a second Service, wait until it serves, and change the records."""
    legacy, kube = stage.legacy, stage.world.kube
    second = _second(stage)
    kube.create(second, manager="kubectl")
    name = second["metadata"]["name"]
    stage.until(lambda: serving(stage.world, legacy.namespace, name) is not None)
    lb = serving(stage.world, legacy.namespace, name)
    assert lb is not None
    return repoint(stage, lb)


def repoint(stage: Stage, lb: LoadBalancer) -> list[ChangeInfo]:
    """Let every record set that leads to legacy lead to another load balancer, its TTL as it was."""
    route53, hostname = stage.world.route53, stage.legacy.hostname
    made = []
    for zone in list(route53.zones.values()):
        changes = [("UPSERT", _led(each, lb)) for each in route53.record_sets(zone.id) if _leads(each, hostname)]
        if changes:
            made.append(route53.change(zone.id, changes))
    return made


def _balancer(stage: Stage) -> LoadBalancer | None:
    """The load balancer behind the status hostname of the first Service."""
    status = stage.world.kube.get("Service", stage.legacy.namespace, stage.legacy.name).get("status", {})
    ingress = status.get("loadBalancer", {}).get("ingress") or [{}]
    return stage.world.elb.by_dns(ingress[0].get("hostname", ""))


def _second(stage: Stage) -> dict[str, Any]:
    """The manifest of the second Service: that of the first, as its author wrote it, with the other controller's marks."""
    first = stage.world.kube.get("Service", stage.legacy.namespace, stage.legacy.name)
    ports = [{key: each[key] for key in ("name", "port", "targetPort", "protocol")} for each in first["spec"]["ports"]]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": stage.legacy.namespace, "name": f"{stage.legacy.name}-2", "annotations": dict(EXTERNAL)},
        "spec": {"type": "LoadBalancer", "selector": copy.deepcopy(first["spec"]["selector"]), "ports": ports},
    }


def _leads(record: RecordSet, hostname: str) -> bool:
    there = [record.alias.dns_name] if record.alias is not None else record.values
    return any(each.lower().rstrip(".").removeprefix("dualstack.") == hostname.lower() for each in there)


def _led(record: RecordSet, lb: LoadBalancer) -> RecordSet:
    if record.alias is None:
        return replace(record, values=(lb.dns_name,))
    return replace(record, alias=replace(record.alias, zone_id=lb.zone_id, dns_name=f"dualstack.{lb.dns_name}."))
