"""Real legacy Services, found in public repositories, set up in a world of their own: read in place, never copied.

A manifest is taken as it is but for what only its own account could fill in: placeholders of certificates, subnets and
addresses become the world's own, and values that are no text become the text that YAML meant.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import yaml

from migrator.errors import OperatorError
from migrator.model.migration import Migration
from migrator.planning.plan import Wishes, plan
from migrator.sandbox.world.estate import Estate
from migrator.sandbox.world.estate_manifests import deployment, namespace
from migrator.simulation.stage import Name, Stage, empty_stage, point, serving

FOLDER = Path(__file__).parents[3] / "shared" / "manifests"
LB = "service.beta.kubernetes.io/aws-load-balancer-"
NAMES = (Name("api.example.com."), Name("example.com.", alias=True))

Object = dict[str, Any]


def files() -> tuple[str, ...]:
    """The manifests' file names, in order; empty where the folder is absent."""
    return tuple(sorted(each.name for each in FOLDER.glob("*.yaml")))


def manifest_of(name: str) -> Object:
    """The Service in a file, untouched."""
    read: Object = yaml.safe_load((FOLDER / name).read_text())
    return read


def staged(manifest: Object) -> tuple[Stage, str]:
    """A world with the Service, pods for its selector, and names that lead to its load balancer; its `namespace/name`.

    Where nothing makes it a load balancer within ten minutes, none of the names exists.
    """
    stage = empty_stage(apps=(), resolvers=("plain",))
    service = settled(manifest, stage.estate)
    home, name = service["metadata"]["namespace"], service["metadata"]["name"]
    if stage.world.kube.find("Namespace", "", home) is None:
        stage.world.kube.create(namespace(home))
    stage.world.kube.create(pods_for(service), manager="kubectl")
    if any(key.startswith("external-dns.") for key in service["metadata"]["annotations"]):
        stage.world.kube.create(external_dns(), manager="helm")
    stage.run(60)
    stage.world.kube.create(service, manager="kubectl")
    try:
        stage.until(lambda: serving(stage.world, home, name) is not None, patience_s=600)
    except TimeoutError:
        return stage, f"{home}/{name}"
    lb = serving(stage.world, home, name)
    assert lb is not None
    point(stage.world, stage.estate, NAMES, lb)
    return stage, f"{home}/{name}"


def planned(stage: Stage, service: str) -> Migration | OperatorError:
    """Its plan, or why there is none."""
    home, name = service.split("/")
    try:
        return plan(home, name, stage.outside, stage.survey, Wishes("sandbox"))
    except OperatorError as refusal:
        return refusal


def settled(manifest: Object, estate: Estate) -> Object:
    """The manifest with its placeholders filled in."""
    metadata = manifest["metadata"]
    annotations = {key: str(value).lower() if value is True else str(value) for key, value in metadata["annotations"].items()}
    certificate = f"arn:aws:acm:{estate.world.region}:{estate.world.account}:certificate/11111111-2222-3333-4444-555555555555"
    ours = {
        "ssl-cert": certificate,
        "subnets": ",".join(each.id for each in estate.public_subnets),
    }
    for word, value in ours.items():
        if LB + word in annotations:
            annotations[LB + word] = value
    if (key := LB + "eip-allocations") in annotations:
        drawn = iter([estate.world.ec2.allocate_address().allocation_id for _ in annotations[key].split(",")])
        annotations[key] = re.sub(r"eipalloc-\w+", lambda _: next(drawn), annotations[key])
    if (key := LB + "extra-security-groups") in annotations:
        annotations[key] = estate.world.ec2.create_security_group("extra", "by hand", estate.vpc.id).id
    if (key := LB + "target-node-labels") in annotations:
        annotations[key] = f"kubernetes.io/hostname={estate.nodes[0]}"
    meta = {**metadata, "namespace": metadata.get("namespace", "default"), "annotations": annotations}
    ports = [{"protocol": "TCP", **each} for each in manifest["spec"]["ports"]]
    return {**manifest, "metadata": meta, "spec": {**manifest["spec"], "ports": ports}}


def pods_for(service: Object) -> Object:
    """A Deployment with a pod for every zone that listens where the Service sends."""
    count = itertools.count(9000)
    ports: dict[tuple[object, str], Object] = {}
    for each in service["spec"]["ports"]:
        target = each.get("targetPort", each["port"])
        number, named = (target, {}) if isinstance(target, int) else (next(count), {"name": target})
        ports.setdefault((target, each["protocol"]), {"containerPort": number, "protocol": each["protocol"], **named})
    container = {"name": "app", "image": "registry.example.com/app:1.0", "ports": list(ports.values())}
    labels = service["spec"]["selector"]
    return deployment(service["metadata"]["namespace"], "app", labels, 3, {"containers": [container]})


def external_dns() -> Object:
    """external-dns as its chart runs it: whoever annotates Services for it has it."""
    args = ["--source=service", "--source=ingress", "--policy=upsert-only", "--registry=txt", "--txt-owner-id=sandbox"]
    container = {"name": "external-dns", "image": "registry.k8s.io/external-dns/external-dns:v0.19.0", "args": args}
    return deployment("kube-system", "external-dns", {"app.kubernetes.io/name": "external-dns"}, 1, {"containers": [container]})
