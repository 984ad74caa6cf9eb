"""Reads what the account may have of each thing that a second load balancer takes, and how much of it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.adapters.aws.session import AwsSession
from migrator.adapters.aws.trouble import asking_aws
from migrator.errors import Missing, OutsideError
from migrator.model.account import Quota

if TYPE_CHECKING:
    from mypy_boto3_service_quotas.type_defs import ServiceQuotaTypeDef

# As ELBv2 DescribeAccountLimits calls them, and as Service Quotas does. Both give the applied value, not the default.
LIMITS = {
    "network-load-balancers": "Network Load Balancers per Region",
    "target-groups": "Target Groups per Region",
    "targets-per-network-load-balancer": "Targets per Network Load Balancer",
    "targets-per-availability-zone-per-network-load-balancer": "Targets per Availability Zone per Network Load Balancer",
    "listeners-per-network-load-balancer": "Listeners per Network Load Balancer",
}
RULES = "Inbound or outbound rules per security group"
# By service and code; a quota that nobody ever raised has only a default.
ASKED = {("vpc", "L-0EA8095F"): RULES}
PAGE = 400


def quotas_of(session: AwsSession) -> tuple[Quota, ...]:
    """Every limit by AWS's name, sorted; one that Service Quotas may not be asked about is left out.

    Sources: ELBv2 DescribeAccountLimits, Service Quotas GetServiceQuota and GetAWSDefaultServiceQuota.
    """
    limits = _limits(session) | _others(session)
    used = {"Network Load Balancers per Region": _balancers(session), "Target Groups per Region": _groups(session)}
    return tuple(Quota(name, limits[name], used.get(name)) for name in sorted(limits))


def _limits(session: AwsSession) -> dict[str, float]:
    pages = session.elb.get_paginator("describe_account_limits").paginate()
    with asking_aws("read the limits of load balancing"):
        found = [(LIMITS.get(each.get("Name", "")), each.get("Max", "")) for page in pages for each in page["Limits"]]
    return {name: float(most) for name, most in found if name is not None}


def _others(session: AwsSession) -> dict[str, float]:
    """What only Service Quotas tells. Without the right to ask, what needs these figures says that they are unknown."""
    found = {}
    for (service, code), name in ASKED.items():
        try:
            found[name] = _quota(session, service, code)["Value"]
        except OutsideError:
            continue
    return found


def _quota(session: AwsSession, service: str, code: str) -> ServiceQuotaTypeDef:
    try:
        with asking_aws("read quota", f"{service}/{code}"):
            return session.quotas.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]
    except Missing:
        with asking_aws("read the default of quota", f"{service}/{code}"):
            return session.quotas.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]


def _balancers(session: AwsSession) -> float:
    """How many network load balancers the region has."""
    pages = session.elb.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": PAGE})
    with asking_aws("count the load balancers"):
        return float(sum(each.get("Type") == "network" for page in pages for each in page["LoadBalancers"]))


def _groups(session: AwsSession) -> float:
    pages = session.elb.get_paginator("describe_target_groups").paginate(PaginationConfig={"PageSize": PAGE})
    with asking_aws("count the target groups"):
        return float(sum(len(page["TargetGroups"]) for page in pages))
