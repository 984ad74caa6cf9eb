"""Kubernetes' nouns, as far as a migration looks at them; read from raw JSON, unknown fields are not ours to lose."""

from __future__ import annotations

from typing import Any

import msgspec

LBC_CLASS = "service.k8s.aws/nlb"
PREFIX = "service.beta.kubernetes.io/"
TYPE_ANNOTATION = "service.beta.kubernetes.io/aws-load-balancer-type"
LEGACY_FINALIZER = "service.kubernetes.io/load-balancer-cleanup"
MARK = "migrate.dev/migration"  # on the clone and the Lease: which migration made it


class Service(msgspec.Struct, frozen=True):
    """A Service as the API server gave it. `spec` is raw; `hostname` is status.loadBalancer.ingress[0].hostname."""

    namespace: str
    name: str
    uid: str
    resource_version: str
    spec: dict[str, Any]
    annotations: dict[str, str] = {}
    labels: dict[str, str] = {}
    finalizers: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()  # kind/name of ownerReferences
    deleting: bool = False
    hostname: str | None = None

    @property
    def type(self) -> str:
        """spec.type; ClusterIP when it is not written."""
        return str(self.spec.get("type", "ClusterIP"))


class Binding(msgspec.Struct, frozen=True):
    """A TargetGroupBinding; `observed` once LBC has registered targets and set rules for this generation."""

    name: str
    group_arn: str
    observed: bool


class Controller(msgspec.Struct, frozen=True):
    """The AWS Load Balancer Controller's Deployment; `args` as given to the container."""

    namespace: str
    name: str
    ready: int
    image: str = ""
    args: tuple[str, ...] = ()


class ClusterIdentity(msgspec.Struct, frozen=True):
    """Which cluster answers: the UID of its kube-system namespace and the server's version."""

    uid: str
    version: str = ""


class Lease(msgspec.Struct, frozen=True):
    """Our mark in the cluster: which journal may act on the legacy Service, and how far that journal is."""

    namespace: str
    name: str
    journal: str
    epoch: int
    sequence: int
    checksum: str
    host: str  # host name and boot id of who holds it
    migration: str = ""
    resource_version: str = ""
    renewed: float = 0.0


class Trouble(msgspec.Struct, frozen=True):
    """A Warning event: what a controller complained about, with the last time it did."""

    reason: str
    message: str
    at: float


class Reader(msgspec.Struct, frozen=True):
    """Something in the cluster that uses a Service by name or nodePort: `what` is kind/namespace/name and the field."""

    what: str
    how: str


class Ingress(msgspec.Struct, frozen=True):
    """An Ingress: the hosts its rules name, the hostnames its status shows, its class and annotations."""

    namespace: str
    name: str
    hosts: tuple[str, ...] = ()
    hostnames: tuple[str, ...] = ()
    class_name: str = ""
    annotations: dict[str, str] = {}


class Workload(msgspec.Struct, frozen=True):
    """A Deployment, DaemonSet or StatefulSet; `args` of all its containers, command and arguments in order."""

    kind: str
    namespace: str
    name: str
    images: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    ready: int = 0
