"""CloudFront: distributions and VPC origins, as far as they tell what they lead to."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.attached import Distribution
from migrator.sandbox.world.trouble import AwsError

PAGE = 100
_NONE: Told = {"Quantity": 0}


def list_distributions(world: World, asked: Asked) -> Told:
    """Every distribution of the account."""
    return {"DistributionList": _listed([_summary(world, each) for each in world.attached.distributions.values()], asked)}


def list_vpc_origins(world: World, asked: Asked) -> Told:
    """Every VPC origin of the account."""
    origins = [
        {
            "Id": each.id,
            "Name": each.name,
            "Status": "Deployed",
            "CreatedTime": 0.0,
            "LastModifiedTime": 0.0,
            "Arn": f"arn:aws:cloudfront::{world.account}:vpcorigin/{each.id}",
            "OriginEndpointArn": each.endpoint,
        }
        for each in world.attached.origins.values()
    ]
    return {"VpcOriginList": _listed(origins, asked)}


def _listed(items: Sequence[Told], asked: Asked) -> Told:
    if not asked.get("MaxItems", "100").isdigit():
        raise AwsError("InvalidArgument", "MaxItems is not a number")
    size = int(asked.get("MaxItems", PAGE))
    found, marker = page(
        items, lambda each: str(each["Id"]), size, asked.get("Marker"), refusal=("InvalidArgument", "The marker is not valid")
    )
    return {
        "Marker": asked.get("Marker", ""),
        "NextMarker": marker,
        "MaxItems": size,
        "IsTruncated": marker is not None,
        "Quantity": len(found),
        "Items": list(found) or None,
    }


def _summary(world: World, distribution: Distribution) -> Told:
    """What a list tells of one; what nobody here sets has its default."""
    origins = [{"Id": f"origin-{at}", "DomainName": name} for at, name in enumerate(distribution.origins)]
    return {
        "Id": distribution.id,
        "ARN": f"arn:aws:cloudfront::{world.account}:distribution/{distribution.id}",
        "Status": "Deployed",
        "LastModifiedTime": 0.0,
        "DomainName": distribution.domain,
        "Aliases": _NONE,
        "Origins": {"Quantity": len(origins), "Items": origins},
        "DefaultCacheBehavior": {"TargetOriginId": "origin-0", "ViewerProtocolPolicy": "allow-all"},
        "CacheBehaviors": _NONE,
        "CustomErrorResponses": _NONE,
        "Comment": "",
        "PriceClass": "PriceClass_All",
        "Enabled": True,
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "WebACLId": "",
        "HttpVersion": "http2",
        "IsIPV6Enabled": True,
        "Staging": False,
    }


HANDLERS: dict[str, Handler] = {"ListDistributions": list_distributions, "ListVpcOrigins": list_vpc_origins}
