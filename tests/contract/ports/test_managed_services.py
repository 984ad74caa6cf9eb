"""Who keeps a Service as it is, and what goes with it, whoever asks."""

from __future__ import annotations

import pytest

from migrator.errors import Denied
from migrator.sandbox.world.estate import legacy_service
from tests.contract.ports.sides import Side
from tests.contract.ports.test_cluster_survey import config, ingress


def test_what_the_service_owns_goes_with_it(side: Side) -> None:
    """Garbage collection takes it when legacy is deleted; its EndpointSlices are expected."""
    kube = side.world.kube
    uid = kube.get("Service", "shop", "web")["metadata"]["uid"]
    owner = {"apiVersion": "v1", "kind": "Service", "name": "web", "uid": uid}
    for name, owners in (("dashboards", [owner]), ("other", [owner | {"uid": "another"}]), ("none", [])):
        made = config("shop", name, "")
        kube.create(made | {"metadata": made["metadata"] | {"ownerReferences": owners}}, manager="kubectl")
    front = ingress("web")
    kube.create(front | {"metadata": front["metadata"] | {"ownerReferences": [owner]}}, manager="kubectl")

    assert side.survey.owned("shop", uid) == ("configmap/dashboards", "ingress.networking.k8s.io/front")
    assert side.survey.owned("production", uid) == ()


def test_a_kind_that_may_not_be_listed_leaves_it_unknown(side: Side) -> None:
    """Half a list must not look like nothing."""
    side.fault("kube", "GET configmaps", "deny")

    with pytest.raises(Denied):
        side.survey.owned("shop", "uid")


def test_who_wrote_a_service_is_told(side: Side) -> None:
    """Who keeps it as it wants it would undo what `retire` does to it."""
    manifest = legacy_service("production", "kept", app="x")
    metadata = manifest["metadata"] | {
        "ownerReferences": [
            {"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "1"},
            {"apiVersion": "kafka.strimzi.io/v1beta2", "kind": "Kafka", "name": "events", "uid": "2", "controller": True},
        ],
        "managedFields": [
            {"manager": "strimzi-cluster-operator", "operation": "Update", "fieldsV1": {"f:spec": {}}},
            {"manager": "aws-cloud-controller-manager", "operation": "Update", "subresource": "status"},
            {"manager": "helm", "operation": "Update"},
            {"manager": "helm", "operation": "Apply"},
        ],
    }
    side.world.kube.create(manifest | {"metadata": metadata}, manager="kubectl")

    service = side.outside.cluster.service("production", "kept")

    assert service is not None
    assert service.owners == ("ConfigMap/a", "Kafka/events")
    assert service.controlled_by == "kafka.kafka.strimzi.io/events"
    assert service.managers == ("helm", "strimzi-cluster-operator")


def test_variables_of_external_dns_are_told_as_flags(side: Side) -> None:
    """It takes its flags from both; what it writes depends on them."""
    env = [
        {"name": "EXTERNAL_DNS_TXT_OWNER_ID", "value": "prod"},
        {"name": "EXTERNAL_DNS_SOURCE", "value": "service\ningress"},
        {"name": "EXTERNAL_DNS_SECRET", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}},
        {"name": "HOME", "value": "/"},
    ]
    container = {"name": "external-dns", "image": "external-dns:v0.14.0", "args": ["--policy=sync"], "env": env}
    template = {"metadata": {"labels": {"app": "dns"}}, "spec": {"containers": [container]}}
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": "dns"}}, "template": template}
    metadata = {"name": "external-dns", "namespace": "kube-system"}
    side.world.kube.create({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}, manager="kubectl")

    found = next(each for each in side.survey.workloads() if each.name == "external-dns")

    assert found.args == ("--txt-owner-id=prod", "--source=service", "--source=ingress", "--policy=sync")
