"""A plan never holds a clone that LBC, or AWS through it, would refuse: each documented refusal is met here first."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.model.variants import Variant
from migrator.planning.hygiene import complaints, hygiene
from migrator.planning.hygiene_reading import clone_of, shared_ports, split
from migrator.planning.lbc import Lbc

LB = "service.beta.kubernetes.io/aws-load-balancer-"
RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
LBC = Lbc((2, 14, 1))
ZONES = {"subnet-a": "eu-central-1a", "subnet-b": "eu-central-1b", "subnet-b2": "eu-central-1b"}
SOUND = {"scheme": "internet-facing", "nlb-target-type": "instance", "subnets": "subnet-a,subnet-b"}
HTTP = {"name": "http", "port": 80, "protocol": "TCP"}
DNS_TCP, DNS_UDP = {"name": "dns", "port": 53}, {"name": "dns-udp", "port": 53, "protocol": "UDP"}


def manifest(changes: dict[str, str | None], spec: dict[str, Any]) -> dict[str, Any]:
    """A clone that LBC takes, changed; None takes an annotation away."""
    named = {key: value for key, value in (SOUND | changes).items() if value is not None}
    annotations = {key if "/" in key else LB + key: value for key, value in named.items()}
    fields = {"type": "LoadBalancer", "loadBalancerClass": "service.k8s.aws/nlb", "ports": [HTTP]}
    return {"metadata": {"annotations": annotations}, "spec": fields | spec}


def said(changes: dict[str, str | None], spec: dict[str, Any], lbc: Lbc = LBC) -> list[str]:
    return [f"{each.what}: {each.said}" for each in complaints(manifest(changes, spec), lbc, ZONES)]


def test_a_sound_clone_is_taken() -> None:
    full: dict[str, str | None] = {
        "attributes": "load_balancing.cross_zone.enabled=true,deletion_protection.enabled=false",
        "target-group-attributes": "preserve_client_ip.enabled=false,deregistration_delay.timeout_seconds=0",
        "target-group-attributes.80": "proxy_protocol_v2.enabled=true",
        "listener-attributes.TCP-80": "tcp.idle_timeout.seconds=60",
        "additional-resource-tags": "team=shop,empty=,note=a\\,b",
        "healthcheck-protocol": "http",
        "healthcheck-path": "/up",
        "healthcheck-port": "http",
        "healthcheck-interval": "5",
        "healthcheck-timeout": "5",
        "healthcheck-healthy-threshold": "2",
        "healthcheck-unhealthy-threshold": "10",
        "ssl-ports": "80, http",
        "alpn-policy": "HTTP2Preferred",
        "ip-address-type": "dualstack",
        "security-groups": "sg-1",
        "manage-backend-security-group-rules": "true",
        "inbound-sg-rules-on-private-link-traffic": "off",
        "proxy-protocol": "*",
        "name": "web-1",
    }

    assert said({}, {}) == []
    assert said(full, {"ipFamilies": ["IPv4", "IPv6"], "loadBalancerSourceRanges": ["10.0.0.0/8", "2001:db8::/32"]}) == []


REFUSED: tuple[tuple[str, dict[str, str | None], dict[str, Any], str], ...] = (
    ("a-foreign-class", {}, {"loadBalancerClass": "acme/nlb"}, "class: loadBalancerClass acme/nlb is not service.k8s.aws/nlb"),
    ("no-class", {}, {"loadBalancerClass": None}, "class: loadBalancerClass None"),
    ("an-empty-boolean", {"cross-zone-load-balancing-enabled": ""}, {}, "boolean: failed to parse bool annotation, cross-zone"),
    ("a-word-for-a-boolean", {"internal": "yes"}, {}, "boolean: failed to parse bool annotation, internal: yes"),
    ("an-odd-protection", {"attributes": "deletion_protection.enabled=on"}, {}, "boolean: failed to parse attribute deletion"),
    (
        "a-bare-tag",
        {"additional-resource-tags": "a=b,c"},
        {},
        "map: failed to parse stringMap",
    ),
    ("a-tag-without-key", {"additional-resource-tags": "=b"}, {}, "map: failed to parse stringMap"),
    ("a-bare-label", {"target-node-labels": "gpu"}, {}, "map: failed to parse stringMap annotation, target-node-labels"),
    ("a-bare-attribute-of-a-port", {"target-group-attributes.80": "x"}, {}, "map: failed to parse stringMap"),
    ("an-unknown-scheme", {"scheme": "public"}, {}, "scheme: unknown scheme: public"),
    ("no-scheme", {"scheme": None}, {}, "scheme: no scheme"),
    ("a-long-name", {"name": "n" * 33}, {}, "name: load balancer name cannot be longer than 32 characters"),
    ("a-reserved-name", {"name": "internal-web"}, {}, "name: the load balancer name 'internal-web' is not valid"),
    ("an-odd-name", {"name": "-web"}, {}, "name: the load balancer name '-web' is not valid"),
    ("an-unknown-address-type", {"ip-address-type": "ipv6"}, {}, "address-type: unknown IPAddressType: ipv6"),
    ("ipv6-on-ipv4", {}, {"ipFamilies": ["IPv6"]}, "ip-families: unsupported IPv6 configuration, lb not dual-stack"),
    ("no-subnet", {"subnets": " , "}, {}, "subnets: unable to resolve at least one subnet"),
    (
        "two-subnets-in-a-zone",
        {"subnets": "subnet-b,subnet-b2"},
        {},
        "subnets: multiple subnets in same Availability",
    ),
    ("a-subnet-twice", {"subnets": "subnet-a,subnet-a"}, {}, "subnets: couldn't find all subnets"),
    (
        "eips-inside",
        {"scheme": "internal", "eip-allocations": "e-1,e-2"},
        {},
        "addresses: eip-allocations can only be set for",
    ),
    ("too-few-eips", {"eip-allocations": "e-1"}, {}, "addresses: count of eip-allocations (1) and subnets (2) must match"),
    (
        "private-outside",
        {"private-ipv4-addresses": "10.0.0.1,10.0.1.1"},
        {},
        "addresses: private-ipv4-addresses can only be",
    ),
    ("ipv6-addresses-on-ipv4", {"ipv6-addresses": "::1,::2"}, {}, "addresses: IPv6 addresses can only be set for dualstack"),
    (
        "groups-and-no-groups",
        {"security-groups": "sg-1", "disable-nlb-sg": "true", "manage-backend-security-group-rules": "true"},
        {},
        "security-groups: conflicting security groups configuration",
    ),
    ("groups-that-leave-nodes-closed", {"security-groups": "sg-1"}, {}, "security-groups: service.beta.kubernetes.io/aws-load"),
    ("a-range-that-is-none", {}, {"loadBalancerSourceRanges": ["office"]}, "source-ranges: invalid CIDR address: office"),
    ("an-annotated-range-that-is-none", {RANGES: "10.0.0.0/33"}, {}, "source-ranges: invalid CIDR address: 10.0.0.0/33"),
    (
        "an-ipv6-range-on-ipv4",
        {},
        {"loadBalancerSourceRanges": ["::/0"]},
        "source-ranges: unsupported v6 cidr ::/0",
    ),
    (
        "private-link-maybe",
        {"inbound-sg-rules-on-private-link-traffic": "no"},
        {},
        "private-link: Invalid value for",
    ),
    ("an-aws-tag", {"additional-resource-tags": "aws:x=y"}, {}, "tags: the tag aws:x is one that AWS does not take"),
    (
        "many-tags",
        {"additional-resource-tags": ",".join(f"t{n}=" for n in range(48))},
        {},
        "tags: 48 tags and LBC's 3",
    ),
    ("logs-without-a-bucket", {"attributes": "access_logs.s3.enabled=true"}, {}, "access-logs: access_logs.s3.enabled without"),
    ("a-star-for-ports", {"ssl-ports": "*"}, {}, "ssl-ports: Unused port in ssl-ports annotation [*]"),
    ("a-stray-port", {"ssl-ports": "80,443"}, {}, "ssl-ports: Unused port in ssl-ports annotation [443]"),
    ("an-unknown-alpn", {"alpn-policy": "h2"}, {}, "alpn: invalid ALPN policy h2"),
    (
        "two-protocols-apart",
        {},
        {"ports": [DNS_TCP, DNS_UDP]},
        "listeners: port 53 speaks TCP and UDP without",
    ),
    ("an-unknown-target-type", {"nlb-target-type": "pod"}, {}, "target-type: unknown target type: pod"),
    ("no-target-type", {"nlb-target-type": None}, {}, "target-type: no target type"),
    ("instances-of-a-cluster-ip", {}, {"type": "ClusterIP"}, 'target-type: unsupported service type "ClusterIP"'),
    (
        "no-node-ports",
        {},
        {"allocateLoadBalancerNodePorts": False},
        "node-ports: unable to support instance",
    ),
    ("an-ssl-check", {"healthcheck-protocol": "ssl"}, {}, "health-check: unsupported health check protocol ssl"),
    (
        "a-check-of-no-port",
        {"healthcheck-port": "admin"},
        {},
        "health-check: failed to resolve healthCheckPort: unable to find",
    ),
    ("a-check-of-port-0", {"healthcheck-port": "0"}, {}, "health-check: failed to resolve healthCheckPort"),
    ("a-check-without-slash", {"healthcheck-path": "up"}, {}, "health-check: health check path 'up' is not valid"),
    (
        "a-number-that-is-none",
        {"healthcheck-interval": "10s"},
        {},
        "health-check: failed to parse int32 annotation",
    ),
    ("a-short-interval", {"healthcheck-interval": "4"}, {}, "health-check: healthcheck-interval 4 is not from 5 to 300"),
    (
        "a-high-threshold",
        {"healthcheck-unhealthy-threshold": "11"},
        {},
        "health-check: healthcheck-unhealthy-threshold 11",
    ),
    (
        "a-timeout-over-the-interval",
        {"healthcheck-interval": "5", "healthcheck-timeout": "6"},
        {},
        "health-check: Health check interval 5 s must be greater than the timeout 6 s",
    ),
    ("a-timeout-over-the-usual-interval", {"healthcheck-timeout": "30"}, {}, "health-check: Health check interval 10 s must be"),
    ("proxy-protocol-on", {"proxy-protocol": "on"}, {}, "proxy-protocol: invalid value on for Load"),
    (
        "preserve-maybe",
        {"target-group-attributes": "preserve_client_ip.enabled=maybe"},
        {},
        "target-group-attributes: failed",
    ),
    (
        "udp-that-hides-clients",
        {"target-group-attributes.53": "preserve_client_ip.enabled=false"},
        {"ports": [HTTP, DNS_UDP]},
        "target-group-attributes: preserve_client_ip.enabled cannot be false for a target group of UDP",
    ),
    (
        "a-long-delay",
        {"target-group-attributes": "deregistration_delay.timeout_seconds=3601"},
        {},
        "target-group-attributes: deregistration_delay.timeout_seconds 3601 is not from 0 to 3600",
    ),
    (
        "a-short-idle-timeout",
        {"listener-attributes.TCP-80": "tcp.idle_timeout.seconds=59"},
        {},
        "listener-attributes: tcp.idle_timeout.seconds 59 is not from 60 to 6000",
    ),
)


@pytest.mark.parametrize(("changes", "spec", "complaint"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_lbc_refuses_is_refused_first(changes: dict[str, str | None], spec: dict[str, Any], complaint: str) -> None:
    found = said(changes, spec)

    assert len(found) == 1, found
    assert found[0].startswith(complaint)


@pytest.mark.parametrize(
    ("flag", "changes", "spec", "complaint"),
    [
        ("--load-balancer-class=acme/nlb", {}, {}, "class: loadBalancerClass service.k8s.aws/nlb is not acme/nlb"),
        ("--external-managed-tags=team, cost", {"additional-resource-tags": "cost=1"}, {}, "tags: external managed tag key cost"),
        (
            "--enable-backend-security-group=false",
            {"security-groups": "sg-1", "manage-backend-security-group-rules": "true"},
            {},
            "security-groups: backendSG feature is required",
        ),
        ("--feature-gates=EnableIPTargetType=false", {"nlb-target-type": "ip"}, {}, "target-type: unsupported targetType: ip"),
    ],
)
def test_flags_of_lbc_count(flag: str, changes: dict[str, str | None], spec: dict[str, Any], complaint: str) -> None:
    found = said(changes, spec, Lbc((2, 14, 1), (flag,)))

    assert [each[: len(complaint)] for each in found] == [complaint]


@pytest.mark.parametrize(("lbc", "taken"), [(LBC, True), (Lbc(), True), (Lbc((2, 12, 0)), False)])
def test_tcp_and_udp_on_one_port_need_a_recent_lbc(lbc: Lbc, taken: bool) -> None:
    found = said({"enable-tcp-udp-listener": "true"}, {"ports": [DNS_TCP, DNS_UDP]}, lbc)

    assert found == ([] if taken else ["listeners: port 53 speaks TCP and UDP, which LBC merges into one listener since 2.13.0"])


def test_answers_are_checked_too() -> None:
    """An answer must not lead to a clone that cannot be made."""
    odd = Variant("some-decision", "some-option", {LB + "scheme": "nowhere"})
    sound = Variant("some-decision", "other-option", {LB + "scheme": "internal"})

    found = hygiene(manifest({}, {}), (sound, odd), LBC, ZONES)

    assert [(each.id, each.severity) for each in found] == [("clone-hygiene/scheme", "blocked")]
    assert "once some-decision is answered some-option" in found[0].seen


def test_subnets_that_are_not_named_are_lbc_s_to_find() -> None:
    assert said({"subnets": None}, {}) == []


def test_pinned_node_ports_need_no_allocation() -> None:
    pinned = [port | {"nodePort": 30080 + at} for at, port in enumerate((HTTP,))]

    assert said({}, {"allocateLoadBalancerNodePorts": False, "ports": pinned}) == []


def test_the_grammar_is_lbc_s() -> None:
    clone = clone_of({"metadata": {}, "spec": {}}, LBC, {})

    assert (clone.annotations, clone.ports, clone.number("healthcheck-interval")) == ({}, [], None)
    assert split(" a , ,b\\,c ") == ("a", "b,c")
    assert shared_ports({}) == ()
