"""What the legacy controller makes for a Service, and what it refuses."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from migrator.sandbox.world.balancers import HealthCheck
from migrator.sandbox.world.legacy import FINALIZER
from migrator.sandbox.world.legacy_wanted import Mapping, balancer_name, group_name, key_values, tags_for

Stage = Any


def test_a_service_becomes_a_load_balancer_with_healthy_targets(stage: Stage) -> None:
    service = stage.legacy()

    lb = stage.shown(service)
    port = service["spec"]["ports"][0]["nodePort"]
    tags = {"kubernetes.io/service-name": "shop/web", "kubernetes.io/cluster/sandbox": "owned"}
    (group,) = stage.groups()
    (listener,) = stage.world.elb.listeners_of(lb.arn)
    assert (lb.scheme, lb.tags, lb.security_groups) == ("internet-facing", tags, [])
    assert lb.name == "a" + service["metadata"]["uid"].replace("-", "")[:31]
    assert [each.subnet_id for each in lb.zones] == [each.id for each in stage.estate.public_subnets]
    assert (group.port, group.target_type, group.tags) == (port, "instance", tags)
    assert group.health_check == HealthCheck("TCP", "traffic-port", None, 30, 10, 3, 3, None)
    assert (listener.protocol, listener.port, listener.forwards, listener.tags) == ("TCP", 80, ((group.arn, 1),), tags)
    assert stage.states() == ["healthy"] * 3
    assert service["metadata"]["finalizers"] == [FINALIZER]
    assert stage.events("web") == ["EnsuringLoadBalancer", "EnsuredLoadBalancer"]


def test_the_hostname_is_written_while_the_load_balancer_is_provisioning(stage: Stage) -> None:
    service = stage.legacy(settle_s=10)

    assert stage.world.elb.state(stage.shown(service)) == "provisioning"


def test_open_to_everyone_needs_no_rule_for_health_checks(stage: Stage) -> None:
    service = stage.legacy()

    name, port = stage.shown(service).name, service["spec"]["ports"][0]["nodePort"]
    assert stage.rules() == [
        ("tcp", port, port, "0.0.0.0/0", f"kubernetes.io/rule/nlb/client={name}"),
        ("icmp", 3, 4, "0.0.0.0/0", "kubernetes.io/rule/nlb/mtu"),
    ]


def test_source_ranges_open_the_nodes_to_them_and_to_health_checks(stage: Stage) -> None:
    service = stage.legacy(loadBalancerSourceRanges=["10.1.0.0/16", "10.2.0.0/16"])

    name, port = stage.shown(service).name, service["spec"]["ports"][0]["nodePort"]
    health = [("tcp", port, port, each.cidr, f"kubernetes.io/rule/nlb/health={name}") for each in stage.estate.public_subnets]
    clients = [("tcp", port, port, each, f"kubernetes.io/rule/nlb/client={name}") for each in ("10.1.0.0/16", "10.2.0.0/16")]
    mtu = [("icmp", 3, 4, each, "kubernetes.io/rule/nlb/mtu") for each in ("10.1.0.0/16", "10.2.0.0/16")]
    assert stage.rules() == health + clients + mtu
    assert stage.states() == ["healthy"] * 3


def test_local_policy_checks_kube_proxy_and_only_nodes_with_a_pod_are_healthy(stage: Stage) -> None:
    stage.world.workloads.scale("shop", "web", 1)
    stage.run(30)

    service = stage.legacy(externalTrafficPolicy="Local")

    (group,) = stage.groups()
    port = str(service["spec"]["healthCheckNodePort"])
    assert group.health_check == HealthCheck("HTTP", port, "/healthz", 10, 6, 2, 2, "200-399")
    assert sorted(stage.states()) == ["healthy", "unhealthy", "unhealthy"]


@pytest.mark.parametrize(
    ("text", "scheme"),
    [("", "internet-facing"), ("false", "internet-facing"), ("true", "internal"), ("0", "internal"), ("0.0.0.0/0", "internal")],
)
def test_any_text_but_false_means_internal(stage: Stage, text: str, scheme: str) -> None:
    service = stage.legacy(marks={"internal": text})

    assert stage.shown(service).scheme == scheme


def test_tls_covers_the_ports_that_match_to_the_letter(stage: Stage) -> None:
    ports = [{"name": name, "port": port, "targetPort": 8080} for name, port in (("https", 443), ("alt", 8443))]
    marks = {"ssl-cert": "arn:aws:acm:us-east-1:123456789012:certificate/1", "ssl-ports": "443, 8443", "backend-protocol": "ssl"}

    service = stage.legacy(marks=marks, ports=ports)

    listeners = stage.world.elb.listeners_of(stage.shown(service).arn)
    assert [(each.port, each.protocol) for each in listeners] == [(443, "TLS"), (8443, "TCP")]
    assert [each.protocol for each in stage.groups()] == ["TLS", "TCP"]


@pytest.mark.parametrize(
    ("marks", "spec", "message"),
    [
        pytest.param({}, {"sessionAffinity": "ClientIP"}, "unsupported load balancer affinity: ClientIP", id="affinity"),
        pytest.param({}, {"loadBalancerIP": "10.0.0.1"}, "LoadBalancerIP cannot be specified for AWS ELB", id="address"),
        pytest.param({"healthcheck-port": "http"}, {}, "Invalid health check port 'http'", id="check-port"),
        pytest.param({"healthcheck-protocol": "ssl"}, {}, "Unsupported health check protocol SSL", id="check-protocol"),
        pytest.param({"subnets": "subnet-0,missing"}, {}, "InvalidSubnetID.NotFound", id="subnet"),
        pytest.param(
            {"eip-allocations": "eipalloc-1"}, {}, "Must have same number of EIP AllocationIDs (1) and SubnetIDs (3)", id="eips"
        ),
        pytest.param(
            {"cross-zone-load-balancing-enabled": "yes"},
            {},
            "error parsing service annotation: service.beta.kubernetes.io/aws-load-balancer-cross-zone-load-balancing-"
            "enabled=yes",
            id="flag",
        ),
    ],
)
def test_a_refused_service_stays_pending_and_says_why(
    stage: Stage, marks: dict[str, str], spec: dict[str, Any], message: str
) -> None:
    service = stage.legacy(marks=marks, settle_s=60, **spec)

    assert stage.said("web", "SyncLoadBalancerFailed").startswith("Error syncing load balancer: failed to ensure load balancer: ")
    assert message in stage.said("web", "SyncLoadBalancerFailed")
    assert service["status"]["loadBalancer"] == {}


def test_mixed_protocols_are_refused(stage: Stage) -> None:
    ports = [{"name": each.lower(), "port": 53, "targetPort": 8080, "protocol": each} for each in ("TCP", "UDP")]

    stage.legacy(ports=ports, settle_s=30)

    assert "mixed protocol is not supported for LoadBalancer" in stage.said("web", "SyncLoadBalancerFailed")


@pytest.mark.parametrize("kind", ["external", "nlb-ip"])
def test_it_steps_aside_but_leaves_its_finalizer(staged: Any, kind: str) -> None:
    stage = staged(lbc=False)

    service = stage.legacy(marks={"type": kind}, settle_s=30)

    assert stage.events("web") == ["EnsuringLoadBalancer"]
    assert service["metadata"]["finalizers"] == [FINALIZER]
    assert not stage.world.elb.balancers


def test_a_service_with_a_class_is_nobody_of_its(staged: Any) -> None:
    stage = staged(lbc=False)

    service = stage.new(settle_s=30)

    assert stage.events("web-new") == []
    assert "finalizers" not in service["metadata"]


def test_attempts_back_off_from_five_seconds_to_five_minutes(stage: Stage) -> None:
    stage.arm("legacy", "create-load-balancer", "throttle", times=None)
    times: list[float] = []
    stage.world.kube.subscribe("Event", lambda event, obj, old: times.append(stage.world.now))

    stage.legacy(settle_s=1500)

    gaps = [round(later - earlier) for earlier, later in pairwise(times[1::2])]
    assert gaps[:7] == [5, 10, 20, 40, 80, 160, 300]
    assert 'error creating load balancer: "Throttling: Rate exceeded' in stage.said("web", "SyncLoadBalancerFailed")


def test_no_two_services_are_worked_on_at_once(stage: Stage) -> None:
    stage.arm("legacy", "create-load-balancer", "slow", delay_s=100)

    stage.legacy("first", settle_s=10)
    stage.legacy("second", settle_s=60)

    assert stage.events("second") == []
    stage.run(60)
    assert stage.events("second") == ["EnsuringLoadBalancer", "EnsuredLoadBalancer"]


def test_names_are_those_of_the_real_provider() -> None:
    """Group name: the base case of TestBuildTargetGroupName in kubernetes/cloud-provider-aws."""
    service = {"metadata": {"namespace": "default", "name": "service-a"}}
    mapping = Mapping(80, "TCP", 8080, "TCP", HealthCheck(protocol="", interval_s=0))

    assert group_name("cluster-a", service, mapping) == "k8s-default-servicea-7fa2e07508"
    assert balancer_name("bdca2bd0-bfc6-449a-88a3-03451f05f18c") == "abdca2bd0bfc6449a88a303451f05f18"


def test_tags_of_the_user_lose_against_the_controllers_own() -> None:
    text = "team=a, env=b=c,lone,kubernetes.io/service-name=x"
    annotations = {"service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags": text}
    service = {"metadata": {"namespace": "shop", "name": "web", "annotations": annotations}}

    assert tags_for("c", service) == {
        "team": "a",
        "env": "b",
        "lone": "",
        "kubernetes.io/service-name": "shop/web",
        "kubernetes.io/cluster/c": "owned",
    }
    assert key_values("") == {}
