"""Services of type LoadBalancer, without what nobody asked for: ten thousand Services should cost little more than bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.json import Decoder

from migrator.adapters.kube.client import KubeClient, Query
from migrator.adapters.kube.nouns import Exposed, Page, Texts, texts
from migrator.errors import Rejected
from migrator.model.cluster import Service, light

# Servers know this selector since 1.31 (kubernetes/kubernetes#123905); older ones refuse the whole question.
BALANCED: Query = (("fieldSelector", "spec.type=LoadBalancer"),)
_UNSUPPORTED = "field label not supported"


class _Spec(msgspec.Struct, rename="camel"):
    type: str | None = None
    load_balancer_class: str | None = None


class _Metadata(msgspec.Struct, rename="camel"):
    """What a Service's owner is told by; managedFields, the larger half of most objects, are passed over."""

    name: str
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    annotations: Texts | None = None
    finalizers: list[str] | None = None
    deletion_timestamp: str | None = None


class _Sifted(msgspec.Struct):
    """A Service of which only the spec was looked into: the rest stays bytes until its type is known."""

    metadata: msgspec.Raw
    spec: _Spec | None = None
    status: msgspec.Raw = msgspec.Raw(b"null")


_page = Decoder(Page[_Sifted])
_metadata = Decoder(_Metadata)
_status = Decoder(Exposed | None)


def exposed(client: KubeClient, path: str, doing: str, selector: str = "") -> Iterator[Service]:
    """The Services of type LoadBalancer of a list, light. One call for 500; one more where the server is older than 1.31."""
    labels: Query = (("labelSelector", selector),) if selector else ()
    try:
        yield from _balanced(client.items(path, doing, _page, (*labels, *BALANCED)))
    except Rejected as refusal:
        # A refusal meets the first page, so nothing was given on before it.
        if _UNSUPPORTED not in f"{refusal.message} {' '.join(refusal.seen)}":
            raise
        yield from _balanced(client.items(path, doing, _page, labels))


def _balanced(items: Iterable[_Sifted]) -> Iterator[Service]:
    for each in items:
        if each.spec is not None and each.spec.type == "LoadBalancer":
            yield _service(each, each.spec)


def _service(read: _Sifted, spec: _Spec) -> Service:
    metadata, status = _metadata.decode(read.metadata), _status.decode(read.status)
    hostnames = status.hostnames if status else ()
    return light(
        Service(
            namespace=metadata.namespace,
            name=metadata.name,
            uid=metadata.uid,
            resource_version=metadata.resource_version,
            spec={"type": spec.type, "loadBalancerClass": spec.load_balancer_class},
            annotations=texts(metadata.annotations),
            finalizers=tuple(metadata.finalizers or ()),
            deleting=metadata.deletion_timestamp is not None,
            hostname=hostnames[0] if hostnames else None,
        )
    )
