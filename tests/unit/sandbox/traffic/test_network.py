"""The way of a packet, and that health checks and clients meet the same obstacles."""

from __future__ import annotations

import pytest

from migrator.sandbox.world.balancers import HealthCheck
from migrator.sandbox.world.faults import Fault
from migrator.sandbox.world.network_dataplane import KUBE_PROXY_HEALTH_PORT
from migrator.sandbox.world.network_flows import Flow, Lost
from migrator.sandbox.world.network_rules import covers
from tests.unit.sandbox.traffic.scenery import NODE_PORT, Scene, build, node_group, service


def only_target(scene: Scene) -> tuple[bool, str | None]:
    target = next(iter(scene.group.targets.values()))
    return scene.world.network.check(scene.group, target)


def why(made: Flow | Lost) -> str:
    assert isinstance(made, Lost)
    return made.why


def test_a_connection_reaches_a_pod_through_a_node_of_the_zone(scene: Scene) -> None:
    """Without cross-zone an address hands over only to targets of its own zone."""
    for index, mapping in enumerate(scene.lb.zones):
        made = scene.connect(zone=index)

        assert isinstance(made, Flow)
        assert scene.world.ec2.instances[made.target[0]].zone == mapping.zone
        assert made.backend.pod.startswith("shop/web-") and made.backend.port == 8080


def test_ip_targets_are_reached_without_a_node_port() -> None:
    scene = build(target_type="ip")

    made = scene.connect()

    assert isinstance(made, Flow) and made.backend.address == made.target[0]
    assert set(scene.states()) == {"healthy"}


def test_flows_are_counted_once_and_closed_once(scene: Scene) -> None:
    made = scene.connect()
    assert isinstance(made, Flow)
    scene.world.network.close(made)
    scene.world.network.close(made)
    scene.settle()

    lb = scene.lb.arn.partition("loadbalancer/")[2]
    points = scene.world.cloudwatch.series("AWS/NetworkELB", "NewFlowCount", {"LoadBalancer": lb}, "Sum", 60, 0, scene.world.now)
    assert [value for _, value in points] == [1.0]


def test_a_load_balancer_answers_only_once_it_is_active() -> None:
    scene = build()
    subnets = [each.subnet_id for each in scene.lb.zones]
    fresh = scene.world.elb.create_load_balancer("fresh", "internal", subnets, tags={})

    assert why(scene.world.network.connect("127.10.8.9", fresh.zones[0].address, 80)) == "fresh is provisioning"


@pytest.mark.parametrize(
    ("address", "port", "said"),
    [("127.10.255.254", 80, "no load balancer has"), ("", 81, "does not listen on port 81")],
    ids=["unknown-address", "no-listener"],
)
def test_nobody_answers_where_nothing_listens(scene: Scene, address: str, port: int, said: str) -> None:
    assert said in why(scene.world.network.connect("127.10.8.9", address or scene.lb.zones[0].address, port))


def test_a_closed_node_fails_health_checks_and_clients_alike() -> None:
    scene = build(admitted=None)

    assert only_target(scene) == (False, "Target.Timeout")
    assert set(scene.states()) == {"unhealthy"}
    assert "no security group of i-" in why(scene.connect())  # it fails open, and the node drops the packet


def test_a_rule_for_the_subnets_alone_lets_checks_in_and_keeps_clients_out() -> None:
    """Client addresses are preserved for instance targets: the trap of a health rule without a client rule."""
    scene = build(admitted=None)
    cidrs = [scene.world.ec2.subnets[each.subnet_id].cidr for each in scene.lb.zones]
    for cidr in cidrs:
        admit(scene, cidr=cidr)
    scene.settle()

    assert set(scene.states()) == {"healthy"}
    assert "admits 203.0.113.9 to port" in why(scene.connect(client="203.0.113.9"))


def test_what_one_client_reaches_lets_no_other_in() -> None:
    """What is met behind an address is kept for everybody, who is let in for each client by itself."""
    scene = build(admitted="127.0.0.0/8")

    assert all(isinstance(scene.connect(), Flow) for _ in range(12))
    assert all("admits 203.0.113.9 to port" in why(scene.connect(client="203.0.113.9")) for _ in range(12))
    assert all(isinstance(scene.connect(client="127.10.8.77"), Flow) for _ in range(12))


def test_a_rule_that_names_the_load_balancers_group_admits_everything_through_it() -> None:
    scene = build(admitted=None)
    group = scene.world.ec2.create_security_group("front", "front", scene.lb.vpc_id)
    admit(scene, group_id=group.id, port=80, cidr="127.0.0.0/8")
    admit(scene, source_group=group.id)
    scene.lb.security_groups = [group.id]
    scene.settle()

    assert set(scene.states()) == {"healthy"}
    assert isinstance(scene.connect(), Flow)
    assert "no security group of front admits 203.0.113.9" in why(scene.connect(client="203.0.113.9"))


def admit(scene: Scene, *, group_id: str = "", port: int = NODE_PORT, **peer: str) -> None:
    from migrator.sandbox.world.ec2 import RuleSpec

    rule = RuleSpec(protocol="tcp", from_port=port, to_port=port, **peer)
    scene.world.ec2.authorize(group_id or node_group(scene.world), [rule])


def test_without_a_ready_pod_the_node_port_refuses() -> None:
    scene = build()
    scene.world.workloads.scale("shop", "web", 0)
    scene.settle()

    assert only_target(scene) == (False, "Target.FailedHealthChecks")
    assert "has no pod behind node port" in why(scene.connect())


def test_local_traffic_stays_on_nodes_with_a_pod() -> None:
    """externalTrafficPolicy Local: nodes without a pod drop, and fail the check on the traffic port."""
    scene = build(externalTrafficPolicy="Local")
    scene.world.workloads.scale("shop", "web", 1)
    scene.settle()

    assert sorted(scene.states()) == ["healthy", "unhealthy", "unhealthy"]
    (pod,) = scene.world.workloads.pods_of("shop", "web")
    made = [scene.connect(zone=index) for index in range(3)]
    assert {each.backend.node for each in made if isinstance(each, Flow)} == {pod["spec"]["nodeName"]}


def test_health_ports_answer_for_nodes_with_a_local_pod(scene: Scene) -> None:
    """healthCheckNodePort: 200 where a local pod is ready, 503 elsewhere, and a connection either way."""
    world = scene.world
    own = service(type="LoadBalancer", loadBalancerClass="example.com/none", externalTrafficPolicy="Local")
    own["metadata"] = {"namespace": "shop", "name": "local"}
    own["spec"]["ports"][0]["nodePort"] = NODE_PORT + 1
    port = world.kube.create(own)["spec"]["healthCheckNodePort"]
    admit(scene, port=port, cidr="0.0.0.0/0")
    admit(scene, port=KUBE_PROXY_HEALTH_PORT, cidr="0.0.0.0/0")
    world.workloads.scale("shop", "web", 1)
    scene.settle()

    def passing(protocol: str, on: int) -> list[bool]:
        scene.group.health_check = HealthCheck(protocol=protocol, port=str(on), path="/healthz")
        return sorted(world.network.check(scene.group, each)[0] for each in scene.group.targets.values())

    assert passing("HTTP", port) == [False, False, True]
    assert passing("TCP", port) == [True, True, True]
    assert passing("HTTP", KUBE_PROXY_HEALTH_PORT) == [True, True, True]
    world.kube.delete("Service", "shop", "local")
    assert passing("TCP", port) == [False, False, False]


def test_a_pod_that_ends_gets_connections_only_while_no_other_is_ready() -> None:
    scene = build()
    world = scene.world
    world.workloads.scale("shop", "web", 1)
    scene.settle()
    (pod,) = world.workloads.pods_of("shop", "web")
    world.kube.delete("Pod", "shop", pod["metadata"]["name"], grace_s=30)
    world.advance(world.now)

    made = scene.connect()
    assert isinstance(made, Flow) and made.backend.pod == f"shop/{pod['metadata']['name']}"
    scene.settle(60)
    again = scene.connect()
    assert isinstance(again, Flow) and again.backend.pod != made.backend.pod


def test_a_wrong_target_port_is_refused_by_the_pod() -> None:
    ports = [{"name": "http", "port": 80, "targetPort": 9999, "nodePort": NODE_PORT, "protocol": "TCP"}]
    scene = build(ports=ports)

    assert "refuses connections to port 9999" in why(scene.connect())


def test_an_unready_node_times_out(scene: Scene) -> None:
    node = next(iter(scene.world.kube.list("Node")))
    scene.world.workloads.fail_node(node["metadata"]["name"])
    scene.settle(120)

    assert sorted(scene.states()) == ["healthy", "healthy", "unhealthy"]


def test_a_zone_without_healthy_targets_fails_open(scene: Scene) -> None:
    """Routing falls back to every registered target of the zone; that it cannot answer is another matter."""
    first = scene.lb.zones[0].zone
    node = next(each for each in scene.world.kube.list("Node") if first in each["spec"]["providerID"])
    scene.world.workloads.fail_node(node["metadata"]["name"])
    scene.settle(120)

    assert "does not answer: timed out" in why(scene.connect(zone=0))
    assert isinstance(scene.connect(zone=1), Flow)

    scene.world.elb.set_load_balancer_attributes(scene.lb.arn, {"load_balancing.cross_zone.enabled": "true"})
    assert all(isinstance(scene.connect(zone=0), Flow) for _ in range(20))


def test_weights_split_connections_between_groups(scene: Scene) -> None:
    world = scene.world
    (listener,) = world.elb.listeners_of(scene.lb.arn)
    check = scene.group.health_check
    other = world.elb.create_target_group("other", "TCP", NODE_PORT, scene.lb.vpc_id, "instance", check, tags={})
    world.elb.register_targets(other.arn, list(scene.group.targets))
    world.elb.modify_listener(listener.arn, forwards=((scene.group.arn, 3), (other.arn, 1)))
    scene.settle()

    made = [scene.connect() for _ in range(400)]
    share = sum(isinstance(each, Flow) and each.group_arn == other.arn for each in made) / 400
    assert 0.15 < share < 0.35


class TestCut:
    """What ends an open connection, as a client would notice."""

    def open(self, scene: Scene) -> Flow:
        made = scene.connect()
        assert isinstance(made, Flow)
        assert scene.world.network.cut(made) is None
        return made

    def said(self, scene: Scene, made: Flow) -> str:
        cut = scene.world.network.cut(made)
        return cut.why if cut else ""

    def test_deleting_the_load_balancer(self, scene: Scene) -> None:
        made = self.open(scene)
        scene.world.elb.delete_load_balancer(scene.lb.arn)
        assert self.said(scene, made) == "front was deleted"

    def test_deleting_the_listener(self, scene: Scene) -> None:
        made = self.open(scene)
        scene.world.elb.delete_listener(scene.world.elb.listeners_of(scene.lb.arn)[0].arn)
        assert "no longer listens on port 80" in self.said(scene, made)

    def test_deregistration_once_draining_is_over(self, scene: Scene) -> None:
        made = self.open(scene)
        scene.world.elb.deregister_targets(scene.group.arn, [made.target])
        scene.settle(299)
        assert self.said(scene, made) == ""
        assert isinstance(scene.connect(), Lost)  # the zone has no other target
        scene.settle(2)
        assert "has left the group" in self.said(scene, made)

    def test_a_target_that_turns_unhealthy(self, scene: Scene) -> None:
        made = self.open(scene)
        scene.world.workloads.fail_node(scene.world.network.dataplane.ready_node(made.target[0]) or "")
        scene.settle(120)
        assert "turned unhealthy" in self.said(scene, made)

    def test_a_pod_that_stops(self, scene: Scene) -> None:
        made = self.open(scene)
        namespace, _, name = made.backend.pod.partition("/")
        scene.world.kube.delete("Pod", namespace, name)
        assert "stopped" in self.said(scene, made)

    def test_an_instance_that_is_terminated(self, scene: Scene) -> None:
        made = self.open(scene)
        scene.world.ec2.terminate_instance(made.target[0])
        assert "is gone" in self.said(scene, made)

    def test_closing_it(self, scene: Scene) -> None:
        made = self.open(scene)
        scene.world.network.close(made)
        assert self.said(scene, made) == "it was closed"


def test_a_fault_drops_connections(scene: Scene) -> None:
    scene.world.faults.arm(Fault(where="traffic", operation="connect", mode="deny", match="front"))

    assert "a fault is armed" in why(scene.connect())
    assert isinstance(scene.connect(), Flow)


def test_addresses_of_a_kind_never_repeat_before_the_pool_is_through(scene: Scene) -> None:
    network = scene.world.network
    first = network.allocate_address("dns")
    network.release_address(first)
    rest = []
    with pytest.raises(Exception, match="no dns address is left"):
        while True:
            rest.append(network.allocate_address("dns"))
            if rest[-1] == first:
                network.allocate_address("dns")

    assert rest.index(first) == len(rest) - 1 and len(set(rest)) == len(rest)
    assert all(each.startswith("127.10.1.") for each in rest)


@pytest.mark.parametrize(
    ("cidr", "source", "answer"),
    [
        ("0.0.0.0/0", "203.0.113.9", True),
        ("10.0.0.0/8", "10.1.0.0/16", True),
        ("10.1.0.0/16", "10.0.0.0/8", False),
        ("10.1.2.3/32", "10.1.2.3", True),
        ("::/0", "10.1.2.3", False),
    ],
)
def test_a_rule_has_to_cover_the_whole_source(cidr: str, source: str, answer: bool) -> None:
    assert covers(cidr, source) is answer
