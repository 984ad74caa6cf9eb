"""The API server's JSON as our nouns. Fields that may be null on the wire are taken as absent."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from migrator.model.cluster import Service

Texts = dict[str, str | None]
T = TypeVar("T")


class Listed(msgspec.Struct):
    """What a list says of itself: where its next page begins, if there is one."""

    next: str | None = msgspec.field(name="continue", default=None)


class Page(msgspec.Struct, Generic[T]):
    """One page of a list; a null in place of the items is an empty page."""

    metadata: Listed
    items: list[T] | None = None


class Owner(msgspec.Struct, rename="camel"):
    kind: str
    name: str
    api_version: str = ""
    uid: str = ""
    controller: bool | None = None


class Manager(msgspec.Struct):
    """An entry of managedFields; which fields it is about is not read."""

    manager: str = ""
    subresource: str | None = None


class Metadata(msgspec.Struct, rename="camel"):
    """What every object has, as far as we look at it."""

    name: str
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    annotations: Texts | None = None
    labels: Texts | None = None
    finalizers: list[str] | None = None
    owner_references: list[Owner] | None = None
    deletion_timestamp: str | None = None
    creation_timestamp: str | None = None
    managed_fields: list[Manager] | None = None


class _Address(msgspec.Struct):
    hostname: str | None = None


class _Addresses(msgspec.Struct):
    ingress: list[_Address] | None = None


class Exposed(msgspec.Struct, rename="camel"):
    """The status of what has a load balancer: Services and Ingresses."""

    load_balancer: _Addresses | None = None

    @property
    def hostnames(self) -> tuple[str, ...]:
        """Every hostname shown, in order; entries with an address only are left out."""
        shown = (self.load_balancer.ingress if self.load_balancer else None) or ()
        return tuple(each.hostname for each in shown if each.hostname)


class ServiceObject(msgspec.Struct):
    """A Service; its spec stays raw, so that no field of a newer server is lost."""

    metadata: Metadata
    spec: dict[str, Any] | None = None
    status: Exposed | None = None


service_decoder = msgspec.json.Decoder(ServiceObject)


def service_from(read: ServiceObject) -> Service:
    """A Service as the API server gave it."""
    metadata, hostnames = read.metadata, read.status.hostnames if read.status else ()
    return Service(
        namespace=metadata.namespace,
        name=metadata.name,
        uid=metadata.uid,
        resource_version=metadata.resource_version,
        spec=read.spec or {},
        annotations=texts(metadata.annotations),
        labels=texts(metadata.labels),
        finalizers=tuple(metadata.finalizers or ()),
        owners=tuple(f"{each.kind}/{each.name}" for each in metadata.owner_references or ()),
        controlled_by=controlled_by(metadata),
        managers=managers(metadata),
        deleting=metadata.deletion_timestamp is not None,
        hostname=hostnames[0] if hostnames else None,
    )


def controlled_by(metadata: Metadata) -> str:
    """The owner that keeps an object as it wants it, as kubectl takes it: `kafka.kafka.strimzi.io/events`; or empty."""
    owner = next((each for each in metadata.owner_references or () if each.controller), None)
    return f"{kind_of(owner.kind, owner.api_version)}/{owner.name}" if owner else ""


def kind_of(kind: str, api_version: str) -> str:
    """Kind and group in small letters; the core group has no name."""
    group = api_version.rpartition("/")[0]
    return ".".join(filter(None, (kind.lower(), group)))


def managers(metadata: Metadata) -> tuple[str, ...]:
    """Who wrote fields of an object, its status aside; one text for each name, however many objects carry it."""
    wrote = {each.manager for each in metadata.managed_fields or () if each.manager and each.subresource != "status"}
    return tuple(sorted(map(sys.intern, wrote)))


def texts(read: Texts | None) -> dict[str, str]:
    """Annotations or labels; a null value is an empty text."""
    return {name: value or "" for name, value in (read or {}).items()}


def instant(text: str | None) -> float:
    """An RFC 3339 time as seconds UTC; 0 where there is none."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0
