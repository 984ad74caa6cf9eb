"""A Classic Load Balancer in front of shop/web's nodes, beside the network one that every side begins with."""

from __future__ import annotations

from migrator.sandbox.world.balancers import HealthCheck, LoadBalancer, Policy
from migrator.sandbox.world.classic_policies import LB_COOKIE, NEGOTIATION, PROXY, REFERENCE
from migrator.sandbox.world.classic_rules import ListenerSpec
from migrator.sandbox.world.ec2_rules import RuleSpec
from tests.contract.ports.sides import Side

NAME = "a0123-Web"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0123"
TLS = "ELBSecurityPolicy-TLS-1-2-2017-01"
TAGS = {"kubernetes.io/service-name": "shop/web", "kubernetes.io/cluster/sandbox": "owned"}


def node_port(side: Side) -> int:
    """Where the nodes answer for shop/web."""
    service = side.world.kube.get("Service", "shop", "web")
    return int(service["spec"]["ports"][0]["nodePort"])


def classic(side: Side) -> LoadBalancer:
    """It listens on 80 and 443, wears a group of its own that the nodes let in, and serves."""
    world, estate, port = side.world, side.stage.estate, node_port(side)
    group = world.ec2.create_security_group(f"k8s-elb-{NAME}", "Security group for Kubernetes ELB", estate.vpc.id)
    clients = [RuleSpec(protocol="tcp", from_port=each, to_port=each, cidr="0.0.0.0/0") for each in (80, 443)]
    world.ec2.authorize(group.id, clients)
    world.ec2.authorize(estate.node_group.id, [RuleSpec(protocol="-1", source_group=group.id)])
    listeners = [ListenerSpec("TCP", 80, "TCP", port), ListenerSpec("HTTPS", 443, "HTTP", port, CERTIFICATE)]
    subnets = [each.id for each in estate.public_subnets]
    elb = world.elb.classic
    lb = elb.create(NAME, listeners, subnets=subnets, security_groups=[group.id], tags=TAGS)
    elb.configure_health_check(NAME, HealthCheck("TCP", str(port), None, 10, 5, 2, 6))
    elb.set_attributes(NAME, {"idle_timeout.timeout_seconds": "3600", "connection_draining.enabled": "true"})
    elb.put_policy(NAME, Policy("tls", NEGOTIATION, {REFERENCE: TLS}))
    elb.put_policy(NAME, Policy("sticky", LB_COOKIE, {}))
    elb.set_listener_policies(NAME, 443, ["tls", "sticky"])
    elb.put_policy(NAME, Policy("proxy", PROXY, {"ProxyProtocol": "true"}))
    elb.set_backend_policies(NAME, port, ["proxy"])
    elb.register(NAME, list(world.ec2.instances))
    side.stage.until(lambda: all(each.state == "healthy" for each in elb.health(NAME).values()))
    return lb
