"""The backend security group: one for all load balancers of a cluster, made when first needed, deleted with its last user.

Source: kubernetes-sigs/aws-load-balancer-controller pkg/networking/backend_sg_provider.go.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from migrator.sandbox.world.controllers import Pass
from migrator.sandbox.world.lbc_calls import call, refused
from migrator.sandbox.world.lbc_stack import CLUSTER_TAG, backend_group_name
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.ec2_nouns import SecurityGroup
    from migrator.sandbox.world.lbc_settings import Settings

_DESCRIPTION = "[k8s] Shared Backend SecurityGroup for LoadBalancer"
_RETRY_S, _GIVES_UP_S = 2.0, 120.0


class BackendGroup:
    """Hands the group out and takes it back, by the Service that uses it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._users: set[str] = set()

    def forget(self) -> None:
        """The process that knew who uses the group is gone."""
        self._users.clear()

    def get(self, settings: Settings, vpc_id: str, user: str) -> Generator[float, None, str]:
        """The id of the group for a Service `user`, found by its tags or made."""
        if settings.backend_security_group:
            return settings.backend_security_group
        tags = {CLUSTER_TAG: settings.cluster_name, "elbv2.k8s.aws/resource": "backend-sg"}
        group = self._found(tags, vpc_id)
        if group is None:
            name = backend_group_name(settings.cluster_name)
            group = yield from call(
                self._world,
                "create-backend-security-group",
                name,
                lambda: self._world.ec2.create_security_group(name, _DESCRIPTION, vpc_id, tags=tags),
            )
        self._users.add(user)
        return group.id

    def release(self, settings: Settings, vpc_id: str, user: str) -> Pass:
        """A Service no longer uses the group: delete it unless another one does, or a load balancer still wears it."""
        self._users.discard(user)
        tags = {CLUSTER_TAG: settings.cluster_name, "elbv2.k8s.aws/resource": "backend-sg"}
        group = self._found(tags, vpc_id)
        if settings.backend_security_group or group is None or self._users or self._is_worn(group.id):
            return
        yield from delete_group(self._world, "delete-backend-security-group", group.id, _GIVES_UP_S)

    def _found(self, tags: dict[str, str], vpc_id: str) -> SecurityGroup | None:
        for group in self._world.ec2.groups.values():
            if group.vpc_id == vpc_id and tags.items() <= group.tags.items():
                return group
        return None

    def _is_worn(self, id: str) -> bool:
        return any(id in each.security_groups for each in self._world.elb.balancers.values())


def delete_group(world: World, operation: str, id: str, gives_up_s: float) -> Pass:
    """Delete a security group, again and again while something still depends on it."""
    until = world.now + gives_up_s
    while True:
        try:
            yield from call(world, operation, id, lambda: world.ec2.delete_security_group(id), plain=True)
        except AwsError as error:
            if error.code == "InvalidGroup.NotFound":
                return
            if error.code != "DependencyViolation" or world.now + _RETRY_S > until:
                raise refused(world, operation, error, "failed to delete securityGroup") from error
            yield _RETRY_S
        else:
            return
