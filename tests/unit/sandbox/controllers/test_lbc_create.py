"""What the AWS Load Balancer Controller makes for a Service, from its defaults to healthy targets."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.sandbox.world.balancers import HealthCheck
from migrator.sandbox.world.lbc_model import FINALIZER
from migrator.sandbox.world.lbc_stack import named

Stage = Any
RULE = "elbv2.k8s.aws/targetGroupBinding=shared"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"


def groups_by_name(stage: Stage) -> dict[str, Any]:
    return {each.name.split("-")[1]: each for each in stage.world.ec2.groups.values() if each.name.startswith("k8s-")}


def test_a_service_becomes_a_load_balancer_with_two_security_groups_and_healthy_targets(stage: Stage) -> None:
    service = stage.new()

    lb = stage.shown(service)
    (group,) = stage.groups()
    (listener,) = stage.world.elb.listeners_of(lb.arn)
    marks = {"elbv2.k8s.aws/cluster": "sandbox", "service.k8s.aws/stack": "shop/web-new"}
    security = groups_by_name(stage)
    assert (lb.scheme, lb.tags) == ("internet-facing", {**marks, "service.k8s.aws/resource": "LoadBalancer"})
    assert lb.security_groups == [security["shop"].id, security["traffic"].id]
    assert security["shop"].tags == {**marks, "service.k8s.aws/resource": "ManagedLBSecurityGroup"}
    assert security["traffic"].tags == {"elbv2.k8s.aws/cluster": "sandbox", "elbv2.k8s.aws/resource": "backend-sg"}
    assert group.tags == {**marks, "service.k8s.aws/resource": "shop/web-new:80"}
    assert listener.tags == {**marks, "service.k8s.aws/resource": "80"}
    assert group.health_check == HealthCheck("TCP", "traffic-port", None, 10, 10, 3, 3, None)
    assert stage.states() == ["healthy"] * 3
    assert service["metadata"]["finalizers"] == [FINALIZER]
    assert stage.events("web-new") == ["SuccessfullyReconciled"]


def test_clients_come_through_the_frontend_group_and_nodes_admit_the_backend_group(stage: Stage) -> None:
    service = stage.new(loadBalancerSourceRanges=["10.1.0.0/16"])

    security, port = groups_by_name(stage), service["spec"]["ports"][0]["nodePort"]
    front = [(each.protocol, each.from_port, each.cidr) for each in stage.world.ec2.rules_of(security["shop"].id)]
    assert front == [("tcp", 80, "10.1.0.0/16")]
    assert stage.rules() == [("tcp", port, port, security["traffic"].id, RULE)]


def test_the_hostname_is_written_before_the_load_balancer_is_active(stage: Stage) -> None:
    stage.arm("lbc", "bind-targets", times=None)

    service = stage.new(settle_s=20)

    assert stage.world.elb.state(stage.shown(service)) == "provisioning"
    assert stage.groups()[0].targets == {}


def test_a_binding_says_which_generation_it_has_seen_to(stage: Stage) -> None:
    stage.new()

    (binding,) = stage.world.kube.list("TargetGroupBinding")
    (group,) = stage.groups()
    assert binding["metadata"]["name"] == group.name
    assert binding["metadata"]["finalizers"] == ["elbv2.k8s.aws/resources"]
    assert binding["metadata"]["labels"] == {"service.k8s.aws/stack-namespace": "shop", "service.k8s.aws/stack-name": "web-new"}
    assert binding["spec"]["targetGroupARN"] == group.arn
    assert binding["status"] == {"observedGeneration": binding["metadata"]["generation"]}
    assert stage.events(group.name) == ["SuccessfullyReconciled"]


def test_a_failed_registration_is_told_on_the_binding_and_healed(stage: Stage) -> None:
    stage.arm("lbc", "bind-targets", "throttle")

    stage.new()

    (group,) = stage.groups()
    assert stage.events(group.name) == ["FailedReconcile", "SuccessfullyReconciled"]
    assert "operation error Elastic Load Balancing v2: RegisterTargets" in stage.said(group.name, "FailedReconcile")
    assert stage.states() == ["healthy"] * 3


def test_without_annotations_it_is_internal_in_private_subnets(stage: Stage) -> None:
    service = stage.new(marks={"healthcheck-interval": "10"})

    lb = stage.shown(service)
    assert lb.scheme == "internal"
    assert {each.subnet_id for each in lb.zones} == {each.id for each in stage.estate.private_subnets}


@pytest.mark.parametrize(("text", "scheme"), [("true", "internal"), ("0", "internet-facing"), ("False", "internet-facing")])
def test_the_older_scheme_annotation_is_a_boolean(stage: Stage, text: str, scheme: str) -> None:
    assert stage.shown(stage.new(marks={"internal": text})).scheme == scheme


def test_ip_targets_are_the_ready_pods_and_follow_them(stage: Stage) -> None:
    stage.new(marks={"nlb-target-type": "ip", "scheme": "internet-facing"})
    (group,) = stage.groups()
    pods = {each["status"]["podIP"] for each in stage.world.workloads.pods_of("shop", "web")}

    assert {each.id for each in group.targets.values()} == pods
    assert stage.states() == ["healthy"] * 3
    assert stage.rules()[0][:2] == ("tcp", 8080)
    stage.world.workloads.scale("shop", "web", 5)
    stage.run(300)
    assert stage.states() == ["healthy"] * 5


def test_local_policy_uses_kube_proxys_own_check(stage: Stage) -> None:
    service = stage.new(externalTrafficPolicy="Local")

    port, node_port = service["spec"]["healthCheckNodePort"], service["spec"]["ports"][0]["nodePort"]
    assert stage.groups()[0].health_check == HealthCheck("HTTP", str(port), "/healthz", 10, 6, 2, 2, "200-399")
    assert [each[1:3] for each in stage.rules()] == [(min(port, node_port), max(port, node_port))]
    assert stage.states() == ["healthy"] * 3


def test_annotations_reach_the_load_balancer_its_groups_and_its_listeners(stage: Stage) -> None:
    ports = [{"name": name, "port": port, "targetPort": 8080} for name, port in (("https", 443), ("plain", 80))]
    marks = {
        "scheme": "internet-facing",
        "attributes": "load_balancing.cross_zone.enabled=true, deletion_protection.enabled=true",
        "target-group-attributes": "deregistration_delay.timeout_seconds=30",
        "target-group-attributes.443": "deregistration_delay.timeout_seconds=60",
        "listener-attributes.TCP-80": "tcp.idle_timeout.seconds=120",
        "ssl-cert": CERTIFICATE,
        "ssl-ports": " https ",
        "backend-protocol": "ssl",
        "additional-resource-tags": "team=shop",
        "healthcheck-port": "plain",
    }

    service = stage.new(marks=marks, ports=ports)

    lb = stage.shown(service)
    plain, tls = stage.world.elb.listeners_of(lb.arn)
    groups = {each.tags["service.k8s.aws/resource"]: each for each in stage.groups()}
    delay = "deregistration_delay.timeout_seconds"
    assert lb.attributes["load_balancing.cross_zone.enabled"] == lb.attributes["deletion_protection.enabled"] == "true"
    assert (tls.protocol, tls.certificates, tls.ssl_policy) == ("TLS", (CERTIFICATE,), "ELBSecurityPolicy-2016-08")
    assert (plain.protocol, plain.attributes["tcp.idle_timeout.seconds"]) == ("TCP", "120")
    assert groups["shop/web-new:443"].protocol == "TLS"
    assert [groups[f"shop/web-new:{port}"].attributes[delay] for port in (443, 80)] == ["60", "30"]
    assert {each.health_check.port for each in stage.groups()} == {str(service["spec"]["ports"][1]["nodePort"])}
    assert lb.tags["team"] == plain.tags["team"] == groups["shop/web-new:80"].tags["team"] == "shop"


def test_explicit_security_groups_leave_the_nodes_closed_unless_asked(stage: Stage) -> None:
    ec2 = stage.world.ec2
    own = ec2.create_security_group("own", "own", stage.estate.vpc.id, tags={"Name": "own"})

    service = stage.new(marks={"scheme": "internet-facing", "security-groups": "own"})

    assert stage.shown(service).security_groups == [own.id]
    assert stage.rules() == []
    assert set(stage.states()) <= {"initial", "unhealthy"}
    stage.annotate("web-new", manage_backend_security_group_rules="true")
    stage.run(400)
    assert stage.shown(service).security_groups[0] == own.id
    assert stage.states() == ["healthy"] * 3


def test_without_a_group_of_its_own_it_opens_the_nodes_by_address(stage: Stage) -> None:
    service = stage.new(marks={"scheme": "internet-facing", "disable-nlb-sg": "true"}, loadBalancerSourceRanges=["10.1.0.0/16"])

    port = service["spec"]["ports"][0]["nodePort"]
    cidrs = ["10.1.0.0/16", *(each.cidr for each in sorted(stage.estate.public_subnets, key=lambda each: each.id))]
    assert stage.shown(service).security_groups == []
    assert stage.rules() == [("tcp", port, port, each, RULE) for each in cidrs]
    assert stage.states() == ["healthy"] * 3


def test_a_rule_of_the_legacy_controller_is_taken_for_its_own(stage: Stage) -> None:
    """The clash of a load balancer without security group: nothing is added, and legacy's deletion closes the node."""
    ports = [{"name": "http", "port": 80, "targetPort": 8080, "nodePort": 31000}]
    stage.world.ec2.authorize(
        stage.estate.node_group.id,
        [
            rule_spec(
                protocol="tcp", from_port=31000, to_port=31000, cidr="0.0.0.0/0", description="kubernetes.io/rule/nlb/client=a1"
            )
        ],
    )

    stage.new(marks={"scheme": "internet-facing", "disable-nlb-sg": "true"}, ports=ports)

    assert [each[4] for each in stage.rules()] == ["kubernetes.io/rule/nlb/client=a1"]
    stage.world.ec2.revoke(stage.estate.node_group.id, [each.id for each in rules_named(stage, "nlb/client")])
    stage.run(400)
    assert stage.states() == ["unhealthy"] * 3
    (binding,) = stage.world.kube.list("TargetGroupBinding")
    blank = {"metadata": {"annotations": {"elbv2.k8s.aws/checkpoint": ""}}}
    stage.world.kube.patch("TargetGroupBinding", "shop", binding["metadata"]["name"], blank)
    stage.run(400)
    assert stage.states() == ["healthy"] * 3


def rule_spec(**fields: Any) -> Any:
    from migrator.sandbox.world.ec2 import RuleSpec

    return RuleSpec(**fields)


def rules_named(stage: Stage, text: str) -> list[Any]:
    return [each for each in stage.world.ec2.rules_of(stage.estate.node_group.id) if text in each.description]


def test_unready_and_excluded_nodes_are_no_targets(stage: Stage) -> None:
    first, second, third = stage.estate.nodes
    labels = {"metadata": {"labels": {"node.kubernetes.io/exclude-from-external-load-balancers": "true"}}}
    stage.new()

    stage.world.workloads.fail_node(first)
    stage.world.kube.patch("Node", "", second, labels)
    stage.run(400)

    (target,) = stage.groups()[0].targets
    assert stage.world.kube.get("Node", "", third)["spec"]["providerID"].endswith(target[0])


def test_names_are_those_of_the_real_controller() -> None:
    """Source: expected models in kubernetes-sigs/aws-load-balancer-controller pkg/service/model_builder_test.go."""
    service = {"metadata": {"namespace": "default", "name": "nlb-ip-svc-tls"}}
    uid = "bdca2bd0-bfc6-449a-88a3-03451f05f18c"

    assert named(service, "my-cluster", uid, "internal") == "k8s-default-nlbipsvc-6b0ba8ff70"
    assert named(service, "my-cluster", uid, "80", "80", "ip", "TCP", "TCP", "10") == "k8s-default-nlbipsvc-d4818dcd51"


def test_flags_of_the_deployment_change_the_defaults(staged: Any) -> None:
    stage = staged(
        lbc_args=("--default-target-type=ip", "--default-load-balancer-scheme=internet-facing", "--default-tags=team=core")
    )

    service = stage.new(marks={"healthcheck-interval": "10"})

    lb = stage.shown(service)
    assert (lb.scheme, lb.tags["team"], stage.groups()[0].target_type) == ("internet-facing", "core", "ip")


def test_namespaces_outside_its_watch_are_ignored(staged: Any) -> None:
    stage = staged(lbc_args=("--watch-namespace=production",))

    service = stage.new()

    assert "finalizers" not in service["metadata"]
    assert stage.events("web-new") == []


@pytest.mark.parametrize(
    ("marks", "spec"),
    [
        pytest.param({"type": "nlb"}, {}, id="legacys-own"),
        pytest.param({"type": "external"}, {}, id="external-without-a-target-type"),
        pytest.param(
            {"type": "external", "nlb-target-type": "instance"}, {"loadBalancerClass": "eks.amazonaws.com/nlb"}, id="other-class"
        ),
    ],
)
def test_services_of_others_are_left_alone(staged: Any, marks: dict[str, str], spec: dict[str, Any]) -> None:
    stage = staged()
    stage.world.workloads.scale("kube-system", "cloud-controller-manager", 0)
    stage.run(30)

    stage.legacy(marks=marks, **spec)

    assert not stage.world.elb.balancers


def test_a_cluster_service_with_its_annotations_gets_a_load_balancer_too(stage: Stage) -> None:
    """kubernetes-sigs/aws-load-balancer-controller#2150."""
    service = stage.legacy(marks={"type": "external", "nlb-target-type": "ip"}, type="ClusterIP")

    assert len(stage.world.elb.balancers) == 1
    assert service["spec"]["type"] == "ClusterIP"


def test_the_service_mutator_gives_every_new_service_its_class(staged: Any) -> None:
    stage = staged(service_mutator=True)

    service = stage.legacy()

    assert service["spec"]["loadBalancerClass"] == "service.k8s.aws/nlb"
    assert stage.shown(service).scheme == "internal"
    assert stage.balancer(service) is None


def test_a_service_mutator_without_a_controller_refuses_every_new_service(staged: Any) -> None:
    stage = staged(service_mutator=True)
    stage.world.workloads.scale("kube-system", "aws-load-balancer-controller", 0)
    stage.run(60)

    with pytest.raises(Exception, match='no endpoints available for service "aws-load-balancer-webhook-service"'):
        stage.legacy()
