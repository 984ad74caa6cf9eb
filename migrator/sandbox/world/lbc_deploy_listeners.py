"""The listeners of a stack: matched by port; surplus ones go first, so that a port can change its protocol."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from migrator.sandbox.world.controllers import Pass
from migrator.sandbox.world.lbc_calls import call
from migrator.sandbox.world.lbc_stack import ListenerSpec, Stack

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import Listener, LoadBalancer, TargetGroup


def put_listeners(world: World, stack: Stack, lb: LoadBalancer, groups: dict[str, TargetGroup]) -> Pass:
    """Make the load balancer's listeners those of the stack."""
    have = {each.port: each for each in world.elb.listeners_of(lb.arn)}
    wanted = {each.port for each in stack.listeners}
    for listener in [each for port, each in have.items() if port not in wanted]:
        yield from _delete(world, listener, f"{lb.name}:{listener.port}")
    for spec in stack.listeners:
        group = groups[spec.group]
        known = have.get(spec.port)
        listener = yield from _create(world, stack, lb, spec, group) if known is None else _update(world, lb, known, spec, group)
        changed = {key: value for key, value in spec.attributes.items() if listener.attributes.get(key) != value}
        if changed:
            yield from _set_attributes(world, listener, f"{lb.name}:{spec.port}", changed)


def _create(
    world: World, stack: Stack, lb: LoadBalancer, spec: ListenerSpec, group: TargetGroup
) -> Generator[float, None, Listener]:
    return (
        yield from call(
            world,
            "create-listener",
            f"{lb.name}:{spec.port}",
            lambda: world.elb.create_listener(
                lb.arn,
                spec.protocol,
                spec.port,
                [(group.arn, 1)],
                certificates=spec.certificates,
                ssl_policy=spec.ssl_policy,
                alpn=spec.alpn,
                tags=stack.tags_for(spec.resource),
            ),
        )
    )


def _update(
    world: World, lb: LoadBalancer, listener: Listener, spec: ListenerSpec, group: TargetGroup
) -> Generator[float, None, Listener]:
    have = (listener.protocol, listener.forwards, listener.certificates, listener.ssl_policy, listener.alpn)
    if have == (spec.protocol, ((group.arn, 1),), spec.certificates, spec.ssl_policy, spec.alpn):
        return listener
    return (
        yield from call(
            world,
            "modify-listener",
            f"{lb.name}:{spec.port}",
            lambda: world.elb.modify_listener(
                listener.arn,
                protocol=spec.protocol,
                forwards=[(group.arn, 1)],
                certificates=spec.certificates,
                ssl_policy=spec.ssl_policy,
                alpn=spec.alpn,
            ),
        )
    )


def _delete(world: World, listener: Listener, subject: str) -> Pass:
    yield from call(world, "delete-listener", subject, lambda: world.elb.delete_listener(listener.arn))


def _set_attributes(world: World, listener: Listener, subject: str, changed: dict[str, str]) -> Pass:
    yield from call(world, "listener-attributes", subject, lambda: world.elb.set_listener_attributes(listener.arn, changed))
