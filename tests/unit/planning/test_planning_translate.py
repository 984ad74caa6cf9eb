"""The clone reproduces the live load balancer; every annotation of the Service ends kept, rewritten or dropped."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck as Slow
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from migrator.model.balancers import HealthCheck, Zone
from migrator.model.cluster import MARK
from migrator.model.migration import DiffRow
from migrator.planning.lbc import Lbc
from migrator.planning.pieces import short, yes
from migrator.planning.translate import Translated, clone_names, translate

LB = "service.beta.kubernetes.io/aws-load-balancer-"


def made(build: SimpleNamespace, service: Any = None, **live: Any) -> Translated:
    if service is not None:
        live["service"] = service
    return translate(build.live(**live), "web-lbc", "m-1")


def told(*args: str, version: tuple[int, int, int] | None = None) -> Lbc:
    """LBC as it was started."""
    return Lbc(version, args)


def clone_says(made: Translated) -> dict[str, str]:
    """The clone's annotations by what follows the usual prefix."""
    return {key.removeprefix(LB): value for key, value in made.manifest["metadata"]["annotations"].items()}


def row(made: Translated, setting: str) -> DiffRow:
    return next(each for each in made.diff if each.setting == setting)


def ids(made: Translated) -> list[str]:
    return [f"{each.severity} {each.id}" for each in made.findings]


def test_a_plain_service_becomes_a_plain_clone(build: SimpleNamespace) -> None:
    plain = made(build)

    assert plain.manifest == {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": "web-lbc",
            "namespace": "shop",
            "labels": {"app": "web"},
            "annotations": {
                MARK: "m-1",
                LB + "additional-resource-tags": "team=shop",
                LB + "attributes": "load_balancing.cross_zone.enabled=true",
                LB + "enable-icmp-for-path-mtu-discovery": "on",
                LB + "healthcheck-healthy-threshold": "3",
                LB + "healthcheck-interval": "30",
                LB + "healthcheck-port": "traffic-port",
                LB + "healthcheck-protocol": "tcp",
                LB + "healthcheck-timeout": "10",
                LB + "healthcheck-unhealthy-threshold": "3",
                LB + "inbound-sg-rules-on-private-link-traffic": "off",
                LB + "ip-address-type": "ipv4",
                LB + "nlb-target-type": "instance",
                LB + "scheme": "internet-facing",
                LB + "subnets": "subnet-0a1,subnet-0b2",
                LB + "target-group-attributes": "deregistration_delay.timeout_seconds=300,proxy_protocol_v2.enabled=false",
            },
        },
        "spec": {
            "type": "LoadBalancer",
            "loadBalancerClass": "service.k8s.aws/nlb",
            "externalTrafficPolicy": "Cluster",
            "loadBalancerSourceRanges": ["0.0.0.0/0"],
            "selector": {"app": "web"},
            "ports": [{"name": "http", "protocol": "TCP", "port": 8080, "targetPort": 8080}],
        },
    }
    assert plain.findings == ()
    assert plain.decisions == ()


def test_the_class_that_lbc_was_told_is_set(build: SimpleNamespace) -> None:
    assert (
        translate(build.live(), "web-lbc", "m-1", Lbc(args=("--load-balancer-class=acme/nlb",))).manifest["spec"][
            "loadBalancerClass"
        ]
        == "acme/nlb"
    )


NAMED = """
type internal scheme proxy-protocol access-log-enabled access-log-s3-bucket-name access-log-s3-bucket-prefix
access-log-emit-interval connection-draining-enabled connection-draining-timeout connection-idle-timeout
cross-zone-load-balancing-enabled extra-security-groups security-groups ssl-cert ssl-ports ssl-negotiation-policy
backend-protocol additional-resource-tags healthcheck-protocol healthcheck-port healthcheck-path healthcheck-interval
healthcheck-timeout healthcheck-healthy-threshold healthcheck-unhealthy-threshold healthcheck-success-codes alpn-policy
eip-allocations private-ipv4-addresses subnets target-node-labels target-group-attributes name nlb-target-type attributes
ip-address-type disable-nlb-sg manage-backend-security-group-rules enable-tcp-udp-listener quic-enabled-ports
enable-icmp-for-path-mtu-discovery proxy-protocol-per-target-group listener-attributes.TCP-80
"""
OTHERS = (
    "service.beta.kubernetes.io/load-balancer-source-ranges",
    "service.beta.kubernetes.io/actions.tcp-80",
    "external-dns.alpha.kubernetes.io/hostname",
    "kubectl.kubernetes.io/last-applied-configuration",
    "meta.helm.sh/release-name",
    "argocd.argoproj.io/tracking-id",
    "elbv2.k8s.aws/checkpoint",
    "prometheus.io/scrape",
    "getambassador.io/config",
    MARK,
)
KEYS = st.sampled_from([*(LB + each for each in NAMED.split()), *OTHERS])


@settings(deadline=None, suppress_health_check=[Slow.function_scoped_fixture])
@given(there=st.dictionaries(KEYS, st.sampled_from(["", "*", "true", "0", "a, b", "ssl", "arn:aws:acm:eu:1:certificate/a"])))
def test_every_annotation_ends_in_one_row_with_a_reason(build: SimpleNamespace, there: dict[str, str]) -> None:
    """A reviewer must be able to account for each line of what is there now."""
    clone = made(build, build.service(annotations=there))

    assert set(there) <= set(clone.fates)
    for key, value in there.items():
        shown = [each for each in clone.diff if (value or '""') == each.annotation or f"{short(key)}={value}" in each.annotation]
        assert [each for each in shown if each.rule and each.fate != "written"] or value == ""
    carried = clone_says(clone)
    assert carried[MARK] == "m-1"
    assert not [key for key in carried if "external-dns" in key or "kubectl" in key or "helm" in key]
    assert not {"type", "internal", "proxy-protocol", "name", "access-log-enabled", "eip-allocations"} & set(carried)


@pytest.mark.parametrize("text", ["true", "0.0.0.0/0", "0", "False", ""])
def test_the_scheme_is_the_live_one_whatever_the_annotation_says(build: SimpleNamespace, text: str) -> None:
    """The two controllers read the old annotation differently."""
    clone = made(build, build.annotated(internal=text), balancer=build.balancer(scheme="internal"))

    assert clone_says(clone)["scheme"] == "internal"
    assert "internal" not in clone_says(clone)
    assert row(clone, "scheme").annotation


def test_a_dormant_annotation_does_not_wake(build: SimpleNamespace) -> None:
    clone = made(build, build.annotated(scheme="internal", name="mine", disable_nlb_sg="true", nlb_target_type="ip"))

    assert clone_says(clone)["scheme"] == "internet-facing"
    assert clone_says(clone)["nlb-target-type"] == "instance"
    assert not {"name", "disable-nlb-sg"} & set(clone_says(clone))


def test_targets_that_legacy_does_not_make_stop_it(build: SimpleNamespace) -> None:
    assert ids(made(build, groups=(build.group(target_type="ip"),))) == ["blocked target-type"]


def test_attributes_are_carried_as_they_are_live(build: SimpleNamespace) -> None:
    live = {
        "load_balancing.cross_zone.enabled": "false",
        "deletion_protection.enabled": "true",
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": "logs",
        "access_logs.s3.prefix": "",
        "dns_record.client_routing_policy": "availability_zone_affinity",
        "zonal_shift.config.enabled": "false",
        "secondary_ips.auto_assigned.per_subnet": "",
    }

    clone = made(build, build.annotated(cross_zone_load_balancing_enabled="True", access_log_enabled="true"), attributes=live)

    assert clone_says(clone)["attributes"].split(",") == [
        "load_balancing.cross_zone.enabled=false",
        "access_logs.s3.enabled=true",
        "access_logs.s3.bucket=logs",
        "dns_record.client_routing_policy=availability_zone_affinity",
    ]
    assert row(clone, "deletion protection").new == "false"
    assert row(clone, "cross-zone") == DiffRow(
        "cross-zone", "True", "false", "false", "as live; the old key would override the attributes", "rewritten"
    )
    assert ids(clone) == ["note access-logs"]


def test_logs_that_are_off_are_not_carried(build: SimpleNamespace) -> None:
    live = {"access_logs.s3.enabled": "false", "access_logs.s3.bucket": "logs"}

    clone = made(build, build.annotated(attributes="x=y"), attributes=live)

    assert clone_says(clone)["attributes"] == "load_balancing.cross_zone.enabled=false"
    assert row(clone, "other attributes").new == "AWS's own"


def test_tags_are_carried_without_the_controllers_own(build: SimpleNamespace) -> None:
    tags = {
        "kubernetes.io/cluster/shop-prod": "owned",
        "kubernetes.io/service-name": "shop/web",
        "KubernetesCluster": "shop-prod",
        "aws:cloudformation:stack-name": "x",
        "team": "shop,web",
        "empty": "",
        "odd=key": "x",
    }

    clone = made(build, build.annotated(additional_resource_tags="team=shop,empty"), balancer=build.balancer(tags=tags))

    assert clone_says(clone)["additional-resource-tags"] == "empty=,team=shop\\,web"
    assert ids(clone) == ["warning tag/odd=key"]


def test_without_tags_the_annotation_is_left_out(build: SimpleNamespace) -> None:
    clone = made(build, balancer=build.balancer(tags={}))

    assert "additional-resource-tags" not in clone_says(clone)
    assert row(clone, "tags").live == "none"


def test_fixed_addresses_are_asked_about(build: SimpleNamespace) -> None:
    """An address serves one load balancer, so the clone cannot have it."""
    zones = (Zone("eu-central-1a", "subnet-0a1", ("198.51.100.7",), "eipalloc-1"),)

    clone = made(build, build.annotated(eip_allocations="eipalloc-1"), balancer=build.balancer(zones=zones))

    assert [(each.id, each.value) for each in clone.decisions] == [("fixed-addresses", None)]
    assert "eip-allocations" not in clone_says(clone)
    assert row(clone, "fixed addresses").fate == "decision"


def test_private_addresses_are_asked_about_too(build: SimpleNamespace) -> None:
    clone = made(build, build.annotated(private_ipv4_addresses="10.0.0.9"))

    assert "10.0.0.9" in clone.decisions[0].question


def test_an_allocation_that_was_never_used_is_dropped(build: SimpleNamespace) -> None:
    clone = made(build, build.annotated(eip_allocations="eipalloc-1"))

    assert clone.decisions == ()
    assert row(clone, "fixed addresses").live == "none"


def secure(build: SimpleNamespace, *ports: int, **changes: Any) -> tuple[Any, ...]:
    given = {"certificates": ("arn:cert",), "policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"}
    return tuple(build.listener(port, "TLS", **(given | changes)) for port in ports)


def on_ports(build: SimpleNamespace, *ports: int, protocol: str = "TCP", **named: str) -> Any:
    service = build.annotated(**named)
    listed = [{"name": f"p{port}", "port": port, "protocol": protocol, "nodePort": 30000 + port} for port in ports]
    return replace(service, spec=service.spec | {"ports": listed})


def test_tls_is_as_it_is_live_and_ports_are_numbers(build: SimpleNamespace) -> None:
    service = on_ports(build, 80, 443, ssl_ports="*", ssl_cert="arn:cert", backend_protocol="http")
    listeners = (build.listener(80), *secure(build, 443, alpn=("HTTP2Preferred",)))

    clone = made(build, service, listeners=listeners)

    said = clone_says(clone)
    assert (said["ssl-cert"], said["ssl-ports"]) == ("arn:cert", "443")
    assert (said["ssl-negotiation-policy"], said["alpn-policy"]) == ("ELBSecurityPolicy-TLS13-1-2-2021-06", "HTTP2Preferred")
    assert "backend-protocol" not in said
    assert row(clone, "backend protocol").fate == "dropped"
    assert row(clone, "certificates").fate == "kept"
    assert ids(clone) == []


def test_tls_to_the_targets_is_carried(build: SimpleNamespace) -> None:
    clone = made(build, on_ports(build, 443), listeners=secure(build, 443, alpn=("None",)), groups=(build.group(protocol="TLS"),))

    assert clone_says(clone)["backend-protocol"] == "ssl"
    assert "alpn-policy" not in clone_says(clone)


def test_tls_listeners_that_differ_stop_it(build: SimpleNamespace) -> None:
    listeners = (*secure(build, 443), *secure(build, 8443, policy=None))

    clone = made(build, on_ports(build, 443, 8443), listeners=listeners)

    assert ids(clone) == ["blocked tls/ssl-negotiation-policy"]
    assert row(clone, "TLS policy").live == "443: ELBSecurityPolicy-TLS13-1-2-2021-06; 8443: none"
    assert "ssl-negotiation-policy" not in clone_says(clone)


def test_tls_annotations_without_tls_are_dropped(build: SimpleNamespace) -> None:
    """A certificate that never took effect would on the clone."""
    clone = made(build, build.annotated(ssl_cert="arn:cert", ssl_ports="443"))

    assert not {"ssl-cert", "ssl-ports"} & set(clone_says(clone))
    assert (row(clone, "certificates").live, row(clone, "TLS ports").fate) == ("no TLS", "dropped")


def test_ports_and_listeners_that_do_not_fit_are_told(build: SimpleNamespace) -> None:
    service = on_ports(build, 80, 81, 443)

    clone = made(build, service, listeners=(build.listener(80, "UDP"), build.listener(443), build.listener(9000)))

    assert ids(clone) == ["blocked listener/80", "warning listener/81", "blocked listener/9000"]
    assert (row(clone, "port 81").live, row(clone, "port 81").new) == ("none", "TCP")
    assert (row(clone, "port 9000").live, row(clone, "port 9000").new) == ("TCP", "none")


def test_udp_is_udp(build: SimpleNamespace) -> None:
    assert ids(made(build, on_ports(build, 53, protocol="UDP"), listeners=(build.listener(53, "UDP"),))) == []


def test_tcp_and_udp_on_one_port_are_written(build: SimpleNamespace) -> None:
    service = on_ports(build, 53)
    both = [*service.spec["ports"], {"name": "dns", "port": 53, "protocol": "UDP"}]

    clone = made(build, replace(service, spec=service.spec | {"ports": both}), listeners=(build.listener(53, "TCP_UDP"),))

    assert clone_says(clone)["enable-tcp-udp-listener"] == "true"
    assert row(clone, "TCP and UDP").new == "true"
    assert ids(clone) == []


def test_the_key_for_both_is_dropped_where_it_is_not_needed(build: SimpleNamespace) -> None:
    clone = made(build, build.annotated(enable_tcp_udp_listener="true"))

    assert "enable-tcp-udp-listener" not in clone_says(clone)
    assert row(clone, "TCP and UDP").annotation == "true"


@pytest.mark.parametrize(
    ("port", "written"),
    [
        pytest.param("traffic-port", "traffic-port", id="traffic-port"),
        pytest.param("31080", "traffic-port", id="the-old-node-port"),
        pytest.param("32000", None, id="the-old-health-check-node-port"),
        pytest.param("10256", "10256", id="a-fixed-port"),
    ],
)
def test_a_health_check_never_asks_an_old_port(build: SimpleNamespace, port: str, written: str | None) -> None:
    service = build.service(spec=build.service().spec | {"healthCheckNodePort": 32000, "externalTrafficPolicy": "Local"})
    check = HealthCheck("HTTP", port, 10, 6, 2, 2, "/healthz", "200-399")

    clone = made(build, service, groups=(build.group(health_check=check),))

    said = clone_says(clone)
    assert said.get("healthcheck-port") == written
    assert (said["healthcheck-protocol"], said["healthcheck-path"], said["healthcheck-success-codes"]) == (
        "http",
        "/healthz",
        "200-399",
    )
    assert (said["healthcheck-interval"], said["healthcheck-timeout"]) == ("10", "6")
    assert "healthCheckNodePort" not in clone.manifest["spec"]
    assert row(clone, "check port").new == (written or "its own")
    assert ids(clone) == (["note health-check-port"] if port == "10256" else [])


def test_a_tcp_check_has_no_path(build: SimpleNamespace) -> None:
    clone = made(build, build.annotated(healthcheck_path="/ready", healthcheck_interval="30", healthcheck_timeout="5"))

    assert "healthcheck-path" not in clone_says(clone)
    assert row(clone, "check path") == DiffRow("check path", "/ready", "", "", "the live check has no use for it", "dropped")
    assert row(clone, "check interval").fate == "kept"
    assert row(clone, "check timeout").fate == "rewritten"


def test_an_http_check_without_a_path_is_left_to_lbc(build: SimpleNamespace) -> None:
    check = HealthCheck("HTTPS", "traffic-port", 10, 6, 2, 2)

    said = clone_says(made(build, groups=(build.group(health_check=check),)))

    assert said["healthcheck-protocol"] == "https"
    assert not {"healthcheck-path", "healthcheck-success-codes"} & set(said)


def test_health_checks_that_differ_stop_it(build: SimpleNamespace) -> None:
    other = build.group(port=31081, health_check=HealthCheck("HTTP", "traffic-port", 10, 6, 2, 2, "/"))

    assert ids(made(build, groups=(build.group(), other))) == ["blocked health-checks-differ"]


def test_old_node_ports_in_two_checks_are_the_same_check(build: SimpleNamespace) -> None:
    ports = [{"port": 8080, "nodePort": 31080}, {"port": 8081, "nodePort": 31081}]
    service = build.service(spec=build.service().spec | {"ports": ports})
    groups = tuple(build.group(port=port, health_check=replace(build.CHECK, port=str(port))) for port in (31080, 31081))

    clone = made(build, service, groups=groups, listeners=(build.listener(8080), build.listener(8081)))

    assert ids(clone) == []
    assert clone_says(clone)["healthcheck-port"] == "traffic-port"


def test_target_group_attributes_are_live_s_not_the_annotations(build: SimpleNamespace) -> None:
    attributes = {
        "deregistration_delay.timeout_seconds": "60",
        "proxy_protocol_v2.enabled": "true",
        "preserve_client_ip.enabled": "true",
        "stickiness.enabled": "true",
        "stickiness.type": "source_ip",
        "target_health_state.unhealthy.connection_termination.enabled": "true",
        "target_failover.on_unhealthy": "",
    }
    service = build.annotated(target_group_attributes="proxy_protocol_v2.enabled=false", proxy_protocol="*")

    clone = made(build, service, groups=(build.group(attributes=attributes),))

    assert clone_says(clone)["target-group-attributes"].split(",") == [
        "deregistration_delay.timeout_seconds=60",
        "preserve_client_ip.enabled=true",
        "proxy_protocol_v2.enabled=true",
        "stickiness.enabled=true",
        "stickiness.type=source_ip",
    ]
    assert row(clone, "proxy-protocol").fate == "dropped"


def test_target_groups_that_differ_are_written_by_port(build: SimpleNamespace) -> None:
    """LBC takes attributes for all ports, and since 2.14.0 for one."""
    other = build.group(arn="arn:other", attributes={"deregistration_delay.timeout_seconds": "0"})
    listeners = (build.listener(8080), build.listener(443, groups=("arn:other",)))

    clone = made(build, on_ports(build, 443, 8080), groups=(build.group(), other), listeners=listeners)

    said = clone_says(clone)
    assert said["target-group-attributes"] == "proxy_protocol_v2.enabled=false"
    assert said["target-group-attributes.443"] == "deregistration_delay.timeout_seconds=0"
    assert said["target-group-attributes.8080"] == "deregistration_delay.timeout_seconds=300"
    assert [each.id for each in clone.decisions] == ["lbc-version"]


def test_a_target_group_without_a_listener_stops_it(build: SimpleNamespace) -> None:
    clone = made(build, groups=(build.group(), build.group(arn="arn:adrift", name="adrift")))

    assert ids(clone) == ["blocked target-groups-differ"]
    assert "adrift" in clone.findings[0].seen


def test_proxy_protocol_by_hand_on_one_port_is_written_by_port(build: SimpleNamespace) -> None:
    """Contour's documentation has people switch it on in AWS, one target group at a time."""
    other = build.group(arn="arn:other", attributes={"proxy_protocol_v2.enabled": "true"})
    listeners = (build.listener(8080), build.listener(443, groups=("arn:other",)))

    clone = made(build, on_ports(build, 443, 8080), groups=(build.group(), other), listeners=listeners)

    said = clone_says(clone)
    assert said["proxy-protocol-per-target-group"] == "443"
    assert "proxy_protocol_v2" not in said["target-group-attributes"]
    assert row(clone, "PROXY ports").new == "443"


def test_what_aws_gives_each_protocol_is_no_difference(build: SimpleNamespace) -> None:
    cut = "deregistration_delay.connection_termination.enabled"
    other = build.group(arn="arn:other", protocol="UDP", attributes={cut: "true"})
    listeners = (build.listener(8080), build.listener(53, "UDP", groups=("arn:other",)))
    service = on_ports(build, 8080)
    ports = [*service.spec["ports"], {"name": "dns", "port": 53, "protocol": "UDP"}]

    clone = made(
        build,
        replace(service, spec=service.spec | {"ports": ports}),
        groups=(build.group(attributes={cut: "false"}), other),
        listeners=listeners,
    )

    assert ids(clone) == []
    assert "target-group-attributes" not in clone_says(clone)


def test_without_target_groups_there_is_nothing_to_reproduce(build: SimpleNamespace) -> None:
    clone = made(build, groups=())

    assert ids(clone) == ["blocked no-target-groups"]
    assert clone_says(clone)["nlb-target-type"] == "instance"


@pytest.mark.parametrize(("asked", "written", "found"), [("a=b, c=d", "a=b,c=d", []), ("a=,c", "a=,c", ["blocked node-labels"])])
def test_node_labels_are_trimmed_and_bare_ones_stop_it(
    build: SimpleNamespace, asked: str, written: str, found: list[str]
) -> None:
    clone = made(build, build.annotated(target_node_labels=asked))

    assert clone_says(clone)["target-node-labels"] == written
    assert ids(clone) == found


def test_what_belongs_to_one_object_is_stripped(build: SimpleNamespace) -> None:
    spec = build.service().spec | {
        "healthCheckNodePort": 32000,
        "loadBalancerIP": "192.0.2.1",
        "externalIPs": ["192.0.2.2"],
        "allocateLoadBalancerNodePorts": True,
        "sessionAffinity": "None",
        "trafficDistribution": "PreferClose",
        "ipFamilies": ["IPv4"],
    }

    clone = made(build, build.service(spec=spec))

    kept = clone.manifest["spec"]
    gone = {"clusterIP", "clusterIPs", "healthCheckNodePort", "loadBalancerIP", "externalIPs", "allocateLoadBalancerNodePorts"}
    assert set(kept) == set(spec) - gone | {"loadBalancerClass", "loadBalancerSourceRanges"}
    assert row(clone, "spec.externalIPs").fate == "dropped"


def test_a_node_port_of_zero_is_no_node_port(build: SimpleNamespace) -> None:
    spec = build.service().spec | {"ports": [{"port": 8080, "nodePort": 0}]}

    clone = made(build, build.service(spec=spec))

    assert not [each for each in clone.diff if each.setting.startswith("nodePort")]
    assert clone.manifest["spec"]["ports"] == [{"port": 8080}]


@pytest.mark.parametrize(
    ("families", "address_type", "kept", "found"),
    [
        (["IPv4", "IPv6"], "ipv4", ["IPv4"], ["note ip-families"]),
        (["IPv6"], "ipv4", ["IPv6"], ["blocked ipv6-only"]),
        (["IPv4", "IPv6"], "dualstack", ["IPv4", "IPv6"], []),
    ],
)
def test_ip_families_fit_the_balancer(
    build: SimpleNamespace, families: list[str], address_type: str, kept: list[str], found: list[str]
) -> None:
    service = build.service(spec=build.service().spec | {"ipFamilies": families, "ipFamilyPolicy": "PreferDualStack"})

    clone = made(build, service, balancer=build.balancer(address_type=address_type))

    assert clone.manifest["spec"]["ipFamilies"] == kept
    assert ids(clone) == found
    assert clone_says(clone)["ip-address-type"] == address_type


def test_without_a_selector_the_clone_would_have_no_targets(build: SimpleNamespace) -> None:
    spec = {key: value for key, value in build.service().spec.items() if key != "selector"}

    assert ids(made(build, build.service(spec=spec))) == ["blocked no-selector"]


def test_labels_of_deployment_tools_are_dropped(build: SimpleNamespace) -> None:
    labels = {"app": "web", "app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": "x", "argocd.argoproj.io/instance": "x"}

    clone = made(build, build.service(labels=labels))

    assert clone.manifest["metadata"]["labels"] == {"app": "web"}
    assert row(clone, "label helm.sh/chart").fate == "dropped"
    assert "labels" not in made(build, build.service(labels={})).manifest["metadata"]


def test_annotations_of_nobody_s_are_kept(build: SimpleNamespace) -> None:
    clone = made(build, build.annotated(**{"prometheus.io/scrape": "true", "meta.helm.sh/release-name": "x"}))

    assert clone.manifest["metadata"]["annotations"]["prometheus.io/scrape"] == "true"
    assert (row(clone, "prometheus.io/scrape").rule, row(clone, "prometheus.io/scrape").fate) == (
        "no load balancer reads it",
        "kept",
    )
    assert row(clone, "meta.helm.sh/release-name").fate == "dropped"


def test_clone_names_are_dns_labels(build: SimpleNamespace) -> None:
    assert clone_names("web")[:2] == ("web-lbc", "web-lbc2")
    assert {len(each) for each in clone_names("x" * 63)} == {63}


@pytest.mark.parametrize(("text", "read"), [("true", "true"), ("1", "true"), ("False", "false"), ("", "false"), (None, "false")])
def test_booleans_are_written_as_lbc_reads_them(text: str | None, read: str) -> None:
    assert yes(text) == read


@pytest.mark.parametrize(
    "key", ["external-dns.alpha.kubernetes.io/ttl", "external-dns.kubernetes.io/hostname", "dns.alpha.kubernetes.io/external"]
)
def test_annotations_of_name_writers_are_never_carried(build: SimpleNamespace, key: str) -> None:
    """Two Services would claim one name, and the record set would flap between them."""
    clone = made(build, build.annotated(**{key: "shop.example.com"}))

    assert key not in clone.manifest["metadata"]["annotations"]
    assert (row(clone, key).rule, row(clone, key).fate) == ("two Services would claim one name", "dropped")
