"""What the AWS Load Balancer Controller wants for one Service: the nouns of its model, the names and the tags."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import msgspec

from migrator.sandbox.world.balancers import HealthCheck, LoadBalancer
from migrator.sandbox.world.controllers import sanitized
from migrator.sandbox.world.ec2_rules import RuleSpec

Service = dict[str, Any]

CLUSTER_TAG = "elbv2.k8s.aws/cluster"
STACK_TAG = "service.k8s.aws/stack"
RESOURCE_TAG = "service.k8s.aws/resource"
BALANCER, MANAGED_GROUP = "LoadBalancer", "ManagedLBSecurityGroup"  # values of RESOURCE_TAG
MANAGED = "managed"  # stands for the frontend security group until it has an id


class FrontendGroup(msgspec.Struct, frozen=True):
    """The managed security group that clients come through."""

    name: str
    ingress: tuple[RuleSpec, ...]


class BalancerSpec(msgspec.Struct, frozen=True):
    """The load balancer. `security_groups` may hold MANAGED; `attributes` are only those that were asked for."""

    name: str
    scheme: str
    subnets: tuple[str, ...]
    allocations: dict[str, str]
    security_groups: tuple[str, ...]
    attributes: dict[str, str]
    address_type: str


class GroupSpec(msgspec.Struct, frozen=True):
    """A target group and the binding that fills it. `networking` is the binding's own, None to leave nodes alone."""

    resource: str
    name: str
    protocol: str
    port: int
    target_type: str
    check: HealthCheck
    attributes: dict[str, str]
    service_port: int
    networking: list[dict[str, Any]] | None
    node_selector: dict[str, str]


class ListenerSpec(msgspec.Struct, frozen=True):
    """A listener; `group` is the resource of its target group."""

    resource: str
    protocol: str
    port: int
    group: str
    certificates: tuple[str, ...]
    ssl_policy: str | None
    alpn: tuple[str, ...]
    attributes: dict[str, str]


@dataclass(slots=True)
class Stack:
    """Everything that should exist for a Service; nothing of it when the Service is not, or no longer, ours."""

    namespace: str
    name: str
    cluster: str
    tags: dict[str, str] = field(default_factory=dict)
    frontend: FrontendGroup | None = None
    balancer: BalancerSpec | None = None
    groups: list[GroupSpec] = field(default_factory=list)
    listeners: list[ListenerSpec] = field(default_factory=list)
    uses_backend_group: bool = False

    @property
    def marks(self) -> dict[str, str]:
        """The tags by which everything of this stack is found again; the Service's UID is not among them."""
        return {CLUSTER_TAG: self.cluster, STACK_TAG: f"{self.namespace}/{self.name}"}

    def tags_for(self, resource: str) -> dict[str, str]:
        """All tags of one thing in the stack; the controller's own win over the user's."""
        return {**self.tags, **self.marks, RESOURCE_TAG: resource}

    def owns(self, tags: dict[str, str]) -> bool:
        """Whether something with these tags belongs to the stack."""
        return tags.get(STACK_TAG) == f"{self.namespace}/{self.name}" and tags.get(CLUSTER_TAG) == self.cluster


def existing_balancer(balancers: dict[str, LoadBalancer], stack: Stack) -> LoadBalancer | None:
    """The load balancer that carries the stack's marks, whoever made it; the first when there are several."""
    return next((each for each in balancers.values() if each.kind == "network" and stack.owns(each.tags)), None)


def named(service: Service, *parts: str) -> str:
    """`k8s-<namespace>-<name>-<hash of the parts>`, the form of all generated names."""
    meta = service["metadata"]
    digest = hashlib.sha256("".join(parts).encode()).hexdigest()
    return f"k8s-{sanitized(meta['namespace'])[:8]}-{sanitized(meta['name'])[:8]}-{digest[:10]}"


def backend_group_name(cluster: str) -> str:
    """The name of the backend security group, which all load balancers of the cluster share."""
    digest = hashlib.sha256(cluster.encode()).hexdigest()
    return f"k8s-traffic-{sanitized(cluster)[:232]}-{digest[:10]}"
