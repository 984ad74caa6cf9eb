"""What an object owns: everything of its namespace that the API server would delete along with it.

Asked kind by kind, as there is no other way; only metadata comes over the wire. Secrets are left out, as a right to list
them is a right to read them, and so are kinds of which there are many and that a Service never owns.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.json import Decoder

from migrator.adapters.kube.client import JSON, KubeClient, path_of
from migrator.adapters.kube.nouns import Metadata, Page, kind_of
from migrator.errors import Missing, Unreachable

DISCOVERY = ",".join(f"{JSON};g=apidiscovery.k8s.io;v={each};as=APIGroupDiscoveryList" for each in ("v2", "v2beta1"))
METADATA = f"{JSON};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,{JSON}"
# Endpoints and EndpointSlices are a Service's own and expected; the rest has other owners.
PASSED_OVER = frozenset(
    {"endpoints", "endpointslices", "events", "pods", "replicasets", "controllerrevisions", "secrets", "leases"}
)
LIVE_FIGURES = "metrics.k8s.io"  # groups of numbers about objects, which own and are owned by nothing


class _Kind(msgspec.Struct):
    kind: str = ""


class _Resource(msgspec.Struct, rename="camel"):
    resource: str
    scope: str = ""
    verbs: list[str] | None = None
    response_kind: _Kind | None = None


class _Version(msgspec.Struct):
    version: str
    resources: list[_Resource] | None = None
    freshness: str = ""


class _Group(msgspec.Struct):
    metadata: _Named | None = None
    versions: list[_Version] | None = None


class _Named(msgspec.Struct):
    name: str = ""


class _Groups(msgspec.Struct):
    items: list[_Group] | None = None


class _Object(msgspec.Struct):
    metadata: Metadata


_groups = Decoder(_Groups)
_objects = Decoder(Page[_Object])


def owned(client: KubeClient, namespace: str, uid: str) -> tuple[str, ...]:
    """`kind.group/name` of everything in a namespace that names the UID as an owner, sorted.

    Two calls, and one for 500 objects of each kind. Raises Unreachable where the server does not say which kinds there are
    (before 1.27, or an extension of it that does not answer).
    """
    found = (_of_kind(client, namespace, uid, *each) for each in kinds(client))
    return tuple(sorted(name for some in found for name in some))


def kinds(client: KubeClient) -> Iterator[tuple[str, str, str]]:
    """Path prefix, plural and `kind.group` of what can be listed in a namespace, each kind in its preferred version."""
    for root in ("/api", "/apis"):
        doing = "list the kinds of the cluster"
        groups = client.get(root, doing, _groups, accept=DISCOVERY).items
        if groups is None:
            raise Unreachable(f"cannot {doing}: the server gives no aggregated discovery", seen=(f"GET {root}",))
        for group in groups:
            name = group.metadata.name if group.metadata else ""
            if group.versions and not name.endswith(LIVE_FIGURES):
                yield from _listable(name, group.versions[0], f"{root}/{name}/" if name else f"{root}/")


def _listable(group: str, version: _Version, root: str) -> Iterator[tuple[str, str, str]]:
    if version.freshness == "Stale":
        raise Unreachable(f"cannot list the kinds of {group}: the extension that serves them does not answer")
    for each in version.resources or ():
        if each.scope == "Namespaced" and "list" in (each.verbs or ()) and each.resource not in PASSED_OVER:
            kind = each.response_kind.kind if each.response_kind else each.resource
            yield root + version.version, each.resource, kind_of(kind, f"{group}/{version.version}" if group else "")


def _of_kind(client: KubeClient, namespace: str, uid: str, prefix: str, plural: str, kind: str) -> Iterator[str]:
    try:
        listed = client.items(path_of(prefix, namespace, plural), f"list the {plural}", _objects, accept=METADATA)
        for each in listed:
            if any(owner.uid == uid for owner in each.metadata.owner_references or ()):
                yield f"{kind}/{each.metadata.name}"
    except Missing:
        return  # the kind went between the two questions
