"""How the AWS Load Balancer Controller calls AWS: where each call may be made to fail, and how its refusals read."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, TypeVar

from migrator.sandbox.world.controllers import Failure, attempt
from migrator.sandbox.world.identifiers import uuid
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world import World

T = TypeVar("T")

# What can be made to fail by a fault where="lbc", and the SDK's name of the call.
_ELB, _EC2 = "Elastic Load Balancing v2", "EC2"
OPERATIONS = {
    "describe-subnets": (_EC2, "DescribeSubnets"),
    "describe-security-groups": (_EC2, "DescribeSecurityGroups"),
    "create-security-group": (_EC2, "CreateSecurityGroup"),
    "authorize-security-group": (_EC2, "AuthorizeSecurityGroupIngress"),
    "revoke-security-group": (_EC2, "RevokeSecurityGroupIngress"),
    "create-backend-security-group": (_EC2, "CreateSecurityGroup"),
    "node-rules": (_EC2, "AuthorizeSecurityGroupIngress"),
    "revoke-node-rules": (_EC2, "RevokeSecurityGroupIngress"),
    "create-target-group": (_ELB, "CreateTargetGroup"),
    "modify-target-group": (_ELB, "ModifyTargetGroup"),
    "create-load-balancer": (_ELB, "CreateLoadBalancer"),
    "modify-load-balancer": (_ELB, "ModifyLoadBalancerAttributes"),
    "create-listener": (_ELB, "CreateListener"),
    "modify-listener": (_ELB, "ModifyListener"),
    "listener-attributes": (_ELB, "ModifyListenerAttributes"),
    "bind-targets": (_ELB, "RegisterTargets"),
    "unbind-targets": (_ELB, "DeregisterTargets"),
    "delete-listener": (_ELB, "DeleteListener"),
    "delete-load-balancer": (_ELB, "DeleteLoadBalancer"),
    "delete-target-group": (_ELB, "DeleteTargetGroup"),
    "delete-security-group": (_EC2, "DeleteSecurityGroup"),
    "delete-backend-security-group": (_EC2, "DeleteSecurityGroup"),
}
KUBE_OPERATIONS = (
    "add-finalizer",
    "remove-finalizer",
    "create-binding",
    "update-binding",
    "delete-binding",
    "update-status",
    "cleanup-status",
)


def call(world: World, operation: str, subject: str, act: Callable[[], T], *, plain: bool = False) -> Generator[float, None, T]:
    """Do one operation of OPERATIONS; a refusal by AWS becomes the SDK's words for it, unless `plain`."""
    try:
        return (yield from attempt(world, "lbc", operation, subject, act))
    except AwsError as error:
        if plain:
            raise
        raise refused(world, operation, error) from error


def refused(world: World, operation: str, error: AwsError, said: str = "") -> Failure:
    """The words of the AWS SDK for Go v2 about a refusal, behind the controller's own."""
    service, name = OPERATIONS[operation]
    text = f"operation error {service}: {name}, https response error StatusCode: {error.status}, RequestID: {uuid(world.random)}"
    prefix = f"{said}: " if said else ""
    return Failure(f"{prefix}{text}, api error {error.code}: {error.message}")
