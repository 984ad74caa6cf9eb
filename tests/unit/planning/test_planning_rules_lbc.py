"""What the running LBC makes of the clone: keys that it is too old for, and flags that stand in the way."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.planning.found import Live
from migrator.planning.lbc import Lbc, Version
from migrator.planning.translate import Translated, translate
from tests.unit.planning import conftest as build
from tests.unit.planning.rule_states import STATES, classic, group, network

LB = "service.beta.kubernetes.io/aws-load-balancer-"


def made(live: Live, version: Version | None = (2, 14, 1), *args: str) -> Translated:
    return translate(live, "web-lbc", "m-1", Lbc(version, args))


def found(clone: Translated) -> list[str]:
    """Findings about LBC, with their severity."""
    return [f"{each.severity} {each.id}" for each in clone.findings if each.id.startswith("lbc-")]


SHORT, LONG = classic(), STATES["clb-idle"]
BOTH = replace(
    network(),
    service=replace(network().service, spec=network().service.spec | {"ports": [
        {"port": 53, "protocol": "TCP", "nodePort": 30080}, {"port": 53, "protocol": "UDP", "nodePort": 30443}]}),
    listeners=(replace(network().listeners[0], port=53, protocol="TCP_UDP"),),
    groups=(group(30080, "TCP_UDP"),),
)  # fmt: skip
MTU = "warning lbc-too-old/enable-icmp-for-path-mtu-discovery"
LINK = "warning lbc-too-old/inbound-sg-rules-on-private-link-traffic"
AGES: tuple[tuple[str, Live, Version, list[str]], ...] = (
    ("new-enough", STATES["nlb"], (2, 14, 1), []),
    ("no-path-mtu", STATES["nlb"], (2, 11, 0), [MTU]),
    ("no-private-link", STATES["nlb"], (2, 7, 0), [LINK, MTU]),
    ("idle-timeouts-that-cut", STATES["nlb-idle"], (2, 8, 0), ["blocked lbc-too-old/listener-attributes.TCP-443", MTU]),
    ("idle-timeouts-as-usual", STATES["nlb-idle-usual"], (2, 8, 0), [MTU]),
    (
        "shorter-idle-timeouts-cut-nobody",
        SHORT,
        (2, 8, 0),
        [MTU, "warning lbc-too-old/listener-attributes.TCP-443", "warning lbc-too-old/listener-attributes.TCP-80"],
    ),
    (
        "longer-ones-are-lost",
        LONG,
        (2, 8, 0),
        [MTU, "blocked lbc-too-old/listener-attributes.TCP-443", "blocked lbc-too-old/listener-attributes.TCP-80"],
    ),
    ("one-port-with-proxy", STATES["nlb-proxy-443"], (2, 12, 0), ["blocked lbc-too-old/proxy-protocol-per-target-group"]),
    (
        "attributes-of-one-port",
        STATES["nlb-delays"],
        (2, 13, 4),
        ["blocked lbc-too-old/target-group-attributes.443", "blocked lbc-too-old/target-group-attributes.80"],
    ),
    ("both-protocols-on-one-port", BOTH, (2, 12, 0), ["blocked lbc-too-old/enable-tcp-udp-listener"]),
    ("a-named-check-port", STATES["nlb-node-port-check"], (2, 6, 1), [LINK, MTU, "blocked lbc-too-old/healthcheck-port"]),
    ("a-timeout-as-usual", STATES["nlb"], (2, 4, 5), [MTU]),
    ("a-timeout-of-its-own", STATES["nlb-http-check"], (2, 4, 5), [MTU, "warning lbc-too-old/healthcheck-timeout"]),
    ("no-class", STATES["nlb"], (2, 3, 1), [MTU, "blocked lbc-too-old/spec.loadBalancerClass"]),
    ("broken-with-tls-inside", STATES["nlb-tls-inside"], (2, 13, 1), ["blocked lbc-tls-groups"]),
    ("broken-with-tls-inside-a-classic-one", STATES["clb-ssl-inside"], (2, 13, 0), ["blocked lbc-tls-groups"]),
    ("whole-with-tls-outside", STATES["nlb-tls"], (2, 13, 1), []),
    ("mended", STATES["nlb-tls-inside"], (2, 13, 2), []),
)


@pytest.mark.parametrize(("live", "version", "expected"), [row[1:] for row in AGES], ids=[row[0] for row in AGES])
def test_a_setting_that_lbc_is_too_old_for_is_found(live: Live, version: Version, expected: list[str]) -> None:
    """Blocked where requests or access would be lost, a warning where the clone is merely not as live."""
    assert sorted(found(made(live, version))) == sorted(expected)


def test_the_version_that_is_needed_is_said() -> None:
    finding = next(each for each in made(STATES["nlb-idle"], (2, 8, 0)).findings if "listener" in each.id)

    assert (
        "LBC 2.8.0 does not know listener-attributes.TCP-443 (tcp.idle_timeout.seconds=3600), which takes 2.9.0" in finding.seen
    )
    assert "2.9.0" in finding.do


UNKNOWN: tuple[tuple[str, Live, list[str]], ...] = (
    ("nothing-above-the-floor", STATES["nlb"], []),
    ("a-warning-is-not-worth-a-question", STATES["nlb-http-check"], []),
    ("longer-idle-timeouts", STATES["nlb-idle"], ["lbc-version"]),
    ("shorter-ones", classic(check=build.CHECK), []),
    ("a-named-check-port", SHORT, ["lbc-version"]),
    ("one-port-with-proxy", STATES["nlb-proxy-443"], ["lbc-version"]),
)


@pytest.mark.parametrize(("live", "expected"), [row[1:] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN])
def test_a_version_that_is_not_known_is_asked_for_where_it_matters(live: Live, expected: list[str]) -> None:
    asked = [each for each in made(live, None).decisions if each.id == "lbc-version"]

    assert [each.id for each in asked] == expected
    assert all(each.default is None for each in asked)


def test_what_an_answer_would_need_counts_too() -> None:
    """An option whose setting LBC does not know must not be on offer unsaid."""
    clone = made(STATES["clb-sticky"], (2, 0, 0))

    assert "blocked lbc-too-old/target-group-attributes" in found(clone)


FLAGS: tuple[tuple[str, str, list[str]], ...] = (
    ("all-namespaces", "--watch-namespace=", []),
    ("this-namespace", "--watch-namespace=shop", []),
    ("another-namespace", "--watch-namespace=front", ["blocked lbc-flag/watch-namespace"]),
    ("no-services", "--feature-gates=EnableServiceController=false", ["blocked lbc-flag/enable-service-controller"]),
    (
        "no-check-settings",
        "--feature-gates=X=true,NLBHealthCheckAdvancedConfig=false",
        ["warning lbc-flag/nlb-health-check-advanced-config"],
    ),
    ("a-tag-of-others", "--external-managed-tags=team, owner", ["warning lbc-flag/external-managed-tags"]),
    ("others-tags", "--external-managed-tags=owner", []),
    ("a-tag-overruled", "--default-tags=team=infra,x=y", ["warning lbc-flag/default-tags"]),
    ("the-same-tag", "--default-tags=team=shop", []),
)


@pytest.mark.parametrize(("flag", "expected"), [row[1:] for row in FLAGS], ids=[row[0] for row in FLAGS])
def test_flags_that_stand_in_the_way_are_found(flag: str, expected: list[str]) -> None:
    assert found(made(STATES["nlb"], (2, 14, 1), flag)) == expected


def test_a_tag_that_others_manage_is_not_written() -> None:
    """LBC refuses a Service that names one."""
    clone = made(STATES["nlb"], (2, 14, 1), "--external-managed-tags=team")

    assert LB + "additional-resource-tags" not in clone.manifest["metadata"]["annotations"]


def test_named_groups_need_a_group_behind_them() -> None:
    """Without one LBC refuses; then the translation names none, and nothing is left to find."""
    clone = made(STATES["clb-named"], (2, 14, 1), "--enable-backend-security-group=false")

    assert LB + "manage-backend-security-group-rules" not in clone.manifest["metadata"]["annotations"]
    assert found(clone) == []


def test_a_flag_may_stand_apart_from_its_value() -> None:
    assert Lbc(None, ("--default-tags", "a=b, c=d")).listed("--default-tags") == ("a=b", "c=d")
    assert build.live().service.namespace == "shop"
