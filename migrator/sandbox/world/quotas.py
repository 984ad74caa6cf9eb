"""Service quotas: what an account may have of each thing, and the refusals when it has that many.

Codes and defaults: Service Quotas console and the "Quotas" pages of the Elastic Load Balancing and VPC user guides.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Quota:
    """One quota. `limit_name` is what ELBv2 DescribeAccountLimits calls it, empty where it does not list it."""

    service: str
    code: str
    name: str
    value: float
    adjustable: bool = True
    limit_name: str = ""


def default_quotas() -> tuple[Quota, ...]:
    """A fresh table with the values that a new account has."""
    elb, vpc, ec2, route53 = "elasticloadbalancing", "vpc", "ec2", "route53"
    return (
        Quota(elb, "L-53DA6B97", "Application Load Balancers per Region", 50, limit_name="application-load-balancers"),
        Quota(elb, "L-E9E9831D", "Classic Load Balancers per Region", 20),
        Quota(elb, "L-69A177A2", "Network Load Balancers per Region", 50, limit_name="network-load-balancers"),
        Quota(elb, "L-B22855CB", "Target Groups per Region", 3000, limit_name="target-groups"),
        Quota(elb, "L-A0D0B863", "Targets per Target Group per Region", 1000),
        Quota(elb, "L-57A373D6", "Listeners per Network Load Balancer", 50, False, "listeners-per-network-load-balancer"),
        Quota(elb, "L-EEF1AD04", "Targets per Network Load Balancer", 3000, limit_name="targets-per-network-load-balancer"),
        Quota(
            elb,
            "L-B211E961",
            "Targets per Availability Zone per Network Load Balancer",
            500,
            limit_name="targets-per-availability-zone-per-network-load-balancer",
        ),
        Quota(
            elb,
            "L-CE3125E5",
            "Certificates per Network Load Balancer",
            25,
            limit_name="certificates-per-network-load-balancer",
        ),
        Quota(vpc, "L-0EA8095F", "Inbound or outbound rules per security group", 60),
        Quota(vpc, "L-E79EC296", "VPC security groups per Region", 2500),
        Quota(vpc, "L-2AFB9258", "Security groups per network interface", 5),
        Quota(vpc, "L-DF5E4CA3", "Network interfaces per Region", 5000),
        Quota(vpc, "L-F678F1CE", "VPCs per Region", 5),
        Quota(vpc, "L-407747CB", "Subnets per VPC", 200),
        Quota(ec2, "L-0263D0A3", "EC2-VPC Elastic IPs", 5),
        Quota(route53, "L-4EA4796A", "Hosted zones", 500),
        Quota(route53, "L-E209CC9F", "Records per hosted zone", 10000),
    )


class Quotas:
    """The quotas of the account. Tests lower a value to meet its refusal without building hundreds of things."""

    def __init__(self) -> None:
        self.table: dict[str, Quota] = {each.code: each for each in default_quotas()}

    def value(self, name: str) -> int:
        """The limit of the quota with this name; KeyError for a name that is not in the table."""
        return int(self.named(name).value)

    def named(self, name: str) -> Quota:
        """The quota with this name; KeyError when there is none."""
        for each in self.table.values():
            if each.name == name:
                return each
        raise KeyError(name)
