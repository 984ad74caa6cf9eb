"""The listeners of Classic Load Balancers and their policies, which decide how listeners and instance ports behave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from migrator.sandbox.world.balancers import ClassicSide, Listener, LoadBalancer, Policy, TargetGroup
from migrator.sandbox.world.classic_policies import (
    DEFAULT_NEGOTIATION,
    NEGOTIATION,
    REFERENCE,
    check_for_listener,
    checked_policy,
    found_policies,
    negotiation,
    sends_proxy_header,
    stickiness,
)
from migrator.sandbox.world.classic_rules import SECURE, ListenerSpec, checked_listener
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.elb import ElasticLoadBalancing

MOST_LISTENERS = 100


class ClassicListeners:
    """What can be done to the listeners of a load balancer that is there."""

    def __init__(self, world: World, elb: ElasticLoadBalancing) -> None:
        self._world, self._elb = world, elb

    def find(self, name: str) -> LoadBalancer | None:
        """The load balancer with this name, or None."""
        return self._elb.by_name(name, "classic")

    def named(self, name: str) -> LoadBalancer:
        """The load balancer with this name; LoadBalancerNotFound."""
        if (lb := self.find(name)) is None:
            raise AwsError("LoadBalancerNotFound", f"There is no ACTIVE Load Balancer named '{name}'")
        return lb

    # Listeners

    def specs(self, lb: LoadBalancer) -> list[ListenerSpec]:
        """The listeners as somebody would ask for them, by port."""
        listeners = self._elb.listeners_of(lb.arn)
        groups = [self._elb.groups[each.forwards[0][0]] for each in listeners]
        return [
            ListenerSpec(each.protocol, each.port, group.protocol, group.port, "".join(each.certificates))
            for each, group in zip(listeners, groups, strict=True)
        ]

    def add_listeners(self, name: str, listeners: Sequence[ListenerSpec]) -> None:
        """Listen on further ports, all or none; DuplicateListener for a port that is taken otherwise.

        A TLS listener negotiates by the default policy at first. Source: ELB CreateLoadBalancerListeners.
        """
        lb = self.named(name)
        have = {each.port: each for each in self.specs(lb)}
        for spec in map(checked_listener, listeners):
            if have.setdefault(spec.port, spec) != spec:
                raise AwsError("DuplicateListener", f"A listener already exists for {name} with LoadBalancerPort {spec.port}")
        if len(have) > MOST_LISTENERS:
            raise AwsError("InvalidConfigurationRequest", f"A load balancer has {MOST_LISTENERS} listeners at most")
        there = {each.port for each in self._elb.listeners_of(lb.arn)}
        for spec in (each for each in have.values() if each.port not in there):
            self._listen(lb, spec)
        self.refresh(lb)

    def remove_listeners(self, name: str, ports: Iterable[int]) -> None:
        """Stop listening; ports without a listener do not matter. Source: ELB DeleteLoadBalancerListeners."""
        lb, gone = self.named(name), set(ports)
        for each in self._elb.listeners_of(lb.arn):
            if each.port in gone:
                side_of(lb).listening.pop(each.port, None)
                self._elb.delete_classic_listener(each)

    def set_certificate(self, name: str, port: int, certificate: str) -> None:
        """Give a TLS listener another certificate. Source: ELB SetLoadBalancerListenerSSLCertificate."""
        listener = self._listener(name, port)
        if listener.protocol not in SECURE:
            raise AwsError("InvalidConfigurationRequest", f"The {listener.protocol} listener on port {port} has no certificate")
        listener.certificates = (certificate,)
        self._elb.tell("changed", listener.lb_arn)

    def _listener(self, name: str, port: int) -> Listener:
        for each in self._elb.listeners_of(self.named(name).arn):
            if each.port == port:
                return each
        raise AwsError("ListenerNotFound", f"There is no listener on port {port} of load balancer {name}")

    def _listen(self, lb: LoadBalancer, spec: ListenerSpec) -> None:
        side, group = side_of(lb), self._group(lb, spec)
        if spec.protocol in SECURE:
            default = Policy(DEFAULT_NEGOTIATION, NEGOTIATION, {REFERENCE: DEFAULT_NEGOTIATION})
            side.policies.setdefault(default.name, default)
            side.listening[spec.port] = (default.name,)
        certificates = (spec.certificate,) if spec.certificate else ()
        self._elb.listen(Listener(f"{lb.arn}#{spec.port}", lb.arn, spec.protocol, spec.port, ((group.arn, 1),), certificates))

    def _group(self, lb: LoadBalancer, spec: ListenerSpec) -> TargetGroup:
        """What stands for an instance protocol and port, with every registered instance in it.

        An instance has one state for the whole load balancer, so a new port does not make it begin again.
        """
        called = f"{spec.instance_protocol}:{spec.instance_port}"
        arn = f"{lb.arn}#{called}"
        if arn in self._elb.groups:
            return self._elb.groups[arn]
        siblings, side = self._elb.groups_of(lb.arn), side_of(lb)
        group = TargetGroup(
            arn,
            called,
            spec.instance_protocol,
            spec.instance_port,
            lb.vpc_id,
            "instance",
            side.health_check,
            _attributes(lb, spec),
        )
        self._elb.groups[arn] = group
        if siblings:
            self._elb.health.adopt(group, siblings[0])
        else:
            self._elb.health.register(group, [(each, group.port) for each in side.instances])
        return group

    # Policies

    def put_policy(self, name: str, policy: Policy) -> None:
        """Make a policy, which does nothing by itself. Source: ELB CreateLoadBalancerPolicy."""
        side = side_of(self.named(name))
        side.policies[policy.name] = checked_policy(side, policy)

    def delete_policy(self, name: str, policy: str) -> None:
        """Delete a policy that nothing uses; one that is not there does not matter. Source: ELB DeleteLoadBalancerPolicy."""
        side = side_of(self.named(name))
        if any(policy in each for each in (*side.listening.values(), *side.backend.values())):
            raise AwsError("InvalidConfigurationRequest", f"Policy '{policy}' is in use")
        side.policies.pop(policy, None)

    def set_listener_policies(self, name: str, port: int, policies: Sequence[str]) -> None:
        """Give a listener exactly these policies. Source: ELB SetLoadBalancerPoliciesOfListener."""
        lb, listener = self.named(name), self._listener(name, port)
        check_for_listener(listener.protocol, found_policies(side_of(lb), policies))
        side_of(lb).listening[port] = tuple(policies)
        self.refresh(lb)

    def set_backend_policies(self, name: str, instance_port: int, policies: Sequence[str]) -> None:
        """Give an instance port exactly these policies; they outlast its listeners.

        Source: ELB SetLoadBalancerPoliciesForBackendServer.
        """
        lb = self.named(name)
        found_policies(side_of(lb), policies)
        if policies:
            side_of(lb).backend[instance_port] = tuple(policies)
        else:
            side_of(lb).backend.pop(instance_port, None)
        self.refresh(lb)

    def refresh(self, lb: LoadBalancer) -> None:
        """Bring listeners and groups in line with policies and attributes."""
        side = side_of(lb)
        for listener in self._elb.listeners_of(lb.arn):
            listener.ssl_policy = negotiation(side, listener.port) if listener.protocol in SECURE else None
            sticky = stickiness(side, listener.port)
            listener.attributes = {"stickiness.type": sticky} if sticky else {}
        for spec in self.specs(lb):
            self._elb.groups[f"{lb.arn}#{spec.instance_protocol}:{spec.instance_port}"].attributes = _attributes(lb, spec)
        self._elb.tell("changed", lb.arn)


def side_of(lb: LoadBalancer) -> ClassicSide:
    assert lb.classic is not None
    return lb.classic


def _attributes(lb: LoadBalancer, spec: ListenerSpec) -> dict[str, str]:
    draining = lb.attributes["connection_draining.enabled"] == "true"
    return {
        "proxy_protocol_v1.enabled": str(sends_proxy_header(side_of(lb), spec.instance_port)).lower(),
        "deregistration_delay.timeout_seconds": lb.attributes["connection_draining.timeout_seconds"] if draining else "0",
    }
