"""What the legacy controller makes of a Service without `nlb` in its type annotation, what it refuses, and what it syncs."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.sandbox.world.balancers import HealthCheck, LoadBalancer
from migrator.sandbox.world.classic_rules import ListenerSpec
from migrator.sandbox.world.legacy import FINALIZER

Stage = Any
Object = dict[str, Any]
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/one"


def ports(*numbers: int, protocol: str = "TCP") -> list[Object]:
    return [{"name": f"p{each}", "port": each, "targetPort": 8080, "protocol": protocol} for each in numbers]


def classic(stage: Stage, settle_s: float = 120, **options: Any) -> tuple[Object, LoadBalancer]:
    """The Service with what is annotated, and its load balancer."""
    service = stage.legacy(settle_s=settle_s, **{**options, "marks": {"type": "clb", **options.get("marks", {})}})
    return service, stage.shown(service)


def specs(stage: Stage, lb: LoadBalancer) -> list[tuple[str, int, str]]:
    return [(each.protocol, each.port, each.instance_protocol) for each in stage.world.elb.classic.specs(lb)]


def admitted(stage: Stage, group: str) -> list[tuple[str, int, int, str | None]]:
    return [(each.protocol, each.from_port, each.to_port, each.cidr) for each in stage.world.ec2.rules_of(group)]


def test_a_service_becomes_a_classic_load_balancer_with_everything_around_it(stage: Stage) -> None:
    service, lb = classic(stage)

    port = service["spec"]["ports"][0]["nodePort"]
    (group,) = lb.security_groups
    own = stage.world.ec2.groups[group]
    assert (lb.kind, lb.name) == ("classic", "a" + service["metadata"]["uid"].replace("-", "")[:31])
    assert lb.tags == {"kubernetes.io/service-name": "shop/web", "kubernetes.io/cluster/sandbox": "owned"}
    assert stage.world.elb.classic.specs(lb) == [ListenerSpec("TCP", 80, "TCP", port)]
    assert own.name == f"k8s-elb-{lb.name}"
    assert own.description == f"Security group for Kubernetes ELB {lb.name} (shop/web)"
    assert own.tags == {"kubernetes.io/cluster/sandbox": "owned"}
    assert admitted(stage, group) == [("tcp", 80, 80, "0.0.0.0/0"), ("icmp", 3, 4, "0.0.0.0/0")]
    assert stage.rules() == [("-1", -1, -1, group, "")]
    assert stage.groups()[0].health_check == HealthCheck("TCP", str(port), None, 10, 5, 2, 6)
    assert stage.states() == ["healthy"] * 3
    assert service["metadata"]["finalizers"] == [FINALIZER]
    assert stage.events("web") == ["EnsuringLoadBalancer", "EnsuredLoadBalancer"]


def test_the_nlbs_name_must_be_spelt_as_it_is(stage: Stage) -> None:
    """Any other text, "NLB" too, means a Classic Load Balancer."""
    service = stage.legacy(marks={"type": "NLB"}, settle_s=60)

    assert stage.shown(service).kind == "classic"


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        pytest.param({}, [("SSL", 443, "TCP"), ("SSL", 8443, "TCP")], id="everything-is-tls"),
        pytest.param({"ssl-ports": "*"}, [("SSL", 443, "TCP"), ("SSL", 8443, "TCP")], id="a-star"),
        pytest.param({"ssl-ports": "443"}, [("SSL", 443, "TCP"), ("TCP", 8443, "TCP")], id="a-number"),
        pytest.param({"ssl-ports": "443, 8443"}, [("SSL", 443, "TCP"), ("TCP", 8443, "TCP")], id="items-are-not-trimmed"),
        pytest.param({"ssl-ports": "p8443"}, [("TCP", 443, "TCP"), ("SSL", 8443, "TCP")], id="a-name-in-lower-case"),
        pytest.param({"backend-protocol": "tcp"}, [("SSL", 443, "TCP"), ("SSL", 8443, "TCP")], id="tcp"),
        pytest.param({"backend-protocol": "ssl"}, [("SSL", 443, "SSL"), ("SSL", 8443, "SSL")], id="ssl"),
        pytest.param({"backend-protocol": "http"}, [("HTTPS", 443, "HTTP"), ("HTTPS", 8443, "HTTP")], id="http"),
        pytest.param({"backend-protocol": "https"}, [("HTTPS", 443, "HTTPS"), ("HTTPS", 8443, "HTTPS")], id="https"),
        pytest.param(
            {"backend-protocol": "http", "ssl-ports": "443"},
            [("HTTPS", 443, "HTTP"), ("HTTP", 8443, "HTTP")],
            id="http-beside-it",
        ),
    ],
)
def test_certificates_and_backend_protocols_make_the_listeners(
    stage: Stage, marks: dict[str, str], expected: list[tuple[str, int, str]]
) -> None:
    _, lb = classic(stage, marks={"ssl-cert": CERTIFICATE, **marks}, ports=ports(443, 8443))

    assert specs(stage, lb) == expected
    listeners = stage.world.elb.listeners_of(lb.arn)
    secure = [each for each in listeners if each.protocol in ("SSL", "HTTPS")]
    assert {each.certificates for each in secure} == {(CERTIFICATE,)}
    assert {each.ssl_policy for each in secure} == {"ELBSecurityPolicy-2016-08"}


def test_without_a_certificate_only_http_counts(stage: Stage) -> None:
    _, lb = classic(stage, marks={"backend-protocol": "http"})

    assert specs(stage, lb) == [("HTTP", 80, "HTTP")]


def test_annotations_reach_policies_and_attributes(stage: Stage) -> None:
    service, lb = classic(
        stage,
        marks={
            "internal": "0.0.0.0/0",
            "proxy-protocol": "*",
            "ssl-cert": CERTIFICATE,
            "ssl-negotiation-policy": "ELBSecurityPolicy-TLS-1-2-2017-01",
            "access-log-enabled": "true",
            "access-log-s3-bucket-name": "logs",
            "access-log-s3-bucket-prefix": "web",
            "access-log-emit-interval": "5",
            "connection-draining-enabled": "true",
            "connection-draining-timeout": "30",
            "connection-idle-timeout": "3600",
            "cross-zone-load-balancing-enabled": "true",
            "additional-resource-tags": "team=a,k2=,k3",
        },
    )

    (group,) = stage.groups()
    (listener,) = stage.world.elb.listeners_of(lb.arn)
    assert (lb.scheme, lb.dns_name.startswith("internal-")) == ("internal", True)
    assert group.attributes == {"proxy_protocol_v1.enabled": "true", "deregistration_delay.timeout_seconds": "30"}
    assert (listener.protocol, listener.ssl_policy) == ("SSL", "ELBSecurityPolicy-TLS-1-2-2017-01")
    assert {key: value for key, value in lb.attributes.items() if key != "elb.http.desyncmitigationmode"} == {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": "logs",
        "access_logs.s3.prefix": "web",
        "access_logs.emit_interval_min": "5",
        "connection_draining.enabled": "true",
        "connection_draining.timeout_seconds": "30",
        "idle_timeout.timeout_seconds": "3600",
        "load_balancing.cross_zone.enabled": "true",
    }
    assert lb.tags["team"] == "a" and (lb.tags["k2"], lb.tags["k3"]) == ("", "")
    assert "kubernetes.io/service-name" not in stage.world.ec2.groups[lb.security_groups[0]].tags
    assert stage.world.ec2.groups[lb.security_groups[0]].tags["team"] == "a"
    assert service["status"]["loadBalancer"]["ingress"] == [{"hostname": lb.dns_name}]


@pytest.mark.parametrize(
    ("marks", "check"),
    [
        pytest.param({"backend-protocol": "ssl"}, ("SSL", None, 10, 5, 2, 6), id="ssl-backends"),
        pytest.param({"backend-protocol": "HTTPS"}, ("SSL", None, 10, 5, 2, 6), id="https-backends"),
        pytest.param({"healthcheck-protocol": "http"}, ("HTTP", "/", 10, 5, 2, 6), id="http"),
        pytest.param(
            {"healthcheck-protocol": "https", "healthcheck-path": "/up"}, ("HTTPS", "/up", 10, 5, 2, 6), id="https-and-a-path"
        ),
        pytest.param({"healthcheck-path": "/up"}, ("TCP", None, 10, 5, 2, 6), id="a-path-alone"),
        pytest.param(
            {
                "healthcheck-interval": "20",
                "healthcheck-timeout": "6",
                "healthcheck-healthy-threshold": "3",
                "healthcheck-unhealthy-threshold": "4",
            },
            ("TCP", None, 20, 6, 3, 4),
            id="numbers",
        ),
    ],
)
def test_health_checks_follow_annotations(stage: Stage, marks: dict[str, str], check: tuple[Any, ...]) -> None:
    service, lb = classic(stage, marks=marks)

    (group,) = stage.world.elb.groups_of(lb.arn)
    protocol, path, *numbers = check
    port = str(service["spec"]["ports"][0]["nodePort"])
    assert group.health_check == HealthCheck(protocol, port, path, *numbers)


def test_a_check_on_a_port_of_its_own(stage: Stage) -> None:
    _, lb = classic(stage, marks={"healthcheck-port": "10256", "healthcheck-protocol": "HTTP"})

    assert stage.world.elb.groups_of(lb.arn)[0].health_check.port == "10256"
    assert stage.states() == ["healthy"] * 3


def test_local_policy_checks_kube_proxy(stage: Stage) -> None:
    stage.world.workloads.scale("shop", "web", 1)
    stage.run(30)

    service, _ = classic(stage, externalTrafficPolicy="Local")

    port = str(service["spec"]["healthCheckNodePort"])
    assert stage.groups()[0].health_check == HealthCheck("HTTP", port, "/healthz", 10, 5, 2, 6)
    assert sorted(stage.states()) == ["healthy", "unhealthy", "unhealthy"]


def test_ranges_are_kept_on_its_own_group_and_nodes_admit_it_alone(stage: Stage) -> None:
    _, lb = classic(stage, loadBalancerSourceRanges=["10.1.0.0/16"], ports=ports(80, 81))

    (group,) = lb.security_groups
    assert admitted(stage, group) == [
        ("tcp", 80, 80, "10.1.0.0/16"),
        ("tcp", 81, 81, "10.1.0.0/16"),
        ("icmp", 3, 4, "10.1.0.0/16"),
    ]
    assert stage.rules() == [("-1", -1, -1, group, "")]


def test_rules_made_by_hand_on_its_own_group_do_not_last(stage: Stage) -> None:
    from migrator.sandbox.world.ec2_rules import RuleSpec

    _, lb = classic(stage)
    (group,) = lb.security_groups
    stage.world.ec2.authorize(group, [RuleSpec(protocol="tcp", from_port=22, to_port=22, cidr="0.0.0.0/0")])

    stage.annotate("web", connection_idle_timeout="61")
    stage.run(30)

    assert admitted(stage, group) == [("tcp", 80, 80, "0.0.0.0/0"), ("icmp", 3, 4, "0.0.0.0/0")]


def test_annotated_groups_take_the_place_of_its_own_and_extra_ones_come_after(stage: Stage) -> None:
    ec2, vpc = stage.world.ec2, stage.estate.vpc.id
    one, two = (ec2.create_security_group(name, name, vpc) for name in ("one", "two"))

    _, lb = classic(stage, marks={"security-groups": f" {one.id} ,", "extra-security-groups": two.id})

    assert lb.security_groups == [one.id, two.id]
    assert not [each for each in ec2.groups.values() if each.name.startswith("k8s-elb-")]
    assert admitted(stage, one.id) == []
    assert stage.rules() == [("-1", -1, -1, one.id, "")]


def test_extra_groups_are_worn_beside_its_own(stage: Stage) -> None:
    extra = stage.world.ec2.create_security_group("extra", "extra", stage.estate.vpc.id)

    _, lb = classic(stage, marks={"extra-security-groups": extra.id})

    own, other = lb.security_groups
    assert (stage.world.ec2.groups[own].name, other) == (f"k8s-elb-{lb.name}", extra.id)
    assert stage.rules() == [("-1", -1, -1, own, "")]


@pytest.mark.parametrize(
    ("marks", "spec", "message"),
    [
        pytest.param({}, {"sessionAffinity": "ClientIP"}, "unsupported load balancer affinity: ClientIP", id="affinity"),
        pytest.param({}, {"loadBalancerIP": "10.0.0.1"}, "LoadBalancerIP cannot be specified for AWS ELB", id="address"),
        pytest.param({}, {"ports": ports(53, protocol="UDP")}, "Protocol UDP not supported by load balancer", id="udp"),
        pytest.param(
            {}, {"ports": ports(80) + ports(53, protocol="UDP")}, "mixed protocol is not supported for LoadBalancer", id="mixed"
        ),
        pytest.param({"proxy-protocol": "true"}, {}, "the only value supported currently is '*'", id="proxy"),
        pytest.param({"ssl-cert": "arn", "backend-protocol": "h2"}, {}, "Invalid backend protocol h2 for arn in", id="backend"),
        pytest.param({"connection-idle-timeout": "1m"}, {}, "error parsing service annotation", id="idle-timeout"),
        pytest.param({"connection-idle-timeout": "4001"}, {}, "InvalidConfigurationRequest", id="idle-timeout-too-long"),
        pytest.param({"connection-draining-enabled": "yes"}, {}, "error parsing service annotation", id="draining"),
        pytest.param({"access-log-emit-interval": "7"}, {}, "InvalidConfigurationRequest", id="emit-interval"),
        pytest.param({"access-log-enabled": "true"}, {}, "InvalidConfigurationRequest", id="logs-without-a-bucket"),
        pytest.param({"healthcheck-port": "http"}, {}, 'strconv.ParseInt: parsing "http"', id="check-port"),
        pytest.param({"healthcheck-interval": "soon"}, {}, "cannot update health check for load balancer", id="check-interval"),
        pytest.param({"healthcheck-timeout": "10"}, {}, "must be less than interval", id="check-timeout"),
        pytest.param(
            {"healthcheck-port": "x"},
            {"externalTrafficPolicy": "Local"},
            "Failed to ensure health check for localized service",
            id="check-port-of-a-local-one",
        ),
        pytest.param({"ssl-negotiation-policy": ""}, {}, "error creating security policy on load balancer", id="empty-policy"),
        pytest.param({"subnets": "subnet-0,missing"}, {}, "InvalidSubnetID.NotFound", id="subnet"),
        pytest.param({"security-groups": "sg-none"}, {}, "InvalidSecurityGroup", id="security-group"),
    ],
)
def test_a_refused_service_stays_pending_and_says_why(
    stage: Stage, marks: dict[str, str], spec: dict[str, Any], message: str
) -> None:
    """A refusal that comes late leaves what was made before it in AWS."""
    service = stage.legacy(marks={"type": "", **marks}, settle_s=60, **spec)

    assert stage.said("web", "SyncLoadBalancerFailed").startswith("Error syncing load balancer: failed to ensure load balancer: ")
    assert message in stage.said("web", "SyncLoadBalancerFailed")
    assert service["status"]["loadBalancer"] == {}


def test_ports_come_and_go_with_listeners_and_rules(stage: Stage) -> None:
    _, lb = classic(stage, ports=ports(80, 81))

    kept = stage.service("web")["spec"]["ports"][1]
    stage.world.kube.patch("Service", "shop", "web", {"spec": {"ports": [kept, *ports(82)]}})
    stage.run(60)

    assert [port for _, port, _ in specs(stage, lb)] == [81, 82]
    assert sorted(each[1] for each in admitted(stage, lb.security_groups[0])) == [3, 81, 82]
    assert stage.states() == ["healthy"] * 6
    assert stage.groups()[0].health_check.port == str(kept["nodePort"])


def test_proxy_headers_are_switched_on_and_off_on_a_live_one(stage: Stage) -> None:
    _, lb = classic(stage)

    def on() -> list[str]:
        return [each.attributes["proxy_protocol_v1.enabled"] for each in stage.groups()]

    assert on() == ["false"]
    stage.annotate("web", proxy_protocol="*")
    stage.run(30)
    assert on() == ["true"]
    stage.world.kube.patch("Service", "shop", "web", {"spec": {"ports": ports(81)}})
    stage.run(30)
    assert on() == ["true"] and lb.classic is not None and len(lb.classic.backend) == 1
    stage.annotate("web", proxy_protocol=None)
    stage.run(30)
    assert on() == ["false"]


def test_attributes_changed_by_hand_are_put_back_at_the_next_full_sync(stage: Stage) -> None:
    _, lb = classic(stage)
    elb = stage.world.elb.classic
    elb.set_attributes(lb.name, {"idle_timeout.timeout_seconds": "900", "connection_draining.timeout_seconds": "60"})

    stage.run(600)
    kept = dict(lb.attributes)
    stage.annotate("web", healthcheck_interval="20", additional_resource_tags="team=a")
    stage.run(30)

    assert kept["idle_timeout.timeout_seconds"] == "900"
    assert lb.attributes["idle_timeout.timeout_seconds"] == "60"
    assert lb.attributes["connection_draining.timeout_seconds"] == "60"  # not annotated: left alone
    assert lb.tags["team"] == "a"


def test_subnets_and_groups_of_a_live_one_are_synced_and_its_scheme_is_not(stage: Stage) -> None:
    extra = stage.world.ec2.create_security_group("extra", "extra", stage.estate.vpc.id)
    _, lb = classic(stage)
    two = [each.id for each in stage.estate.public_subnets[:2]]

    stage.annotate("web", subnets=",".join(two), extra_security_groups=extra.id, internal="true")
    stage.run(60)
    fewer = [each.subnet_id for each in lb.zones]
    stage.annotate("web", subnets=None, internal=None)
    stage.run(60)

    assert fewer == two and len(lb.zones) == 3
    assert lb.security_groups[1:] == [extra.id] and lb.scheme == "internet-facing"


def test_nodes_that_come_and_go_are_registered_and_taken_out(stage: Stage) -> None:
    _, lb = classic(stage)
    name = stage.estate.add_node(0)
    stage.run(60)
    assert stage.states() == ["healthy"] * 4

    label = {"node.kubernetes.io/exclude-from-external-load-balancers": "true"}
    stage.world.kube.patch("Node", "", name, {"metadata": {"labels": label}})
    stage.run(60)

    assert stage.states() == ["healthy"] * 3 and lb.classic is not None and len(lb.classic.instances) == 3
    assert stage.events("web")[-1] == "UpdatedLoadBalancer"


def test_a_node_change_looks_at_the_tls_policy_too(stage: Stage) -> None:
    policy = "ELBSecurityPolicy-2015-05"
    _, lb = classic(stage, marks={"ssl-cert": CERTIFICATE, "ssl-negotiation-policy": policy})
    stage.world.elb.classic.set_listener_policies(lb.name, 80, [])
    assert stage.world.elb.listeners_of(lb.arn)[0].ssl_policy == "ELBSecurityPolicy-2016-08"

    stage.estate.add_node(0)
    stage.run(60)

    assert stage.world.elb.listeners_of(lb.arn)[0].ssl_policy == policy


def test_a_node_change_finds_no_load_balancer_that_was_deleted_by_hand(stage: Stage) -> None:
    _, lb = classic(stage)
    stage.world.elb.classic.delete(lb.name)

    stage.estate.add_node(0)
    stage.run(60)

    assert not stage.world.elb.balancers and "UpdateLoadBalancerFailed" not in stage.events("web")


@pytest.mark.parametrize(
    "operation",
    ["create-security-group", "authorize-rules", "create-load-balancer", "configure-health-check", "register-instances"],
)
def test_a_failure_on_the_way_heals(stage: Stage, operation: str) -> None:
    stage.arm("legacy", operation)

    classic(stage, settle_s=200)

    assert "SyncLoadBalancerFailed" in stage.events("web")
    assert stage.states() == ["healthy"] * 3
    assert [each.name.startswith("k8s-elb-") for each in stage.world.ec2.groups.values()].count(True) == 1
