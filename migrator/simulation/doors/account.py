"""The world's account: quotas, subnets, security groups, certificates, rights."""

from __future__ import annotations

from operator import attrgetter

from migrator.errors import Missing
from migrator.model.account import Certificate, Deed, Interface, Quota, Right, Subnet
from migrator.model.balancers import SecurityGroup
from migrator.sandbox.world import World
from migrator.sandbox.world.tls_policies import TLS_POLICIES
from migrator.simulation.doors.gate import Gate
from migrator.simulation.doors.network import rules_from

# What adapters/aws/account_quotas.py asks for.
LIMITS = (
    "Inbound or outbound rules per security group",
    "Listeners per Network Load Balancer",
    "Network Load Balancers per Region",
    "Target Groups per Region",
    "Targets per Availability Zone per Network Load Balancer",
    "Targets per Network Load Balancer",
)


BY_INSTANCE = attrgetter("instance", "id")


class AccountDoor:
    """Implements AccountLook."""

    def __init__(self, world: World) -> None:
        self._world, self._ec2 = world, world.ec2
        self._gate = Gate(world, "aws")

    def subnets(self, ids: tuple[str, ...]) -> tuple[Subnet, ...]:
        """These subnets, by id."""
        self._gate.look(" ".join(ids), "ec2:DescribeSubnets")
        found = [self._ec2.subnets[each] for each in sorted(set(ids)) if each in self._ec2.subnets]
        return tuple([Subnet(each.id, each.zone, each.vpc_id, each.cidr, each.free_addresses, dict(each.tags)) for each in found])

    def security_groups(self, ids: tuple[str, ...]) -> tuple[SecurityGroup, ...]:
        """These security groups with their inbound rules, by id."""
        self._gate.look(" ".join(ids), "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups")
        found = [self._ec2.groups[each] for each in sorted(set(ids)) if each in self._ec2.groups]
        return tuple(
            [
                SecurityGroup(each.id, each.name, each.description, dict(each.tags), rules_from(self._ec2.rules_of(each.id)))
                for each in found
            ]
        )

    def interfaces(self, instances: tuple[str, ...]) -> tuple[Interface, ...]:
        """The network interfaces of these instances, by instance and id."""
        self._gate.look(" ".join(instances), "ec2:DescribeNetworkInterfaces")
        wanted = set(instances)
        found = [each for each in self._ec2.interfaces.values() if each.instance_id in wanted]
        made = [Interface(each.id, each.instance_id or "", tuple(sorted(each.security_groups))) for each in found]
        return tuple(sorted(made, key=BY_INSTANCE))

    def quotas(self) -> tuple[Quota, ...]:
        """The limits that a second load balancer counts against, by AWS's name."""
        asked = ("elbv2:DescribeAccountLimits", "elbv2:DescribeLoadBalancers", "elbv2:DescribeTargetGroups")
        self._gate.look("", *asked)
        elb = self._world.elb
        balancers = elb.count("network")
        groups = sum(["#" not in arn for arn in elb.groups])  # a classic load balancer's stand beside, under such names
        used = {"Network Load Balancers per Region": float(balancers), "Target Groups per Region": float(groups)}
        return tuple([Quota(name, float(self._world.quotas.value(name)), used.get(name)) for name in LIMITS])

    def rights(self, arn: str, deeds: tuple[Deed, ...]) -> tuple[Right, ...]:
        """Whether who has this ARN may do each of these, in their order."""
        self._gate.look(arn, "iam:SimulatePrincipalPolicy")
        return tuple(map(self._right, deeds))

    def _right(self, deed: Deed) -> Right:
        rights = self._world.rights
        decision = rights.decision(deed.action)
        if decision == "allowed":
            return Right(deed.action, deed.resource, True)
        if missing := rights.missing(deed.action):
            return Right(deed.action, deed.resource, None, f"hangs on {', '.join(missing)}")
        return Right(deed.action, deed.resource, False, decision)

    def certificates(self, arns: tuple[str, ...]) -> tuple[Certificate, ...]:
        """These certificates, by ARN."""
        return tuple(each for arn in sorted(set(arns)) if (each := self._certificate(arn)) is not None)

    def _certificate(self, arn: str) -> Certificate | None:
        uploaded = ":server-certificate/" in arn
        self._gate.look(arn, "iam:GetServerCertificate" if uploaded else "acm:DescribeCertificate")
        found = self._world.certificates.find(arn)
        if found is None:
            return None
        if uploaded:
            return Certificate(arn, "EXPIRED" if found.ends <= self._world.now else "ISSUED")
        return Certificate(arn, found.state, tuple(sorted(set(found.names))))

    def tls_policies(self) -> tuple[str, ...]:
        """The names of the TLS policies that a network load balancer can have, sorted."""
        self._gate.look("", "elbv2:DescribeSSLPolicies")
        return tuple(sorted(each.name for each in TLS_POLICIES if "network" in each.kinds))

    def protected_records(self, zone_id: str) -> tuple[tuple[str, str], ...]:
        """Name and type of every record set that must not be changed, sorted. Raises Missing for an unknown zone."""
        self._gate.look(zone_id, "route53:ListResourceRecordSetProtections")
        zone = self._world.route53.zones.get(zone_id)
        if zone is None:
            raise Missing(f"no hosted zone found with ID {zone_id}")
        return tuple(sorted(zone.protections))
