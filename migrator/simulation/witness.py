"""Watches one world while a journey goes on, for what may at no instant be so, whatever the end looks like."""

from __future__ import annotations

from typing import Any

from migrator.model.cluster import LBC_CLASS, MARK
from migrator.sandbox.world.route53 import RecordSet
from migrator.simulation.stage import Exposed, Stage


class Witness:
    """Collects breaches, a sentence each."""

    def __init__(self, stage: Stage, exposed: Exposed) -> None:
        self._stage, self._exposed = stage, exposed
        self.breaches: list[str] = []
        self.clones: set[str] = set()  # UIDs of every Service that was made for the move
        self._alive: set[str] = set()
        self._retired = False
        stage.world.kube.subscribe("Service", self._changed)

    def _changed(self, event: str, service: dict[str, Any], old: dict[str, Any] | None) -> None:
        uid = service["metadata"]["uid"]
        if uid == self._exposed.uid:
            self._judge_retirement(event, service)
        elif MARK in service["metadata"].get("annotations", {}) or service["spec"].get("loadBalancerClass") == LBC_CLASS:
            self._count(event, uid)

    def _count(self, event: str, uid: str) -> None:
        """Never two new Services at once."""
        self.clones.add(uid)
        (self._alive.discard if event == "DELETED" else self._alive.add)(uid)
        if len(self._alive) > 1:
            self._say(f"{len(self._alive)} new Services at once")

    def _judge_retirement(self, event: str, service: dict[str, Any]) -> None:
        """Legacy may go only once no record leads to it, and the new load balancer serves."""
        leaving = event == "DELETED" or "deletionTimestamp" in service["metadata"] or service["spec"]["type"] != "LoadBalancer"
        if not leaving or self._retired:
            return
        self._retired = True
        world = self._stage.world
        for zone in world.route53.zones.values():
            for record in world.route53.record_sets(zone.id):
                if leads_to(record, self._exposed.hostname):
                    self._say(f"legacy was retired while {record.name} {record.type} led to it")
        new = [lb for lb in world.elb.balancers.values() if lb.name.startswith("k8s-")]
        healthy = [
            any(target.state == "healthy" for target in group.targets.values())
            for lb in new
            for group in world.elb.groups_of(lb.arn)
        ]
        if not healthy or not all(healthy):
            self._say("legacy was retired while the new load balancer had no healthy target")

    def _say(self, what: str) -> None:
        at_s = self._stage.world.now
        self.breaches.append(f"{what} (at {at_s:.1f})")


def leads_to(record: RecordSet, hostname: str) -> bool:
    """Whether a record set leads to a load balancer."""
    names = (record.alias.dns_name,) if record.alias is not None else record.values
    return any(each.lower().rstrip(".").removeprefix("dualstack.") == hostname.lower() for each in names)
