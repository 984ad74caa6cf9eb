"""A sandbox of one's own, with as many legacy Services in it as are wanted, each behind a name of its own."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import msgspec

from migrator.sandbox import process
from migrator.sandbox.home import SandboxError
from migrator.sandbox.scene import Scene, until

PORT_BASES = range(31_000, 36_000, 110)  # tried in turn: other runs may be at work on this machine
ZONE = "example.com"
PORT = 8080
TTLS_S = (3, 5, 8, 10)
APPS = 4  # namespaces, each with one Deployment that its Services share


class Placed(msgspec.Struct, frozen=True):
    """A legacy Service that serves, and the CNAME that leads to it."""

    namespace: str
    name: str
    hostname: str
    record: str
    ttl_s: int

    @property
    def full_name(self) -> str:
        """namespace/name."""
        return f"{self.namespace}/{self.name}"


@contextlib.contextmanager
def ground(folder: Path, seed: int) -> Iterator[Scene]:
    """A sandbox on the first port base that is free, which leaves nothing outside `folder`."""
    before = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(folder / "sandbox")
    try:
        base = _started(seed)
        try:
            yield Scene(base)
        finally:
            process.down(base)
    finally:
        os.environ.pop("XDG_STATE_HOME")
        if before is not None:
            os.environ["XDG_STATE_HOME"] = before


def place(scene: Scene, services: int) -> tuple[Placed, ...]:
    """Create legacy Services and their records, and wait until all of them serve."""
    for index in range(min(APPS, services)):
        deploy(scene, f"fleet-{index}")

    def one(index: int) -> Placed:
        namespace, name = f"fleet-{index % APPS}", f"web-{index}"
        hostname = scene.create_legacy(namespace, name, "web", PORT)
        return Placed(namespace, name, hostname, f"{name}.{ZONE}", TTLS_S[index % len(TTLS_S)])

    with ThreadPoolExecutor(4) as pool:
        placed = tuple(pool.map(one, range(services)))
    _point(scene, placed)
    return placed


def _started(seed: int) -> int:
    for base in PORT_BASES:
        try:
            process.up(port_base=base, detach=True, seed=seed, quiet=True)
        except SandboxError:
            continue
        return base
    raise SandboxError("no port base is free")


def deploy(scene: Scene, namespace: str) -> None:
    """A namespace with the workload `app=web`."""
    scene.kube("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    container = {"name": "web", "image": "registry.example.com/web:1", "ports": [{"name": "http", "containerPort": PORT}]}
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    manifest = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"replicas": 3, "selector": {"matchLabels": labels}, "template": template},
    }
    scene.kube("POST", f"/apis/apps/v1/namespaces/{namespace}/deployments", manifest)


def _point(scene: Scene, placed: tuple[Placed, ...]) -> None:
    """Every record in one batch."""
    env = scene.environment
    session = boto3.Session(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], region_name=env["AWS_REGION"])
    route53: Any = session.client("route53", endpoint_url=env["AWS_ENDPOINT_URL"])
    zones = route53.list_hosted_zones_by_name(DNSName=ZONE)["HostedZones"]
    zone = next(each["Id"] for each in zones if each["Name"] == f"{ZONE}.")
    records = [
        {"Name": each.record, "Type": "CNAME", "TTL": each.ttl_s, "ResourceRecords": [{"Value": each.hostname}]}
        for each in placed
    ]
    changes = [{"Action": "CREATE", "ResourceRecordSet": each} for each in records]
    change = route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})["ChangeInfo"]["Id"]
    until(lambda: route53.get_change(Id=change)["ChangeInfo"]["Status"] == "INSYNC", f"{ZONE} is not in sync")
