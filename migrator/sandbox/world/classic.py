"""Classic Load Balancing: what can be done to a Classic Load Balancer, by its name.

What stands there afterwards is in `world.elb` beside the Network Load Balancers, in the same nouns; `balancers` says how.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator.sandbox.world.balancers import ClassicSide, HealthCheck, LoadBalancer, Target
from migrator.sandbox.world.classic_listeners import ClassicListeners, side_of
from migrator.sandbox.world.classic_rules import ListenerSpec, checked_attributes, checked_listener, first_attributes
from migrator.sandbox.world.elb_hosted_zones import CLASSIC_HOSTED_ZONES
from migrator.sandbox.world.elb_interfaces import wear
from migrator.sandbox.world.elb_rules import check_name
from migrator.sandbox.world.elb_subnets import checked_subnets
from migrator.sandbox.world.trouble import AwsError


class Classic(ClassicListeners):
    """Everything that can be asked of ELB in one account and region. Every refusal is an AwsError."""

    # Load balancers

    def create(
        self,
        name: str,
        listeners: Sequence[ListenerSpec],
        *,
        subnets: Sequence[str],
        scheme: str = "internet-facing",
        security_groups: Sequence[str] = (),
        tags: Mapping[str, str] | None = None,
    ) -> LoadBalancer:
        """A Classic Load Balancer, active at once; the same one again for the same settings.

        Without security groups it wears its VPC's default one. Raises DuplicateLoadBalancerName for the name with other
        settings, TooManyLoadBalancers past the quota. Source: ELB CreateLoadBalancer.
        """
        check_name(name, "load balancer")
        if scheme not in ("internet-facing", "internal"):
            raise AwsError("InvalidScheme", f"Load balancer scheme '{scheme}' must be one of 'internal, internet-facing'")
        wanted = [checked_listener(each) for each in listeners]
        if not wanted:
            raise AwsError("ValidationError", "At least one listener must be specified")
        if len({each.port for each in wanted}) < len(wanted):
            raise AwsError("DuplicateListener", f"Two listeners of {name} have the same LoadBalancerPort")
        chosen = checked_subnets(self._world.ec2, subnets)
        groups = self._groups(security_groups, chosen[0].vpc_id)
        if (same := self.find(name)) is not None:
            settings = (same.scheme, {each.subnet_id for each in same.zones}, set(same.security_groups), self.specs(same))
            if settings != (scheme, {each.id for each in chosen}, set(groups), sorted(wanted, key=lambda each: each.port)):
                raise AwsError("DuplicateLoadBalancerName", f"Load balancer '{name}' exists with different settings")
            return same
        if self._elb.count("classic") >= self._world.quotas.value("Classic Load Balancers per Region"):
            raise AwsError("TooManyLoadBalancers", "The maximum number of load balancers has been reached")
        lb = self._made(name, scheme, groups, tags or {}, HealthCheck("TCP", str(wanted[0].instance_port), None, 30, 5, 10, 2))
        lb.vpc_id, lb.zones = chosen[0].vpc_id, self._elb.mappings(chosen, {})
        self._elb.enter(lb)
        self.add_listeners(name, wanted)
        return lb

    def _made(self, name: str, scheme: str, groups: list[str], tags: Mapping[str, str], check: HealthCheck) -> LoadBalancer:
        region, account, now = self._world.region, self._world.account, self._world.now
        inside = "internal-" if scheme == "internal" else ""
        return LoadBalancer(
            arn=f"arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/{name}",
            name=name,
            dns_name=f"{inside}{name}-{self._world.random.randrange(10**8, 10**10)}.{region}.elb.amazonaws.com",
            zone_id=CLASSIC_HOSTED_ZONES.get(region, CLASSIC_HOSTED_ZONES["us-east-1"]),
            scheme=scheme,
            vpc_id="",
            zones=(),
            created=now,
            active_at=now,
            security_groups=groups,
            attributes=first_attributes(),
            tags=dict(tags),
            kind="classic",
            classic=ClassicSide(check),
        )

    def delete(self, name: str) -> None:
        """Delete a load balancer with all that is its own; nothing happens when it is not there.

        Its interfaces last `pace.delete_s` longer, and so does what they hold. Source: ELB DeleteLoadBalancer.
        """
        if (lb := self.find(name)) is not None:
            self._elb.delete_load_balancer(lb.arn)

    def set_attributes(self, name: str, wanted: Mapping[str, str]) -> dict[str, str]:
        """Change some attributes; all of them as they are then. Source: ELB ModifyLoadBalancerAttributes."""
        lb = self.named(name)
        lb.attributes = checked_attributes(lb.attributes, wanted)
        self.refresh(lb)
        return lb.attributes

    def apply_security_groups(self, name: str, groups: Sequence[str]) -> None:
        """Change what a load balancer wears. Source: ELB ApplySecurityGroupsToLoadBalancer."""
        lb = self.named(name)
        wear(self._world, lb, self._groups(groups, lb.vpc_id))
        self._elb.recheck()
        self._elb.tell("changed", lb.arn)

    def attach_subnets(self, name: str, subnets: Sequence[str]) -> None:
        """Serve further zones. Source: ELB AttachLoadBalancerToSubnets."""
        lb = self.named(name)
        have = {each.subnet_id for each in lb.zones}
        checked_subnets(self._world.ec2, [*have, *subnets])
        fresh = [self._world.ec2.subnet(each) for each in dict.fromkeys(subnets) if each not in have]
        zones = (*lb.zones, *self._elb.mappings(fresh, {}))
        self._elb.rezone(lb, sorted(zones, key=lambda each: each.zone))

    def detach_subnets(self, name: str, subnets: Sequence[str]) -> None:
        """Serve fewer zones, at least one. Source: ELB DetachLoadBalancerFromSubnets."""
        lb = self.named(name)
        kept = [each for each in lb.zones if each.subnet_id not in subnets]
        if not kept:
            raise AwsError("InvalidConfigurationRequest", f"Load balancer '{name}' must keep at least one subnet")
        self._elb.rezone(lb, kept)

    def _groups(self, ids: Sequence[str], vpc_id: str) -> list[str]:
        known = self._world.ec2.groups
        if unknown := [each for each in ids if each not in known]:
            raise AwsError("InvalidSecurityGroup", f"One or more of the specified security groups do not exist: {unknown[0]}")
        default = (each.id for each in known.values() if each.vpc_id == vpc_id and each.name == "default")
        return list(dict.fromkeys(ids)) or list(default)

    # Instances and their health

    def configure_health_check(self, name: str, check: HealthCheck) -> None:
        """Ask all instances otherwise. Source: ELB ConfigureHealthCheck."""
        lb = self.named(name)
        side_of(lb).health_check = check
        for group in self._elb.groups_of(lb.arn):
            group.health_check = check
            self._elb.health.restart(group)
            self._elb.recheck(group.arn)
        self._elb.tell("changed", lb.arn)

    def register(self, name: str, ids: Sequence[str]) -> list[str]:
        """Add instances; all that are registered then. Source: ELB RegisterInstancesWithLoadBalancer."""
        lb, known = self.named(name), self._world.ec2.instances
        for id in ids:
            if id not in known or known[id].state == "terminated" or known[id].vpc_id != lb.vpc_id:
                raise AwsError("InvalidInstance", f"Could not find EC2 instance {id}.")
        side_of(lb).instances.update(dict.fromkeys(ids))
        for group in self._elb.groups_of(lb.arn):
            self._elb.health.register(group, [(each, group.port) for each in ids])
        return list(side_of(lb).instances)

    def deregister(self, name: str, ids: Sequence[str]) -> list[str]:
        """Take instances out, after draining where that is on; all that are registered then.

        Source: ELB DeregisterInstancesFromLoadBalancer.
        """
        lb = self.named(name)
        side = side_of(lb)
        if unknown := [each for each in ids if each not in self._world.ec2.instances]:
            raise AwsError("InvalidInstance", f"Could not find EC2 instance {unknown[0]}.")
        for id in ids:
            side.instances.pop(id, None)
        for group in self._elb.groups_of(lb.arn):
            gone = [(each, group.port) for each in ids if (each, group.port) in group.targets]
            self._elb.health.deregister(group, gone)
        return list(side.instances)

    def health(self, name: str) -> dict[str, Target]:
        """How each instance does, those that drain included, by id; without a listener nobody is asked."""
        groups = self._elb.groups_of(self.named(name).arn)
        return {each.id: each for each in groups[0].targets.values()} if groups else {}
