"""What of the controller is installed in the world's cluster, and what a namespace allows."""

from __future__ import annotations

from typing import Any

from migrator.model.installation import Access, NamespaceQuota, Node, Webhook
from migrator.sandbox.doors.kube.access import denied
from migrator.sandbox.world import World
from migrator.simulation.doors.gate import Gate

GROUP = "elbv2.k8s.aws"


class InstallationDoor:
    """Implements InstallationLook."""

    def __init__(self, world: World) -> None:
        self._world, self._kube = world, world.kube
        self._gate = Gate(world, "kube")

    def webhooks(self) -> tuple[Webhook, ...]:
        """Every admission webhook, mutating ones first, by configuration and in its order."""
        self._gate.look("/", "GET mutatingwebhookconfigurations", "GET validatingwebhookconfigurations")
        mutating = self._kube.shelf("MutatingWebhookConfiguration").read(mutating_from)
        return mutating + self._kube.shelf("ValidatingWebhookConfiguration").read(validating_from)

    def endpoints(self, namespace: str, service: str) -> int:
        """How many ready addresses stand behind a Service."""
        self._gate.look(f"{namespace}/", "GET endpointslices")
        return sum(
            [
                len(each["addresses"])
                for raw in self._kube.list("EndpointSlice", namespace)
                if (raw["metadata"].get("labels") or {}).get("kubernetes.io/service-name") == service
                for each in raw.get("endpoints") or ()
                if (each.get("conditions") or {}).get("ready") is not False
            ]
        )

    def kinds(self) -> tuple[str, ...]:
        """What is defined of the controller's group, sorted."""
        self._gate.look("/", "GET elbv2.k8s.aws")
        return self._kube.shelf("CustomResourceDefinition").read(kinds_from)

    def account_marks(self, namespace: str, name: str) -> dict[str, str] | None:
        """A service account's annotations, or None."""
        self._gate.look(f"{namespace}/{name}", "GET serviceaccounts")
        raw = self._kube.find("ServiceAccount", namespace, name)
        return None if raw is None else dict(raw["metadata"].get("annotations") or {})

    def nodes(self) -> tuple[Node, ...]:
        """Every node, by name."""
        self._gate.look("/", "GET nodes")
        return self._kube.shelf("Node").read(nodes_from)

    def namespace_quotas(self, namespace: str) -> tuple[NamespaceQuota, ...]:
        """The ResourceQuotas of a namespace, by name."""
        self._gate.look(f"{namespace}/", "GET resourcequotas")
        return tuple(quota_from(raw) for raw in self._kube.list("ResourceQuota", namespace))

    def namespace_labels(self, namespace: str) -> dict[str, str] | None:
        """A namespace's labels, or None."""
        self._gate.look(f"/{namespace}", "GET namespaces")
        raw = self._kube.find("Namespace", "", namespace)
        return None if raw is None else dict(raw["metadata"].get("labels") or {})

    def allowed(self, access: Access) -> bool:
        """Whether no armed fault would deny it; asking does not use the fault up."""
        faults = self._world.faults
        if not faults.armed:
            return True
        self._gate.look("/", "POST selfsubjectaccessreviews")
        plural = access.resource.partition(".")[0]
        return not denied(faults, self._world.now, access.verb, plural, access.namespace)


def mutating_from(configurations: list[dict[str, Any]]) -> tuple[Webhook, ...]:
    """The webhooks of mutating configurations."""
    return tuple([webhook_from(hook, raw, True) for raw in configurations for hook in raw.get("webhooks") or ()])


def validating_from(configurations: list[dict[str, Any]]) -> tuple[Webhook, ...]:
    """The webhooks of validating configurations."""
    return tuple([webhook_from(hook, raw, False) for raw in configurations for hook in raw.get("webhooks") or ()])


def webhook_from(raw: dict[str, Any], configuration: dict[str, Any], mutating: bool) -> Webhook:
    """One webhook of a configuration."""
    config, rules = raw.get("clientConfig") or {}, raw.get("rules") or ()
    reached = config.get("service")
    return Webhook(
        name=raw["name"],
        configuration=configuration["metadata"]["name"],
        mutating=mutating,
        resources=tuple(dict.fromkeys([each for rule in rules for each in rule.get("resources") or ()])),
        operations=tuple(dict.fromkeys([each for rule in rules for each in rule.get("operations") or ()])),
        service=f"{reached['namespace']}/{reached['name']}" if reached else "",
        signed=bool(config.get("caBundle")),
        fatal=raw.get("failurePolicy", "Fail") == "Fail",
        everywhere=not raw.get("namespaceSelector") and not raw.get("objectSelector"),
    )


def kinds_from(definitions: list[dict[str, Any]]) -> tuple[str, ...]:
    """The plurals of the controller's own kinds, sorted."""
    specs = [raw["spec"] for raw in definitions]
    return tuple(sorted([each["names"]["plural"] for each in specs if each["group"] == GROUP]))


def nodes_from(nodes: list[dict[str, Any]]) -> tuple[Node, ...]:
    """Nodes and their instances, as they are listed."""
    return tuple(map(node_from, nodes))


def node_from(raw: dict[str, Any]) -> Node:
    """A node and its instance."""
    provider = (raw.get("spec") or {}).get("providerID", "")
    last = provider.rpartition("/")[2]
    instance = last if provider.startswith("aws:") and last.startswith("i-") else ""
    return Node(raw["metadata"]["name"], instance, (raw["metadata"].get("labels") or {}).get("topology.kubernetes.io/zone", ""))


def quota_from(raw: dict[str, Any]) -> NamespaceQuota:
    """A ResourceQuota's counts; the world's hold plain numbers."""
    status, spec = raw.get("status") or {}, raw.get("spec") or {}
    hard, used = status.get("hard") or spec.get("hard") or {}, status.get("used") or {}
    return NamespaceQuota(raw["metadata"]["name"], _numbers(hard), _numbers(used))


def _numbers(read: dict[str, str]) -> dict[str, int]:
    return {name: int(value) for name, value in read.items() if str(value).isdigit()}
