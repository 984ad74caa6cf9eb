"""What other services have bound to load balancers: links, accelerators, scaling groups, alarms, dashboards, distributions.

Endpoint services live in the load balancers' own store, health checks in Route 53; everything else is here, by id, as
somebody once set it up. Nothing of it acts: it is there to be found, and links stand in the way of a deletion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from migrator.sandbox.world.identifiers import capitals, hexadecimal

if TYPE_CHECKING:
    from migrator.sandbox.world import World


@dataclass(slots=True)
class Connection:
    """An interface endpoint of some account, connected to an endpoint service."""

    service: str
    endpoint: str
    owner: str
    state: str = "available"


@dataclass(slots=True)
class VpcLink:
    """An API Gateway VPC link. One for REST APIs (`target` is a load balancer) cannot be pointed elsewhere."""

    id: str
    name: str
    target: str = ""


@dataclass(slots=True)
class Integration:
    """What an API (`kind` "http" or "rest") forwards through a VPC link of the second kind; `target` is a listener or LB."""

    kind: str
    api: str
    name: str
    id: str
    link: str
    target: str


@dataclass(slots=True)
class Endpoint:
    """One endpoint of an accelerator's endpoint group."""

    accelerator: str
    name: str
    listener: str
    group: str
    region: str
    id: str
    weight: int = 128


@dataclass(slots=True)
class Sharing:
    """A cross-account attachment: other accounts may put these endpoints behind their accelerators."""

    arn: str
    name: str
    principals: tuple[str, ...]
    endpoints: tuple[str, ...]


@dataclass(slots=True)
class ScalingGroup:
    """An Auto Scaling group that registers its instances with target groups and Classic load balancers."""

    name: str
    arn: str
    groups: tuple[str, ...] = ()
    balancers: tuple[str, ...] = ()


@dataclass(slots=True)
class Alarm:
    """A CloudWatch alarm on one metric, or with `expression` on what a query finds."""

    name: str
    arn: str
    namespace: str = ""
    metric: str = ""
    dimensions: dict[str, str] = field(default_factory=dict)
    expression: str = ""


@dataclass(slots=True)
class Distribution:
    """A CloudFront distribution with the domain names of its origins."""

    id: str
    domain: str
    origins: tuple[str, ...]


@dataclass(slots=True)
class VpcOrigin:
    """What CloudFront reaches inside a VPC, by ARN."""

    id: str
    name: str
    endpoint: str


class Attached:
    """Everything of one account and region (accelerators and distributions of the account), in order of making."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.connections: list[Connection] = []
        self.links: dict[str, VpcLink] = {}  # of REST APIs
        self.newer_links: dict[str, VpcLink] = {}  # of HTTP APIs, and of REST APIs since 2025
        self.integrations: list[Integration] = []
        self.endpoints: list[Endpoint] = []
        self.sharings: list[Sharing] = []
        self.scaling_groups: dict[str, ScalingGroup] = {}
        self.alarms: dict[str, Alarm] = {}
        self.dashboards: dict[str, str] = {}  # name -> body
        self.distributions: dict[str, Distribution] = {}
        self.origins: dict[str, VpcOrigin] = {}

    def holding(self, arn: str) -> list[str]:
        """What does not let a load balancer be deleted, beside endpoint services. Source: kubernetes/kubernetes#66959."""
        return [each.id for each in self.links.values() if each.target == arn]

    def connect(self, service: str, owner: str, state: str = "available") -> Connection:
        """Somebody connects to an endpoint service."""
        made = Connection(service, f"vpce-{hexadecimal(self.world.random)}", owner, state)
        self.connections.append(made)
        return made

    def link(self, arn: str, name: str = "link") -> VpcLink:
        """A VPC link of REST APIs to a load balancer."""
        made = VpcLink(self._id(), name, arn)
        self.links[made.id] = made
        return made

    def integrate(self, kind: str, name: str, target: str) -> Integration:
        """An API that reaches a target through a link of the newer kind, made along with it."""
        link = VpcLink(self._id(), f"{name}-link")
        self.newer_links[link.id] = link
        made = Integration(kind, self._id(), name, self._id(), link.id, target)
        self.integrations.append(made)
        return made

    def accelerate(self, target: str, name: str = "front", weight: int = 128) -> Endpoint:
        """An accelerator with one listener and one endpoint group in the world's region."""
        account = f"arn:aws:globalaccelerator::{self.world.account}:accelerator/{hexadecimal(self.world.random, 16)}"
        listener = f"{account}/listener/{hexadecimal(self.world.random, 8)}"
        group = f"{listener}/endpoint-group/{hexadecimal(self.world.random, 12)}"
        made = Endpoint(account, name, listener, group, self.world.region, target, weight)
        self.endpoints.append(made)
        return made

    def share(self, target: str, *principals: str) -> Sharing:
        """Let other accounts put a load balancer behind their accelerators."""
        arn = f"arn:aws:globalaccelerator::{self.world.account}:attachment/{hexadecimal(self.world.random, 16)}"
        made = Sharing(arn, "shared", principals, (target,))
        self.sharings.append(made)
        return made

    def scale(self, name: str, groups: tuple[str, ...] = (), balancers: tuple[str, ...] = ()) -> ScalingGroup:
        """An Auto Scaling group that registers with these."""
        arn = f"{self._arn('autoscaling')}:autoScalingGroup:{hexadecimal(self.world.random)}:autoScalingGroupName/{name}"
        made = self.scaling_groups[name] = ScalingGroup(name, arn, groups, balancers)
        return made

    def alarm(self, name: str, dimensions: dict[str, str] | None = None, expression: str = "") -> Alarm:
        """An alarm on the load balancers' metrics."""
        metric = "" if expression else "UnHealthyHostCount"
        made = Alarm(name, f"{self._arn('cloudwatch')}:alarm:{name}", "AWS/NetworkELB", metric, dimensions or {}, expression)
        self.alarms[name] = made
        return made

    def distribute(self, *origins: str) -> Distribution:
        """A distribution in front of these names."""
        id = capitals(self.world.random, 13, "E")
        made = self.distributions[id] = Distribution(id, f"{hexadecimal(self.world.random, 14)}.cloudfront.net", origins)
        return made

    def originate(self, endpoint: str) -> VpcOrigin:
        """A VPC origin of CloudFront."""
        id = f"vo_{capitals(self.world.random, 22)}"
        made = self.origins[id] = VpcOrigin(id, "origin", endpoint)
        return made

    def _id(self) -> str:
        return hexadecimal(self.world.random, 10)

    def _arn(self, service: str) -> str:
        return f"arn:aws:{service}:{self.world.region}:{self.world.account}"
