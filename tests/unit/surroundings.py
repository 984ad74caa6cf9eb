"""An account and a cluster in which every preflight passes, for the worlds that tests are played in; a test sets a field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrator.model.account import Certificate, Deed, Interface, Quota, Right, Subnet
from migrator.model.balancers import Rule, SecurityGroup
from migrator.model.installation import Access, NamespaceQuota, Node, Webhook

LBC_IMAGE = "public.ecr.aws/eks/aws-load-balancer-controller:v2.14.1"
HOOK_SERVICE = "kube-system/aws-load-balancer-webhook-service"
HOOKS = (
    Webhook("mservice.elbv2.k8s.aws", "aws-load-balancer-webhook", True, ("services",), ("CREATE",), HOOK_SERVICE),
    Webhook("vtargetgroupbinding.elbv2.k8s.aws", "aws-load-balancer-webhook", False, ("targetgroupbindings",), (), HOOK_SERVICE),
)
LIMITS = (
    Quota("Inbound or outbound rules per security group", 60),
    Quota("Listeners per Network Load Balancer", 50),
    Quota("Network Load Balancers per Region", 50, 3),
    Quota("Target Groups per Region", 3000, 3),
    Quota("Targets per Availability Zone per Network Load Balancer", 500),
    Quota("Targets per Network Load Balancer", 3000),
)
NODES = (Node("node-a", "i-zone-a", "zone-a"), Node("node-b", "i-zone-b", "zone-b"))
NODE_GROUP = "sg-nodes"


class Surroundings:
    """Implements AccountLook and InstallationLook. Fields of the class are what a fresh world has."""

    hooks: tuple[Webhook, ...] = HOOKS
    hook_addresses: int = 2
    served: tuple[str, ...] = ("ingressclassparams", "targetgroupbindings")
    marks: dict[str, str] | None = {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/lbc"}
    node_list: tuple[Node, ...] = NODES
    held: tuple[NamespaceQuota, ...] = ()
    namespace_marks: dict[str, str] | None = {}
    refused: tuple[str, ...] = ()  # of the API server's rights
    free: int = 200
    subnet_tags: dict[str, str] = {}
    subnet_zones: dict[str, str] = {}
    lost_subnets: tuple[str, ...] = ()
    node_groups: tuple[str, ...] = (NODE_GROUP,)
    node_group_tags: dict[str, str] = {"kubernetes.io/cluster/shop-prod": "owned"}
    node_group_rules: tuple[Rule, ...] = ()
    limits: tuple[Quota, ...] = LIMITS
    forbidden: dict[str, bool | None] = {}
    issued: dict[str, str] = {}  # ARN -> state; ISSUED unless told
    policies: tuple[str, ...] = ("ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13-1-2-2021-06")
    protected: dict[str, tuple[tuple[str, str], ...]] = {}

    def asking(self, question: str) -> None:
        """A world with refusals of its own raises them here."""
        may: Any = getattr(self, "may", None)
        if may is not None:
            may(question)

    # the cluster
    def webhooks(self) -> tuple[Webhook, ...]:
        self.asking("webhooks")
        return self.hooks

    def endpoints(self, namespace: str, service: str) -> int:
        self.asking("endpoints")
        return self.hook_addresses

    def kinds(self) -> tuple[str, ...]:
        self.asking("kinds")
        return self.served

    def account_marks(self, namespace: str, name: str) -> dict[str, str] | None:
        self.asking("account_marks")
        return self.marks

    def nodes(self) -> tuple[Node, ...]:
        self.asking("nodes")
        return self.node_list

    def namespace_quotas(self, namespace: str) -> tuple[NamespaceQuota, ...]:
        self.asking("namespace_quotas")
        return self.held

    def namespace_labels(self, namespace: str) -> dict[str, str] | None:
        self.asking("namespace_labels")
        return self.namespace_marks

    def allowed(self, access: Access) -> bool:
        self.asking("allowed")
        return f"{access.verb} {access.resource}" not in self.refused

    # the account
    def subnets(self, ids: tuple[str, ...]) -> tuple[Subnet, ...]:
        self.asking("subnets")
        kept = [each for each in ids if each not in self.lost_subnets]
        return tuple(
            Subnet(each, self.subnet_zones.get(each, f"zone-of-{each}"), "vpc-1", "10.0.0.0/20", self.free, self.subnet_tags)
            for each in kept
        )

    def security_groups(self, ids: tuple[str, ...]) -> tuple[SecurityGroup, ...]:
        self.asking("security_groups")
        return tuple(SecurityGroup(each, each, "", self.node_group_tags, self.node_group_rules) for each in sorted(set(ids)))

    def interfaces(self, instances: tuple[str, ...]) -> tuple[Interface, ...]:
        self.asking("interfaces")
        return tuple(Interface(f"eni-{each}", each, self.node_groups) for each in instances)

    def quotas(self) -> tuple[Quota, ...]:
        self.asking("quotas")
        return self.limits

    def rights(self, arn: str, deeds: Sequence[Deed]) -> tuple[Right, ...]:
        self.asking("rights")
        return tuple(Right(each.action, each.resource, self.forbidden.get(each.action, True)) for each in deeds)

    def certificates(self, arns: tuple[str, ...]) -> tuple[Certificate, ...]:
        self.asking("certificates")
        return tuple(Certificate(each, self.issued.get(each, "ISSUED")) for each in arns if self.issued.get(each) != "")

    def tls_policies(self) -> tuple[str, ...]:
        self.asking("tls_policies")
        return self.policies

    def protected_records(self, zone_id: str) -> tuple[tuple[str, str], ...]:
        self.asking("protected_records")
        return self.protected.get(zone_id, ())
