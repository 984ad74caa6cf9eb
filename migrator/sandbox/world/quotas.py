"""Service quotas: what an account may have of each thing, and the refusals when it has that many.

Codes and defaults: Service Quotas console and the "Quotas" pages of the Elastic Load Balancing and VPC user guides.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace


class Quota(msgspec.Struct, frozen=True):
    """One quota. `limit_name` is what ELBv2 DescribeAccountLimits calls it, empty where it does not list it."""

    service: str
    code: str
    name: str
    value: float
    adjustable: bool = True
    limit_name: str = ""


_ELB, _VPC, _EC2, _ROUTE53 = "elasticloadbalancing", "vpc", "ec2", "route53"

DEFAULTS = (  # with the values that a new account has
    Quota(_ELB, "L-53DA6B97", "Application Load Balancers per Region", 50, limit_name="application-load-balancers"),
    Quota(_ELB, "L-E9E9831D", "Classic Load Balancers per Region", 20),
    Quota(_ELB, "L-69A177A2", "Network Load Balancers per Region", 50, limit_name="network-load-balancers"),
    Quota(_ELB, "L-B22855CB", "Target Groups per Region", 3000, limit_name="target-groups"),
    Quota(_ELB, "L-A0D0B863", "Targets per Target Group per Region", 1000),
    Quota(_ELB, "L-57A373D6", "Listeners per Network Load Balancer", 50, False, "listeners-per-network-load-balancer"),
    Quota(_ELB, "L-EEF1AD04", "Targets per Network Load Balancer", 3000, limit_name="targets-per-network-load-balancer"),
    Quota(
        _ELB,
        "L-B211E961",
        "Targets per Availability Zone per Network Load Balancer",
        500,
        limit_name="targets-per-availability-zone-per-network-load-balancer",
    ),
    Quota(
        _ELB,
        "L-CE3125E5",
        "Certificates per Network Load Balancer",
        25,
        limit_name="certificates-per-network-load-balancer",
    ),
    Quota(_VPC, "L-0EA8095F", "Inbound or outbound rules per security group", 60),
    Quota(_VPC, "L-E79EC296", "VPC security groups per Region", 2500),
    Quota(_VPC, "L-2AFB9258", "Security groups per network interface", 5),
    Quota(_VPC, "L-DF5E4CA3", "Network interfaces per Region", 5000),
    Quota(_VPC, "L-F678F1CE", "VPCs per Region", 5),
    Quota(_VPC, "L-407747CB", "Subnets per VPC", 200),
    Quota(_EC2, "L-0263D0A3", "EC2-VPC Elastic IPs", 5),
    Quota(_ROUTE53, "L-4EA4796A", "Hosted zones", 500),
    Quota(_ROUTE53, "L-E209CC9F", "Records per hosted zone", 10000),
)
_BY_NAME = {each.name: each for each in DEFAULTS}


class Quotas:
    """The quotas of the account. Tests lower a value to meet its refusal without building hundreds of things."""

    def __init__(self) -> None:
        self._other: dict[str, float] = {}  # by name, where the value is not that of a new account

    @property
    def table(self) -> tuple[Quota, ...]:
        """Every quota with its value."""
        return tuple(replace(each, value=self._other.get(each.name, each.value)) for each in DEFAULTS)

    def value(self, name: str) -> int:
        """The limit of the quota with this name; KeyError for a name that is not in the table."""
        return int(self._other.get(name, _BY_NAME[name].value))

    def set(self, name: str, value: float) -> None:
        """Give the quota with this name another value; KeyError when there is none."""
        self._other[_BY_NAME[name].name] = value

    def reset(self, name: str) -> None:
        """Give a quota the value that a new account has."""
        self._other.pop(name, None)
