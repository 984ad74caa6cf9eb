"""A crowded cluster and account behind the sandbox's own doors, in a process of its own.

`python -m tests.bench.crowd FOLDER` writes a kubeconfig there, says on which ports it serves, and then answers each line on
stdin with how often AWS was asked so far. Time stands still in it: no controller makes the server slower than its doors are.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from migrator.sandbox.doors import aws, kube
from migrator.sandbox.doors.aws import AwsDoor
from migrator.sandbox.doors.kube.door import KubeDoor
from migrator.sandbox.doors.kube.kubeconfig import kubeconfig
from migrator.sandbox.world import World
from migrator.sandbox.world.route53 import RecordSet
from migrator.simulation.stage import Stage, empty_stage

SERVICES, LEGACY, RECORDS = 10_000, 300, 10_000
NAMESPACES = 50
TYPE = "service.beta.kubernetes.io/aws-load-balancer-type"
BATCH = 900  # changes in one request to Route 53


def crowded(services: int = SERVICES, legacy: int = LEGACY, records: int = RECORDS) -> Stage:
    """A world with so many Services, of which so many are legacy's with a load balancer each, and record sets in 3 zones."""
    stage = empty_stage(resolvers=())
    world = stage.world
    world.quotas.set("Network Load Balancers per Region", legacy + 50)
    for number in range(NAMESPACES):
        world.kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"team-{number}"}}, manager="helm")
    hosts = [_balanced(stage, number) for number in range(legacy)]
    for number in range(legacy, services):
        world.kube.create(_manifest(number, {"type": "ClusterIP"}), manager="helm")
    _name(stage, hosts, records)
    world.advance(world.now)  # whatever is due at once is done before anybody measures
    return stage


def _balanced(stage: Stage, number: int) -> str:
    """A legacy Service with its load balancer, as both are once legacy is done; its hostname."""
    world = stage.world
    made = world.kube.create(_manifest(number, {"type": "LoadBalancer"}, {TYPE: "nlb"}), manager="helm")
    meta = made["metadata"]
    tags = {"kubernetes.io/service-name": f"{meta['namespace']}/{meta['name']}", "kubernetes.io/cluster/sandbox": "owned"}
    subnets = [each.id for each in stage.estate.public_subnets]
    lb = world.elb.create_load_balancer(("a" + meta["uid"].replace("-", ""))[:32], "internet-facing", subnets, tags=tags)
    meta["finalizers"] = ["service.kubernetes.io/load-balancer-cleanup"]
    stored = world.kube.replace(made)
    world.kube.replace({**stored, "status": {"loadBalancer": {"ingress": [{"hostname": lb.dns_name}]}}}, subresource="status")
    return lb.dns_name


def _manifest(number: int, spec: dict[str, Any], annotations: dict[str, str] | None = None) -> dict[str, Any]:
    """A Service as Helm and `kubectl apply` leave it: some 1.5 KB; a real server's managedFields would be as much again."""
    ports = [
        {"name": name, "port": port, "targetPort": port, "protocol": "TCP"} for name, port in (("http", 80), ("metrics", 9090))
    ]
    labels = {
        "app.kubernetes.io/name": f"app-{number}",
        "app.kubernetes.io/instance": f"release-{number}",
        "app.kubernetes.io/managed-by": "Helm",
        "helm.sh/chart": "app-1.2.3",
    }
    metadata: dict[str, Any] = {"name": f"service-{number}", "namespace": f"team-{number % NAMESPACES}", "labels": labels}
    body = {"spec": {**spec, "selector": {"app.kubernetes.io/name": f"app-{number}"}, "ports": ports}}
    applied = json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": metadata, **body})
    marks = {"meta.helm.sh/release-name": f"release-{number}", "meta.helm.sh/release-namespace": metadata["namespace"]}
    marks |= {"kubectl.kubernetes.io/last-applied-configuration": applied, **(annotations or {})}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {**metadata, "annotations": marks}, **body}


def _name(stage: Stage, hosts: list[str], records: int) -> None:
    """Record sets in three zones: one leads to each load balancer, the others somewhere else."""
    route53 = stage.world.route53
    third = route53.create_zone("example.net.").id
    zones = [(stage.estate.public_zone.id, "example.com."), (third, "example.net."), (stage.estate.private_zone.id, "")]
    zones[2] = (zones[2][0], stage.estate.private_zone.name)
    for at, (zone, name) in enumerate(zones):
        wanted = range(at, records, len(zones))
        sets = [
            _record(f"n{number}.{name}", hosts[number] if number < len(hosts) else "elsewhere.example.org") for number in wanted
        ]
        for first in range(0, len(sets), BATCH):
            route53.change(zone, [("CREATE", each) for each in sets[first : first + BATCH]])


def _record(name: str, goal: str) -> RecordSet:
    return RecordSet(name=name, type="CNAME", ttl=300, values=(goal,))


def serve(world: World, folder: Path) -> None:
    """Serve until stdin ends."""
    door = AwsDoor(world, lambda: world.now)
    cloud, cluster = aws.serve(door, "127.0.0.1", 0), kube.serve(KubeDoor(world, lambda: world.now), "127.0.0.1", 0)
    file = folder / "kubeconfig"
    file.write_text(kubeconfig("127.0.0.1", cluster.port))
    print(json.dumps({"aws": cloud.port, "kubeconfig": str(file)}), flush=True)
    try:
        for _ in sys.stdin:
            print(door.calls, flush=True)
    finally:
        cloud.stop()
        cluster.close()


if __name__ == "__main__":
    serve(crowded().world, Path(sys.argv[1]))
