"""What Classic Load Balancers report: other names, and silence in every minute without a client.

Source: Classic Load Balancers user guide, "CloudWatch metrics": request and connection counts are reported when they are
not zero, host counts always. The user guide estimates connections "as if migrated"; they are
counted here as clients make them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

NAMESPACE, DIMENSION = "AWS/ELB", "LoadBalancerName"
NEW = {"RequestCount": "requests", "EstimatedALBNewConnectionCount": "new"}
ACTIVE = "EstimatedALBActiveConnectionCount"
HOSTS = {"HealthyHostCount": "healthy", "UnHealthyHostCount": "unhealthy"}
METRICS = (*NEW, ACTIVE, *HOSTS)


def zone_asked(dimensions: Mapping[str, str], zones: tuple[str, ...]) -> str | None:
    """The zone that dimensions name, None for the whole load balancer. Raises LookupError for any that have no metric."""
    if dimensions.keys() - {"AvailabilityZone"} != {DIMENSION}:
        raise LookupError("a classic metric is named by its load balancer and perhaps a zone")
    zone = dimensions.get("AvailabilityZone")
    if zone is not None and zone not in zones:
        raise LookupError(f"no metric for {zone}")
    return zone


def names(name: str, zones: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every metric of one load balancer with its dimensions."""
    for zone in (None, *zones):
        where = {DIMENSION: name} if zone is None else {"AvailabilityZone": zone, DIMENSION: name}
        for metric in METRICS:
            yield metric, where
