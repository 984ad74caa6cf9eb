"""Reads what of the AWS Load Balancer Controller is installed in a cluster, and what a namespace allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.json import Decoder

from migrator.adapters.kube.client import KubeClient, path_of
from migrator.adapters.kube.cluster import BINDINGS
from migrator.adapters.kube.nouns import Metadata, Page, texts
from migrator.errors import Missing
from migrator.model.installation import Access, NamespaceQuota, Node, Webhook

ADMISSION = "/apis/admissionregistration.k8s.io/v1"
CONFIGURATIONS = (("mutatingwebhookconfigurations", True), ("validatingwebhookconfigurations", False))
AUTHORIZATION = "authorization.k8s.io/v1"
ZONE_LABEL = "topology.kubernetes.io/zone"
SUFFIXES = {"": 1, "k": 10**3, "M": 10**6, "Ki": 2**10, "Mi": 2**20}  # what a count of objects may be written with


class InstallationLook:
    """One cluster. Implements `ports.installation.InstallationLook`."""

    def __init__(self, client: KubeClient) -> None:
        self._client = client

    def webhooks(self) -> tuple[Webhook, ...]:
        """Every admission webhook, mutating ones first, by configuration and in its order. Two calls, more past 500."""
        return tuple(each for plural, mutating in CONFIGURATIONS for each in self._configured(plural, mutating))

    def _configured(self, plural: str, mutating: bool) -> Iterator[Webhook]:
        found = self._client.items(path_of(ADMISSION, None, plural), f"list the {plural}", _configurations)
        for each in sorted(found, key=lambda each: each.metadata.name):
            for hook in each.webhooks or ():
                yield _webhook(hook, each.metadata.name, mutating)

    def endpoints(self, namespace: str, service: str) -> int:
        """How many ready addresses stand behind a Service. One call. Source: discovery.k8s.io/v1 EndpointSlice."""
        path = path_of("/apis/discovery.k8s.io/v1", namespace, "endpointslices")
        query = (("labelSelector", f"kubernetes.io/service-name={service}"),)
        found = self._client.items(path, f"read the endpoints of {namespace}/{service}", _slices, query)
        return sum(len(each.addresses) for some in found for each in some.endpoints or () if each.is_ready)

    def kinds(self) -> tuple[str, ...]:
        """What the API server serves of the controller's group, sorted. One call, for which everybody has the right.

        The definitions themselves are not read: they are megabytes, and few may list them.
        """
        try:
            served = self._client.get(BINDINGS, "ask which kinds elbv2.k8s.aws has", _resources)
        except Missing:
            return ()
        return tuple(sorted(each.name for each in served.resources or () if "/" not in each.name))

    def account_marks(self, namespace: str, name: str) -> dict[str, str] | None:
        """A service account's annotations, or None. One call."""
        return self._metadata(namespace, "serviceaccounts", name, lambda read: texts(read.annotations))

    def nodes(self) -> tuple[Node, ...]:
        """Every node, by name. One call for 500."""
        found = self._client.items(path_of("/api/v1", None, "nodes"), "list the nodes", _nodes)
        return tuple(sorted((_node(each) for each in found), key=lambda each: each.name))

    def namespace_quotas(self, namespace: str) -> tuple[NamespaceQuota, ...]:
        """The ResourceQuotas of a namespace, by name, as far as they count objects. One call."""
        path = path_of("/api/v1", namespace, "resourcequotas")
        found = self._client.items(path, f"list the resource quotas of {namespace}", _quotas)
        return tuple(sorted((_quota(each) for each in found), key=lambda each: each.name))

    def namespace_labels(self, namespace: str) -> dict[str, str] | None:
        """A namespace's labels, or None. One call."""
        return self._metadata(None, "namespaces", namespace, lambda read: texts(read.labels))

    def allowed(self, access: Access) -> bool:
        """Whether the API server would let us do something. One call, for which everybody has the right.

        Source: authorization.k8s.io/v1 SelfSubjectAccessReview.
        """
        plural, _, group = access.resource.partition(".")
        about = {"verb": access.verb, "group": group, "resource": plural, "namespace": access.namespace}
        body = {"apiVersion": AUTHORIZATION, "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": about}}
        doing = f"ask whether we may {access.verb} {access.resource} in {access.namespace}"
        # As a dry run, since a review changes nothing: an answer that is lost leaves nothing open.
        answer = self._client.create(f"/apis/{AUTHORIZATION}/selfsubjectaccessreviews", doing, _review, body, dry=True)
        return answer.status.allowed

    def _metadata(self, namespace: str | None, plural: str, name: str, part: Any) -> dict[str, str] | None:
        doing = f"read {plural[:-1]} {f'{namespace}/' if namespace else ''}{name}"
        try:
            read = self._client.get(path_of("/api/v1", namespace, plural, name), doing, _named)
        except Missing:
            return None
        marks: dict[str, str] = part(read.metadata)
        return marks


class _Named(msgspec.Struct):
    metadata: Metadata


class _Allowed(msgspec.Struct):
    allowed: bool = False


class _Review(msgspec.Struct):
    status: _Allowed


class _Resource(msgspec.Struct):
    name: str


class _Resources(msgspec.Struct):
    resources: list[_Resource] | None = None


class _Conditions(msgspec.Struct):
    ready: bool | None = None


class _Endpoint(msgspec.Struct):
    addresses: list[str]
    conditions: _Conditions | None = None

    @property
    def is_ready(self) -> bool:
        """A condition that nobody told counts as true. Source: kubernetes staging/src/k8s.io/api/discovery/v1/types.go."""
        return self.conditions is None or self.conditions.ready is not False


class _Slice(msgspec.Struct):
    metadata: Metadata
    endpoints: list[_Endpoint] | None = None


class _NodeSpec(msgspec.Struct):
    provider: str | None = msgspec.field(name="providerID", default=None)


class _NodeObject(msgspec.Struct):
    metadata: Metadata
    spec: _NodeSpec | None = None


class _Counts(msgspec.Struct):
    hard: dict[str, str | int] | None = None
    used: dict[str, str | int] | None = None


class _QuotaObject(msgspec.Struct):
    metadata: Metadata
    spec: _Counts | None = None
    status: _Counts | None = None


class _Rule(msgspec.Struct):
    resources: list[str] | None = None
    operations: list[str] | None = None


class _Reached(msgspec.Struct):
    namespace: str
    name: str


class _ClientConfig(msgspec.Struct, rename="camel"):
    service: _Reached | None = None
    ca_bundle: str | None = None


class _Hook(msgspec.Struct, rename="camel"):
    name: str
    client_config: _ClientConfig | None = None
    rules: list[_Rule] | None = None
    failure_policy: str | None = None
    namespace_selector: dict[str, Any] | None = None
    object_selector: dict[str, Any] | None = None


class _Configuration(msgspec.Struct):
    metadata: Metadata
    webhooks: list[_Hook] | None = None


_named = Decoder(_Named)
_review = Decoder(_Review)
_resources = Decoder(_Resources)
_slices = Decoder(Page[_Slice])
_nodes = Decoder(Page[_NodeObject])
_quotas = Decoder(Page[_QuotaObject])
_configurations = Decoder(Page[_Configuration])


def _webhook(read: _Hook, configuration: str, mutating: bool) -> Webhook:
    config, rules = read.client_config or _ClientConfig(), read.rules or ()
    return Webhook(
        name=read.name,
        configuration=configuration,
        mutating=mutating,
        resources=tuple(dict.fromkeys(each for rule in rules for each in rule.resources or ())),
        operations=tuple(dict.fromkeys(each for rule in rules for each in rule.operations or ())),
        service=f"{config.service.namespace}/{config.service.name}" if config.service else "",
        signed=bool(config.ca_bundle),
        fatal=(read.failure_policy or "Fail") == "Fail",  # v1's default
        everywhere=not read.namespace_selector and not read.object_selector,
    )


def _node(read: _NodeObject) -> Node:
    """`aws:///us-east-1a/i-0abc` names an instance; Fargate's and others' last parts do not begin with `i-`."""
    provider = (read.spec.provider if read.spec else None) or ""
    last = provider.rpartition("/")[2]
    instance = last if provider.startswith("aws:") and last.startswith("i-") else ""
    return Node(read.metadata.name, instance, texts(read.metadata.labels).get(ZONE_LABEL, ""))


def _quota(read: _QuotaObject) -> NamespaceQuota:
    """As the status counts, and as the spec says where nobody has counted yet."""
    status, spec = read.status or _Counts(), read.spec or _Counts()
    return NamespaceQuota(read.metadata.name, counts(status.hard or spec.hard), counts(status.used))


def counts(read: dict[str, str | int] | None) -> dict[str, int]:
    """The quantities that are counts; others, such as half a CPU, are left out."""
    found = {name: count(str(value)) for name, value in (read or {}).items()}
    return {name: value for name, value in found.items() if value is not None}


def count(text: str) -> int | None:
    """`12` or `1k` as a number; None for a quantity that counts no objects."""
    digits = text.rstrip("kMKi")
    scale = SUFFIXES.get(text[len(digits) :])
    return int(digits) * scale if digits.isdigit() and scale else None
