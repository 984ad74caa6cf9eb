"""The TargetGroupBindings of a stack, found by their labels and told apart by the target group they fill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrator.sandbox.world.controllers import Failure, Pass, attempt
from migrator.sandbox.world.lbc_stack import MANAGED, GroupSpec, Stack

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import TargetGroup

Binding = dict[str, Any]

KIND, API_VERSION = "TargetGroupBinding", "elbv2.k8s.aws/v1beta1"
_POLL_S, _GIVES_UP_S = 0.2, 60.0
_LABELS = ("service.k8s.aws/stack-namespace", "service.k8s.aws/stack-name")


def put_bindings(world: World, stack: Stack, groups: dict[str, TargetGroup], frontend: str, vpc_id: str) -> Pass:
    """A binding for each target group; nobody waits here until targets are registered."""
    have = {each["spec"]["targetGroupARN"]: each for each in _bindings_of(world, stack)}
    for wanted in stack.groups:
        group = groups[wanted.resource]
        spec = _spec(stack, wanted, group, frontend, vpc_id)
        known = have.get(group.arn)
        if known is None:
            yield from _create(world, stack, wanted, spec)
        elif known["spec"] != spec:
            yield from _update(world, known, spec)


def delete_surplus_bindings(world: World, stack: Stack, kept: set[str]) -> Pass:
    """Delete the bindings of other target groups, and wait for each until its targets and rules are gone."""
    for binding in [each for each in _bindings_of(world, stack) if each["spec"]["targetGroupARN"] not in kept]:
        yield from _delete(world, binding)


def _bindings_of(world: World, stack: Stack) -> list[Binding]:
    wanted = dict(zip(_LABELS, (stack.namespace, stack.name), strict=True))
    bindings = world.kube.list(KIND, stack.namespace)
    return [each for each in bindings if wanted.items() <= (each["metadata"].get("labels") or {}).items()]


def _spec(stack: Stack, wanted: GroupSpec, group: TargetGroup, frontend: str, vpc_id: str) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "ipAddressType": "ipv4",
        "serviceRef": {"name": stack.name, "port": wanted.service_port},
        "targetGroupARN": group.arn,
        "targetType": wanted.target_type,
        "vpcID": vpc_id,
    }
    if wanted.networking is not None:
        spec["networking"] = {
            "ingress": [{**rule, "from": [_peer(each, frontend) for each in rule["from"]]} for rule in wanted.networking]
        }
    if wanted.node_selector:
        spec["nodeSelector"] = {"matchLabels": wanted.node_selector}
    return spec


def _peer(peer: dict[str, Any], frontend: str) -> dict[str, Any]:
    return {"securityGroup": {"groupID": frontend}} if peer == {"securityGroup": {"groupID": MANAGED}} else peer


def _create(world: World, stack: Stack, wanted: GroupSpec, spec: dict[str, Any]) -> Pass:
    labels = dict(zip(_LABELS, (stack.namespace, stack.name), strict=True))
    metadata = {"name": wanted.name, "namespace": stack.namespace, "labels": labels}
    binding = {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec}
    yield from attempt(world, "lbc", "create-binding", wanted.name, lambda: world.kube.add(binding, "controller"))


def _update(world: World, binding: Binding, spec: dict[str, Any]) -> Pass:
    renewed = {**binding, "spec": spec}
    yield from attempt(world, "lbc", "update-binding", binding["metadata"]["name"], lambda: world.kube.replace(renewed))


def _delete(world: World, binding: Binding) -> Pass:
    namespace, name, uid = (binding["metadata"][key] for key in ("namespace", "name", "uid"))
    yield from attempt(world, "lbc", "delete-binding", name, lambda: world.kube.delete(KIND, namespace, name))
    until = world.now + _GIVES_UP_S
    while (found := world.kube.find(KIND, namespace, name)) is not None and found["metadata"]["uid"] == uid:
        if world.now >= until:
            raise Failure("failed to delete targetGroupBinding: timed out waiting for the condition")
        yield _POLL_S
