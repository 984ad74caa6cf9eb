"""Reads whole lists from the API server, in pages of 500, for planning and for `scan`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.json import Decoder

from migrator.adapters.kube.client import KubeClient, path_of
from migrator.adapters.kube.exposed import exposed
from migrator.adapters.kube.mentions import mentions
from migrator.adapters.kube.nouns import Exposed, Metadata, Page, service_decoder, service_from, texts
from migrator.adapters.kube.owned import owned
from migrator.adapters.kube.readers import Needle, Reading
from migrator.errors import Missing
from migrator.model.cluster import Ingress, Reader, Service, Workload, flags_from

APPS = "/apis/apps/v1"
CLASS = "kubernetes.io/ingress.class"  # from before spec.ingressClassName
KINDS = (("Deployment", "deployments"), ("DaemonSet", "daemonsets"), ("StatefulSet", "statefulsets"))


class ClusterSurvey:
    """One cluster. Implements `ports.survey.ClusterSurvey`."""

    def __init__(self, client: KubeClient) -> None:
        self._client = client

    def services(self, namespace: str | None = None, selector: str = "") -> Iterator[Service]:
        """The Services of type LoadBalancer, light, in the server's order: by `namespace/name` as one text.

        One call for 500 of them (of all Services, where the server is older than 1.31), each made when its first Service
        is asked for.
        """
        path, doing = path_of("/api/v1", namespace, "services"), f"list the services of {namespace or 'the cluster'}"
        return exposed(self._client, path, doing, selector)

    def ingresses(self) -> tuple[Ingress, ...]:
        """Every Ingress, by namespace and name. One call for 500."""
        path = path_of("/apis/networking.k8s.io/v1", None, "ingresses")
        found = map(_ingress, self._client.items(path, "list the ingresses", _ingresses))
        return tuple(sorted(found, key=lambda each: (each.namespace, each.name)))

    def workloads(self) -> tuple[Workload, ...]:
        """Deployments, DaemonSets and StatefulSets, by kind, namespace and name. One call for 500 of a kind."""
        found = [
            _workload(kind, each)
            for kind, plural in KINDS
            for each in self._client.items(path_of(APPS, None, plural), f"list the {plural}", _owners)
        ]
        return tuple(sorted(found, key=lambda each: (each.kind, each.namespace, each.name)))

    def readers(self, namespace: str, name: str) -> tuple[Reader, ...]:
        """What uses a Service by name, labels, address or nodePort inside the cluster, sorted.

        One call for the Service, and one for 500 of each kind in `readers.PLACES` and `monitors.MONITORS`; kinds that are
        not installed are skipped. Secrets are not read.
        """
        try:
            doing = f"read service {namespace}/{name}"
            service = service_from(self._client.get(path_of("/api/v1", namespace, "services", name), doing, service_decoder))
        except Missing:
            service = Service(namespace, name, "", "", {})
        return Reading(self._client, Needle(service)).readers()

    def mentions(self, names: tuple[str, ...]) -> tuple[Reader, ...]:
        """What uses a host name; see `mentions.mentions`."""
        return mentions(self._client, names)

    def owned(self, namespace: str, uid: str) -> tuple[str, ...]:
        """What an object owns, as `kind.group/name`; see `owned.owned`."""
        return owned(self._client, namespace, uid)


class _Rule(msgspec.Struct):
    host: str | None = None


class _IngressSpec(msgspec.Struct, rename="camel"):
    ingress_class_name: str | None = None
    rules: list[_Rule] | None = None


class _IngressObject(msgspec.Struct):
    metadata: Metadata
    spec: _IngressSpec | None = None
    status: Exposed | None = None


class _Variable(msgspec.Struct):
    name: str = ""
    value: str | None = None


class _Container(msgspec.Struct):
    image: str | None = None
    command: list[str] | None = None
    args: list[str] | None = None
    env: list[_Variable] | None = None

    @property
    def words(self) -> Iterator[str]:
        """What it was told; external-dns takes its flags from variables, too, where they are not given."""
        for each in self.env or ():
            yield from flags_from(each.name, each.value or "")
        yield from self.command or ()
        yield from self.args or ()


class _Pod(msgspec.Struct):
    containers: list[_Container] | None = None


class _Template(msgspec.Struct):
    spec: _Pod | None = None


class _OwnerSpec(msgspec.Struct):
    template: _Template | None = None


class _OwnerStatus(msgspec.Struct, rename="camel"):
    ready_replicas: int | None = None
    number_ready: int | None = None  # what a DaemonSet says


class _OwnerObject(msgspec.Struct):
    """A Deployment, DaemonSet or StatefulSet."""

    metadata: Metadata
    spec: _OwnerSpec | None = None
    status: _OwnerStatus | None = None


_ingresses = Decoder(Page[_IngressObject])
_owners = Decoder(Page[_OwnerObject])


def _ingress(read: _IngressObject) -> Ingress:
    spec, annotations = read.spec or _IngressSpec(), texts(read.metadata.annotations)
    return Ingress(
        namespace=read.metadata.namespace,
        name=read.metadata.name,
        hosts=tuple(dict.fromkeys(rule.host for rule in spec.rules or () if rule.host)),
        hostnames=read.status.hostnames if read.status else (),
        class_name=spec.ingress_class_name or annotations.get(CLASS, ""),
        annotations=annotations,
    )


def _workload(kind: str, read: _OwnerObject) -> Workload:
    template = read.spec.template if read.spec else None
    containers = (template.spec.containers if template and template.spec else None) or ()
    status = read.status or _OwnerStatus()
    return Workload(
        kind=kind,
        namespace=read.metadata.namespace,
        name=read.metadata.name,
        images=tuple(each.image or "" for each in containers),
        args=tuple(word for each in containers for word in each.words),
        ready=status.ready_replicas or status.number_ready or 0,
    )
