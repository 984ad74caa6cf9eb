"""Service Quotas: what the account may have of each thing."""

from __future__ import annotations

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.quotas import DEFAULTS, Quota
from migrator.sandbox.world.trouble import AwsError

_NAMES = {
    "elasticloadbalancing": "Elastic Load Balancing (ELB)",
    "vpc": "Amazon Virtual Private Cloud (Amazon VPC)",
    "ec2": "Amazon Elastic Compute Cloud (Amazon EC2)",
    "route53": "Amazon Route 53",
}
_BAD_TOKEN = ("InvalidPaginationTokenException", "The specified token is not valid")


def list_service_quotas(world: World, asked: Asked) -> Told:
    """The quotas of one service, by page."""
    return _listed(world, asked, world.quotas.table)


def list_default_quotas(world: World, asked: Asked) -> Told:
    """The same with the values that a new account has."""
    return _listed(world, asked, DEFAULTS)


def get_service_quota(world: World, asked: Asked) -> Told:
    """NoSuchResourceException for a code that the service does not have."""
    return {"Quota": _quota(world, _found(asked, world.quotas.table))}


def get_default_quota(world: World, asked: Asked) -> Told:
    """The same with the value that a new account has."""
    return {"Quota": _quota(world, _found(asked, DEFAULTS))}


def list_services(world: World, asked: Asked) -> Told:
    """The services that have quotas here."""
    services = [{"ServiceCode": code, "ServiceName": name} for code, name in _NAMES.items()]
    found, token = page(
        services, lambda each: each["ServiceCode"], asked.get("MaxResults", 100), asked.get("NextToken"), refusal=_BAD_TOKEN
    )
    return {"Services": list(found), "NextToken": token}


def _listed(world: World, asked: Asked, quotas: tuple[Quota, ...]) -> Told:
    if asked["ServiceCode"] not in _NAMES:
        raise AwsError("NoSuchResourceException", f"The request failed because service {asked['ServiceCode']} does not exist")
    kept = [each for each in quotas if each.service == asked["ServiceCode"] and asked.get("QuotaCode") in (None, each.code)]
    found, token = page(kept, lambda each: each.code, asked.get("MaxResults", 100), asked.get("NextToken"), refusal=_BAD_TOKEN)
    return {"Quotas": [_quota(world, each) for each in found], "NextToken": token}


def _found(asked: Asked, quotas: tuple[Quota, ...]) -> Quota:
    for each in quotas:
        if (each.service, each.code) == (asked["ServiceCode"], asked["QuotaCode"]):
            return each
    raise AwsError("NoSuchResourceException", "The request failed because the specified service or quota does not exist")


def _quota(world: World, quota: Quota) -> Told:
    return {
        "ServiceCode": quota.service,
        "ServiceName": _NAMES[quota.service],
        "QuotaArn": f"arn:aws:servicequotas:{world.region}:{world.account}:{quota.service}/{quota.code}",
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": quota.value,
        "Unit": "None",
        "Adjustable": quota.adjustable,
        "GlobalQuota": quota.service == "route53",
        "QuotaAppliedAtLevel": "ACCOUNT",
    }


HANDLERS: dict[str, Handler] = {
    "ListServiceQuotas": list_service_quotas,
    "ListAWSDefaultServiceQuotas": list_default_quotas,
    "GetServiceQuota": get_service_quota,
    "GetAWSDefaultServiceQuota": get_default_quota,
    "ListServices": list_services,
}
