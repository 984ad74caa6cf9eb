"""Reads what in AWS is bound to a load balancer itself, a kind at a time. The calls are those of `attachments_lists`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from migrator.adapters.aws import attachments_words as words
from migrator.adapters.aws.attachments_lists import AccountLists, Forwarding, kept
from migrator.adapters.aws.attachments_words import Marks, in_order, marks
from migrator.adapters.aws.session import AwsSession
from migrator.model.balancers import LoadBalancer, TargetGroup
from migrator.model.migration import Attachment
from migrator.model.records import same_name

if TYPE_CHECKING:
    from mypy_boto3_autoscaling.type_defs import AutoScalingGroupTypeDef
    from mypy_boto3_cloudfront.type_defs import DistributionSummaryTypeDef
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef
    from mypy_boto3_globalaccelerator.type_defs import EndpointGroupTypeDef
    from mypy_boto3_route53.type_defs import HealthCheckTypeDef


class AttachmentLook:
    """Implements `ports.attachments.AttachmentLook`. A Classic load balancer takes no links, accelerators or endpoints."""

    def __init__(self, session: AwsSession, lists: AccountLists | None = None) -> None:
        self._session, self._lists = session, lists or AccountLists(session)

    def kept(self) -> AttachmentLook:
        """The same for many load balancers in a row: each list of the account is read once."""
        return AttachmentLook(self._session, kept(self._lists))

    def endpoint_services(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """VPC endpoint services in front of it. One call, and one for each that is found."""
        if balancer.classic:
            return ()
        found = [each for each in self._lists.endpoint_services() if balancer.arn in each.get("NetworkLoadBalancerArns", [])]
        return in_order(
            words.endpoint_service(
                each["ServiceId"],
                each["ServiceName"],
                self._lists.connections(each["ServiceId"]),
                len(each["NetworkLoadBalancerArns"]) - 1,
            )
            for each in found
        )

    def vpc_links(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """Links of REST APIs by their target, and APIs that reach it through a link of the newer kind.

        Two calls where there is no newer link, else one more for each API.
        """
        if balancer.classic:
            return ()
        links = (each for each in self._lists.rest_links() if balancer.arn in each.get("targetArns", []))
        found = [words.rest_link(each["id"], each.get("name", "")) for each in links]
        return in_order((*found, *api_links(self._lists.forwardings(), marks(balancer))))

    def accelerators(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """Endpoint groups that have it as an endpoint, and what lets other accounts have it as one.

        Two calls, and some for each accelerator. None in partitions without the service.
        """
        if balancer.classic or not balancer.arn.startswith("arn:aws:"):
            return ()
        found = [told for name, group in self._lists.endpoint_groups() for told in endpoints(name, group, balancer.arn)]
        for each in self._lists.sharings():
            if balancer.arn in [resource.get("EndpointId") for resource in each.get("Resources", [])]:
                found.append(words.shared_endpoint(each["AttachmentArn"], each.get("Name", ""), each.get("Principals", [])))
        return in_order(found)

    def scaling_groups(self, balancer: LoadBalancer, groups: tuple[TargetGroup, ...]) -> tuple[Attachment, ...]:
        """Auto Scaling groups that register with it or its target groups. One call for 100 groups."""
        own = {balancer.name: balancer.name} if balancer.classic else {each.arn: each.name for each in groups}
        used = ((each, [own[name] for name in sorted(registers(each)) if name in own]) for each in self._lists.scaling_groups())
        return in_order(
            words.scaling_group(each["AutoScalingGroupARN"], each["AutoScalingGroupName"], names) for each, names in used if names
        )

    def alarms(self, balancer: LoadBalancer, groups: tuple[TargetGroup, ...]) -> tuple[Attachment, ...]:
        """Metric alarms with a dimension of it or of its target groups, or a query that names one. One call for 100."""
        known = marks(balancer, groups)
        seen = ((each, watches(each, known)) for each in self._lists.alarms())
        return in_order(words.alarm(each["AlarmArn"], each["AlarmName"], what) for each, what in seen if what)

    def dashboards(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """Dashboards whose body names it. A call each; raises Rejected where there are more than 200."""
        known = marks(balancer)
        return in_order(words.dashboard(name) for name, body in self._lists.dashboards() if known.in_text(body))

    def health_checks(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """Health checks of its DNS name or of one of its addresses. One call for 100."""
        seen = ((each["Id"], asks(each, balancer)) for each in self._lists.health_checks())
        return in_order(words.health_check(id, what) for id, what in seen if what)

    def distributions(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """CloudFront distributions with its DNS name as an origin, and VPC origins that are it. Two calls, for 100 of each."""
        seen = ((each, origins(each, balancer.dns_name)) for each in self._lists.distributions())
        found = [words.distribution(each["Id"], each["DomainName"], names) for each, names in seen if names]
        own = (each for each in self._lists.vpc_origins() if each["OriginEndpointArn"] == balancer.arn)
        return in_order((*found, *(words.vpc_origin(each["Id"], each["Name"]) for each in own)))


def api_links(forwardings: list[Forwarding], known: Marks) -> list[Attachment]:
    """One for each link and API through which the load balancer is reached."""
    places: defaultdict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for each in forwardings:
        if known.is_target(each.target):
            places[each.kind, each.link, each.api, each.name].append(each.place)
    return [words.api_link(*api, used) for api, used in places.items()]


def endpoints(name: str, group: EndpointGroupTypeDef, arn: str) -> list[Attachment]:
    """The endpoint group as an attachment where it has the load balancer as an endpoint."""
    every = group.get("EndpointDescriptions", [])
    id, region = group["EndpointGroupArn"], group.get("EndpointGroupRegion", "")
    own = (each for each in every if each.get("EndpointId") == arn)
    return [words.accelerator_endpoint(id, name, region, each.get("Weight", 0), len(every) - 1) for each in own]


def registers(group: AutoScalingGroupTypeDef) -> set[str]:
    """ARNs of target groups and names of Classic load balancers that a scaling group registers its instances with."""
    sources = {each["Identifier"] for each in group.get("TrafficSources", [])}
    return {*group.get("TargetGroupARNs", []), *group.get("LoadBalancerNames", []), *sources}


def watches(alarm: MetricAlarmTypeDef, known: Marks) -> list[str]:
    """What of the load balancer an alarm is about: dimensions of its metrics, or `a query` that names it."""
    queries = alarm.get("Metrics", [])
    stated = [alarm.get("Dimensions", [])]
    stated += [each["MetricStat"]["Metric"].get("Dimensions", []) for each in queries if "MetricStat" in each]
    found = [value for some in stated for value in words.watched({each["Name"]: each["Value"] for each in some}, known)]
    return found + ["a query"] * any(known.in_text(each.get("Expression", "")) for each in queries)


def asks(check: HealthCheckTypeDef, balancer: LoadBalancer) -> str:
    """The DNS name or address of the load balancer that a health check asks; empty where it asks something else."""
    config = check["HealthCheckConfig"]
    name, address = config.get("FullyQualifiedDomainName", ""), config.get("IPAddress", "")
    if address in {address for zone in balancer.zones for address in zone.addresses}:
        return address
    return name if not address and same_name(name, balancer.dns_name) else ""


def origins(distribution: DistributionSummaryTypeDef, dns_name: str) -> list[str]:
    """The ids of those of its origins that are this name."""
    return [each["Id"] for each in distribution["Origins"]["Items"] if same_name(each["DomainName"], dns_name)]
