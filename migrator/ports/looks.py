"""The questions: each may raise Throttled, Unreachable, Denied; by-id questions also Missing where they say so."""

from __future__ import annotations

from typing import Any, Protocol

from migrator.model.balancers import Caller, FlowMinute, Listener, LoadBalancer, Rule, Target, TargetGroup
from migrator.model.cluster import Binding, ClusterIdentity, Controller, Lease, Service, Trouble
from migrator.model.names import Answer, Authority, ProbeSeen
from migrator.model.records import HostedZone, RecordSet
from migrator.model.units import Instant


class ClusterLook(Protocol):
    """What the API server says."""

    def identity(self) -> ClusterIdentity:
        """Which cluster this is."""
        ...

    def service(self, namespace: str, name: str) -> Service | None:
        """A Service, or None when there is none of that name."""
        ...

    def bindings(self, namespace: str, service: str) -> tuple[Binding, ...]:
        """The TargetGroupBindings that LBC made for a Service, by name; empty before it did."""
        ...

    def controller(self) -> Controller | None:
        """The AWS Load Balancer Controller's Deployment, found by label in any namespace; None when not installed."""
        ...

    def lease(self, namespace: str, name: str) -> Lease | None:
        """Our mark of that name, or None."""
        ...

    def troubles(self, namespace: str, uid: str) -> tuple[Trouble, ...]:
        """Warning events about an object, newest first; empty when there are none (they expire after an hour)."""
        ...

    def rehearsed(self, manifest: dict[str, Any]) -> Service:
        """What the server would store for a new Service (dry run). Raises Rejected or Conflict when it would not."""
        ...


class BalancerLook(Protocol):
    """What Elastic Load Balancing says."""

    def named(self, hostname: str) -> LoadBalancer | None:
        """The load balancer with this DNS name (case, trailing dot and `dualstack.` aside), or None."""
        ...

    def balancer(self, arn: str) -> LoadBalancer | None:
        """A load balancer by ARN, or None when it is gone."""
        ...

    def attributes(self, arn: str) -> dict[str, str]:
        """A load balancer's attributes, for example `deletion_protection.enabled`. Raises Missing."""
        ...

    def listeners(self, arn: str, *, whole: bool = False) -> tuple[Listener, ...]:
        """A load balancer's listeners by port; empty when it has none or is gone.

        With `whole` their attributes too, which may cost a call a listener; else those may be left out.
        """
        ...

    def groups(self, arn: str) -> tuple[TargetGroup, ...]:
        """The target groups attached to a load balancer, by port and ARN, with attributes and tags."""
        ...

    def targets(self, group_arn: str) -> tuple[Target, ...]:
        """How each target of a group is doing, by id and port; empty when none is registered. Raises Missing."""
        ...

    def groups_left(self, arns: tuple[str, ...]) -> tuple[TargetGroup, ...]:
        """Which of these target groups still exist."""
        ...

    def stacked(self, cluster: str, stack: str) -> tuple[LoadBalancer, ...]:
        """Load balancers that LBC would take for this stack's (`namespace/name`), by their tags."""
        ...


class NetworkLook(Protocol):
    """What EC2 says, and who we are."""

    def caller(self) -> Caller:
        """Account, region and AWS's own time."""
        ...

    def rules_for(self, balancer_name: str) -> tuple[Rule, ...]:
        """The inbound node rules that legacy made for a network load balancer, by id (found by description)."""
        ...

    def rules_of(self, groups: tuple[str, ...]) -> tuple[Rule, ...]:
        """Every inbound rule of these security groups, by id."""
        ...

    def rules_from(self, groups: tuple[str, ...]) -> tuple[Rule, ...]:
        """Every inbound rule, of whichever group, whose source is one of these security groups, by id."""
        ...

    def rules_left(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Which of these rule ids still exist."""
        ...

    def security_groups_left(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Which of these security groups still exist."""
        ...

    def worn(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """The network interfaces that wear one of these security groups, a line each; sorted."""
        ...

    def stacked_groups(self, cluster: str, stack: str) -> tuple[str, ...]:
        """Security groups that LBC tagged for this stack (`namespace/name`), by id."""
        ...


class RecordLook(Protocol):
    """What Route 53 says."""

    def zones(self) -> tuple[HostedZone, ...]:
        """Every hosted zone that can be listed, by id."""
        ...

    def listed(self, zone_id: str) -> tuple[RecordSet, ...]:
        """All record sets of a zone, in Route 53's order."""
        ...

    def at(self, zone_id: str, names: tuple[str, ...]) -> tuple[RecordSet, ...]:
        """The record sets of these names, all types; one call a name, or pages of the zone where that is fewer."""
        ...

    def insync(self, change_id: str) -> bool:
        """Whether a change has reached every authority. Raises Missing for an id that Route 53 no longer knows."""
        ...

    def servers(self, zone_id: str) -> tuple[str, ...]:
        """The host names of a public zone's name servers; empty for a private zone."""
        ...


class MetricLook(Protocol):
    """What CloudWatch says."""

    def flows(self, balancer_arn: str, start: Instant, end: Instant, period_s: int) -> tuple[FlowMinute, ...]:
        """One entry per period from start to end (both on period bounds); a missing point is None."""
        ...


class NameLook(Protocol):
    """What name servers say; every question is a real one, nothing is cached beyond an answer's own TTL."""

    def resolvers(self) -> tuple[str, ...]:
        """The caching resolvers that were configured, as addresses; may be empty."""
        ...

    def authorities(self, name: str) -> tuple[Authority, ...]:
        """The name servers of the zone that holds a name, found by asking; one per address. Raises Unreachable."""
        ...

    def asked(self, server: str, name: str, type: str, *, recursive: bool) -> Answer:
        """What one server (an address) answers. Raises Unreachable when it does not answer."""
        ...


class ProbeLook(Protocol):
    """A client's view."""

    def tried(self, address: str, port: int, kind: str, host: str) -> ProbeSeen:
        """Connect to an address as a client would: kind `tcp`, `tls` or `http`; `host` is the name to ask for."""
        ...
