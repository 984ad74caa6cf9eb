"""Connections through Classic Load Balancers, and what either family puts before a client's bytes."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from migrator.sandbox.world.balancers import HealthCheck, LoadBalancer, Policy
from migrator.sandbox.world.classic_policies import PROXY
from migrator.sandbox.world.classic_rules import ListenerSpec
from migrator.sandbox.world.ec2_rules import RuleSpec
from migrator.sandbox.world.network_flows import Flow, Lost
from migrator.sandbox.world.network_wire import PROXY_MARK, TLS_MARK, passes_check, reads
from migrator.sandbox.world.route53 import AliasTarget
from tests.unit.sandbox.traffic.scenery import NODE_PORT, Scene, build, node_group

CLIENT = "203.0.113.9"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/one"


def classic(
    scene: Scene, protocol: str = "TCP", behind: str = "TCP", *, check: HealthCheck | None = None, opened: bool = True
) -> LoadBalancer:
    """One in front of the scene's node port, with a security group that everybody and the nodes admit."""
    world = scene.world
    ec2, elb = world.ec2, world.elb.classic
    group = ec2.create_security_group("front", "front", scene.lb.vpc_id)
    ec2.authorize(group.id, [RuleSpec(protocol="tcp", from_port=80, to_port=80, cidr="0.0.0.0/0")])
    for rule in [each.id for each in ec2.rules_of(node_group(world)) if each.from_port == NODE_PORT]:
        ec2.revoke(node_group(world), [rule])
    if opened:
        ec2.authorize(node_group(world), [RuleSpec(protocol="-1", source_group=group.id)])
    certificate = CERTIFICATE if protocol in ("SSL", "HTTPS") else ""
    spec = ListenerSpec(protocol, 80, behind, NODE_PORT, certificate)
    lb = elb.create("old", [spec], subnets=[each.subnet_id for each in scene.lb.zones], security_groups=[group.id])
    elb.configure_health_check("old", check or HealthCheck("TCP", str(NODE_PORT), None, 10, 5, 2, 6))
    elb.register("old", list(ec2.instances))
    scene.settle(120)
    return lb


def connect(scene: Scene, lb: LoadBalancer, client: str = CLIENT) -> Flow | Lost:
    return scene.world.network.connect(client, lb.zones[0].address, 80)


def mark(scene: Scene, **marks: str) -> None:
    """Annotate every pod behind the node port."""
    names = {"proxy": PROXY_MARK, "tls": TLS_MARK}
    annotations = {names[key]: value for key, value in marks.items()}
    for pod in scene.world.workloads.pods_of("shop", "web"):
        scene.world.kube.patch("Pod", "shop", pod["metadata"]["name"], {"metadata": {"annotations": annotations}})
    scene.settle()


def states(scene: Scene, lb: LoadBalancer) -> set[str]:
    return {each.state for group in scene.world.elb.groups_of(lb.arn) for each in group.targets.values()}


def made(flow: Flow | Lost) -> Flow:
    assert isinstance(flow, Flow), flow
    return flow


def lost(flow: Flow | Lost) -> str:
    assert isinstance(flow, Lost), flow
    return flow.why


def test_it_makes_connections_of_its_own() -> None:
    """Pods see its address, and nodes let it in by its security group, whoever the client is."""
    scene = build()
    lb = classic(scene)

    flow = made(connect(scene, lb))

    assert (flow.client, flow.source, flow.protocol) == (CLIENT, lb.zones[0].address, "TCP")
    assert (flow.header, flow.tls) == ("", "")


def test_a_network_load_balancer_shows_the_client_unless_told_not_to() -> None:
    scene = build()

    shown = made(scene.connect(CLIENT)).source
    scene.world.elb.set_target_group_attributes(scene.group.arn, {"preserve_client_ip.enabled": "false"})
    hidden = made(scene.connect(CLIENT)).source

    assert (shown, hidden) == (CLIENT, scene.lb.zones[0].address)


def test_clients_pass_its_own_group_and_then_the_nodes() -> None:
    scene = build()
    lb = classic(scene, opened=False)

    assert "has no instance in service" in lost(connect(scene, lb))
    scene.world.ec2.authorize(node_group(scene.world), [RuleSpec(protocol="-1", source_group=lb.security_groups[0])])
    scene.settle(60)
    made(connect(scene, lb))
    rules = [each.id for each in scene.world.ec2.rules_of(lb.security_groups[0])]
    scene.world.ec2.revoke(lb.security_groups[0], rules)
    assert "no security group of old admits 203.0.113.9 to port 80" in lost(connect(scene, lb))


def test_it_does_not_fail_open() -> None:
    """Where a Network Load Balancer sends clients to anybody, this one turns them away; its name still has addresses."""
    scene = build()
    lb = classic(scene)
    scene.world.workloads.scale("shop", "web", 0)
    scene.settle()

    assert "has no instance in service" in lost(connect(scene, lb))
    assert len(scene.world.names.resolve(lb.dns_name, "A").values("A")) == 3


def test_a_zone_without_an_instance_in_service_leaves_the_name() -> None:
    scene = build()
    lb = classic(scene)
    sick = next(each.id for each in scene.world.ec2.instances.values() if each.zone == lb.zones[0].zone)

    scene.world.ec2.set_instance_state(sick, "stopped")
    scene.settle()

    there = scene.world.names.resolve(lb.dns_name.upper() + ".", "A").values("A")
    assert there == tuple(each.address for each in lb.zones[1:])
    assert "has no target for" in lost(connect(scene, lb))


def test_cross_zone_uses_every_instance() -> None:
    scene = build()
    lb = classic(scene)
    scene.world.elb.classic.set_attributes("old", {"load_balancing.cross_zone.enabled": "true"})

    used = {made(connect(scene, lb)).target[0] for _ in range(40)}

    assert used == set(scene.world.ec2.instances)


def test_its_names_live_in_a_zone_of_their_own() -> None:
    scene = build()
    lb = classic(scene)
    names = scene.world.names

    assert names.answer("us-east-1.elb.amazonaws.com.", "SOA").records[0][0] == "us-east-1.elb.amazonaws.com."
    assert names.answer("us-east-1.elb.amazonaws.com.", "NS").records
    gone = names.answer("none-1.us-east-1.elb.amazonaws.com.", "A")
    assert (gone.rcode, gone.soa) == ("NXDOMAIN", ("us-east-1.elb.amazonaws.com.", 60))
    assert names.answer(f"us-east-1a.{lb.dns_name}.", "A").rcode == "NXDOMAIN"
    assert names.answer(f"us-east-1a.{scene.lb.dns_name}.", "A").records
    assert names.resolve("elb.amazonaws.com.", "A").rcode == "NOERROR"


def test_an_alias_leads_there_while_an_instance_is_in_service() -> None:
    scene = build()
    lb = classic(scene)
    scene.record(type="A", alias=AliasTarget(lb.zone_id, lb.dns_name + ".", True))
    scene.settle()

    assert len(scene.world.names.resolve("shop.example.com.", "A").values("A")) == 3


@pytest.mark.parametrize(
    ("protocol", "behind", "tls", "speaks"),
    [
        ("TCP", "TCP", "", "false"),
        ("TCP", "TCP", "", "true"),
        ("SSL", "TCP", "terminated", "false"),
        ("SSL", "SSL", "re-encrypted", "true"),
        ("TCP", "SSL", "added", "true"),
        ("HTTPS", "HTTP", "terminated", "false"),
        ("HTTPS", "HTTPS", "re-encrypted", "true"),
        ("HTTP", "HTTP", "", "false"),
    ],
)
def test_a_flow_says_what_became_of_tls(protocol: str, behind: str, tls: str, speaks: str) -> None:
    scene = build()
    lb = classic(scene, protocol, behind)
    mark(scene, tls=speaks)

    flow = made(connect(scene, lb))

    assert (flow.protocol, flow.tls) == (protocol, tls)


@pytest.mark.parametrize(
    ("protocol", "behind", "speaks", "why"),
    [
        ("SSL", "SSL", "false", "speaks no TLS and hangs up"),
        ("TCP", "SSL", "false", "speaks no TLS and hangs up"),
        ("SSL", "TCP", "true", "speaks TLS alone and hangs up"),
    ],
)
def test_a_pod_that_speaks_otherwise_hangs_up(protocol: str, behind: str, speaks: str, why: str) -> None:
    scene = build()
    lb = classic(scene, protocol, behind)
    mark(scene, tls=speaks)

    assert why in lost(connect(scene, lb))


def proxied(scene: Scene, family: str) -> LoadBalancer:
    if family == "classic":
        lb = classic(scene)
        scene.world.elb.classic.put_policy("old", Policy("proxy", PROXY, {"ProxyProtocol": "true"}))
        scene.world.elb.classic.set_backend_policies("old", NODE_PORT, ["proxy"])
        return lb
    scene.world.elb.set_target_group_attributes(scene.group.arn, {"proxy_protocol_v2.enabled": "true"})
    return scene.lb


@pytest.mark.parametrize(("family", "header"), [("classic", "v1"), ("network", "v2")])
@pytest.mark.parametrize("accepts", ["off", "v1", "v2", "any"])
def test_a_pod_reads_the_header_it_says_it_does(family: str, header: str, accepts: str) -> None:
    """`any` is what bridges the two while both load balancers serve."""
    scene = build()
    lb = proxied(scene, family)
    mark(scene, proxy=accepts)

    found = connect(scene, lb)

    if accepts in (header, "any"):
        assert made(found).header == header
    else:
        assert lost(found).endswith(f"reads no PROXY {header} header and hangs up")


@pytest.mark.parametrize("accepts", ["v1", "v2"])
def test_a_pod_that_wants_a_header_hangs_up_without_one(accepts: str) -> None:
    scene = build()
    mark(scene, proxy=accepts)

    assert lost(scene.connect()).endswith(f"waits for a PROXY {accepts} header that does not come and hangs up")


def test_pods_say_nothing_read_no_header() -> None:
    scene = build()

    assert "reads no PROXY v2 header" in lost(connect(scene, proxied(scene, "network")))


def test_http_backends_get_no_proxy_line() -> None:
    scene = build()
    lb = classic(scene, "HTTP", "HTTP")
    scene.world.elb.classic.put_policy("old", Policy("proxy", PROXY, {"ProxyProtocol": "true"}))
    scene.world.elb.classic.set_backend_policies("old", NODE_PORT, ["proxy"])

    assert made(connect(scene, lb)).header == ""


@pytest.mark.parametrize(
    ("protocol", "path", "marks", "healthy"),
    [
        ("TCP", None, {}, True),
        ("TCP", None, {"proxy": "v1", "tls": "true"}, True),
        ("HTTP", "/", {}, True),
        ("HTTP", "/", {"tls": "true"}, False),
        ("SSL", None, {}, False),
        ("SSL", None, {"tls": "true"}, True),
        ("SSL", None, {"tls": "true", "proxy": "v1"}, False),
        ("HTTPS", "/", {"tls": "true"}, True),
    ],
)
def test_a_check_is_answered_in_its_own_language(protocol: str, path: str | None, marks: dict[str, str], healthy: bool) -> None:
    """Checks of a Classic Load Balancer carry no PROXY line, whatever its policies say."""
    scene = build()
    lb = classic(scene, check=HealthCheck(protocol, str(NODE_PORT), path, 10, 5, 2, 2))

    mark(scene, **marks)

    assert states(scene, lb) == {"healthy" if healthy else "unhealthy"}


@pytest.mark.parametrize(("accepts", "healthy"), [("off", False), ("v1", False), ("v2", True), ("any", True)])
def test_http_checks_of_a_network_load_balancer_carry_its_header(accepts: str, healthy: bool) -> None:
    scene = build()
    scene.world.elb.modify_target_group(scene.group.arn, HealthCheck("HTTP", "traffic-port", "/", 10, 6, 2, 2, "200-399"))
    proxied(scene, "network")

    mark(scene, proxy=accepts)

    assert states(scene, scene.lb) == {"healthy" if healthy else "unhealthy"}


@pytest.mark.parametrize(
    ("port", "protocol", "healthy"), [("10256", "HTTP", True), ("10256", "SSL", False), ("10257", "TCP", False)]
)
def test_kube_proxy_speaks_no_tls(port: str, protocol: str, healthy: bool) -> None:
    scene = build()
    path = "/healthz" if protocol == "HTTP" else None

    lb = classic(scene, check=HealthCheck(protocol, port, path, 10, 5, 2, 2))

    assert states(scene, lb) == {"healthy" if healthy else "unhealthy"}


def test_requests_are_counted_over_http_alone() -> None:
    scene = build()
    lb = classic(scene, "HTTP", "HTTP")
    flow = made(connect(scene, lb))
    scene.world.network.requested(flow)
    scene.world.network.requested(replace(flow, protocol="TCP"))
    scene.settle()

    span = (60, scene.world.now - 3600, scene.world.now)
    points = scene.world.cloudwatch.series("AWS/ELB", "RequestCount", {"LoadBalancerName": "old"}, "Sum", *span)
    assert sum(value for _, value in points) == 2


@pytest.mark.parametrize(("draining", "cut"), [("false", True), ("true", False)])
def test_an_instance_that_falls_ill_keeps_its_connections_where_they_drain(draining: str, cut: bool) -> None:
    scene = build()
    lb = classic(scene, check=HealthCheck("HTTP", str(NODE_PORT), "/", 10, 5, 2, 2))
    scene.world.elb.classic.set_attributes("old", {"connection_draining.enabled": draining})
    flow = made(connect(scene, lb))

    mark(scene, proxy="v1")

    assert states(scene, lb) == {"unhealthy"}
    assert (scene.world.network.cut(flow) is not None) == cut


def test_what_a_pod_says_that_nobody_knows_is_off() -> None:
    assert reads("V2 please") == ("",)
    assert passes_check("nonsense", False, "HTTP", "") is True


def test_a_listener_that_goes_cuts_its_connections() -> None:
    scene = build()
    lb = classic(scene)
    flow = made(connect(scene, lb))

    scene.world.elb.classic.remove_listeners("old", [80])

    why: Any = scene.world.network.cut(flow)
    assert why.why == "old no longer listens on port 80"
    assert lost(connect(scene, lb)) == "old does not listen on port 80"
