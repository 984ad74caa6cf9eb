"""How the controller will open the nodes to the clone, and what the nodes' security groups hold now: values only."""

from __future__ import annotations

from typing import Literal

from migrator.checks.lbc import Lbc
from migrator.checks.version import GROUPS
from migrator.model.balancers import SecurityGroup
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

ANNOTATION = "service.beta.kubernetes.io/aws-load-balancer-"
CLIENT, HEALTH, MTU = "kubernetes.io/rule/nlb/client=", "kubernetes.io/rule/nlb/health=", "kubernetes.io/rule/nlb/mtu"
Opening = Literal["group", "addresses", "unknown"]


def opening(migration: Migration, lbc: Lbc) -> Opening:
    """Whether nodes open to the load balancer's security group, or to addresses as legacy does.

    Source: aws-load-balancer-controller: pkg/service/model_build_load_balancer.go, pkg/networking/networking_manager.go.
    """
    annotations = migration.manifest["metadata"].get("annotations") or {}
    if annotations.get(ANNOTATION + "security-groups"):
        return "group"
    without = annotations.get(ANNOTATION + "disable-nlb-sg", "").strip().lower() in ("true", "t", "1")
    if without or not lbc.gate("NLBSecurityGroup", True) or lbc.flag("--enable-backend-security-group") == "false":
        return "addresses"
    known = lbc.has(GROUPS)
    return "unknown" if known is None else "group" if known else "addresses"


def node_groups(migration: Migration, outside: Outside) -> tuple[SecurityGroup, ...]:
    """The nodes' security groups, as far as legacy opened them, with their rules. Two calls, shared by those that ask."""
    ids = tuple(sorted({each.group for each in migration.legacy.rules}))
    return outside.account.security_groups(ids) if ids else ()
