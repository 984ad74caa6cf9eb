"""Kubernetes' nouns, as far as a migration looks at them; read from raw JSON, unknown fields are not ours to lose."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import msgspec

P = TypeVar("P")

LBC_CLASS = "service.k8s.aws/nlb"
PREFIX = "service.beta.kubernetes.io/"
TYPE_ANNOTATION = "service.beta.kubernetes.io/aws-load-balancer-type"
LEGACY_FINALIZER = "service.kubernetes.io/load-balancer-cleanup"
MARK = "migrate.dev/migration"  # on the clone and the Lease: which migration made it


def later(version: str, than: str) -> bool:
    """Whether a resourceVersion is a later one than another of the same object; False where they are no numbers.

    Source: KEP-5504 of kubernetes/enhancements, k8s.io/apimachinery/pkg/util/resourceversion: those of a resource are integers
    that grow.
    """
    return version.isdecimal() and than.isdecimal() and int(version) > int(than)


class Service(msgspec.Struct, frozen=True, dict=True):
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
    controlled_by: str = ""  # kind.group/name of the ownerReference that says `controller: true`
    managers: tuple[str, ...] = ()  # who wrote fields other than the status, by managedFields, sorted
    deleting: bool = False
    hostname: str | None = None

    @property
    def type(self) -> str:
        """spec.type; ClusterIP when it is not written."""
        return str(self.spec.get("type", "ClusterIP"))

    def compared(self, planned: P, how: Callable[[P, Service], tuple[str, ...]]) -> tuple[str, ...]:
        """What `how` tells of this object beside a plan, worked out once: neither ever changes."""
        known = self._compared.get(how)
        if known is None or known[0] is not planned:
            known = self._compared[how] = planned, how(planned, self)
        return known[1]

    @cached_property
    def _compared(self) -> dict[Callable[..., tuple[str, ...]], tuple[object, tuple[str, ...]]]:
        return {}


READ = ("service.beta.kubernetes.io/", "service.kubernetes.io/")  # annotations that load balancer controllers read


def light(service: Service) -> Service:
    """What is needed of a Service to tell whose it is, and no more: there may be ten thousand of them."""
    told = {key: service.spec[key] for key in ("type", "loadBalancerClass") if service.spec.get(key) is not None}
    read = {key: value for key, value in service.annotations.items() if key.startswith(READ)}
    return Service(
        namespace=service.namespace,
        name=service.name,
        uid=service.uid,
        resource_version=service.resource_version,
        spec=told,
        annotations=read,
        finalizers=service.finalizers,
        deleting=service.deleting,
        hostname=service.hostname,
    )


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
    account: str = ""  # the service account of its pods


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
    """A Deployment, DaemonSet or StatefulSet.

    `args` of all its containers: command and arguments in order, before them what `flags_from` makes of its variables.
    """

    kind: str
    namespace: str
    name: str
    images: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    ready: int = 0


def flags_from(variable: str, value: str) -> tuple[str, ...]:
    """The flags that a variable stands for: EXTERNAL_DNS_TXT_OWNER_ID=a is `--txt-owner-id=a`, one for each line.

    Source: kubernetes-sigs/external-dns docs/advanced/configuration-precedence.md. None for any other variable.
    """
    name = variable.removeprefix("EXTERNAL_DNS_")
    if name == variable:
        return ()
    return tuple(f"--{name.lower().replace('_', '-')}={line}" for line in value.splitlines())
