"""The kinds of object that the API server serves, and what each one's registry allows."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from migrator.sandbox.world.trouble import KubeError

KubeObject = dict[str, Any]
"""An object as the API has it: plain dicts and lists. Whatever the store hands out is never changed in place."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind, its place in the API and the habits of its registry.

    group          "" for the core group
    status         the status is a subresource: writes to the object leave it alone and the other way round
    scale          has the `scale` subresource
    generation     counts changes of everything but metadata and status
    unconditional  may be replaced without naming a resourceVersion
    custom         comes from a CustomResourceDefinition: no strategic merge, served only while that exists
    """

    kind: str
    group: str = ""
    version: str = "v1"
    plural: str
    short: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    namespaced: bool = True
    status: bool = False
    scale: bool = False
    generation: bool = False
    unconditional: bool = True
    custom: bool = False

    @property
    def api_version(self) -> str:
        """`v1` or `apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """How messages name it: `services` or `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


# Source of scopes, short names and strategies: kubernetes/kubernetes pkg/registry/*/*/strategy.go and storage.go.
BUILT_IN: Final = (
    Kind(kind="Namespace", plural="namespaces", short=("ns",), namespaced=False, status=True),
    Kind(kind="Node", plural="nodes", short=("no",), namespaced=False, status=True),
    Kind(kind="Service", plural="services", short=("svc",), categories=("all",), status=True),
    Kind(kind="Pod", plural="pods", short=("po",), categories=("all",), status=True),
    Kind(kind="Endpoints", plural="endpoints", short=("ep",)),
    Kind(kind="ConfigMap", plural="configmaps", short=("cm",)),
    Kind(kind="Secret", plural="secrets"),
    Kind(kind="ServiceAccount", plural="serviceaccounts", short=("sa",)),
    Kind(kind="Event", plural="events", short=("ev",)),
    Kind(kind="ResourceQuota", plural="resourcequotas", short=("quota",), status=True),
    Kind(
        kind="Deployment",
        group="apps",
        plural="deployments",
        short=("deploy",),
        categories=("all",),
        status=True,
        scale=True,
        generation=True,
    ),
    Kind(
        kind="ReplicaSet",
        group="apps",
        plural="replicasets",
        short=("rs",),
        categories=("all",),
        status=True,
        scale=True,
        generation=True,
    ),
    Kind(
        kind="StatefulSet",
        group="apps",
        plural="statefulsets",
        short=("sts",),
        categories=("all",),
        status=True,
        scale=True,
        generation=True,
    ),
    Kind(kind="DaemonSet", group="apps", plural="daemonsets", short=("ds",), categories=("all",), status=True, generation=True),
    Kind(kind="EndpointSlice", group="discovery.k8s.io", plural="endpointslices", generation=True),
    Kind(kind="Lease", group="coordination.k8s.io", plural="leases", unconditional=False),
    Kind(kind="Ingress", group="networking.k8s.io", plural="ingresses", short=("ing",), status=True, generation=True),
    Kind(kind="IngressClass", group="networking.k8s.io", plural="ingressclasses", namespaced=False, generation=True),
    Kind(
        kind="CustomResourceDefinition",
        group="apiextensions.k8s.io",
        plural="customresourcedefinitions",
        short=("crd", "crds"),
        categories=("api-extensions",),
        namespaced=False,
        status=True,
        generation=True,
        unconditional=False,
    ),
    Kind(
        kind="ValidatingWebhookConfiguration",
        group="admissionregistration.k8s.io",
        plural="validatingwebhookconfigurations",
        categories=("api-extensions",),
        namespaced=False,
        generation=True,
        unconditional=False,
    ),
    Kind(
        kind="MutatingWebhookConfiguration",
        group="admissionregistration.k8s.io",
        plural="mutatingwebhookconfigurations",
        categories=("api-extensions",),
        namespaced=False,
        generation=True,
        unconditional=False,
    ),
    Kind(
        kind="APIService",
        group="apiregistration.k8s.io",
        plural="apiservices",
        categories=("api-extensions",),
        namespaced=False,
        status=True,
        unconditional=False,
    ),
)

# What the world's own controllers read and write, whether or not a definition says how to serve it.
CUSTOM: Final = (
    Kind(
        kind="TargetGroupBinding",
        group="elbv2.k8s.aws",
        version="v1beta1",
        plural="targetgroupbindings",
        short=("tgb",),
        status=True,
        generation=True,
        unconditional=False,
        custom=True,
    ),
    Kind(
        kind="HTTPRoute",
        group="gateway.networking.k8s.io",
        plural="httproutes",
        status=True,
        generation=True,
        unconditional=False,
        custom=True,
    ),
    Kind(
        kind="TCPRoute",
        group="gateway.networking.k8s.io",
        version="v1alpha2",
        plural="tcproutes",
        status=True,
        generation=True,
        unconditional=False,
        custom=True,
    ),
)

KINDS: Final = {each.kind: each for each in (*BUILT_IN, *CUSTOM)}


class Kinds(dict[str, Kind]):
    """The kinds that are served, by name. Raises KubeError 404 for any other that is asked for as a member."""

    def __missing__(self, name: str) -> Kind:
        raise KubeError(404, "NotFound", f'no matches for kind "{name}"')


def defined(definition: KubeObject) -> Kind:
    """The kind that a CustomResourceDefinition describes, in the version it stores."""
    spec = definition["spec"]
    names, version = spec["names"], next(each for each in spec["versions"] if each.get("storage"))
    subresources = version.get("subresources") or {}
    return Kind(
        kind=names["kind"],
        group=spec["group"],
        version=version["name"],
        plural=names["plural"],
        short=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        namespaced=spec.get("scope") == "Namespaced",
        status="status" in subresources,
        generation=True,
        unconditional=False,
        custom=True,
    )
