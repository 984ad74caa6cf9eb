"""The legacy provider: one Classic Load Balancer for each Service without `nlb` in its type annotation.

Source: kubernetes/cloud-provider-aws pkg/providers/v1, aws.go (EnsureLoadBalancer, UpdateLoadBalancer,
EnsureLoadBalancerDeleted) and aws_loadbalancer.go (ensureLoadBalancer), as of v1.27. An AWS call may fail wherever
`_call` or `attempt` is written.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from migrator.sandbox.world.balancers import Policy
from migrator.sandbox.world.classic_policies import NEGOTIATION, PROXY, REFERENCE
from migrator.sandbox.world.classic_rules import SECURE, ListenerSpec
from migrator.sandbox.world.controllers import Pass, annotations_of
from migrator.sandbox.world.legacy_calls import call
from migrator.sandbox.world.legacy_classic_groups import admit_clients, delete_groups, groups_for, open_nodes
from migrator.sandbox.world.legacy_classic_wanted import (
    POLICY,
    attributes_of,
    health_check_of,
    listeners_of,
    sends_proxy_header,
)
from migrator.sandbox.world.legacy_nodes import Node, instances_for
from migrator.sandbox.world.legacy_subnets import subnets_for
from migrator.sandbox.world.legacy_wanted import (
    PREFIX,
    Service,
    balancer_name,
    is_internal,
    key_values,
    source_ranges,
    tags_for,
)

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import LoadBalancer

T = TypeVar("T")

PROXY_POLICY = "k8s-proxyprotocol-enabled"
POLICY_PREFIX = "k8s-SSLNegotiationPolicy-"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one Service asks for."""

    service: Service
    name: str
    listeners: list[ListenerSpec]
    subnets: list[str]
    groups: list[str]
    proxy: bool


class LegacyClassic:
    """Makes, updates, finds and deletes the Classic Load Balancers of Services."""

    def __init__(self, world: World) -> None:
        self._world, self._elb = world, world.elb.classic

    def find(self, uid: str) -> Generator[float, None, LoadBalancer | None]:
        """The load balancer of the Service with this UID, by name; None when there is none."""
        name = balancer_name(uid)
        return (yield from self._call("describe-load-balancer", name, "", lambda: self._elb.find(name)))

    def ensure(self, service: Service, nodes: Sequence[Node]) -> Generator[float, None, LoadBalancer]:
        """Bring a Service's load balancer in line with it. The scheme of a live one stays as it is."""
        listeners, ranges, proxy = listeners_of(service), source_ranges(service), sends_proxy_header(service)
        attributes, internal = attributes_of(service), is_internal(service)
        instances = instances_for(self._world, service, nodes)
        subnets = subnets_for(self._world, service, internal)
        name = balancer_name(service["metadata"]["uid"])
        vpc_id, tags = self._world.ec2.subnet(subnets[0]).vpc_id, self._group_tags(service)
        groups, own = yield from groups_for(self._world, service, name, tags, vpc_id)
        if own:
            ports = [each["port"] for each in service["spec"]["ports"]]
            yield from admit_clients(self._world, groups[0], ports, ranges)
        wanted = Wanted(service, name, listeners, subnets, groups, proxy)
        lb = yield from self.find(service["metadata"]["uid"])
        if lb is None:
            lb = yield from self._create(wanted, internal)
        else:
            yield from self._update(wanted, lb)
        yield from self._sync_attributes(lb, attributes)
        yield from self._negotiate(service, lb)
        yield from self._check(service, lb, listeners)
        yield from open_nodes(self._world, service, lb, instances)
        yield from self._register(lb, [each.id for each in instances])
        return lb

    def update(self, service: Service, nodes: Sequence[Node]) -> Pass:
        """Give a load balancer that is there the nodes as they are now; of the rest only its TLS policy is looked at."""
        lb = yield from self.find(service["metadata"]["uid"])
        if lb is None:
            return
        instances = instances_for(self._world, service, nodes)
        yield from self._negotiate(service, lb)
        yield from self._register(lb, [each.id for each in instances])
        yield from open_nodes(self._world, service, lb, instances)

    def delete(self, service: Service) -> Pass:
        """Take the nodes from a Service's load balancer, then delete it, then its security groups.

        From the first of these on it serves nobody. Whoever comes back after the second leaves the groups for ever.
        """
        lb = yield from self.find(service["metadata"]["uid"])
        if lb is None:
            return
        yield from open_nodes(self._world, service, lb, ())
        yield from self._call("delete-load-balancer", lb.name, "", lambda: self._elb.delete(lb.name))
        yield from delete_groups(self._world, service, lb)

    # Making one and keeping it in line

    def _group_tags(self, service: Service) -> dict[str, str]:
        """The tags of a security group, in which the Service's name is missing."""
        tags = tags_for(self._world.cluster, service)
        del tags["kubernetes.io/service-name"]
        return tags

    def _create(self, wanted: Wanted, internal: bool) -> Generator[float, None, LoadBalancer]:
        name = wanted.name
        lb = yield from self._call(
            "create-load-balancer",
            name,
            "",
            lambda: self._elb.create(
                name,
                wanted.listeners,
                subnets=wanted.subnets,
                scheme="internal" if internal else "internet-facing",
                security_groups=wanted.groups,
                tags=tags_for(self._world.cluster, wanted.service),
            ),
        )
        if wanted.proxy:
            yield from self._proxy(wanted, lb)
        return lb

    def _update(self, wanted: Wanted, lb: LoadBalancer) -> Pass:
        yield from self._sync_subnets(lb, wanted.subnets)
        if set(lb.security_groups) != set(wanted.groups):
            said = "error applying AWS loadbalancer security groups"
            groups = wanted.groups
            yield from self._call(
                "apply-security-groups", lb.name, said, lambda: self._elb.apply_security_groups(lb.name, groups)
            )
        yield from self._sync_listeners(lb, wanted.listeners)
        yield from self._proxy(wanted, lb)
        own = key_values(annotations_of(wanted.service).get(PREFIX + "additional-resource-tags", ""))
        if own:
            said = "unable to create additional load balancer tags"
            yield from self._call("add-tags", lb.name, said, lambda: lb.tags.update(own))

    def _sync_subnets(self, lb: LoadBalancer, wanted: list[str]) -> Pass:
        have = [each.subnet_id for each in lb.zones]
        if surplus := [each for each in have if each not in wanted]:
            said = "error detaching AWS loadbalancer from subnets"
            yield from self._call("detach-subnets", lb.name, said, lambda: self._elb.detach_subnets(lb.name, surplus))
        if missing := [each for each in wanted if each not in have]:
            said = "error attaching AWS loadbalancer to subnets"
            yield from self._call("attach-subnets", lb.name, said, lambda: self._elb.attach_subnets(lb.name, missing))

    def _sync_listeners(self, lb: LoadBalancer, wanted: list[ListenerSpec]) -> Pass:
        """A listener that differs in anything goes, with the connections over it, before the right one comes."""
        have = self._elb.specs(lb)
        if surplus := [each.port for each in have if each not in wanted]:
            said = "error deleting AWS loadbalancer listeners"
            yield from self._call("delete-listeners", lb.name, said, lambda: self._elb.remove_listeners(lb.name, surplus))
        if missing := [each for each in wanted if each not in have]:
            said = "error creating AWS loadbalancer listeners"
            yield from self._call("create-listeners", lb.name, said, lambda: self._elb.add_listeners(lb.name, missing))

    def _proxy(self, wanted: Wanted, lb: LoadBalancer) -> Pass:
        """PROXY headers on every instance port that has a listener, or on none; never on one without."""
        assert lb.classic is not None
        if wanted.proxy:
            policy = Policy(PROXY_POLICY, PROXY, {"ProxyProtocol": "true"})
            said = "error creating proxy protocol policy on load balancer"
            yield from self._call("create-policy", lb.name, said, lambda: self._elb.put_policy(lb.name, policy))
        ports = dict.fromkeys(each.instance_port for each in wanted.listeners)
        for port in dict.fromkeys((*ports, *lb.classic.backend)):
            on = wanted.proxy and port in ports
            if on != (PROXY_POLICY in lb.classic.backend.get(port, ())):
                yield from self._set_backend(lb, port, [PROXY_POLICY] if on else [])

    def _set_backend(self, lb: LoadBalancer, port: int, policies: list[str]) -> Pass:
        said = "error adjusting AWS loadbalancer backend policies"
        yield from self._call(
            "set-policies", f"{lb.name}:{port}", said, lambda: self._elb.set_backend_policies(lb.name, port, policies)
        )

    def _sync_attributes(self, lb: LoadBalancer, wanted: dict[str, str]) -> Pass:
        """As annotated or by the provider's defaults, also when somebody changed them by hand."""
        if any(lb.attributes.get(key) != value for key, value in wanted.items()):
            said = "Unable to update load balancer attributes during attribute sync"
            yield from self._call("modify-attributes", lb.name, said, lambda: self._elb.set_attributes(lb.name, wanted))

    def _negotiate(self, service: Service, lb: LoadBalancer) -> Pass:
        """An annotated TLS policy on every TLS listener; without the annotation nothing is changed."""
        reference = annotations_of(service).get(PREFIX + POLICY)
        if reference is None:
            return
        policy = Policy(POLICY_PREFIX + reference, NEGOTIATION, {REFERENCE: reference})
        said = "error creating security policy on load balancer"
        yield from self._call("create-policy", lb.name, said, lambda: self._elb.put_policy(lb.name, policy))
        for port in [each.port for each in self._elb.specs(lb) if each.protocol in SECURE]:
            yield from self._set_policy(lb, port, policy.name)

    def _set_policy(self, lb: LoadBalancer, port: int, name: str) -> Pass:
        said = f"error setting SSL negotiation policy '{name}' on load balancer"
        yield from self._call(
            "set-policies", f"{lb.name}:{port}", said, lambda: self._elb.set_listener_policies(lb.name, port, [name])
        )

    def _check(self, service: Service, lb: LoadBalancer, listeners: list[ListenerSpec]) -> Pass:
        assert lb.classic is not None
        wanted = health_check_of(service, lb.name, listeners)
        if lb.classic.health_check != wanted:
            said = f'error configuring load balancer health check for "{lb.name}"'
            yield from self._call(
                "configure-health-check", lb.name, said, lambda: self._elb.configure_health_check(lb.name, wanted)
            )

    def _register(self, lb: LoadBalancer, wanted: list[str]) -> Pass:
        assert lb.classic is not None
        have = lb.classic.instances
        if missing := sorted(each for each in wanted if each not in have):
            yield from self._call("register-instances", lb.name, "", lambda: self._elb.register(lb.name, missing))
        if surplus := sorted(each for each in have if each not in wanted):
            yield from self._call("deregister-instances", lb.name, "", lambda: self._elb.deregister(lb.name, surplus))

    def _call(self, operation: str, subject: str, said: str, act: Callable[[], T]) -> Generator[float, None, T]:
        return call(self._world, operation, subject, said, act)
