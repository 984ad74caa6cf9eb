"""What is bound to the world's load balancers, told in the adapter's own words."""

from __future__ import annotations

from migrator.adapters.aws import attachments_words as words
from migrator.adapters.aws.attachments_words import in_order, marks
from migrator.model.balancers import LoadBalancer, TargetGroup
from migrator.model.migration import Attachment
from migrator.model.records import same_name
from migrator.sandbox.world import World
from migrator.sandbox.world.attached import Endpoint, Integration
from migrator.simulation.doors.gate import Gate


class AttachedDoor:
    """Implements AttachmentLook."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._gate = Gate(world, "aws")

    def kept(self) -> AttachedDoor:
        """Itself: it costs nothing to ask again."""
        return self

    def endpoint_services(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """Endpoint services with who is connected."""
        if balancer.classic:
            return ()
        self._gate.look(balancer.name, "ec2:DescribeVpcEndpointServiceConfigurations")
        found = [id for id, arn in self._world.elb.endpoint_services.items() if arn == balancer.arn]
        for each in found:
            self._gate.look(each, "ec2:DescribeVpcEndpointConnections")
        return in_order(self._endpoint_service(each) for each in found)

    def vpc_links(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """Links of both kinds."""
        if balancer.classic:
            return ()
        attached = self._world.attached
        self._gate.look(balancer.name, "apigateway:GetVpcLinks", "apigatewayv2:GetVpcLinks")
        found = [words.rest_link(each.id, each.name) for each in attached.links.values() if each.target == balancer.arn]
        if attached.newer_links:
            self._gate.look(balancer.name, "apigatewayv2:GetApis", "apigateway:GetRestApis")
        if not attached.integrations:
            return in_order(found)
        known, used = marks(balancer), dict[tuple[str, str, str, str], list[str]]()
        for each in attached.integrations:
            if known.is_target(each.target):
                used.setdefault((each.kind.upper(), each.link, each.api, each.name), []).append(_place(each))
        return in_order((*found, *(words.api_link(*api, places) for api, places in used.items())))

    def accelerators(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """Endpoint groups, and what lets other accounts have some."""
        if balancer.classic:
            return ()
        attached = self._world.attached
        self._gate.look(balancer.name, "globalaccelerator:ListAccelerators", "globalaccelerator:ListCrossAccountAttachments")
        found = [self._endpoint(each) for each in attached.endpoints if each.id == balancer.arn]
        shared = [each for each in attached.sharings if balancer.arn in each.endpoints]
        return in_order((*found, *(words.shared_endpoint(each.arn, each.name, each.principals) for each in shared)))

    def scaling_groups(self, balancer: LoadBalancer, groups: tuple[TargetGroup, ...]) -> tuple[Attachment, ...]:
        """Scaling groups that register with it or its target groups."""
        self._gate.look(balancer.name, "autoscaling:DescribeAutoScalingGroups")
        names = {each.arn: each.name for each in groups} if not balancer.classic else {balancer.name: balancer.name}
        every = self._world.attached.scaling_groups.values()
        used = ((each, [names[arn] for arn in (*each.groups, *each.balancers) if arn in names]) for each in every)
        return in_order(words.scaling_group(each.arn, each.name, where) for each, where in used if where)

    def alarms(self, balancer: LoadBalancer, groups: tuple[TargetGroup, ...]) -> tuple[Attachment, ...]:
        """Alarms on its metrics or those of its target groups."""
        self._gate.look(balancer.name, "cloudwatch:DescribeAlarms")
        alarms = self._world.attached.alarms
        if not alarms:
            return ()
        known = marks(balancer, groups)
        asked = ((each, ["a query"] if known.in_text(each.expression) else []) for each in alarms.values())
        seen = ((each, words.watched(each.dimensions, known) + query) for each, query in asked)
        return in_order(words.alarm(each.arn, each.name, what) for each, what in seen if what)

    def dashboards(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """Dashboards whose body names it."""
        self._gate.look(balancer.name, "cloudwatch:ListDashboards")
        bodies = self._world.attached.dashboards
        if not bodies:
            return ()
        for each in bodies:
            self._gate.look(each, "cloudwatch:GetDashboard")
        known = marks(balancer)
        return in_order(words.dashboard(name) for name, body in bodies.items() if known.in_text(body))

    def health_checks(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """Health checks of its name or addresses."""
        self._gate.look(balancer.name, "route53:ListHealthChecks")
        addresses = {address for zone in balancer.zones for address in zone.addresses}
        found = []
        for each in self._world.route53.health_checks.values():
            name, address = str(each.config.get("FullyQualifiedDomainName", "")), str(each.config.get("IPAddress", ""))
            if address in addresses or (not address and same_name(name, balancer.dns_name)):
                found.append(words.health_check(each.id, address or name))
        return in_order(found)

    def distributions(self, balancer: LoadBalancer) -> tuple[Attachment, ...]:
        """Distributions and VPC origins."""
        self._gate.look(balancer.name, "cloudfront:ListDistributions", "cloudfront:ListVpcOrigins")
        attached, found = self._world.attached, []
        for each in attached.distributions.values():
            places = [f"origin-{at}" for at, name in enumerate(each.origins) if same_name(name, balancer.dns_name)]
            found += [words.distribution(each.id, each.domain, places)] if places else []
        own = [each for each in attached.origins.values() if each.endpoint == balancer.arn]
        return in_order((*found, *(words.vpc_origin(each.id, each.name) for each in own)))

    def _endpoint_service(self, id: str) -> Attachment:
        connections = [(each.owner, each.state) for each in self._world.attached.connections if each.service == id]
        return words.endpoint_service(id, f"com.amazonaws.vpce.{self._world.region}.{id}", connections, 0)

    def _endpoint(self, endpoint: Endpoint) -> Attachment:
        others = sum(1 for each in self._world.attached.endpoints if each.group == endpoint.group) - 1
        return words.accelerator_endpoint(endpoint.group, endpoint.name, endpoint.region, endpoint.weight, others)


def _place(integration: Integration) -> str:
    """Where in an API an integration is."""
    return f"integration {integration.id}" if integration.kind == "http" else f"GET /{integration.id}"
