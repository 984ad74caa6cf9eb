"""What preflight asks of the cluster around a Service: what of the controller is installed, and what a namespace allows."""

from __future__ import annotations

from typing import Protocol

from migrator.model.installation import Access, NamespaceQuota, Node, Webhook


class InstallationLook(Protocol):
    """Each raises Throttled, Unreachable, Denied."""

    def webhooks(self) -> tuple[Webhook, ...]:
        """Every admission webhook of the cluster, mutating ones first, by configuration and in its order."""
        ...

    def endpoints(self, namespace: str, service: str) -> int:
        """How many ready addresses stand behind a Service; 0 for one that is not there."""
        ...

    def kinds(self) -> tuple[str, ...]:
        """What the API server serves of the controller's group, as `targetgroupbindings`; empty where it is not installed."""
        ...

    def account_marks(self, namespace: str, name: str) -> dict[str, str] | None:
        """A service account's annotations; None when there is none of that name."""
        ...

    def nodes(self) -> tuple[Node, ...]:
        """Every node, by name."""
        ...

    def namespace_quotas(self, namespace: str) -> tuple[NamespaceQuota, ...]:
        """The ResourceQuotas of a namespace that count objects, by name."""
        ...

    def namespace_labels(self, namespace: str) -> dict[str, str] | None:
        """A namespace's labels; None when there is none of that name."""
        ...

    def allowed(self, access: Access) -> bool:
        """Whether the API server would let us do something."""
        ...
