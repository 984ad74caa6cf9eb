"""Who uses a Service inside the cluster, by its name or a nodePort: looked for where names are written.

A reader that is found makes retiring the Service a question for a person, so a doubtful finding is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.json import Decoder

from migrator.adapters.kube.client import KubeClient, path_of
from migrator.adapters.kube.monitors import MONITORS, scraping
from migrator.adapters.kube.nouns import Metadata, Page
from migrator.errors import Missing
from migrator.model.cluster import Reader, Service

# Kind, path and plural, and the part of the object where a name may stand.
PLACES: tuple[tuple[str, str, str, str], ...] = (
    ("Ingress", "/apis/networking.k8s.io/v1", "ingresses", "spec"),
    ("HTTPRoute", "/apis/gateway.networking.k8s.io/v1", "httproutes", "spec"),
    ("GRPCRoute", "/apis/gateway.networking.k8s.io/v1", "grpcroutes", "spec"),
    ("TCPRoute", "/apis/gateway.networking.k8s.io/v1alpha2", "tcproutes", "spec"),
    ("TLSRoute", "/apis/gateway.networking.k8s.io/v1alpha2", "tlsroutes", "spec"),
    ("UDPRoute", "/apis/gateway.networking.k8s.io/v1alpha2", "udproutes", "spec"),
    ("VirtualService", "/apis/networking.istio.io/v1beta1", "virtualservices", "spec"),
    ("DestinationRule", "/apis/networking.istio.io/v1beta1", "destinationrules", "spec"),
    ("HTTPProxy", "/apis/projectcontour.io/v1", "httpproxies", "spec"),
    ("IngressRoute", "/apis/traefik.io/v1alpha1", "ingressroutes", "spec"),
    ("IngressRouteTCP", "/apis/traefik.io/v1alpha1", "ingressroutetcps", "spec"),
    ("Mapping", "/apis/getambassador.io/v3alpha1", "mappings", "spec"),
    ("TargetGroupBinding", "/apis/elbv2.k8s.aws/v1beta1", "targetgroupbindings", "spec"),
    ("Rollout", "/apis/argoproj.io/v1alpha1", "rollouts", "spec"),
    ("Probe", "/apis/monitoring.coreos.com/v1", "probes", "spec"),
    ("HorizontalPodAutoscaler", "/apis/autoscaling/v2", "horizontalpodautoscalers", "spec"),
    ("NetworkPolicy", "/apis/networking.k8s.io/v1", "networkpolicies", "spec"),
    ("MutatingWebhookConfiguration", "/apis/admissionregistration.k8s.io/v1", "mutatingwebhookconfigurations", "webhooks"),
    ("ValidatingWebhookConfiguration", "/apis/admissionregistration.k8s.io/v1", "validatingwebhookconfigurations", "webhooks"),
    ("APIService", "/apis/apiregistration.k8s.io/v1", "apiservices", "spec"),
    ("Service", "/api/v1", "services", "spec"),
    ("Deployment", "/apis/apps/v1", "deployments", "spec"),
    ("DaemonSet", "/apis/apps/v1", "daemonsets", "spec"),
    ("StatefulSet", "/apis/apps/v1", "statefulsets", "spec"),
    ("CronJob", "/apis/batch/v1", "cronjobs", "spec"),
    ("ConfigMap", "/api/v1", "configmaps", "data"),
)

# Fields of a spec that hold text of people, or the name or address of a Service.
TEXTS = frozenset(
    {
        "value", "args", "command", "externalName", "serviceName",
        "host", "hosts", "service", "static", "cidr",
        "stableService", "canaryService", "activeService", "previewService",
    }
)  # fmt: skip
# Fields of a spec under which a structure names a Service by `name`, and maybe `namespace` and `kind`.
REFERENCES = frozenset({"service", "services", "serviceRef", "backendRef", "backendRefs", "describedObject"})


class _Object(msgspec.Struct):
    metadata: Metadata
    spec: Any = None
    webhooks: Any = None
    data: Any = None


_objects = Decoder(Page[_Object])


class Needle:
    """What is looked for: one Service's names, nodePorts and addresses in the cluster."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.namespace, self.name = namespace, name = service.namespace, service.name
        ports = [each["nodePort"] for each in service.spec.get("ports") or () if each.get("nodePort")]
        addresses = [re.escape(each) for each in service.spec.get("clusterIPs") or () if each and each != "None"]
        plain, variable = re.escape(name), re.escape(name.upper().replace("-", "_"))
        edge, end = r"(?<![\w.-])", r"(?![\w-])"
        self._anywhere = re.compile(rf"{edge}{plain}\.{re.escape(namespace)}{end}")
        # Without its namespace a name means this Service only inside it, and only where it stands as a host does.
        self._inside = re.compile(rf"^{plain}$|//{plain}(?=[:/]|$)|{edge}{plain}:\d|\b{variable}_SERVICE_(HOST|PORT)\b")
        # `node:31080`, and `port: 31080` or `nodePort = "31080"` as configurations write it.
        said = "|".join(map(str, ports))
        self._ports = re.compile(rf"(?::|[Pp]ort[\"']?\s*[:=]\s*[\"']?)({said})(?!\d)") if ports else None
        self._addresses = re.compile(rf"(?<![\w.:])({'|'.join(addresses)})(?![\w.]|:[\da-f])") if addresses else None

    def in_text(self, text: str, namespace: str) -> str | None:
        """How a text of an object in `namespace` uses the Service; None when it does not."""
        if found := self._anywhere.search(text):
            return f"names {found[0]}"
        if namespace == self.namespace and (found := self._inside.search(text)):
            return f"names {found[0].strip('/')}"
        if self._ports is not None and (found := self._ports.search(text)):
            return f"uses nodePort {found[1]}"
        if self._addresses is not None and (found := self._addresses.search(text)):
            return f"uses its address {found[1]}"
        return None

    def is_reference(self, value: dict[str, Any], field: str, namespace: str) -> bool:
        """Whether a structure such as an Ingress backend or a webhook's `service` refers to the Service."""
        named = value.get("name") == self.name and value.get("namespace", namespace) == self.namespace
        return named and field in REFERENCES and value.get("kind", "Service") == "Service"


class Reading:
    """One search through every place."""

    def __init__(self, client: KubeClient, needle: Needle) -> None:
        self._client, self._needle = client, needle

    def readers(self) -> tuple[Reader, ...]:
        """Every reader, sorted; each kind of use once for a field."""
        found = {(each.what, each.how): each for place in PLACES for each in self._in_place(*place)}
        found |= {(each.what, each.how): each for monitor in MONITORS for each in self._scraping(*monitor)}
        return tuple(found[key] for key in sorted(found))

    def _scraping(self, kind: str, prefix: str, plural: str) -> Iterator[Reader]:
        try:
            for each in self._client.items(path_of(prefix, None, plural), f"list the {plural}", _objects):
                yield from scraping(kind, each.metadata.namespace, each.metadata.name, each.spec, self._needle.service)
        except Missing:
            return  # the kind is not installed

    def _in_place(self, kind: str, prefix: str, plural: str, part: str) -> Iterator[Reader]:
        try:
            for each in self._client.items(path_of(prefix, None, plural), f"list the {plural}", _objects):
                namespace, name = each.metadata.namespace, each.metadata.name
                if (kind, namespace, name) == ("Service", self._needle.namespace, self._needle.name):
                    continue
                where = "/".join(filter(None, (kind, namespace, name)))
                for field, how in self._uses(getattr(each, part), part, part, namespace, part == "data"):
                    yield Reader(f"{where} {field}", how)
        except Missing:
            return  # the kind is not installed

    def _uses(self, value: object, path: str, field: str, namespace: str, text: bool) -> Iterator[tuple[str, str]]:
        if isinstance(value, str):
            if text and (how := self._needle.in_text(value, namespace)):
                yield path, how
        elif isinstance(value, list):
            for number, each in enumerate(value):
                yield from self._uses(each, f"{path}[{number}]", field, namespace, text)
        elif isinstance(value, dict):
            if self._needle.is_reference(value, field, namespace):
                yield path, f"refers to {self._needle.namespace}/{self._needle.name}"
            for name, each in value.items():
                said = text or (name in TEXTS and not isinstance(each, dict))
                yield from self._uses(each, f"{path}.{name}", name, namespace, said)
