"""Load balancers: how they come, change and go."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from migrator.sandbox.world import elb_attributes
from migrator.sandbox.world.balancers import Listener, LoadBalancer, ZoneMapping, is_classic
from migrator.sandbox.world.ec2_nouns import Subnet
from migrator.sandbox.world.elb_hosted_zones import HOSTED_ZONES
from migrator.sandbox.world.elb_interfaces import drop_interfaces, put_interface, wear
from migrator.sandbox.world.elb_rules import check_name
from migrator.sandbox.world.elb_store import Store
from migrator.sandbox.world.elb_subnets import check_allocations, checked_subnets
from migrator.sandbox.world.identifiers import hexadecimal
from migrator.sandbox.world.trouble import AwsError

_WIRE_ONLY = ("lose-reply", "slow")  # what happens to an answer on its way does not keep the work from being done


class Balancers(Store):
    """Adds to the store what happens to load balancers."""

    def create_load_balancer(
        self,
        name: str,
        scheme: str,
        subnets: Sequence[str],
        *,
        tags: Mapping[str, str],
        security_groups: Sequence[str] = (),
        allocations: Mapping[str, str] | None = None,
        attributes: Mapping[str, str] | None = None,
        address_type: str = "ipv4",
    ) -> LoadBalancer:
        """A Network Load Balancer, provisioning for `pace.provision_s`; the same one again for the same settings.

        allocations   elastic address by subnet id, for internet-facing ones
        Raises DuplicateLoadBalancerName for the name with other settings, TooManyLoadBalancers past the quota.
        A fault where="aws", operation="elbv2:provision" makes it fail ("fail") or never end ("stop").
        Source: ELBv2 CreateLoadBalancer.
        """
        self._refuse_if_armed(name)
        check_name(name, "load balancer")
        if scheme not in ("internet-facing", "internal"):
            raise AwsError("InvalidScheme", f"Load balancer scheme '{scheme}' must be one of 'internal, internet-facing'")
        chosen = checked_subnets(self.world.ec2, subnets)
        for each in security_groups:
            if each not in self.world.ec2.groups:
                raise AwsError("InvalidSecurityGroup", f"The security group '{each}' does not exist")
        if (same := self.by_name(name)) is not None:
            self._check_same(same, scheme, chosen, security_groups, address_type)
            return same
        if self.count("network") >= self.world.quotas.value("Network Load Balancers per Region"):
            raise AwsError("TooManyLoadBalancers", "The maximum number of load balancers has been reached")
        elb_attributes.check(elb_attributes.LOAD_BALANCER, attributes or {}, "Load balancer")
        check_allocations(self.world.ec2, scheme, allocations or {})

        id = hexadecimal(self.world.random, 16)
        region, account = self.world.region, self.world.account
        lb = LoadBalancer(
            arn=f"arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/net/{name}/{id}",
            name=name,
            dns_name=f"{name}-{id}.elb.{region}.amazonaws.com",
            zone_id=HOSTED_ZONES.get(region, "Z26RNL4JYFTOTI"),
            scheme=scheme,
            vpc_id=chosen[0].vpc_id,
            zones=self.mappings(chosen, allocations or {}),
            created=self.world.now,
            active_at=self.world.now + self.world.drawn(self.world.pace.provision_s),
            security_groups=list(security_groups),
            attributes={
                **elb_attributes.defaults(elb_attributes.LOAD_BALANCER),
                "ipv6.deny_all_igw_traffic": "true" if scheme == "internal" else "false",
                **(attributes or {}),
            },
            tags=dict(tags),
            address_type=address_type,
        )
        self._provision(lb)
        return lb

    def state(self, lb: LoadBalancer) -> str:
        """ "provisioning", "active" or "failed", as of now."""
        if self.world.now < lb.active_at:
            return "provisioning"
        return "failed" if lb.failed else "active"

    def delete_load_balancer(self, arn: str) -> None:
        """Delete a load balancer of either family with its listeners; nothing happens when it is not there.

        The groups of a Classic Load Balancer go with it; those of a Network Load Balancer stay. It answers no more at
        once; its interfaces and the describe calls that find it last `pace.delete_s` longer.
        Raises OperationNotPermitted under deletion protection, ResourceInUse while an endpoint service has it.
        Source: ELBv2 DeleteLoadBalancer, ELB DeleteLoadBalancer.
        """
        if arn not in self.balancers:
            return
        lb = self.balancers[arn]
        if lb.attributes.get("deletion_protection.enabled") == "true":
            raise AwsError(
                "OperationNotPermitted", f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            )
        services = [service for service, used in self.endpoint_services.items() if used == arn]
        if users := [*services, *self.world.attached.holding(arn)]:
            raise AwsError(
                "ResourceInUse",
                f"Load balancer '{arn}' cannot be deleted because it is currently associated with another service: {users[0]}",
            )
        for listener in self.listeners_of(arn):
            self.silence(listener)
        del self.balancers[arn], self._by_dns[lb.dns_name.lower()], self._by_name[lb.kind, lb.name]
        for mapping in lb.zones:
            self._by_address.pop(mapping.address, None)
        self._listeners_of.pop(arn, None)
        self._sorted.pop(arn, None)
        self.vanishing[arn] = lb
        self.world.cloudwatch.ended(lb)
        self.world.after(self.world.drawn(self.world.pace.delete_s), lambda: self._vanish(lb))
        self.tell("deleted", arn)

    def set_load_balancer_attributes(self, arn: str, wanted: Mapping[str, str]) -> dict[str, str]:
        """Change some attributes; all of them as they are then. InvalidConfigurationRequest for what they cannot be."""
        lb = self.balancer(arn)
        elb_attributes.check(elb_attributes.LOAD_BALANCER, wanted, "Load balancer")
        if wanted.get("access_logs.s3.enabled") == "true" and not {**lb.attributes, **wanted}["access_logs.s3.bucket"]:
            raise AwsError("InvalidConfigurationRequest", "The value of 'access_logs.s3.bucket' cannot be empty")
        lb.attributes.update(wanted)
        self.tell("changed", arn)
        return lb.attributes

    def set_security_groups(self, arn: str, groups: Sequence[str]) -> None:
        """Change what a load balancer wears; refused for one that was made without security groups.

        Source: ELBv2 SetSecurityGroups.
        """
        lb = self.balancer(arn)
        if not lb.security_groups or not groups:
            raise AwsError(
                "InvalidConfigurationRequest",
                "You cannot set security groups on a load balancer created without them, nor remove them all",
            )
        for each in groups:
            if each not in self.world.ec2.groups:
                raise AwsError("InvalidSecurityGroup", f"The security group '{each}' does not exist")
        wear(self.world, lb, groups)
        self.health.recheck(None)
        self.tell("changed", arn)

    def set_subnets(self, arn: str, subnets: Sequence[str], allocations: Mapping[str, str] | None = None) -> LoadBalancer:
        """Enable exactly these subnets. Zones that stay keep their address; a Network Load Balancer may lose zones too.

        Source: ELBv2 SetSubnets.
        """
        lb = self.balancer(arn)
        chosen = checked_subnets(self.world.ec2, subnets)
        if any(each.vpc_id != lb.vpc_id for each in chosen):
            raise AwsError("InvalidConfigurationRequest", "The subnets must be in the VPC of the load balancer")
        kept = {each.subnet_id: each for each in lb.zones}
        fresh = [each for each in chosen if each.id not in kept]
        check_allocations(self.world.ec2, lb.scheme, allocations or {})
        added = {each.subnet_id: each for each in self.mappings(fresh, allocations or {})}
        self.rezone(lb, [{**kept, **added}[each.id] for each in chosen])
        return lb

    def rezone(self, lb: LoadBalancer, zones: Sequence[ZoneMapping]) -> None:
        """Put a load balancer of either family on exactly these zones, in their order."""
        gone = [each for each in lb.zones if each not in zones]
        added = [each for each in zones if each not in lb.zones]
        lb.zones = tuple(zones)
        for mapping in gone:
            self._by_address.pop(mapping.address, None)
        drop_interfaces(self.world, lb, gone)
        for mapping in added:
            self._put_interface(lb, mapping)
        for group in self.groups_of(lb.arn):
            self.health.recheck(group.arn)
        self.tell("changed", lb.arn)

    def attach_endpoint_service(self, arn: str) -> str:
        """Put a VPC endpoint service in front of a load balancer, which then cannot be deleted; its id."""
        self.balancer(arn)
        id = f"vpce-svc-{hexadecimal(self.world.random)}"
        self.endpoint_services[id] = arn
        return id

    # How it is done

    def _refuse_if_armed(self, name: str) -> None:
        """Controllers create load balancers without passing a door, so this fault is asked for here."""
        fault = self.world.faults.strike("aws", "elbv2:CreateLoadBalancer", name, now=self.world.now)
        if fault is None or fault.mode in _WIRE_ONLY:
            return
        code = {"throttle": "Throttling", "deny": "AccessDenied"}.get(fault.mode, "InternalFailure")
        raise AwsError(fault.code or code, fault.message or f"CreateLoadBalancer of {name} is made to fail")

    def _check_same(
        self, lb: LoadBalancer, scheme: str, subnets: Sequence[Subnet], groups: Sequence[str], address_type: str
    ) -> None:
        """Refuse to make a load balancer again with other settings. Tags do not count."""
        have = (lb.scheme, {each.subnet_id for each in lb.zones}, set(lb.security_groups), lb.address_type)
        if have != (scheme, {each.id for each in subnets}, set(groups), address_type):
            what = f"A load balancer with the same name '{lb.name}' exists, but with different settings"
            raise AwsError("DuplicateLoadBalancerName", what)

    def mappings(self, subnets: Sequence[Subnet], allocations: Mapping[str, str]) -> tuple[ZoneMapping, ...]:
        """A mapping per subnet, each on the elastic address given for it or on an address of its own."""
        mappings = []
        for subnet in subnets:
            allocation = allocations.get(subnet.id)
            own = self.world.ec2.addresses[allocation].public_ip if allocation else self.world.network.allocate_address()
            mappings.append(ZoneMapping(subnet.zone, subnet.id, own, allocation))
        return tuple(mappings)

    def _provision(self, lb: LoadBalancer) -> None:
        """Enter a new load balancer, and let it become what its faults say once provisioning is over."""
        fault = self.world.faults.strike("aws", "elbv2:provision", lb.name, now=self.world.now)
        if fault is not None and fault.mode == "stop":
            lb.active_at = math.inf
        elif fault is not None:
            lb.failed = fault.message or "the load balancer could not be set up"
        self.enter(lb)

    def enter(self, lb: LoadBalancer) -> None:
        """A load balancer of either family is there: it has interfaces and names, and is active when its time comes."""
        self.balancers[lb.arn] = lb
        self._by_name[lb.kind, lb.name], self._by_dns[lb.dns_name.lower()] = lb.arn, lb
        for mapping in lb.zones:
            self._put_interface(lb, mapping)
        if lb.active_at < math.inf:
            self.world.at(lb.active_at, lambda: self._provisioned(lb))
        self.tell("created", lb.arn)

    def _provisioned(self, lb: LoadBalancer) -> None:
        if self.balancers.get(lb.arn) is lb:
            if not lb.failed:
                self.world.cloudwatch.started(lb)
            self.tell(self.state(lb), lb.arn)

    def _put_interface(self, lb: LoadBalancer, mapping: ZoneMapping) -> None:
        self._by_address[mapping.address] = lb
        put_interface(self.world, lb, mapping)

    def _vanish(self, lb: LoadBalancer) -> None:
        """Describe calls find it no more. A Classic Load Balancer of the same name may be going in its place."""
        if self.vanishing.get(lb.arn) is lb:
            del self.vanishing[lb.arn]
        drop_interfaces(self.world, lb, lb.zones)

    def silence(self, listener: Listener) -> None:
        """Take a listener away; the groups it forwarded to may have lost their load balancer.

        A Classic Load Balancer's group is there for its listeners alone and goes with the last of them.
        """
        del self.listeners[listener.arn], self._listeners_of[listener.lb_arn][listener.arn]
        self._sorted.pop(listener.lb_arn, None)
        for group_arn, _ in listener.forwards:
            del self._forwarding[group_arn][listener.arn]
            if is_classic(group_arn) and not self._forwarding[group_arn]:
                self.health.dissolve(self.groups.pop(group_arn))
                del self._forwarding[group_arn]
            else:
                self.health.recheck(group_arn)
