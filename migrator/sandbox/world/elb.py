"""Elastic Load Balancing: listeners, target groups, targets and tags of Network Load Balancers; `classic` is beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from migrator.sandbox.world import elb_attributes
from migrator.sandbox.world.balancers import HealthCheck, Listener, LoadBalancer, Target, TargetGroup, is_classic
from migrator.sandbox.world.classic import Classic
from migrator.sandbox.world.elb_balancers import Balancers
from migrator.sandbox.world.elb_rules import check_forward, check_group, check_health_check, check_listener, check_name
from migrator.sandbox.world.identifiers import hexadecimal
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world import World

MOST_TAGS = 50
Forwards = Sequence[tuple[str, int]]  # (target group ARN, weight)


class ElasticLoadBalancing(Balancers):
    """Everything that can be asked of ELBv2 in one account and region. Every refusal is an AwsError.

    `classic` takes what is asked of the older API; what it makes stands here too.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.classic = Classic(world, self)

    # Target groups

    def create_target_group(
        self,
        name: str,
        protocol: str,
        port: int,
        vpc_id: str,
        target_type: str,
        health_check: HealthCheck,
        *,
        tags: Mapping[str, str],
        attributes: Mapping[str, str] | None = None,
    ) -> TargetGroup:
        """A target group without targets; the same one again for the same settings.

        Raises DuplicateTargetGroupName for the name with other settings, TooManyTargetGroups past the quota.
        Source: ELBv2 CreateTargetGroup.
        """
        check_name(name, "target group")
        check_group(protocol, port, target_type)
        check_health_check(health_check)
        if vpc_id not in self.world.ec2.vpcs:
            raise AwsError("ValidationError", f"The VPC ID '{vpc_id}' is not found")
        if (same := self.group_by_name(name)) is not None:
            if (same.protocol, same.port, same.vpc_id, same.target_type, same.health_check) == (
                protocol, port, vpc_id, target_type, health_check
            ):  # fmt: skip
                return same
            raise AwsError(
                "DuplicateTargetGroupName", f"A target group with the same name '{name}' exists, but with different settings"
            )
        if sum(not is_classic(each) for each in self.groups) >= self.world.quotas.value("Target Groups per Region"):
            raise AwsError("TooManyTargetGroups", "The maximum number of target groups has been reached")
        elb_attributes.check(elb_attributes.TARGET_GROUP, attributes or {}, "Target group")
        arn = f"{self._arn_prefix}:targetgroup/{name}/{hexadecimal(self.world.random, 16)}"
        chosen = {**elb_attributes.group_defaults(protocol, target_type), **(attributes or {})}
        group = TargetGroup(arn, name, protocol, port, vpc_id, target_type, health_check, chosen, dict(tags))
        self.groups[arn] = group
        return group

    def modify_target_group(self, arn: str, health_check: HealthCheck) -> TargetGroup:
        """Change how a group's targets are checked. Source: ELBv2 ModifyTargetGroup."""
        group = self.group(arn)
        check_health_check(health_check)
        group.health_check = health_check
        self.recheck(arn)
        return group

    def delete_target_group(self, arn: str) -> None:
        """Delete a group that no listener forwards to, else ResourceInUse; nothing happens when it is not there."""
        if arn not in self.groups or is_classic(arn):
            return
        if self._forwarding.get(arn):
            raise AwsError("ResourceInUse", f"Target group '{arn}' is currently in use by a listener or a rule")
        self.health.forget(self.groups.pop(arn))
        self._forwarding.pop(arn, None)

    def group_by_name(self, name: str) -> TargetGroup | None:
        """The target group with this name, or None."""
        return next((each for each in self.groups.values() if each.name == name and not is_classic(each.arn)), None)

    def set_target_group_attributes(self, arn: str, wanted: Mapping[str, str]) -> dict[str, str]:
        """Change some attributes; all of them as they are then."""
        group = self.group(arn)
        elb_attributes.check(elb_attributes.TARGET_GROUP, wanted, "Target group")
        if group.protocol in ("UDP", "TCP_UDP") and wanted.get("preserve_client_ip.enabled") == "false":
            raise AwsError(
                "InvalidConfigurationRequest", f"Client IP preservation cannot be disabled for {group.protocol} target groups"
            )
        group.attributes.update(wanted)
        self.world.network.changed()
        return group.attributes

    # Targets

    def register_targets(self, group_arn: str, pairs: Iterable[tuple[str, int]]) -> None:
        """Add targets by (id, port); InvalidTarget, and none added, when one cannot be had. Source: RegisterTargets."""
        self.health.register(self.group(group_arn), pairs)

    def deregister_targets(self, group_arn: str, pairs: Iterable[tuple[str, int]]) -> None:
        """Let targets drain for the deregistration delay, then go. Source: ELBv2 DeregisterTargets."""
        self.health.deregister(self.group(group_arn), pairs)

    def target_health(self, group_arn: str) -> list[Target]:
        """The targets of a group of either family as they stand now, in the order in which they were registered."""
        group = self.groups.get(group_arn) or self.group(group_arn)
        return list(group.targets.values())

    def recheck(self, group_arn: str | None = None) -> None:
        """Something changed that a health check would see: ask again about a group's targets, or about all.

        Cheap, and as often as one likes within an instant: the asking happens once, when the instant is over.
        """
        self.health.recheck(group_arn)

    # Listeners

    def create_listener(
        self,
        lb_arn: str,
        protocol: str,
        port: int,
        forwards: Forwards,
        *,
        certificates: Sequence[str] = (),
        ssl_policy: str | None = None,
        alpn: Sequence[str] = (),
        tags: Mapping[str, str] | None = None,
    ) -> Listener:
        """A listener; the same one again for the same settings.

        Raises DuplicateListener for a port that is taken, TargetGroupAssociationLimit for a group that another load
        balancer has. Source: ELBv2 CreateListener.
        """
        lb = self.balancer(lb_arn)
        wanted = self._listener(lb, protocol, port, forwards, certificates, ssl_policy, alpn)
        for other in self._listeners_of.get(lb_arn, {}).values():
            if other.port == port and _overlap(other.protocol, protocol):
                if _same(other, wanted):
                    return other
                raise AwsError("DuplicateListener", f"A listener already exists on this port for this load balancer '{lb_arn}'")
        if len(self._listeners_of.get(lb_arn, ())) >= self.world.quotas.value("Listeners per Network Load Balancer"):
            raise AwsError("TooManyListeners", f"The maximum number of listeners has been reached on load balancer '{lb_arn}'")
        wanted.arn = f"{lb_arn.replace(':loadbalancer/', ':listener/')}/{hexadecimal(self.world.random, 16)}"
        wanted.tags = dict(tags or {})
        wanted.attributes = elb_attributes.defaults(elb_attributes.LISTENER)
        self.listen(wanted)
        return wanted

    def modify_listener(
        self,
        arn: str,
        *,
        protocol: str | None = None,
        port: int | None = None,
        forwards: Forwards | None = None,
        certificates: Sequence[str] | None = None,
        ssl_policy: str | None = None,
        alpn: Sequence[str] | None = None,
    ) -> Listener:
        """Change what is given, leave the rest. Source: ELBv2 ModifyListener."""
        old = self.listener(arn)
        new = self._listener(
            self.balancer(old.lb_arn),
            protocol or old.protocol,
            port or old.port,
            old.forwards if forwards is None else forwards,
            (old.certificates if protocol in (None, "TLS") else ()) if certificates is None else certificates,
            ssl_policy or old.ssl_policy,
            (old.alpn if protocol in (None, "TLS") else ()) if alpn is None else alpn,
        )
        for other in self._listeners_of[old.lb_arn].values():
            if other is not old and other.port == new.port and _overlap(other.protocol, new.protocol):
                raise AwsError(
                    "DuplicateListener", f"A listener already exists on this port for this load balancer '{old.lb_arn}'"
                )
        new.arn, new.tags, new.attributes = arn, old.tags, old.attributes
        self.silence(old)
        self.listen(new)
        return new

    def delete_listener(self, arn: str) -> None:
        """Delete a listener; ListenerNotFound when it is not there."""
        listener = self.listener(arn)
        self.silence(listener)
        self.tell("changed", listener.lb_arn)

    def delete_classic_listener(self, listener: Listener) -> None:
        """Take a listener of a Classic Load Balancer away, and its group with the last one that forwards there."""
        self.silence(listener)
        self.tell("changed", listener.lb_arn)

    def set_listener_attributes(self, arn: str, wanted: Mapping[str, str]) -> dict[str, str]:
        """Change some attributes; all of them as they are then. TLS listeners keep their idle time-out."""
        listener = self.listener(arn)
        elb_attributes.check(elb_attributes.LISTENER, wanted, "Listener")
        listener.attributes.update(wanted)
        self.tell("changed", listener.lb_arn)
        return listener.attributes

    def _listener(
        self,
        lb: LoadBalancer,
        protocol: str,
        port: int,
        forwards: Forwards,
        certificates: Sequence[str],
        ssl_policy: str | None,
        alpn: Sequence[str],
    ) -> Listener:
        """A listener that fits its load balancer and its groups, not yet entered."""
        check_listener(protocol, port, tuple(certificates), tuple(alpn))
        for arn, _ in forwards:
            group = self.group(arn)
            check_forward(protocol, group.protocol)
            if group.vpc_id != lb.vpc_id:
                raise AwsError(
                    "InvalidConfigurationRequest", f"Target group '{arn}' and load balancer '{lb.arn}' must be in the same VPC"
                )
            if (user := self.balancer_of(arn)) is not None and user is not lb:
                raise AwsError(
                    "TargetGroupAssociationLimit",
                    f"The following target groups cannot be associated with more than one load balancer: {arn}",
                )
        if not forwards:
            raise AwsError("ValidationError", "A listener must have one forward action")
        policy = (ssl_policy or "ELBSecurityPolicy-2016-08") if protocol == "TLS" else None
        return Listener("", lb.arn, protocol, port, tuple(forwards), tuple(certificates), policy, tuple(alpn))

    def listen(self, listener: Listener) -> None:
        """A listener of either family is there."""
        self.listeners[listener.arn] = listener
        self._listeners_of.setdefault(listener.lb_arn, {})[listener.arn] = listener
        self._sorted.pop(listener.lb_arn, None)
        for group_arn, _ in listener.forwards:
            self._forwarding.setdefault(group_arn, {})[listener.arn] = listener
            self.world.cloudwatch.watched(listener.lb_arn, group_arn)
            self.recheck(group_arn)
        self.tell("changed", listener.lb_arn)

    # Tags

    def tags_of(self, arn: str) -> dict[str, str]:
        """The tags of a load balancer, listener or target group, to be read only; the refusal says which is missing."""
        if ":targetgroup/" in arn:
            return self.group(arn).tags
        return self.listener(arn).tags if ":listener/" in arn else self.balancer(arn).tags

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Add tags or change their values; TooManyTags past 50. Source: ELBv2 AddTags."""
        have = self.tags_of(arn)
        if len({**have, **tags}) > MOST_TAGS:
            raise AwsError("TooManyTags", f"The maximum number of tags per resource is {MOST_TAGS}")
        have.update(tags)

    def untag(self, arn: str, keys: Iterable[str]) -> None:
        """Remove tags; keys that are not there do not matter. Source: ELBv2 RemoveTags."""
        for each in keys:
            self.tags_of(arn).pop(each, None)

    @property
    def _arn_prefix(self) -> str:
        return f"arn:aws:elasticloadbalancing:{self.world.region}:{self.world.account}"


def _overlap(one: str, other: str) -> bool:
    """Whether two listeners cannot share a port: TCP and UDP can."""
    return {one, other} not in ({"TCP", "UDP"}, {"TLS", "UDP"})


def _same(one: Listener, other: Listener) -> bool:
    """Whether two listeners differ in nothing that CreateListener says."""
    return (one.protocol, one.port, one.forwards, one.certificates, one.ssl_policy, one.alpn) == (
        other.protocol, other.port, other.forwards, other.certificates, other.ssl_policy, other.alpn
    )  # fmt: skip
