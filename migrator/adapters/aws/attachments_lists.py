"""The account's lists in which attachments are looked for: none of them can be asked about one load balancer.

So each is read whole. For many plans in a row `kept` reads each once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from migrator.adapters.aws.session import AwsSession
from migrator.adapters.aws.trouble import asking_aws
from migrator.errors import Rejected

if TYPE_CHECKING:
    from mypy_boto3_apigateway.type_defs import VpcLinkTypeDef
    from mypy_boto3_autoscaling.type_defs import AutoScalingGroupTypeDef
    from mypy_boto3_cloudfront.type_defs import DistributionSummaryTypeDef, ListVpcOriginsRequestTypeDef, VpcOriginSummaryTypeDef
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef
    from mypy_boto3_ec2.type_defs import ServiceConfigurationTypeDef
    from mypy_boto3_globalaccelerator.type_defs import AttachmentTypeDef, EndpointGroupTypeDef
    from mypy_boto3_route53.type_defs import HealthCheckTypeDef

T = TypeVar("T")
MOST_APIS = 200  # of one kind; what an API forwards to costs at least one call an API
MOST_DASHBOARDS = 200  # each costs a call of its own
PAGE = 500


class Forwarding(NamedTuple):
    """What an API sends through a VPC link of the newer kind: `target` is a load balancer or a listener."""

    kind: str  # HTTP or REST
    api: str
    name: str
    link: str
    place: str
    target: str


class AccountLists:
    """One account and region; Route 53, CloudFront and Global Accelerator of the account."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def endpoint_services(self) -> list[ServiceConfigurationTypeDef]:
        """One call for 1,000. Source: EC2 DescribeVpcEndpointServiceConfigurations."""
        pages = self._session.ec2.get_paginator("describe_vpc_endpoint_service_configurations")
        with asking_aws("list the VPC endpoint services"):
            return [each for page in pages.paginate() for each in page["ServiceConfigurations"]]

    def connections(self, service: str) -> list[tuple[str, str]]:
        """Owner and state of each endpoint of a service. One call for 1,000. Source: EC2 DescribeVpcEndpointConnections."""
        pages = self._session.ec2.get_paginator("describe_vpc_endpoint_connections")
        with asking_aws("read who is connected to", service):
            found = pages.paginate(Filters=[{"Name": "service-id", "Values": [service]}])
            every = [each for page in found for each in page["VpcEndpointConnections"]]
        return [(each["VpcEndpointOwner"], each["VpcEndpointState"]) for each in every]

    def rest_links(self) -> list[VpcLinkTypeDef]:
        """VPC links of REST APIs, which name their target. One call for 500. Source: API Gateway GetVpcLinks."""
        pages = self._session.apigateway.get_paginator("get_vpc_links")
        with asking_aws("list the VPC links of REST APIs"):
            return [each for page in pages.paginate(PaginationConfig={"PageSize": PAGE}) for each in page["items"]]

    def forwardings(self) -> list[Forwarding]:
        """What APIs send through VPC links of the newer kind, which do not say where they lead.

        One call where there is none; else every HTTP and REST API is asked, a call each. Raises Rejected where there are
        more than 200 of a kind. Source: API Gateway V2 GetVpcLinks, GetApis, GetIntegrations; API Gateway GetRestApis,
        GetResources.
        """
        with asking_aws("list the VPC links of HTTP APIs"):
            newer = self._session.apigatewayv2.get_vpc_links(MaxResults="1")["Items"]
        return [*self._http(), *self._rest()] if newer else []

    def _http(self) -> list[Forwarding]:
        client, found = self._session.apigatewayv2, []
        with asking_aws("list the HTTP APIs"):
            pages = client.get_paginator("get_apis").paginate()
            apis = {each["ApiId"]: each["Name"] for page in pages for each in page["Items"] if each["ProtocolType"] == "HTTP"}
        for api in few(list(apis), "HTTP APIs", MOST_APIS):
            with asking_aws("read the integrations of API", api):
                pages_of = client.get_paginator("get_integrations").paginate(ApiId=api)
                every = [each for page in pages_of for each in page["Items"]]
            for each in every:
                link, target = each.get("ConnectionId", ""), each.get("IntegrationUri", "")
                found.append(Forwarding("HTTP", api, apis[api], link, f"integration {each['IntegrationId']}", target))
        return found

    def _rest(self) -> list[Forwarding]:
        client, found = self._session.apigateway, []
        with asking_aws("list the REST APIs"):
            pages = client.get_paginator("get_rest_apis").paginate(PaginationConfig={"PageSize": PAGE})
            apis = {each["id"]: each.get("name", "") for page in pages for each in page["items"]}
        for api in few(list(apis), "REST APIs", MOST_APIS):
            with asking_aws("read the methods of API", api):
                asked = client.get_paginator("get_resources")
                pages_of = asked.paginate(restApiId=api, embed=["methods"], PaginationConfig={"PageSize": PAGE})
                every = [each for page in pages_of for each in page["items"]]
            for resource in every:
                for verb, method in resource.get("resourceMethods", {}).items():
                    sent: Any = method.get("methodIntegration", {})  # `integrationTarget` is newer than the stubs
                    link, target = sent.get("connectionId", ""), sent.get("integrationTarget", "")
                    found.append(Forwarding("REST", api, apis[api], link, f"{verb} {resource.get('path', '/')}", target))
        return found

    def endpoint_groups(self) -> list[tuple[str, EndpointGroupTypeDef]]:
        """Endpoint groups of accelerators, each with the accelerator's name.

        One call for 100 accelerators, one for each of them and one for each of their listeners. Source: Global Accelerator
        ListAccelerators, ListListeners, ListEndpointGroups.
        """
        client, found = self._session.accelerator, []
        with asking_aws("list the accelerators"):
            accelerators = client.get_paginator("list_accelerators").paginate(PaginationConfig={"PageSize": 100})
            for accelerator in (each for page in accelerators for each in page["Accelerators"]):
                listeners = client.get_paginator("list_listeners").paginate(AcceleratorArn=accelerator["AcceleratorArn"])
                for listener in (each for page in listeners for each in page["Listeners"]):
                    groups = client.get_paginator("list_endpoint_groups").paginate(ListenerArn=listener["ListenerArn"])
                    found += [(accelerator.get("Name", ""), each) for page in groups for each in page["EndpointGroups"]]
        return found

    def sharings(self) -> list[AttachmentTypeDef]:
        """What other accounts may put behind their accelerators. Source: Global Accelerator ListCrossAccountAttachments."""
        pages = self._session.accelerator.get_paginator("list_cross_account_attachments")
        with asking_aws("list what other accounts may accelerate"):
            return [each for page in pages.paginate() for each in page["CrossAccountAttachments"]]

    def scaling_groups(self) -> list[AutoScalingGroupTypeDef]:
        """One call for 100. Source: Auto Scaling DescribeAutoScalingGroups."""
        pages = self._session.autoscaling.get_paginator("describe_auto_scaling_groups")
        with asking_aws("list the Auto Scaling groups"):
            found = pages.paginate(PaginationConfig={"PageSize": 100})
            return [each for page in found for each in page["AutoScalingGroups"]]

    def alarms(self) -> list[MetricAlarmTypeDef]:
        """Metric alarms; composite ones follow the alarms they are made of. One call for 100. Source: DescribeAlarms."""
        pages = self._session.cloudwatch.get_paginator("describe_alarms")
        with asking_aws("list the CloudWatch alarms"):
            found = pages.paginate(AlarmTypes=["MetricAlarm"], PaginationConfig={"PageSize": 100})
            return [each for page in found for each in page["MetricAlarms"]]

    def dashboards(self) -> list[tuple[str, str]]:
        """Name and body. One call for 1,000 and one each; raises Rejected where there are more than 200.

        Source: CloudWatch ListDashboards, GetDashboard.
        """
        client = self._session.cloudwatch
        with asking_aws("list the CloudWatch dashboards"):
            pages = client.get_paginator("list_dashboards").paginate()
            names = [each["DashboardName"] for page in pages for each in page["DashboardEntries"]]
        return [(each, self._body(each)) for each in few(names, "dashboards", MOST_DASHBOARDS)]

    def _body(self, name: str) -> str:
        with asking_aws("read dashboard", name):
            return self._session.cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]

    def health_checks(self) -> list[HealthCheckTypeDef]:
        """One call for 100. Source: Route 53 ListHealthChecks."""
        pages = self._session.route53.get_paginator("list_health_checks")
        with asking_aws("list the Route 53 health checks"):
            return [each for page in pages.paginate() for each in page["HealthChecks"]]

    def distributions(self) -> list[DistributionSummaryTypeDef]:
        """One call for 100. Source: CloudFront ListDistributions."""
        pages = self._session.cloudfront.get_paginator("list_distributions")
        with asking_aws("list the CloudFront distributions"):
            return [each for page in pages.paginate() for each in page["DistributionList"].get("Items", [])]

    def vpc_origins(self) -> list[VpcOriginSummaryTypeDef]:
        """One call for 100. Source: CloudFront ListVpcOrigins."""
        found: list[VpcOriginSummaryTypeDef] = []
        start: ListVpcOriginsRequestTypeDef = {}
        while True:
            with asking_aws("list the VPC origins of CloudFront"):
                page = self._session.cloudfront.list_vpc_origins(**start)["VpcOriginList"]
            found += page.get("Items", [])
            if not page.get("NextMarker"):
                return found
            start = {"Marker": page["NextMarker"]}


def few(names: list[str], what: str, most: int) -> list[str]:
    """The names, where they are few enough to be asked one by one. Raises Rejected: half a list is no answer."""
    if len(names) > most:
        raise Rejected(f"cannot ask the {what} one by one: too many", seen=(f"{len(names)} {what}; at most {most} are asked",))
    return names


def kept(lists: AccountLists) -> AccountLists:
    """The same, but what was answered once is answered again without a call; troubles are not kept."""
    return _Kept(lists)


class _Kept(AccountLists):
    """Answers from what it was told before, by method and arguments."""

    def __init__(self, lists: AccountLists) -> None:
        super().__init__(lists._session)
        public = (name for name in vars(AccountLists) if not name.startswith("_"))
        for name in public:
            setattr(self, name, _once(getattr(lists, name)))


def _once(ask: Callable[..., Iterable[T]]) -> Callable[..., Iterable[T]]:
    return cache(ask)
