"""What planning reads beyond one migration: whole lists, in pages, each read once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from migrator.model.cluster import Ingress, Reader, Service, Workload


class ClusterSurvey(Protocol):
    """The cluster at large. Each method raises Throttled, Unreachable or Denied."""

    def services(self, namespace: str | None = None) -> Iterator[Service]:
        """Every Service of a namespace or of the cluster, by namespace and name; pages of 500."""
        ...

    def ingresses(self) -> tuple[Ingress, ...]:
        """Every Ingress with the hosts it names and the hostnames its status shows."""
        ...

    def workloads(self) -> tuple[Workload, ...]:
        """Deployments, DaemonSets and StatefulSets with the arguments of their containers."""
        ...

    def readers(self, namespace: str, name: str) -> tuple[Reader, ...]:
        """What uses a Service by name or nodePort inside the cluster: Ingress backends, webhooks, APIServices,
        ExternalName Services, names in env, args and ConfigMaps. Sorted; kinds that are not installed are skipped."""
        ...
