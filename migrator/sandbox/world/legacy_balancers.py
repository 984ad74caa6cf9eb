"""The legacy provider: one Network Load Balancer for each Service, with a target group for each of its ports.

Source: kubernetes/cloud-provider-aws pkg/providers/v1, aws.go (EnsureLoadBalancer, EnsureLoadBalancerDeleted) and
aws_loadbalancer.go (ensureLoadBalancerv2), as of v1.27. An AWS call may fail wherever `attempt` is written.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from migrator.sandbox.world.controllers import Failure, Pass, annotations_of, attempt
from migrator.sandbox.world.legacy_calls import call
from migrator.sandbox.world.legacy_nodes import Node, instances_for
from migrator.sandbox.world.legacy_rules import update_rules
from migrator.sandbox.world.legacy_subnets import subnets_for
from migrator.sandbox.world.legacy_wanted import (
    PREFIX,
    Mapping,
    Service,
    balancer_name,
    flag,
    group_name,
    is_internal,
    mappings_of,
    source_ranges,
    tags_for,
)
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import Listener, LoadBalancer, TargetGroup
    from migrator.sandbox.world.ec2_nouns import Instance

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one Service asks for, with everything that is the same for all its ports."""

    service: Service
    name: str
    tags: dict[str, str]
    mappings: tuple[Mapping, ...]
    instances: tuple[Instance, ...]


class LegacyBalancers:
    """Makes, updates, finds and deletes the load balancers of Services."""

    def __init__(self, world: World) -> None:
        self._world = world

    def find(self, uid: str) -> Generator[float, None, LoadBalancer | None]:
        """The load balancer of the Service with this UID, by name; None when there is none."""
        name = balancer_name(uid)
        return (
            yield from self._call(
                "describe-load-balancer", name, "error describing load balancer", lambda: self._world.elb.by_name(name)
            )
        )

    def ensure(self, service: Service, nodes: Sequence[Node]) -> Generator[float, None, LoadBalancer]:
        """Bring a Service's load balancer in line with it. Scheme, subnets and addresses of a live one stay as they are."""
        mappings = mappings_of(service)
        ranges = source_ranges(service)
        internal = is_internal(service)
        subnets = subnets_for(self._world, service, internal)
        uid = service["metadata"]["uid"]
        instances = instances_for(self._world, service, nodes)
        wanted = Wanted(service, balancer_name(uid), tags_for(self._world.cluster, service), tuple(mappings), instances)
        lb = yield from self.find(uid)
        if lb is None:
            lb = yield from self._create(wanted, internal, subnets)
        else:
            yield from self._update(wanted, lb)
        yield from self._sync_attributes(service, lb)
        cidrs = [self._world.ec2.subnet(each.subnet_id).cidr for each in lb.zones]
        yield from update_rules(self._world, lb.name, instances, cidrs, ranges, mappings)
        return lb

    def update(self, service: Service, nodes: Sequence[Node]) -> Pass:
        """Give a load balancer that is there the nodes as they are now, and all else with them."""
        yield from self.ensure(service, nodes)

    def delete(self, service: Service) -> Pass:
        """Delete a Service's load balancer, then its target groups, then its rules.

        Whoever comes back after the first of these finds no load balancer and leaves the rest for ever.
        """
        elb = self._world.elb
        lb = yield from self.find(service["metadata"]["uid"])
        if lb is None:
            return
        said = "error listing target groups before deleting load balancer"
        groups = yield from self._call("describe-target-groups", lb.name, said, lambda: elb.groups_of(lb.arn))
        try:
            yield from attempt(self._world, "legacy", "delete-load-balancer", lb.name, lambda: elb.delete_load_balancer(lb.arn))
        except AwsError as error:
            text = f"{error.code}: {error.message}\n\tstatus code: {error.status}"
            raise Failure(f'error deleting load balancer "{lb.name}": {text}') from error
        for group in groups:
            yield from self._delete_group(group, "error deleting target groups after deleting load balancer")
        yield from update_rules(self._world, lb.name, (), (), (), ())

    def _create(self, wanted: Wanted, internal: bool, subnets: list[str]) -> Generator[float, None, LoadBalancer]:
        allocations = _allocations(wanted.service, subnets)
        lb = yield from self._call(
            "create-load-balancer",
            wanted.name,
            "error creating load balancer",
            lambda: self._world.elb.create_load_balancer(
                wanted.name, "internal" if internal else "internet-facing", subnets, tags=wanted.tags, allocations=allocations
            ),
        )
        for mapping in wanted.mappings:
            try:
                yield from self._create_listener(wanted, lb, mapping)
            except Failure as error:
                raise Failure(f"error creating listener: {_go(str(error))}") from error
        return lb

    def _update(self, wanted: Wanted, lb: LoadBalancer) -> Pass:
        """Listeners and target groups in line with the ports; a port that is gone takes both along."""
        listeners = {each.port: each for each in self._world.elb.listeners_of(lb.arn)}
        said = "error listing target groups"
        groups = yield from self._call("describe-target-groups", lb.name, said, lambda: self._world.elb.groups_of(lb.arn))
        by_node_port = {each.port: each for each in groups}
        for mapping in wanted.mappings:
            listener = listeners.pop(mapping.port, None)
            if listener is None:
                yield from self._create_listener(wanted, lb, mapping)
            else:
                yield from self._update_listener(wanted, lb, listener, mapping, by_node_port.get(mapping.node_port))
        for gone in listeners.values():
            yield from self._delete_listener(gone)

    def _create_listener(self, wanted: Wanted, lb: LoadBalancer, mapping: Mapping) -> Pass:
        group = yield from self._create_group(wanted, lb, mapping)
        yield from self._call(
            "create-listener",
            f"{lb.name}:{mapping.port}",
            "error creating load balancer listener",
            lambda: self._world.elb.create_listener(
                lb.arn,
                mapping.protocol,
                mapping.port,
                [(group.arn, 1)],
                certificates=_certificates(mapping),
                ssl_policy=mapping.ssl_policy or None,
                tags=wanted.tags,
            ),
        )

    def _update_listener(
        self, wanted: Wanted, lb: LoadBalancer, listener: Listener, mapping: Mapping, group: TargetGroup | None
    ) -> Pass:
        """A group that checks or forwards otherwise is made anew; the listener moves to it, then the old one goes."""
        before = listener.forwards[0][0]
        renewed = group is None or (group.protocol, group.health_check.protocol, group.health_check.interval_s) != (
            mapping.group_protocol,
            mapping.check.protocol,
            mapping.check.interval_s,
        )
        if group is None or renewed:
            group = yield from self._create_group(wanted, lb, mapping)
        target = group
        if renewed or _differs(listener, mapping):
            yield from self._call(
                "modify-listener",
                f"{lb.name}:{mapping.port}",
                "error updating load balancer listener",
                lambda: self._world.elb.modify_listener(
                    listener.arn,
                    protocol=mapping.protocol,
                    forwards=[(target.arn, 1)],
                    certificates=_certificates(mapping),
                    ssl_policy=mapping.ssl_policy or None,
                ),
            )
        if not renewed:
            yield from self._update_group(wanted, target, mapping)
        elif before != target.arn and before in self._world.elb.groups:
            yield from self._delete_group(self._world.elb.groups[before], "error deleting old target group")

    def _delete_listener(self, listener: Listener) -> Pass:
        subject = f"{listener.lb_arn.split('/')[2]}:{listener.port}"
        said = "error deleting load balancer listener"
        yield from self._call("delete-listener", subject, said, lambda: self._world.elb.delete_listener(listener.arn))
        group = self._world.elb.groups.get(listener.forwards[0][0])
        if group is not None:
            yield from self._delete_group(group, "error deleting load balancer target group")

    def _create_group(self, wanted: Wanted, lb: LoadBalancer, mapping: Mapping) -> Generator[float, None, TargetGroup]:
        name = group_name(self._world.cluster, wanted.service, mapping)
        group = yield from self._call(
            "create-target-group",
            name,
            "error creating load balancer target group",
            lambda: self._world.elb.create_target_group(
                name, mapping.group_protocol, mapping.node_port, lb.vpc_id, "instance", replace(mapping.check), tags=wanted.tags
            ),
        )
        yield from self._register(group, [(each.id, mapping.node_port) for each in wanted.instances])
        return group

    def _update_group(self, wanted: Wanted, group: TargetGroup, mapping: Mapping) -> Pass:
        """Register the nodes that came and deregister those that went, then correct the health check."""
        expected = {(each.id, mapping.node_port): None for each in wanted.instances}
        actual = {(each.id, each.port): None for each in self._world.elb.target_health(group.arn) if each.state != "draining"}
        yield from self._register(group, [each for each in expected if each not in actual])
        gone = [each for each in actual if each not in expected]
        if gone:
            said = "error trying to deregister targets in target group"
            yield from self._call(
                "deregister-targets", group.name, said, lambda: self._world.elb.deregister_targets(group.arn, gone)
            )
        check = mapping.check
        have = group.health_check
        if have.healthy != check.healthy:
            have = replace(have, healthy=check.healthy, unhealthy=check.unhealthy)
        have = replace(have, port=check.port, path=have.path if check.protocol == "TCP" else check.path)
        if have != group.health_check:
            said = "error modifying target group health check"
            yield from self._call(
                "modify-target-group", group.name, said, lambda: self._world.elb.modify_target_group(group.arn, have)
            )

    def _register(self, group: TargetGroup, pairs: list[tuple[str, int]]) -> Pass:
        if pairs:
            said = "error trying to register targets in target group"
            yield from self._call(
                "register-targets", group.name, said, lambda: self._world.elb.register_targets(group.arn, pairs)
            )

    def _delete_group(self, group: TargetGroup, said: str) -> Pass:
        yield from self._call("delete-target-group", group.name, said, lambda: self._world.elb.delete_target_group(group.arn))

    def _sync_attributes(self, service: Service, lb: LoadBalancer) -> Pass:
        """Cross-zone and access logs as annotated, also when somebody changed them by hand; no other attribute."""
        annotations = annotations_of(service)
        wanted = {
            "load_balancing.cross_zone.enabled": str(flag(service, "cross-zone-load-balancing-enabled")).lower(),
            "access_logs.s3.enabled": str(flag(service, "access-log-enabled")).lower(),
        }
        if wanted["access_logs.s3.enabled"] == "true":
            wanted["access_logs.s3.bucket"] = annotations.get(PREFIX + "access-log-s3-bucket-name", "")
            wanted["access_logs.s3.prefix"] = annotations.get(PREFIX + "access-log-s3-bucket-prefix", "")
        changed = {key: value for key, value in wanted.items() if lb.attributes.get(key) != value}
        if changed:
            said = "unable to update load balancer attributes during attribute sync"
            yield from self._call(
                "modify-attributes", lb.name, said, lambda: self._world.elb.set_load_balancer_attributes(lb.arn, changed)
            )

    def _call(self, operation: str, subject: str, said: str, act: Callable[[], T]) -> Generator[float, None, T]:
        return call(self._world, operation, subject, said, act)


def _allocations(service: Service, subnets: list[str]) -> dict[str, str]:
    text = annotations_of(service).get(PREFIX + "eip-allocations")
    if text is None:
        return {}
    ids = text.split(",")
    if len(ids) != len(subnets):
        counts = f"EIP AllocationIDs ({len(ids)}) and SubnetIDs ({len(subnets)})"
        raise Failure(f"error creating load balancer: Must have same number of {counts}")
    return dict(zip(subnets, ids, strict=True))


def _certificates(mapping: Mapping) -> tuple[str, ...]:
    return (mapping.certificate,) if mapping.certificate else ()


def _differs(listener: Listener, mapping: Mapping) -> bool:
    """Whether a listener must be modified. A TLS one without an annotated policy is, at every pass."""
    if mapping.protocol == "TLS":
        return (listener.protocol, listener.ssl_policy or "", listener.certificates[:1]) != (
            "TLS",
            mapping.ssl_policy,
            _certificates(mapping),
        )
    return (listener.protocol, listener.ssl_policy or "", listener.certificates) != (mapping.protocol, "", ())


def _go(text: str) -> str:
    """A text as Go's `%q` shows it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
