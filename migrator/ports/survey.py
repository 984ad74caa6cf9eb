"""What planning reads beyond one migration: whole lists, in pages, each read once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from migrator.model.cluster import Ingress, Reader, Service, Workload


class ClusterSurvey(Protocol):
    """The cluster at large. Each method raises Throttled, Unreachable or Denied."""

    def services(self, namespace: str | None = None, selector: str = "") -> Iterator[Service]:
        """The Services of type LoadBalancer of a namespace or of the cluster, by namespace and name; pages of 500.

        `selector` is one of labels, as `kubectl -l` takes it. They are light: of the spec there are type and
        loadBalancerClass, of the annotations those that a load balancer controller reads, and no labels.
        """
        ...

    def ingresses(self) -> tuple[Ingress, ...]:
        """Every Ingress with the hosts it names and the hostnames its status shows."""
        ...

    def workloads(self) -> tuple[Workload, ...]:
        """Deployments, DaemonSets and StatefulSets with the arguments of their containers."""
        ...

    def readers(self, namespace: str, name: str) -> tuple[Reader, ...]:
        """What uses a Service inside the cluster, by name, labels, address or nodePort: Ingress and Gateway backends, routes of
        meshes and ingress controllers, webhooks, APIServices, ExternalName Services, monitors, network policies, names in env,
        args and ConfigMaps. Sorted; kinds that are not installed are skipped, Secrets are not read."""
        ...

    def mentions(self, names: tuple[str, ...]) -> tuple[Reader, ...]:
        """Workloads, ConfigMaps and ExternalName Services in whose texts one of these host names stands. Sorted."""
        ...

    def owned(self, namespace: str, uid: str) -> tuple[str, ...]:
        """What goes when an object of a namespace goes, as it names this UID as its owner: `kind.group/name`, sorted.

        Without what every Service has (EndpointSlices) and without Secrets. A call for each kind of the cluster.
        """
        ...
