"""What preflight asks of the cluster around a Service: the controller's webhooks and kinds, nodes, quotas of namespaces."""

from __future__ import annotations

import msgspec


class Webhook(msgspec.Struct, frozen=True):
    """One admission webhook of a configuration.

    `resources` are those of its rules, as `services` or `targetgroupbindings`, `*` for all; `operations` likewise.
    `service` is namespace/name, empty where it is reached by URL. `signed` is whether it has a caBundle: without one the
    API server trusts only public authorities. `everywhere` is false where it looks at some namespaces or objects only.
    """

    name: str
    configuration: str
    mutating: bool
    resources: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    service: str = ""
    signed: bool = True
    fatal: bool = True  # failurePolicy Fail
    everywhere: bool = True

    def concerns(self, resource: str) -> bool:
        """Whether creating such an object passes here."""
        done, seen = self.operations, self.resources
        return (not done or "CREATE" in done or "*" in done) and (resource in seen or "*" in seen or "*/*" in seen)


class NamespaceQuota(msgspec.Struct, frozen=True):
    """A ResourceQuota: what its namespace may hold of each thing and holds now, as counted by the API server."""

    name: str
    hard: dict[str, int] = {}
    used: dict[str, int] = {}


class Node(msgspec.Struct, frozen=True):
    """A node; `instance` is empty where its providerID names none (Fargate, hybrid nodes)."""

    name: str
    instance: str = ""
    zone: str = ""


class Access(msgspec.Struct, frozen=True):
    """Something to be done through the API server: a verb on a resource, `services` or `leases.coordination.k8s.io`."""

    verb: str
    resource: str
    namespace: str
