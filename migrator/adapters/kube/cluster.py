"""Reads one migration's objects from the API server."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.json import Decoder

from migrator.adapters.kube.client import KubeClient, path_of
from migrator.adapters.kube.lease import lease_decoder, lease_from, lease_path
from migrator.adapters.kube.nouns import Metadata, Page, instant, service_decoder, service_from
from migrator.errors import Missing
from migrator.model.cluster import Binding, ClusterIdentity, Controller, Lease, Service, Trouble

LBC_LABEL = "app.kubernetes.io/name=aws-load-balancer-controller"
BINDINGS = "/apis/elbv2.k8s.aws/v1beta1"


class ClusterLook:
    """One cluster. Implements `ports.looks.ClusterLook`."""

    def __init__(self, client: KubeClient) -> None:
        self._client = client

    def identity(self) -> ClusterIdentity:
        """Which cluster this is. Two calls."""
        namespace = self._client.get("/api/v1/namespaces/kube-system", "read namespace kube-system", _named)
        version = self._client.get("/version", "read the server's version", _version)
        return ClusterIdentity(namespace.metadata.uid, version.git_version)

    def service(self, namespace: str, name: str) -> Service | None:
        """A Service, or None when there is none of that name. One call."""
        path, doing = path_of("/api/v1", namespace, "services", name), f"read service {namespace}/{name}"
        try:
            return service_from(self._client.get(path, doing, service_decoder))
        except Missing:
            return None

    def bindings(self, namespace: str, service: str) -> tuple[Binding, ...]:
        """The TargetGroupBindings that LBC made for a Service, by name; empty where the kind is not installed.

        One call for 500. `observed` is LBC's own word that targets are registered and rules are set for the present
        generation. Source: aws-load-balancer-controller: controllers/elbv2/targetgroupbinding_controller.go.
        """
        labels = f"service.k8s.aws/stack-namespace={namespace},service.k8s.aws/stack-name={service}"
        path = path_of(BINDINGS, namespace, "targetgroupbindings")
        doing = f"read the target group bindings of {namespace}/{service}"
        try:
            found = [_binding(each) for each in self._client.items(path, doing, _bindings, (("labelSelector", labels),))]
        except Missing:
            return ()
        return tuple(sorted(found, key=lambda each: each.name))

    def controller(self) -> Controller | None:
        """The AWS Load Balancer Controller's Deployment, the one with most ready pods where there are several.

        One call for 500. None when no namespace has one.
        """
        query, doing = (("labelSelector", LBC_LABEL),), "look for the AWS Load Balancer Controller"
        found = self._client.items(path_of("/apis/apps/v1", None, "deployments"), doing, _deployments, query)
        best = min(found, key=lambda each: (-each.ready, each.metadata.namespace, each.metadata.name), default=None)
        return None if best is None else _controller(best)

    def lease(self, namespace: str, name: str) -> Lease | None:
        """Our mark of that name, or None. One call."""
        try:
            path, doing = lease_path(namespace, name), f"read lease {namespace}/{name}"
            return lease_from(self._client.get(path, doing, lease_decoder))
        except Missing:
            return None

    def troubles(self, namespace: str, uid: str) -> tuple[Trouble, ...]:
        """Warning events about an object, newest first. One call for 500 of them."""
        query = (("fieldSelector", f"involvedObject.uid={uid},type=Warning"),)
        path, doing = path_of("/api/v1", namespace, "events"), f"read the events about {uid}"
        found = self._client.items(path, doing, _events, query)
        troubles = (Trouble(each.reason or "", each.message or "", each.at) for each in found if each.type == "Warning")
        return tuple(sorted(troubles, key=lambda each: (-each.at, each.reason, each.message)))

    def rehearsed(self, manifest: dict[str, Any]) -> Service:
        """What the server would store for a new Service. One call, a dry run through admission.

        Raises Rejected when it would refuse it, Conflict when one of that name exists.
        """
        namespace, name = manifest["metadata"]["namespace"], manifest["metadata"]["name"]
        path, doing = path_of("/api/v1", namespace, "services"), f"rehearse the creation of service {namespace}/{name}"
        return service_from(self._client.create(path, doing, service_decoder, manifest, dry=True))


class _Named(msgspec.Struct):
    metadata: Metadata


class _Version(msgspec.Struct, rename="camel"):
    git_version: str = ""


class _BindingSpec(msgspec.Struct):
    targetGroupARN: str = ""  # the API's own spelling


class _BindingStatus(msgspec.Struct, rename="camel"):
    observed_generation: int | None = None


class _BindingObject(msgspec.Struct):
    metadata: Metadata
    spec: _BindingSpec
    status: _BindingStatus | None = None


class _Container(msgspec.Struct):
    image: str | None = None
    args: list[str] | None = None


class _Pod(msgspec.Struct, rename="camel"):
    containers: list[_Container]
    service_account_name: str | None = None


class _Template(msgspec.Struct):
    spec: _Pod


class _DeploymentSpec(msgspec.Struct):
    template: _Template


class _DeploymentStatus(msgspec.Struct, rename="camel"):
    ready_replicas: int | None = None


class _Deployment(msgspec.Struct):
    metadata: Metadata
    spec: _DeploymentSpec
    status: _DeploymentStatus | None = None

    @property
    def ready(self) -> int:
        return (self.status.ready_replicas or 0) if self.status else 0


class _Series(msgspec.Struct, rename="camel"):
    last_observed_time: str | None = None


class _Event(msgspec.Struct, rename="camel"):
    metadata: Metadata
    type: str | None = None
    reason: str | None = None
    message: str | None = None
    event_time: str | None = None
    first_timestamp: str | None = None
    last_timestamp: str | None = None
    series: _Series | None = None

    @property
    def at(self) -> float:
        """The last time it happened; which field has it depends on who wrote the event."""
        repeated = self.series.last_observed_time if self.series else None
        told = repeated or self.last_timestamp or self.event_time or self.first_timestamp
        return instant(told or self.metadata.creation_timestamp)


_named = Decoder(_Named)
_version = Decoder(_Version)
_bindings = Decoder(Page[_BindingObject])
_deployments = Decoder(Page[_Deployment])
_events = Decoder(Page[_Event])


def _binding(read: _BindingObject) -> Binding:
    observed = read.status.observed_generation if read.status else None
    return Binding(read.metadata.name, read.spec.targetGroupARN, observed == read.metadata.generation)


def _controller(read: _Deployment) -> Controller:
    pod = read.spec.template.spec
    containers, account = pod.containers, pod.service_account_name or "default"
    ours = next((each for each in containers if "load-balancer-controller" in (each.image or "")), containers[0])
    metadata = read.metadata
    return Controller(metadata.namespace, metadata.name, read.ready, ours.image or "", tuple(ours.args or ()), account)
