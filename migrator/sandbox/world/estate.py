"""The default world: an account and a cluster with both controllers at work, two applications and two hosted zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from migrator.sandbox.world import estate_manifests as manifests
from migrator.sandbox.world.estate_network import Grounds, lay_out, run_machine
from migrator.sandbox.world.kube_meta import stamp

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.ec2_nouns import SecurityGroup, Subnet, Vpc
    from migrator.sandbox.world.route53 import Zone

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class App:
    """A Deployment with label `app=<name>` whose pods listen on one port; `annotations` are the pods'."""

    namespace: str
    name: str
    replicas: int = 3
    port: int = 8080
    annotations: Mapping[str, str] = field(default_factory=dict)


APPS = (App("shop", "web"), App("production", "api-gateway"))
NAMESPACES = ("production", "shop")


@dataclass(slots=True)
class Estate:
    """What was furnished. `nodes` are node names; nodes that join later are added, ones that go are not taken out."""

    world: World
    grounds: Grounds
    public_zone: Zone
    private_zone: Zone
    nodes: list[str] = field(default_factory=list)

    @property
    def vpc(self) -> Vpc:
        """The cluster's VPC."""
        return self.grounds.vpc

    @property
    def public_subnets(self) -> tuple[Subnet, ...]:
        """One per zone, for internet-facing load balancers."""
        return self.grounds.public

    @property
    def private_subnets(self) -> tuple[Subnet, ...]:
        """One per zone, for nodes and internal load balancers."""
        return self.grounds.private

    @property
    def node_group(self) -> SecurityGroup:
        """The one security group of every node, tagged for the cluster."""
        return self.grounds.node_group

    def add_node(self, zone: int = 0) -> str:
        """A node joins in the zone with this place, ready at once; its name."""
        world, subnet = self.world, self.grounds.private[zone]
        machine = run_machine(world, self.grounds, subnet)
        domain = "ec2.internal" if world.region == "us-east-1" else f"{world.region}.compute.internal"
        name = f"ip-{machine.private_ip.replace('.', '-')}.{domain}"
        place = {"zone": subnet.zone, "region": world.region}
        now = stamp(world.now)
        world.kube.create(
            manifests.node(name, address=machine.private_ip, instance=machine.id, since=now, **place), manager="kubelet"
        )
        self.nodes.append(name)
        return name

    def add_app(self, app: App) -> None:
        """An application is deployed; its namespace is made when it is not there."""
        if self.world.kube.find("Namespace", "", app.namespace) is None:
            self.world.kube.create(manifests.namespace(app.namespace))
        deployment = manifests.app(app.namespace, app.name, app.replicas, app.port, dict(app.annotations))
        self.world.kube.create(deployment, manager="kubectl")


def furnish(
    world: World,
    *,
    zones: int = 3,
    nodes: int = 3,
    apps: tuple[App, ...] = APPS,
    lbc: bool = True,
    lbc_args: tuple[str, ...] = (),
    service_mutator: bool = False,
) -> Estate:
    """Fill an empty world: when this returns, every pod is ready and both controllers act.

    nodes            in the zones by turns, so that with as many as zones each zone has one
    lbc              install the AWS Load Balancer Controller; `lbc_args` are further flags for it
    service_mutator  its webhook gives every new LoadBalancer Service its class
    """
    grounds = lay_out(world, zones)
    public = world.route53.create_zone("example.com")
    private = world.route53.create_zone("internal.example", private=True, vpc_id=grounds.vpc.id)
    estate = Estate(world, grounds, public, private)
    world.workloads.pods.start_at_once = True
    for place in range(nodes):
        estate.add_node(place % zones)
    for each in (*NAMESPACES, *(app.namespace for app in apps)):
        if world.kube.find("Namespace", "", each) is None:
            world.kube.create(manifests.namespace(each))
    if world.kube.find("Service", "default", "kubernetes") is None:
        world.kube.create(manifests.kubernetes_service())
    _install_legacy(world)
    if lbc:
        _install_lbc(world, grounds.vpc.id, lbc_args, service_mutator)
    for app in apps:
        estate.add_app(app)
    world.advance(world.now)  # what is to happen at this very instant: pods, endpoints, controllers
    world.workloads.pods.start_at_once = False
    return estate


def _install_legacy(world: World) -> None:
    world.kube.create(manifests.service_account(manifests.CCM, f"arn:aws:iam::{world.account}:role/{world.cluster}-ccm"))
    world.kube.create(manifests.cloud_controller_manager(world.cluster), manager="helm")


def _install_lbc(world: World, vpc_id: str, args: tuple[str, ...], service_mutator: bool) -> None:
    role = f"arn:aws:iam::{world.account}:role/{world.cluster}-load-balancer-controller"
    secret = {
        "kind": "Secret",
        "metadata": {"name": "aws-load-balancer-tls", "namespace": "kube-system"},
        "type": "kubernetes.io/tls",
    }
    for each in (
        *manifests.definitions(),
        manifests.ingress_class(),
        manifests.service_account(manifests.LBC, role),
        secret,
        manifests.webhook_service(),
        *manifests.webhooks(service_mutator=service_mutator),
        manifests.load_balancer_controller(world.cluster, world.region, vpc_id, args),
    ):
        world.kube.create(each, manager="helm")


def legacy_service(
    namespace: str,
    name: str,
    *,
    app: str,
    port: int = 8080,
    target_port: int | str = 8080,
    annotations: dict[str, str] | None = None,
    **spec: Any,
) -> Object:
    """The manifest of a Service that the legacy controller takes; `annotations` and fields of `spec` go over the usual ones.

    One port named http unless `ports` is given; annotations without a type get "nlb".
    """
    ports = [{"name": "http", "port": port, "protocol": "TCP", "targetPort": target_port}]
    marks = {"service.beta.kubernetes.io/aws-load-balancer-type": "nlb", **(annotations or {})}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace, "annotations": marks},
        "spec": {"type": "LoadBalancer", "selector": {"app": app}, "ports": ports, **spec},
    }
